"""`serve --on`: two replicas of the server on the nodes of a cluster, here two of them within this computer."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2 as httpx
import psutil
import pytest

from tests.conftest import ROOT, CommandLine
from tests.e2e.browser import free_port
from tests.integration.test_serving_process import KEY, MODEL, picture
from tests.two_nodes import two_nodes
from tests.waiting import wait_for

pytest.importorskip("fastapi", reason="Ray Serve is not installed (pip install 'emotion[cluster-serving]')")

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.nightly]  # of Ray's own; and two nodes take a while
HEADERS = {"Authorization": f"Bearer {KEY}"}
SERVE = [sys.executable, "-m", "emotion", "serve", "--on", "auto", "--model", MODEL, "--rate", "0"]


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with two_nodes(str(tmp_path_factory.mktemp("nodes"))) as cluster:
        yield cluster


@pytest.fixture
def address(nodes: Any) -> Iterator[str]:
    """Of two replicas that work on one photo at once and let two wait."""
    words = ["--port", str(free_port()), "--at-once", "1", "--waiting", "2"]
    with subprocess.Popen(
        [*SERVE, *words], cwd=ROOT, env=os.environ | {"RAY_ADDRESS": nodes.address, "EMOTION_API_KEY": KEY},
        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        found = None
        said: list[str] = []
        while found is None and (line := process.stderr.readline()):
            said.append(line)
            found = re.search(r"answering at (http://\S+),", line)
        assert found, "".join(said)
        try:
            yield found[1]
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=120)
        assert not replicas()


def replicas() -> list[psutil.Process]:
    found = psutil.process_iter(["cmdline"])
    return [one for one in found if "ServeReplica:emotion" in " ".join(one.info["cmdline"] or ())]


def ask(address: str, grey: int) -> httpx.Response:
    url = f"{address}/v1/predict?look=whole&name={grey}"
    return httpx.post(url, content=picture(grey), headers=HEADERS, timeout=120)


def test_two_replicas_answer_and_one_answers_on_when_the_other_is_killed(address: str) -> None:
    assert len(replicas()) == 2
    assert httpx.post(f"{address}/v1/predict", content=picture(9)).status_code == 401
    assert httpx.get(f"{address}/healthz").json() == {"status": "ok"}

    replicas()[0].kill()
    again = [wait_for(lambda grey=grey: (got := ask(address, grey)).status_code == 200 and got) for grey in (5, 250)]

    assert [(one.json()["file"], one.json()["faces"][0]["label"]) for one in again] == [("5", "sad"), ("250", "happy")]
    wait_for(lambda: len(replicas()) == 2)

    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda number: ask(address, number % 256), range(96)))

    assert {one.status_code for one in answers} == {200, 503}
    assert all(int(one.headers["retry-after"]) >= 1 for one in answers if one.status_code == 503)


def test_more_replicas_than_cores_are_refused_at_once(nodes: Any, emotion_process: CommandLine) -> None:
    done = emotion_process(*SERVE[3:], "--replicas", "3", RAY_ADDRESS=nodes.address)

    assert done.returncode == 2
    assert "2 processor cores in all, for 3 replicas" in done.stderr
