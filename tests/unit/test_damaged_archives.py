"""Archives of every way of packing with bytes that are wrong: what comes out are pictures, or errors of ours."""

from __future__ import annotations

import gzip
import io
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from emotion.data.bring import archives
from emotion.models.bundle.verify import verify
from emotion.system import DataError, EmotionError
from tests.zips import png, tar_of

MOST = int(os.environ.get("EMOTION_ARCHIVES", "60"))  # of each way of packing
NAMES = [f"{split}/{name}/{number}.png" for split in ("train", "test") for name in ("happy", "sad") for number in "01"]
CONTENTS = {name: png(1) for name in NAMES} | {"labels.csv": b"file,label\n" * 30}


def zipped(method: int, contents: dict[str, bytes] = CONTENTS) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as file:
        for name, content in contents.items():
            file.writestr(name, content)
    return written.getvalue()


def packed(kind: str, folder: Path) -> bytes:
    zips = {"stored": zipfile.ZIP_STORED, "deflated": zipfile.ZIP_DEFLATED, "bzip2": zipfile.ZIP_BZIP2,
            "lzma": zipfile.ZIP_LZMA}  # fmt: skip
    if kind in zips:
        return zipped(zips[kind])
    if kind == "csv.gz":
        return gzip.compress(b"emotion,pixels\n" * 50, mtime=0)
    if kind == "nested":
        inner = tar_of(folder / "test.tar.xz", CONTENTS).read_bytes()
        return zipped(zipfile.ZIP_STORED, {"train.zip": zipped(zipfile.ZIP_LZMA), "test.tar.xz": inner})
    return tar_of(folder / f"faces.{kind}", CONTENTS).read_bytes()


KINDS = ("stored", "deflated", "bzip2", "lzma", "tar", "tar.gz", "tar.bz2", "tar.xz", "csv.gz", "nested")
Change = Callable[[bytearray, int, random.Random], None]


def _flip(data: bytearray, place: int, rng: random.Random) -> None:
    data[place] ^= 1 << rng.randrange(8)


def _extreme(data: bytearray, place: int, rng: random.Random) -> None:
    data[place] = rng.choice((0, 1, 127, 128, 255))


def _cut(data: bytearray, place: int, rng: random.Random) -> None:
    del data[max(1, place) :]


def _noise(data: bytearray, place: int, rng: random.Random) -> None:
    data[place : place + 20] = rng.randbytes(20)


def _gap(data: bytearray, place: int, rng: random.Random) -> None:
    if len(data) > 40:
        del data[place : place + rng.randrange(1, 30)]


def _more(data: bytearray, place: int, rng: random.Random) -> None:
    data[place:place] = rng.choice((b"\0" * 30, b"\xff" * 8, bytes(data[:30])))


CHANGES: tuple[Change, ...] = (_flip, _extreme, _cut, _noise, _gap, _more)


def damaged(whole: bytes, rng: random.Random) -> bytes:
    data = bytearray(whole)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        rng.choice(CHANGES)(data, rng.randrange(len(data)), rng)
    return bytes(data)


def foreign(whole: bytes, seed: int, read: Callable[[bytes], object]) -> dict[str, bytes]:
    """What is raised that is no error of ours, with what has brought it about."""
    rng, found = random.Random(seed), {}
    for _ in range(MOST):
        text = damaged(whole, rng)
        try:
            read(text)
        except EmotionError:
            continue
        except Exception as error:  # noqa: BLE001 - what is looked for
            found[f"{type(error).__name__}: {error!s:.80}"] = text[:200]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_archive_brings_out_errors_of_ours_only(tmp_path: Path, kind: str) -> None:
    number = iter(range(MOST))

    def read(text: bytes) -> object:
        target = tmp_path / str(next(number)) / "part"
        target.mkdir(parents=True)
        return archives.unpack(io.BytesIO(text), target)

    assert foreign(packed(kind, tmp_path), KINDS.index(kind), read) == {}


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_zip_of_a_model_brings_out_errors_of_ours_only(method: int) -> None:
    contents = {"model.tflite": b"TFL3" * 50, "model.json": b"{}", "selftest.json": b'{"faces": [], "tolerance": 0}'}

    assert foreign(zipped(method, contents), method, verify) == {}


@pytest.mark.parametrize("kind", ["lzma", "tar.xz"])
def test_broken_lzma_data_is_told_as_an_archive_that_is_cut_short(tmp_path: Path, kind: str) -> None:
    whole = bytearray(packed(kind, tmp_path))
    middle = len(whole) // 4
    whole[middle : middle + 200] = b"\xff" * 200
    (tmp_path / "part").mkdir()

    with pytest.raises(DataError, match="damaged or cut short"):
        archives.unpack(io.BytesIO(bytes(whole)), tmp_path / "part")


def test_a_zip_of_a_model_in_broken_lzma_is_refused() -> None:
    whole = bytearray(zipped(zipfile.ZIP_LZMA, {"model.tflite": random.Random(0).randbytes(5000), "model.json": b"{}"}))
    whole[500:700] = b"\xff" * 200

    with pytest.raises(EmotionError, match="Make it again"):
        verify(bytes(whole))
