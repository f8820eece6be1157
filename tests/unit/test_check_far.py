"""A check of more pictures than are held in memory: the same findings, by several processes, through a stop."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from emotion.checks import check, far, picture_facts
from emotion.checks.rules import faceless
from emotion.checks.rules.faceless import FaceTask
from emotion.data import on_disk
from emotion.models import many
from emotion.models.many import answering
from emotion.system import cache_dir
from tests import planted_data
from tests.planted_data import OF_PICTURES


class StopError(Exception):
    """As Ctrl-C would end the work."""


@pytest.fixture
def damaged(home: Path) -> Path:
    """All faults of pictures at once."""
    root = planted_data.write_clean(home / "data")
    for plant in OF_PICTURES.values():
        plant(root)
    planted_data.mirrored_twins(root)
    return root


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """72 pictures are more than memory holds."""
    monkeypatch.setattr(check, "AT_ONCE", 10)
    monkeypatch.setattr(answering, "PART", 20)


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Pictures are looked at in this process, and which ones stands here."""
    names: list[str] = []

    class Here:
        def __init__(self, task: Any, jobs: int, on: str | None) -> None:
            self.look = task.begin()

        def __enter__(self) -> Here:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def rows(self, batches: Any) -> Any:
            for batch in batches:
                names.extend(batch)
                yield self.look(batch)

    monkeypatch.setattr(many, "several", Here)
    return names


def left_in_cache() -> list[str]:
    return sorted(path.suffix for path in cache_dir().iterdir())


def test_the_findings_are_those_of_pictures_in_memory(damaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = check.check(damaged)
    for path in cache_dir().iterdir():
        path.unlink()
    monkeypatch.setattr(check, "AT_ONCE", 10)
    monkeypatch.setattr(answering, "PART", 20)

    report = check.check(damaged, jobs=2)

    assert len(report.findings) == len(OF_PICTURES)
    assert report.to_json() == held.to_json()
    assert report.findings == held.findings
    assert left_in_cache() == [".npz"]


@pytest.mark.parametrize("task", [far.FactsTask, FaceTask])
def test_a_picture_says_the_same_as_bytes_on_another_computer(damaged: Path, task: Any) -> None:
    Image.new("L", (20, 20), 90).save(damaged / "train/happy/small.tga")  # a kind that is known by its name alone
    asked = task(damaged)
    names = sorted(path.relative_to(damaged).as_posix() for path in damaged.rglob("*") if path.is_file())
    contents = [asked.content(name) for name in names]

    rows = asked.there()()(names, contents)

    assert rows == asked.begin()(names)
    assert asked.content("train/happy/gone.png") is None


def test_a_small_picture_of_a_kind_known_by_its_name_is_one(tmp_path: Path) -> None:
    Image.new("L", (20, 20), 90).save(tmp_path / "small.tga")

    facts = picture_facts.look(tmp_path, ["small.tga"])

    assert (facts.fault[0], facts.width[0]) == (picture_facts.FINE, 20)


def test_many_pictures_are_looked_at_for_faces_by_several_processes(
    damaged: Path, looked_at: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "PART", 20)
    planted_data.faceless(damaged)
    names = (*check.check(damaged).table.files[:50], "train/happy/stripes.png")
    few = faceless.look(on_disk(damaged), names)
    monkeypatch.setattr(faceless, "FEW", 10)

    many_of_them = faceless.look(on_disk(damaged), names)

    assert many_of_them == few
    assert "train/happy/stripes.png" in few
    assert looked_at == list(names)
    assert left_in_cache() == [".json", ".npz"]


def test_a_check_goes_on_where_it_was_stopped(damaged: Path, small: None, looked_at: list[str]) -> None:
    def stop(what: str, done: int, total: int) -> None:
        if done > 60:
            raise StopError("stopped")

    with pytest.raises(StopError, match="stopped"):
        check.check(damaged, stop)
    first = list(looked_at)
    report = check.check(damaged)

    assert len(first) == 80  # four parts
    assert sorted(looked_at) == sorted(report.table.files)
    assert left_in_cache() == [".npz"]


def test_a_part_that_is_not_whole_is_looked_at_again(damaged: Path, small: None, looked_at: list[str]) -> None:
    def stop(what: str, done: int, total: int) -> None:
        if done == total:
            raise StopError("stopped")

    with pytest.raises(StopError, match="stopped"):
        check.check(damaged, stop)
    (folder,) = cache_dir().glob("*.parts")
    part = min(folder.glob("*.rows"))
    part.write_bytes(part.read_bytes()[:-1])
    looked_at.clear()
    check.check(damaged)

    assert len(looked_at) == 20


def test_parts_of_an_earlier_state_of_the_folder_go(damaged: Path, small: None, looked_at: list[str]) -> None:
    def stop(what: str, done: int, total: int) -> None:
        raise StopError("stopped")

    with pytest.raises(StopError, match="stopped"):
        check.check(damaged, stop)
    planted_data.copy(damaged, "train/happy/01.png", "train/happy/one more.png")
    check.check(damaged)

    assert left_in_cache() == [".npz"]


def test_pictures_are_read_again_one_by_one(tmp_path: Path) -> None:
    root = planted_data.write_clean(tmp_path / "data")
    names = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.png"))
    facts = picture_facts.read(root, names)
    rows = far.FactsTask(root).begin()(names)
    for number in range(0, 72, 30):
        far.KIND.write(rows[number : number + 30], tmp_path / f"{number:02}.rows")
    places = np.array([71, 0, 30, 29, 0])

    greys = far.Greys(sorted(tmp_path.glob("*.rows")))

    np.testing.assert_array_equal(greys[places], facts.grey[places])


def test_a_picture_that_ends_its_process_cannot_be_read(tmp_path: Path) -> None:
    class Deadly(str):
        """A name whose arrival ends the process, as a decoder that crashes would."""

        def __reduce__(self) -> Any:
            return os.abort, ()  # coverage has an `os._exit` of its own, which cannot be pickled

    root = planted_data.write_clean(tmp_path / "data")

    with many.several(far.FactsTask(root), jobs=1) as pool:
        (rows,) = pool.rows(iter([["train/happy/01.png", Deadly("deadly.png")]]))

    assert [row[0] for row in rows] == [picture_facts.FINE, picture_facts.UNREADABLE]
