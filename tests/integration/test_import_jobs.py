"""Imports in processes of their own, as the page starts and follows them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from emotion.data import registry
from emotion.data.bring import add, import_jobs, staging
from emotion.data.bring.layout import Options
from emotion.system import Task, files, tasks
from tests.waiting import wait_for
from tests.zips import png, write_archive, write_classes, zip_names, zip_of


@pytest.fixture(autouse=True)
def no_others() -> Iterator[None]:
    yield
    for task in import_jobs.list_imports():
        import_jobs.dismiss(task.name)


def many_pictures(home: Path) -> Path:
    """A zip that takes so long that something can happen in between."""
    picture = png(0)
    more = {f"train/happy/{number}.png": picture for number in range(5000)}
    return zip_names(home / "many.zip", more, zipfile.ZIP_STORED)


def ended(name: str) -> Task:
    return wait_for(lambda: task if (task := tasks.find(name)) and task.ended else None)


def wait_for_unpacking(name: str) -> None:
    wait_for(lambda: (task := tasks.find(name)) and task.what == "Unpacking")


def left_in(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "datasets").iterdir())


def test_brings_an_upload_in(home: Path) -> None:
    upload = io.BytesIO(zip_of(write_archive(home / "elsewhere"), home / "a.zip").read_bytes())

    task = ended(import_jobs.add(upload, "mine", "holiday.zip"))

    assert task.problem == ""
    record = import_jobs.record(task)
    assert record == registry.get("mine")
    assert record.source == "holiday.zip"
    assert left_in(home) == ["mine"]


def test_brings_a_path_in_with_its_settings(home: Path) -> None:
    folder = write_classes(home / "-elsewhere")

    task = ended(import_jobs.add(str(folder), "", "elsewhere", Options(share=0.5, seed=3)))

    record = import_jobs.record(task)
    assert record is not None
    assert record.counts["test"] == {"happy": 5, "sad": 5}


def test_tells_why_nothing_came(home: Path) -> None:
    task = ended(import_jobs.add(io.BytesIO(b"no zip"), "mine", "a.zip"))

    assert "not a zip file" in task.problem
    assert import_jobs.list_imports() == [task]
    assert left_in(home) == []


def test_a_name_that_looks_like_an_option_is_refused_in_words(home: Path) -> None:
    task = ended(import_jobs.add(io.BytesIO(zip_names(home / "a.zip", {}).read_bytes()), "--json", "a.zip"))

    assert "cannot be called '--json'" in task.problem


def test_a_stopped_import_leaves_nothing(home: Path) -> None:
    many = many_pictures(home)
    name = import_jobs.add(str(many), "mine", "many.zip")
    wait_for_unpacking(name)

    import_jobs.stop(name)

    assert import_jobs.list_imports() == []
    assert left_in(home) == []


def test_what_was_seen_can_be_dismissed(home: Path) -> None:
    task = ended(import_jobs.add(str(home / "nowhere"), "mine", "nowhere"))

    import_jobs.dismiss(task.name)

    assert import_jobs.list_imports() == []


def test_a_process_that_dies_leaves_nothing(home: Path) -> None:
    many = many_pictures(home)
    name = import_jobs.add(str(many), "mine", "many.zip")
    wait_for_unpacking(name)

    psutil.Process(files.read_json(home / ".cache" / "tasks" / name / tasks.STARTED)["pid"]).kill()

    assert ended(name).problem == tasks.LOST
    staging.sweep()  # as the page does whenever it is drawn
    assert left_in(home) == []


def test_an_upload_is_gone_when_it_was_brought_in(home: Path) -> None:
    upload = io.BytesIO(zip_of(write_archive(home / "elsewhere"), home / "a.zip").read_bytes())

    name = import_jobs.add(upload, "mine", "holiday.zip")
    ended(name)

    assert not tasks.given(name).with_name("files").joinpath("holiday.zip").exists()


def test_what_was_removed_since_is_not_told_as_brought_in(home: Path) -> None:
    task = ended(import_jobs.add(str(write_classes(home / "elsewhere")), "mine", "elsewhere"))

    add.remove("mine")

    assert import_jobs.record(task) is None
