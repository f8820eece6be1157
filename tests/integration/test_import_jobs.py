"""Imports in processes of their own, as the page starts and follows them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from emotion.data import registry
from emotion.data.bring import import_jobs
from emotion.data.bring.import_jobs import Job
from emotion.data.bring.layout import Options
from tests.waiting import wait_for
from tests.zips import png, write_archive, write_classes, zip_names, zip_of


@pytest.fixture(autouse=True)
def no_others() -> Iterator[None]:
    yield
    for job in import_jobs.list_jobs():
        import_jobs.dismiss(job.number)


def many_pictures(home: Path) -> Path:
    """A zip that takes so long that something can happen in between."""
    picture = png(0)
    more = {f"train/happy/{number}.png": picture for number in range(5000)}
    return zip_names(home / "many.zip", more, zipfile.ZIP_STORED)


def ended(job: Job) -> Job:
    wait_for(lambda: job.ended is not None)
    return job


def left_in(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "datasets").iterdir())


def test_brings_an_upload_in(home: Path) -> None:
    upload = io.BytesIO(zip_of(write_archive(home / "elsewhere"), home / "a.zip").read_bytes())

    job = ended(import_jobs.add(upload, "mine", "holiday.zip"))

    assert job.problem == ""
    assert job.record == registry.get("mine")
    assert job.record.source == "holiday.zip"
    assert left_in(home) == ["mine"]


def test_brings_a_path_in_with_its_settings(home: Path) -> None:
    folder = write_classes(home / "-elsewhere")

    job = ended(import_jobs.add(str(folder), "", "elsewhere", Options(share=0.5, seed=3)))

    assert job.record is not None
    assert job.record.counts["test"] == {"happy": 5, "sad": 5}


def test_tells_why_nothing_came(home: Path) -> None:
    job = ended(import_jobs.add(io.BytesIO(b"no zip"), "mine", "a.zip"))

    assert "not a zip file" in job.problem
    assert import_jobs.list_jobs() == [job]
    assert left_in(home) == []


def test_a_name_that_looks_like_an_option_is_refused_in_words(home: Path) -> None:
    job = ended(import_jobs.add(io.BytesIO(zip_names(home / "a.zip", {}).read_bytes()), "--json", "a.zip"))

    assert "cannot be called '--json'" in job.problem


def test_a_stopped_import_leaves_nothing(home: Path) -> None:
    many = many_pictures(home)
    job = import_jobs.add(str(many), "mine", "many.zip")
    wait_for(lambda: job.what == "Unpacking")

    import_jobs.stop(job.number)

    ended(job)
    assert import_jobs.list_jobs() == []
    assert left_in(home) == []


def test_what_was_seen_can_be_dismissed(home: Path) -> None:
    job = ended(import_jobs.add(str(home / "nowhere"), "mine", "nowhere"))

    import_jobs.dismiss(job.number)

    assert import_jobs.list_jobs() == []


def test_a_process_that_dies_is_told(home: Path) -> None:
    many = many_pictures(home)
    job = import_jobs.add(str(many), "mine", "many.zip")
    wait_for(lambda: job.what == "Unpacking")

    job.process.kill()

    assert ended(job).problem == import_jobs.UNEXPECTED
    assert left_in(home) == []


def test_guesses_the_time_left_from_the_time_gone(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    job = ended(import_jobs.add(str(home / "nowhere"), "mine", "nowhere"))
    job.tell("Unpacking", 25, 100)
    assert job.seconds_left is None

    job.phase_began -= 10

    assert job.seconds_left == pytest.approx(30, rel=0.1)
    assert job.share == 0.25
