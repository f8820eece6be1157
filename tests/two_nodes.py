"""A cluster of Ray with two nodes within this computer, and how one of them is killed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from tests.conftest import ROOT
from tests.e2e.browser import free_port

CLIENTS = free_port()  # where a computer outside of the cluster asks
PROCESS = "emotion.training.cluster.at_node"


@contextlib.contextmanager
def two_nodes(home: str) -> Iterator[Any]:
    """A head that works at nothing and two nodes of a core each; this process is connected to them.

    Args:
        home: of all of them, for what a computer of the cluster keeps.
    """
    import ray
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("EMOTION_HOME", home)
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_CLIENT_SERVER_CHECK_CHANNEL_TIMEOUT_S", "300")  # however busy the machine is
        nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "ray_client_server_port": CLIENTS})
        for _ in range(2):
            nodes.add_node(num_cpus=1)
        nodes.wait_for_nodes()
        patch.setenv("RAY_ADDRESS", nodes.address)
        ray.init(nodes.address, log_to_driver=False, logging_level="ERROR")
        yield nodes
        ray.shutdown()
        nodes.shutdown()


def trainers() -> list[psutil.Process]:
    """The processes that train a run on a node."""
    return [one for one in psutil.process_iter(["cmdline"]) if PROCESS in (one.info["cmdline"] or ())]


def kill_node_at_work(nodes: Any) -> None:
    """Kills the node that trains a run, as a computer dies, and gives the cluster another one."""
    above = {parent.pid for one in trainers() for parent in one.parents()}
    for node in nodes.worker_nodes:
        if above & {process.process.pid for process in node.all_processes["raylet"]}:
            nodes.remove_node(node, allow_graceful=False)
            nodes.add_node(num_cpus=1)
            return
    raise AssertionError("no node trains a run")
