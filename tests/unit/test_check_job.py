"""A check beside the page: what its file tells while it works, at its end, and when its process is gone."""

from __future__ import annotations

from pathlib import Path

from emotion.checks import check, job
from emotion.checks.job import CHECK, FACES, Writer
from emotion.system import files
from tests import planted_data
from tests.waiting import wait_for


def test_nothing_is_told_before_a_check(home: Path) -> None:
    assert job.read(home, CHECK) is None


def test_tells_what_it_does_and_how_far_it_is(home: Path) -> None:
    writer = Writer(job.location(home, CHECK))

    writer.tell("reading pictures", 25, 100)

    state = job.read(home, CHECK)
    assert state is not None
    assert (state.status, state.what, state.share) == ("running", "reading pictures", 0.25)


def test_the_end_and_its_error_are_told(home: Path) -> None:
    writer = Writer(job.location(home, CHECK))

    writer.end("No folder there.")

    state = job.read(home, CHECK)
    assert state is not None
    assert (state.status, state.error) == ("failed", "No folder there.")


def test_a_check_whose_process_is_gone_is_lost(home: Path) -> None:
    place = job.location(home, CHECK)
    Writer(place).tell("reading pictures", 1, 2)

    files.write_json(place, files.read_json(place) | {"pid": 2**22 + 1})

    state = job.read(home, CHECK)
    assert state is not None
    assert state.status == "lost"


def test_each_kind_of_check_has_its_own_file(home: Path) -> None:
    assert job.location(home, CHECK) != job.location(home, FACES)


def test_a_started_check_leaves_its_outcome(home: Path) -> None:
    root = planted_data.write_clean(home / "data")
    planted_data.twins(root)

    job.start(root, CHECK)
    wait_for(lambda: (state := job.read(root, CHECK)) and state.status != "running")

    state, report = job.read(root, CHECK), check.last_report(root)
    assert state is not None
    assert state.status == "done"
    assert report is not None
    assert report.find("twins") is not None


def test_a_check_that_cannot_begin_says_why(home: Path) -> None:
    (home / "empty").mkdir()

    job.start(home / "empty", CHECK)
    wait_for(lambda: (state := job.read(home / "empty", CHECK)) and state.status != "running")

    state = job.read(home / "empty", CHECK)
    assert state is not None
    assert state.status == "failed"
    assert "has no train/ folder" in state.error
