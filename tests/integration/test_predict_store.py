"""`predict s3://bucket/folder`: photos in an object store, here one within this computer, and all that may go wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emotion.images import memory
from emotion.models import Looking, load_model, many
from emotion.models.many import answering, stores
from emotion.system import EmotionError
from tests.conftest import CommandLine
from tests.tiny_model import BRIGHTNESS
from tests.tiny_store import Store, keys, one_shade, serving

MODEL = str(BRIGHTNESS / "model.tflite")
WHOLE = Looking(whole=True, turn=0)
ODD = (
    "a b.jpg", "ü/né 漢字.jpg", "q?x=1#f%20.jpg", "plus+and&.jpg", "'q\"<>.jpg", "100%.JPG", "a:b.jpg", "*.jpg",
    "back\\slash.jpg", "tab\tx.jpg", f"{'n' * 200}/{'m' * 795}.jpg",
)  # fmt: skip
BESIDE = ("notes.txt", "no-ending", "folder/", "folder/._1.jpg")
NOT_ASKED = ("x/../y.jpg", "./d.jpg", "p//q.jpg")  # what speaks HTTP would ask for another object


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A bucket of 60 pictures in two folders, one with odd names, and an empty one; asked with keys that are right."""
    photos = {f"{'dark' if n % 2 else 'light'}/{n:03}.png": one_shade(20 + n if n % 2 else 180 + n) for n in range(60)}
    odd = {name: one_shade(200) for name in (*ODD, *BESIDE, *NOT_ASKED)}
    there = Store({"photos": photos, "odd": odd, "empty": {}})
    with serving(there) as at:
        for name, value in keys(at).items():
            monkeypatch.setenv(name, value)
        stores._opened.cache_clear()
        yield there
        stores._opened.cache_clear()


def rows_of(table: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in table.read_text(encoding="utf-8").splitlines()]


def test_a_bucket_is_answered_as_the_folder_of_its_pictures(store: Store, tmp_path: Path, emotion: CommandLine) -> None:
    for key, content in store.objects["photos"].items():
        (tmp_path / key).parent.mkdir(exist_ok=True)
        (tmp_path / key).write_bytes(content)
    usual = ("--model", MODEL, "--whole")

    done = emotion("predict", "s3://photos", "--out", tmp_path / "a.jsonl", "--jobs", "2", *usual)
    folders = emotion("predict", tmp_path / "dark", tmp_path / "light", "--json", *usual)
    said = emotion("predict", "s3://photos/dark/", "s3://photos/light/000.png", "--json", *usual)

    expected = [json.loads(line) for line in folders.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert "60 pictures in" in done.stderr
    rows = rows_of(tmp_path / "a.jsonl")
    assert [row["file"] for row in rows] == [f"s3://photos/{key}" for key in sorted(store.objects["photos"])]
    assert [row | {"file": ""} for row in rows] == [row | {"file": ""} for row in expected]
    assert [json.loads(line) for line in said.stdout.splitlines()] == rows[:31]


def test_odd_names_are_read_letter_for_letter_and_one_that_would_become_anothers_is_refused(
    store: Store, tmp_path: Path
) -> None:
    store.objects["odd"] |= {"y.jpg": one_shade(20), "d.jpg": one_shade(20)}  # dark: what would be read in place of two

    names = stores.listed("s3://odd")
    many.answer_all(names, tmp_path / "a.jsonl", load_model(MODEL), WHOLE, jobs=1)

    rows = {row["file"]: row for row in rows_of(tmp_path / "a.jsonl")}
    assert names == sorted(f"s3://odd/{key}" for key in (*ODD, *NOT_ASKED, "y.jpg", "d.jpg"))
    assert [rows[f"s3://odd/{key}"]["faces"][0]["label"] for key in ODD] == ["happy"] * len(ODD)
    for key in NOT_ASKED:
        assert "without empty parts, . or .." in rows[f"s3://odd/{key}"]["error"]


def test_a_list_names_objects_beside_files(store: Store, tmp_path: Path, emotion: CommandLine) -> None:
    (tmp_path / "here.png").write_bytes(one_shade(200))
    names = ["s3://photos/dark/001.png", str(tmp_path / "here.png"), "s3://photos/gone.png", "s3://odd/a b.jpg"]
    listed = tmp_path / "names.txt"
    listed.write_text("\n".join(names), encoding="utf-8")

    done = emotion("predict", listed, "--out", tmp_path / "a.jsonl", "--jobs", "1", "--model", MODEL, "--whole")

    rows = rows_of(tmp_path / "a.jsonl")
    assert done.returncode == 1
    assert [row["file"] for row in rows] == names
    assert [row["error"] for row in rows] == [None, None, "The store has no such object.", None]


def test_a_restart_goes_on_after_the_last_part(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "PART", 16)
    names, predictor, table = stores.listed("s3://photos"), load_model(MODEL), tmp_path / "a.jsonl"

    def lose(done: int) -> None:
        if done >= 16:
            store.shut = (403, "ExpiredToken")

    with pytest.raises(EmotionError, match=r"s3://photos: expected a bucket.*no access with these keys"):
        many.answer_all(names, table, predictor, WHOLE, jobs=1, tell=lose)
    assert not table.exists()
    store.shut = None
    done = many.answer_all(names, table, predictor, WHOLE, jobs=1)

    assert (done.photos, done.refused) == (60, 0)
    assert done.kept in (16, 32)
    assert [row["file"] for row in rows_of(table)] == names


def test_one_object_that_is_not_given_is_one_refused_row(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MAX_FILE_BYTES", 10_000)
    store.objects["photos"] |= {"dark/003.png": b"", "dark/005.png": b"\x89PNG" + bytes(20_000)}
    store.wrong = {"dark/001.png": (403, "InvalidObjectState"), "dark/007.png": (400, "SomethingElse")}
    names = [f"s3://photos/dark/00{n}.png" for n in (1, 3, 5, 7, 9)]

    with stores._at_hand(names) as found:
        assert [place for place in found.values() if isinstance(place, Path)] == [found[names[1]], found[names[4]]]
    rows = [given.to_json() for given in stores.answers(names, load_model(MODEL), WHOLE)]

    assert [row["file"] for row in rows] == names
    for row, why in zip(rows, ("no access", "is empty", "MB", "400", None), strict=True):
        assert why in row["error"] if why else row["error"] is None


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("s3://nowhere", "there is none of this name"),
        ("s3://photos/nothing/", "there is none of this name"),
        ("s3://photos/dark/nothing.png", "there is none of this name"),
        ("s3://", "without empty parts"),
        ("s3://photos/../empty", "without empty parts"),
    ],
)
def test_what_is_not_there_is_told_before_anything_is_made(
    address: str, why: str, store: Store, tmp_path: Path, emotion: CommandLine
) -> None:
    done = emotion("predict", "s3://photos", address, "--out", tmp_path / "a.jsonl", "--model", MODEL)

    assert done.returncode == 2
    assert f"{address}: expected" in done.stderr
    assert why in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_empty_bucket_is_told_as_an_empty_folder_is(store: Store, tmp_path: Path, emotion: CommandLine) -> None:
    done = emotion("predict", "s3://empty", "--out", tmp_path / "a.jsonl", "--model", MODEL)

    assert (done.returncode, rows_of(tmp_path / "a.jsonl")) == (1, [])
    assert "s3://empty holds no pictures that their endings tell" in done.stderr


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"])
def test_keys_that_open_nothing_are_told(code: str, store: Store) -> None:
    store.wrong["photos"] = (403, code)

    with pytest.raises(EmotionError, match=r"no access with these keys\. Look at the name, at the keys"):
        stores.listed("s3://photos")


def test_a_store_that_does_not_answer_is_given_up_in_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "SECONDS", 1)
    monkeypatch.setattr(stores, "TRIES", 2)
    store.delay = 30.0
    start = time.monotonic()

    with pytest.raises(EmotionError, match="no answer in 1 seconds"):
        stores.check("s3://photos")

    assert time.monotonic() - start < 15
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    stores._opened.cache_clear()
    with pytest.raises(EmotionError, match="no answer in"):
        stores.check("s3://photos")


def test_a_library_without_s3_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyarrow import fs

    monkeypatch.delattr(fs, "S3FileSystem")
    monkeypatch.setattr(fs, "_not_imported", ["S3FileSystem"])

    with pytest.raises(EmotionError, match="pyarrow without S3"):
        stores.check("s3://photos")


def test_several_pages_of_names_are_listed(store: Store) -> None:
    store.objects["photos"] = {f"{n % 7}/{n:05}.png": b"x" for n in range(2500)}

    assert stores.listed("s3://photos") == sorted(f"s3://photos/{key}" for key in store.objects["photos"])
    assert sum("list-type=2" in request for request in store.asked) <= 4
