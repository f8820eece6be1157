"""`predict`, `check` and `evaluate --on`: the computers of a cluster look, here two of them within this one."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

from emotion.checks import check
from emotion.checks.rules import faceless
from emotion.data import on_disk
from emotion.evaluation import network_outputs
from emotion.models import Looking, load_model, many
from emotion.models.many import answering, stores
from emotion.system import EmotionError, cache_dir
from tests import planted_data
from tests.conftest import ROOT, CommandLine
from tests.e2e.browser import free_port
from tests.tiny_model import BRIGHTNESS
from tests.tiny_store import Store, keys, one_shade, serving

ray = pytest.importorskip("ray", reason="ray is not installed: no cluster to try (pip install 'emotion[cluster]')")
from ray.cluster_utils import Cluster  # noqa: E402

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.nightly]  # of Ray's own; and two nodes take a while
CLIENTS = free_port()
MODEL = str(BRIGHTNESS / "model.tflite")
WHOLE = Looking(whole=True, turn=0)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """A bucket of 20 pictures, which every process of this module is told of."""
    there = Store({"photos": {f"{n:02}.png": one_shade(10 * n) for n in range(20)}})
    with serving(there) as address, pytest.MonkeyPatch.context() as patch:
        for name, value in keys(address).items():
            patch.setenv(name, value)
        yield there


@pytest.fixture(scope="module")
def cluster(store: Store) -> Iterator[Cluster]:
    """Two nodes of a core each; this process has asked for both."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_CLIENT_SERVER_CHECK_CHANNEL_TIMEOUT_S", "300")  # however busy the machine is
        nodes = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "ray_client_server_port": CLIENTS})
        nodes.add_node(num_cpus=1)
        nodes.wait_for_nodes()
        assert len(nodes.list_all_nodes()) == 2
        patch.setenv("RAY_ADDRESS", nodes.address)
        ray.init(nodes.address, log_to_driver=False, logging_level="ERROR")
        yield nodes
        ray.shutdown()
        nodes.shutdown()


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """200 pictures, one of which is none, and one that is not there."""
    folder = tmp_path_factory.mktemp("photos")
    for number in range(200):
        Image.new("L", (48, 48), 10 + number).save(folder / f"{number:03}.png")
    (folder / "100.png").write_bytes(b"GARBAGE" * 9)
    return [*sorted(map(str, folder.iterdir())), str(folder / "nowhere.png")]


@pytest.fixture
def damaged(home: Path) -> Path:
    """A data folder with all faults of pictures at once."""
    root = planted_data.write_clean(home / "data")
    for plant in planted_data.OF_PICTURES.values():
        plant(root)
    return root


class Killer:
    """Kills one process of the cluster that looks at something, once so much is done."""

    def __init__(self, after: int) -> None:
        self.after, self.killed = after, list[int]()

    def __call__(self, done: int) -> None:
        if done < self.after or self.killed:
            return
        for process in psutil.process_iter(["name", "cmdline"]):
            if "ray::look" in " ".join(process.info["cmdline"] or ()):
                self.killed.append(process.pid)
                process.kill()
                return


def rows_of(table: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in table.read_text(encoding="utf-8").splitlines()]


def test_where_no_cluster_answers_that_is_told(tmp_path: Path, emotion_process: CommandLine) -> None:
    done = emotion_process("predict", "a.png", "--out", tmp_path / "a.jsonl", "--on", "auto", "--model", MODEL)

    assert done.returncode == 2, done.stdout
    assert "expected a cluster of Ray" in done.stderr


def test_two_computers_answer_as_one_does_though_one_process_is_killed(
    cluster: Cluster, names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "PART", 50)
    kill_one = Killer(after=60)

    many.answer_all(names, tmp_path / "here.jsonl", load_model(MODEL), WHOLE, jobs=2)
    done = many.answer_all(names, tmp_path / "there.jsonl", load_model(MODEL), WHOLE, on="auto", tell=kill_one)

    assert rows_of(tmp_path / "there.jsonl") == rows_of(tmp_path / "here.jsonl")
    assert (done.photos, done.refused, len(kill_one.killed)) == (201, 2, 1)


def test_the_command_asks_the_cluster_from_outside(
    cluster: Cluster, names: list[str], tmp_path: Path, emotion_process: CommandLine
) -> None:
    table, where = tmp_path / "a.jsonl", f"ray://127.0.0.1:{CLIENTS}"

    done = emotion_process("predict", *names[:9], "--out", table, "--on", where, "--model", MODEL, "--whole")

    assert done.returncode == 0, done.stderr
    assert "9 pictures in" in done.stderr
    assert done.stderr.endswith(f"on {where}\n")
    assert [row["file"] for row in rows_of(table)] == names[:9]


def test_a_photo_that_ends_every_process_is_one_refused_row(cluster: Cluster, names: list[str], tmp_path: Path) -> None:
    class Deadly(str):
        """A name whose arrival ends the process, as a decoder that crashes would."""

        def __reduce__(self) -> Any:
            return os.abort, ()  # coverage has an `os._exit` of its own, which cannot be pickled

    some = [names[0], Deadly(names[1]), names[2]]

    done = many.answer_all(some, tmp_path / "a.jsonl", load_model(MODEL), WHOLE, on="auto")

    assert done.refused == 1
    assert [row["error"] is None for row in rows_of(tmp_path / "a.jsonl")] == [True, False, True]


def test_the_computers_read_the_objects_of_a_store_themselves_and_say_that_it_gives_no_access(
    store: Store, cluster: Cluster, tmp_path: Path
) -> None:
    names, predictor = stores.listed("s3://photos"), load_model(MODEL)
    store.asked.clear()

    done = many.answer_all([*names, "s3://photos/gone.png"], tmp_path / "a.jsonl", predictor, WHOLE, on="auto")
    assert (done.photos, done.refused) == (21, 1)
    assert [row["file"] for row in rows_of(tmp_path / "a.jsonl")] == [*names, "s3://photos/gone.png"]
    assert sum(request.startswith("GET") for request in store.asked) == 20

    store.shut = (403, "AccessDenied")
    with pytest.raises(EmotionError, match="no access with these keys"):
        many.answer_all(names, tmp_path / "b.jsonl", predictor, WHOLE, on="auto")


def test_a_check_says_the_same_though_one_process_is_killed(cluster: Cluster, damaged: Path) -> None:
    here = check.check(damaged)
    without = faceless.look(on_disk(damaged), here.table.files)
    shutil.rmtree(cache_dir())
    kill_one = Killer(after=24)

    there = check.check(damaged, lambda what, done, total: kill_one(done), on="auto")

    assert there.to_json() == here.to_json()
    assert there.findings == here.findings
    assert len(kill_one.killed) == 1
    assert faceless.look(on_disk(damaged), here.table.files, on="auto") == without
    assert sorted(path.suffix for path in cache_dir().iterdir()) == [".json", ".npz"]


def test_a_network_says_the_same_of_faces_though_one_computer_dies(cluster: Cluster, home: Path) -> None:
    faces = np.random.default_rng(1).integers(0, 255, (1500, 48, 48), np.uint8)
    here = network_outputs.ask(load_model(), faces, keep=False)
    (dying,) = cluster.worker_nodes

    def kill_node(done: int, total: int) -> None:
        if done >= 300 and dying in cluster.worker_nodes:
            cluster.remove_node(dying, allow_graceful=False)
            cluster.add_node(num_cpus=1)

    there = network_outputs.ask(load_model(), faces, kill_node, keep=False, on="auto")

    assert dying not in cluster.worker_nodes
    np.testing.assert_array_equal(there.probabilities, here.probabilities)
    np.testing.assert_array_equal(there.features, here.features)


def test_the_commands_check_and_evaluate_say_the_same_by_a_cluster(
    cluster: Cluster, damaged: Path, emotion_process: CommandLine, tmp_path: Path
) -> None:
    def said(*words: str | Path) -> list[str]:
        done = [
            emotion_process("check", damaged, "--json", *words),
            emotion_process("evaluate", "pretrained", "--data", damaged, "--json", "--report", tmp_path / "r", *words),
        ]
        assert [one.returncode for one in done] == [1, 0], done
        (spoiled,) = cache_dir().glob("robustness-*.json")
        trials = spoiled.read_text(encoding="utf-8")
        shutil.rmtree(cache_dir())
        return [*(one.stdout for one in done), trials]

    assert said("--on", f"ray://127.0.0.1:{CLIENTS}") == said()
