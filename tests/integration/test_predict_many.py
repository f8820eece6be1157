"""`predict --out`: photos by the thousand into one table, in several processes, through kills and restarts."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import process as futures
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image
from pyarrow import parquet

from emotion.models import Looking, load_model, many
from emotion.models.many import answering
from emotion.models.many.pool import Pool
from emotion.models.many.worker import PhotoTask
from emotion.system import EmotionError
from tests.conftest import ROOT, CommandLine, each_night
from tests.tiny_model import BRIGHTNESS
from tests.waiting import wait_for

MODEL = str(BRIGHTNESS / "model.tflite")
WHOLE = Looking(whole=True, turn=0)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 small pictures in two folders, and two files that are none."""
    folder = tmp_path_factory.mktemp("photos")
    for number in range(200):
        place = folder / ("dark" if number % 2 else "light")
        place.mkdir(exist_ok=True)
        pixels = np.full((48, 48), 20 + number % 10 if number % 2 else 200 + number % 10, np.uint8)
        Image.fromarray(pixels).save(place / f"{number:03}.png")
    (folder / "light" / "050.jpg").write_bytes(b"")
    (folder / "zebra.png").write_bytes(b"GARBAGE" * 20)
    return folder


class StopError(Exception):
    """As Ctrl-C would end the work."""


def stop(done: int) -> None:
    if done >= 100:
        raise StopError(f"at {done}")


def rows_of(table: Path) -> list[dict[str, Any]]:
    if table.suffix == ".jsonl":
        return [json.loads(line) for line in table.read_text(encoding="utf-8").splitlines()]
    return parquet.read_table(table).to_pylist()


def left_beside(table: Path) -> list[str]:
    return sorted(path.name for path in table.parent.iterdir() if path.name.startswith(table.name) and path != table)


@pytest.mark.parametrize("ending", [".parquet", *each_night(".jsonl")])
def test_a_table_holds_what_the_command_says_of_each_photo_in_its_order(
    ending: str, photos: Path, tmp_path: Path, emotion: CommandLine
) -> None:
    said = emotion("predict", photos, "--json", "--model", MODEL, "--whole", "--all-classes")
    table = tmp_path / f"answers{ending}"

    done = emotion("predict", photos, "--out", table, "--jobs", "2", "--model", MODEL, "--whole", "--all-classes")

    assert rows_of(table) == [json.loads(line) for line in said.stdout.splitlines()]
    assert (said.returncode, done.returncode) == (1, 1)
    assert "202 pictures in" in done.stderr
    assert "; 2 refused; " in done.stderr
    assert done.stdout == ""
    assert left_beside(table) == []


def test_a_list_of_paths_is_answered_line_by_line(photos: Path, tmp_path: Path, emotion: CommandLine) -> None:
    names = [str(photos / "dark" / "001.png"), str(photos / "nowhere.png"), str(photos / "light" / "000.png")]
    listed = tmp_path / "photos.txt"
    listed.write_text("\ufeff" + "\r\n".join([names[0], "", *names[1:]]), encoding="utf-8")

    done = emotion("predict", listed, "--json", "--model", MODEL, "--whole")
    emotion("predict", listed, "--out", tmp_path / "a.jsonl", "--jobs", "1", "--model", MODEL, "--whole")

    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["file"] for row in rows] == names
    assert [row["error"] is None for row in rows] == [True, False, True]
    assert rows_of(tmp_path / "a.jsonl") == rows


def test_photos_of_a_process_that_is_killed_are_asked_again_and_each_is_there_once(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "PART", 50)
    names = sorted(map(str, photos.glob("*/*.png")))
    killed: list[int | None] = []
    others = multiprocessing.active_children()

    def kill_one(done: int) -> None:
        if done >= 30 + 60 * len(killed) and len(killed) < 2:
            victim = next(child for child in multiprocessing.active_children() if child not in others)
            victim.kill()
            killed.append(victim.pid)

    table = tmp_path / "a.parquet"
    done = many.answer_all(names, table, load_model(MODEL), WHOLE, jobs=2, tell=kill_one)

    rows = rows_of(table)
    assert len(killed) == 2
    assert [row["file"] for row in rows] == names
    assert {row["error"] for row in rows} == {None}
    assert (done.photos, done.refused, done.kept) == (200, 0, 0)


def test_a_photo_that_ends_its_process_is_one_refused_row(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Python 3.11 may forget to end the other process, where it starts in that moment, and then waits for it.
    monkeypatch.setattr(BaseProcess, "terminate", lambda process: None)
    monkeypatch.setattr(futures._ExecutorManagerThread, "shutdown_workers", lambda thread: None)

    class Deadly(str):
        """A name whose arrival ends the process, as a decoder that crashes would."""

        def __reduce__(self) -> Any:
            return os.abort, ()  # coverage has an `os._exit` of its own, which cannot be pickled

    names = sorted(map(str, photos.glob("dark/*.png")))[:20]
    names[10] = Deadly("deadly.png")

    with Pool(2, PhotoTask(MODEL, WHOLE, False)) as pool:
        rows = [row for found in pool.rows(iter([names[:8], names[8:16], names[16:]])) for row in found]

    assert [row["file"] for row in rows] == names
    assert [number for number, row in enumerate(rows) if row["error"]] == [10]
    assert "The process that looked at this picture ended" in rows[10]["error"]


def test_processes_that_cannot_begin_are_told(photos: Path, tmp_path: Path) -> None:
    predictor = load_model(MODEL)
    predictor.reference = str(tmp_path / "gone")  # by when the processes read it

    with pytest.raises(EmotionError, match="end before they have looked at any"):
        many.answer_all([str(photos / "dark" / "001.png")], tmp_path / "a.parquet", predictor, WHOLE)


def test_a_restart_goes_on_after_the_last_part_and_gives_the_same_table(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "PART", 40)
    names, predictor = sorted(map(str, photos.rglob("*.*g"))), load_model(MODEL)
    whole, cut = tmp_path / "whole.parquet", tmp_path / "cut.parquet"

    many.answer_all(names, whole, predictor, WHOLE, jobs=1)
    with pytest.raises(StopError, match="at 10"):
        many.answer_all(names, cut, predictor, WHOLE, jobs=2, tell=stop)
    assert not cut.exists()
    done = many.answer_all(names, cut, predictor, WHOLE, jobs=2)

    assert rows_of(cut) == rows_of(whole)
    assert (done.photos, done.kept, done.refused) == (202, 80, 2)
    assert left_beside(cut) == []


def test_parts_of_another_question_or_of_other_photos_are_not_taken(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "PART", 40)
    names, predictor = sorted(map(str, photos.glob("*/*.png"))), load_model(MODEL)
    table = tmp_path / "a.parquet"

    with pytest.raises(StopError, match="at 10"):
        many.answer_all(names, table, predictor, WHOLE, jobs=2, tell=stop)
    del names[45]  # of the second part
    done = many.answer_all(names, table, predictor, WHOLE, jobs=1)
    assert (done.photos, done.kept) == (199, 40)
    assert [row["file"] for row in rows_of(table)] == names

    table.unlink()
    with pytest.raises(StopError, match="at 10"):
        many.answer_all(names, table, predictor, WHOLE, jobs=2, tell=stop)
    done = many.answer_all(names, table, predictor, WHOLE, all_classes=True, jobs=1)
    assert done.kept == 0
    assert set(rows_of(table)[0]["faces"][0]["probabilities"]) == {"happy", "sad"}


def test_a_killed_command_leaves_no_process_and_goes_on(photos: Path, tmp_path: Path, emotion: CommandLine) -> None:
    many_names = tmp_path / "many.txt"
    many_names.write_text("\n".join(sorted(map(str, photos.glob("*/*.png"))) * 10), encoding="utf-8")
    table = tmp_path / "a.parquet"
    words = ["predict", str(many_names), "--out", str(table), "--jobs", "2", "--model", MODEL, "--whole", "--turn", "0"]
    process = subprocess.Popen([sys.executable, "-m", "emotion", *words], cwd=ROOT, stderr=subprocess.DEVNULL)

    wait_for(lambda: list(tmp_path.glob("a.parquet.parts/*-*-*.parquet")))
    assert "Another process is writing" in wrong(emotion, *words)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    psutil.wait_procs(children, timeout=60)
    assert [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []

    done = emotion(*words)
    assert "2,000 pictures in" in done.stderr
    assert ",000 of them before this call" in done.stderr
    assert len(rows_of(table)) == 2000


def test_what_cannot_be_written_is_told_before_anything_is_looked_at(
    photos: Path, tmp_path: Path, emotion: CommandLine
) -> None:
    (tmp_path / "there.parquet").write_text("mine")

    for name, said in (("there.parquet", "is there already"), ("a.csv", "ends in .parquet or .jsonl")):
        done = emotion("predict", photos, "--out", tmp_path / name, "--model", MODEL)
        assert done.returncode == 2
        assert said in done.stderr
    assert (tmp_path / "there.parquet").read_text() == "mine"
    assert "--jobs: expected --out" in wrong(emotion, "predict", photos, "--jobs", "2")
    assert "not allowed with argument" in wrong(emotion, "predict", photos, "--out", "a.jsonl", "--annotate", "b")
    assert "from 1 to 256" in wrong(emotion, "predict", photos, "--out", "a.jsonl", "--jobs", "0")


def wrong(emotion: CommandLine, *words: str | Path) -> str:
    """What the command line says to wrong usage."""
    try:
        done = emotion(*words)
    except Exception as error:  # noqa: BLE001 - an error of ours is raised within this process
        return str(error)
    assert done.returncode == 2
    return done.stderr


def test_nothing_to_answer_is_an_empty_table(tmp_path: Path) -> None:
    done = many.answer_all([], tmp_path / "a.parquet", load_model(MODEL), WHOLE)

    table = parquet.read_table(tmp_path / "a.parquet")
    assert (done.photos, len(table)) == (0, 0)
    assert table.column_names == ["file", "faces", "turned", "error", "note"]


def test_a_name_that_is_no_utf8_has_a_row(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    name = os.fsdecode(os.fsencode(str(folder)) + b"/a\xff.png")
    Image.new("L", (48, 48), 200).save(name)

    for ending in (".parquet", ".jsonl"):
        many.answer_all([name], tmp_path / f"a{ending}", load_model(MODEL), WHOLE)

    assert rows_of(tmp_path / "a.parquet")[0]["file"].endswith("a\\udcff.png")
    assert rows_of(tmp_path / "a.jsonl")[0]["file"] == name
