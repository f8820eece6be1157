"""Runs that other computers train, with computers and trainings that are made up: what travels, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emotion.data import material
from emotion.data.drawn import write
from emotion.recipes import TrainingConfig, catalogue
from emotion.runs import append_history, queue, read_history
from emotion.runs import run as runs
from emotion.runs.run import RunPaths, Status
from emotion.system import ConfigError, EmotionError, cache_dir, files
from emotion.training.cluster import follow, luggage, mirror, site
from emotion.training.cluster.follow import ComputerGoneError

EPOCHS = 4
ROW = {"loss": 0.5, "accuracy": 0.5, "val_loss": 0.5, "val_accuracy": 0.7, "seconds": 1.0}


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data") / "faces"
    write.write(root, train=24, test=8, seed=1)
    return root


class Process:
    """A training that goes on by an epoch whenever somebody looks."""

    stdin = None

    def __init__(self, paths: RunPaths, *, crashes: bool) -> None:
        self.paths, self.crashes, self.code = paths, crashes, None
        known = paths.last_checkpoint
        self.epoch = int(known.read_text()) if known.exists() else 0
        if self.epoch:
            append_history(paths, event="resumed", epoch=self.epoch)

    def go_on(self) -> None:
        self.epoch += 1
        append_history(self.paths, event="epoch", epoch=self.epoch, **ROW)
        with self.paths.log.open("a", encoding="utf-8") as log:
            log.write(f"epoch {self.epoch}\n")
        for path in (self.paths.average, self.paths.keras_model, self.paths.last_checkpoint):
            with files.whole(path) as unfinished:
                unfinished.write_text(str(self.epoch))
        runs.write_status(self.paths, Status.RUNNING, fingerprint="f")
        if self.crashes:
            self.code = -9
        elif self.paths.stop.exists() or self.epoch == EPOCHS:
            self.end()

    def end(self) -> None:
        self.paths.model.write_text("the model")
        if not self.paths.stop.exists():
            self.paths.last_checkpoint.unlink()
            self.paths.average.unlink()
        runs.write_status(self.paths, Status.STOPPED if self.paths.stop.exists() else Status.COMPLETED)
        self.code = 0

    def poll(self) -> int | None:
        return self.code

    def kill(self) -> None: ...
    def wait(self) -> None: ...


class Computers:
    """As many places as are asked for, one after the other; each may die at a look, or its process may crash."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, dies_at: tuple[int, ...] = (), crashes: tuple[int, ...] = (),
                 version: str = follow.__version__) -> None:  # fmt: skip
        self.dies_at, self.crashes, self.version = dies_at, crashes, version
        self.calls: list[str] = []
        self.before: dict[str, Callable[[], Any]] = {}
        self.found = 0
        monkeypatch.setattr(site.processes, "spawn", self.spawn)
        monkeypatch.setattr(follow.time, "sleep", lambda seconds: None)

    def spawn(self, words: list[str], log: Path, stdin: int) -> Process:
        self.process = Process(RunPaths(log.parent), crashes=self.found in self.crashes)
        return self.process

    def __call__(self) -> Computers:
        self.found, self.looks, self.site = self.found + 1, 0, site.Site()
        return self

    def call(self, name: str, *words: Any, meanwhile: Callable[[], None] = lambda: None, **named: Any) -> Any:
        self.calls.append(name)
        self.before.get(name, lambda: None)()
        meanwhile()
        if name == "hello":
            return "there", self.version
        if name == "begin":
            words = (*words, 1)
        if name == "changes":
            if named["stop"]:
                self.process.paths.stop.touch()
            self.process.go_on()
            self.looks += 1
            if (self.found, self.looks) in enumerate(self.dies_at, start=1):
                raise ComputerGoneError("there")
        return getattr(self.site, name)(*words, **named)

    def end(self) -> None:
        self.site.end()


def asked(faces: Path, **changes: Any) -> RunPaths:
    paths = runs.new_run(catalogue.config("quick", data=str(faces), epochs=EPOCHS, **changes))
    queue.claim(paths, Status.QUEUED)
    return paths


def epochs(paths: RunPaths) -> list[int]:
    return [row["epoch"] for row in read_history(paths).epochs]


def test_an_ordinary_run_comes_back_whole(home: Path, faces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths, rows = asked(faces), list[dict[str, Any]]()

    follow.follow(paths, Computers(monkeypatch), rows.append)

    run = runs.read_run(paths)
    assert (run.status, run.node, epochs(paths)) == (Status.COMPLETED, "there", [1, 2, 3, 4])
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4]
    assert paths.log.read_text() == "epoch 1\nepoch 2\nepoch 3\nepoch 4\n"
    assert (paths.model.read_text(), paths.keras_model.read_text()) == ("the model", "4")
    assert not paths.last_checkpoint.exists()
    assert not paths.average.exists()
    assert run.config.data == str(faces)
    assert list((cache_dir() / "cluster" / "runs").iterdir()) == []


def test_another_computer_goes_on_from_the_last_epoch_that_came_back(
    home: Path, faces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, computers = asked(faces), Computers(monkeypatch, dies_at=(3, 2))

    follow.follow(paths, computers)

    assert computers.found == 3
    assert (runs.read_run(paths).status, epochs(paths)) == (Status.COMPLETED, [1, 2, 3, 4])
    assert [row["epoch"] for row in files_of(paths, "resumed")] == [2, 3]


def files_of(paths: RunPaths, event: str) -> list[dict[str, Any]]:
    import json

    rows = [json.loads(line) for line in paths.history.read_text().splitlines()]
    return [row for row in rows if row["event"] == event]


def test_a_process_that_ends_there_is_begun_anew(home: Path, faces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths, computers = asked(faces), Computers(monkeypatch, crashes=(1,))

    follow.follow(paths, computers)

    assert computers.found == 2
    assert (runs.read_run(paths).status, epochs(paths)) == (Status.COMPLETED, [1, 2, 3, 4])


def test_three_computers_without_an_epoch_are_enough(home: Path, faces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    computers = Computers(monkeypatch, dies_at=(1, 1, 1, 1))

    with pytest.raises(EmotionError, match="given to 3 computers of the cluster"):
        follow.follow(asked(faces), computers)

    assert computers.found == 3


def test_stop_reaches_the_computer_and_keeps_what_there_is(
    home: Path, faces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, computers = asked(faces), Computers(monkeypatch)
    computers.before["changes"] = lambda: runs.request_stop(paths) if computers.looks == 1 else None

    follow.follow(paths, computers)

    assert runs.read_run(paths).status is Status.STOPPED
    assert paths.last_checkpoint.exists()
    assert paths.model.exists()
    assert len(epochs(paths)) < EPOCHS


def test_a_run_that_waits_for_a_computer_leaves_the_queue_when_stopped(
    home: Path, faces: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, computers = asked(faces), Computers(monkeypatch)
    computers.before["hello"] = lambda: runs.request_stop(paths)

    follow.follow(paths, computers)

    assert runs.read_run(paths).reason == "It was taken out of the queue before it began."
    assert computers.calls == ["hello"]


def test_pictures_travel_to_a_computer_once(home: Path, faces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    computers = Computers(monkeypatch)

    for rate in (0.01, 0.02):
        follow.follow(asked(faces, learning_rate=rate), computers)

    assert computers.calls.count("take") == 1


def test_others_wait_for_pictures_that_are_on_their_way(home: Path) -> None:
    first, second = site.Site(), site.Site()

    assert [first.wants("a"), second.wants("a")] == [site.BRING, site.WAIT]
    first.take("a", {"x": np.zeros(1)})
    assert second.wants("a") == site.THERE


def test_a_computer_with_another_version_is_refused(home: Path, faces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EmotionError, match=r"Received: version 0\.0 there and"):
        follow.follow(asked(faces), Computers(monkeypatch, version="0.0"))


def test_a_few_pictures_are_learned_here(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = runs.new_run(catalogue.config("head"))

    with pytest.raises(ConfigError, match="head takes seconds here"):
        follow.follow(paths, Computers(monkeypatch))


def test_what_a_run_learns_from_comes_out_as_it_was_packed(home: Path, faces: Path) -> None:
    config = TrainingConfig(data=str(faces))
    learned = material.read(config)

    packed = luggage.pack(learned)
    brought = luggage.unpack(packed)

    for mine, theirs in ((learned.train, brought.train), (learned.validation, brought.validation),
                         (learned.test(), brought.test())):  # fmt: skip
        assert mine is not None
        assert theirs is not None
        assert np.array_equal(mine.images, theirs.images)
        assert np.array_equal(mine.labels, theirs.labels)
        assert (mine.files, mine.classes, mine.fingerprint) == (theirs.files, theirs.classes, theirs.fingerprint)
    assert brought.old is brought.train
    assert (brought.fingerprint, brought.own) == (learned.fingerprint, None)
    assert luggage.key(packed) == luggage.key(luggage.pack(material.read(config)))
    assert luggage.key(packed) != luggage.key(luggage.pack(material.read(TrainingConfig(data=str(faces), seed=1))))


def test_why_there_is_no_test_travels_too(home: Path, tmp_path: Path) -> None:
    write.write(tmp_path / "faces", train=24, test=8, seed=1)
    for face in (tmp_path / "faces" / "test" / "sad").iterdir():
        face.unlink()
    learned = material.read(TrainingConfig(data=str(tmp_path / "faces")))

    brought = luggage.unpack(luggage.pack(learned))

    with pytest.raises(EmotionError) as here:  # noqa: PT011 - whatever it says, it is said there too
        learned.test()
    with pytest.raises(EmotionError) as there:  # noqa: PT011
        brought.test()
    assert str(there.value) == str(here.value)


def test_lines_come_back_whole_and_files_when_they_change(home: Path) -> None:
    paths = runs.new_run(TrainingConfig())
    looks = mirror.Mirror(paths)
    paths.history.write_bytes(b'{"event": "phase"}\n{"eve')
    paths.keras_model.write_bytes(b"weights")

    first, second = looks.look(), looks.look()
    last = looks.look(gone=True)

    assert (first.more, first.whole) == ({"history.jsonl": b'{"event": "phase"}\n'}, {"model.keras": b"weights"})
    assert (second.more, second.whole) == ({}, {})
    assert last.more == {"history.jsonl": b'{"eve'}


@pytest.mark.parametrize("name", ["../stop", "config.json", "status.json"])
def test_nothing_else_of_a_run_is_written_over(home: Path, name: str) -> None:
    with pytest.raises(ValueError, match="expected names of files in a run's folder"):
        mirror.write(runs.new_run(TrainingConfig()), mirror.Changes({}, whole={name: b""}))


def test_a_run_that_waits_for_a_cluster_keeps_no_other_waiting(home: Path) -> None:
    away, own = runs.new_run(TrainingConfig()), runs.new_run(TrainingConfig())
    runs.write_status(away, Status.QUEUED, on="auto")

    assert [run.id for run in queue.queue()] == [own.id]
    queue.claim(away, Status.RUNNING)
    assert queue.active(here=True) is None
    assert queue.active() is not None


def test_a_run_goes_on_where_it_was_or_here(home: Path) -> None:
    paths = runs.new_run(TrainingConfig())
    runs.write_status(paths, Status.STOPPED, on="auto", node="there")

    assert runs.read_run(queue.requeue(paths)).on == "auto"
    runs.write_status(paths, Status.STOPPED)
    assert runs.read_run(queue.requeue(paths, "")).on == ""
