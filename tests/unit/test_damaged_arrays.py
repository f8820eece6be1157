"""Files of NumPy with bytes that are wrong, in a cache or in what somebody brings: a miss, never a traceback."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from emotion.checks import cache as check_cache
from emotion.checks import picture_facts
from emotion.data.bring.tables import labels
from emotion.evaluation import network_outputs, study
from emotion.images import cache as picture_cache
from emotion.runs import RunPaths
from emotion.system import StoredFileError, StoredFileMissingError, arrays

HEADERS = (
    "{'descr': '|u1', 'fortran_order': False, 'shape': (4, 48, 48), ", "{'descr': ('", "(((((", "'''", "{", "", "\0",
    "{'descr': '|O', 'fortran_order': False, 'shape': (4,), }", "{'descr': '<U9999999999', 'shape': 7}", "  x\n y\n",
    "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999,), }", "[" * 500, "-" * 5000, "lambda: 0",
    "{'descr': '|u1', 'fortran_order': 7, 'shape': (-1,), }", "{'descr': '|u1', 'fortran_order': False, 'shape': 1e9}",
)  # fmt: skip


def npy(header: str, data: bytes = b"\0" * 64) -> bytes:
    line = header.encode("latin-1") + b"\n"
    return b"\x93NUMPY\x01\x00" + len(line).to_bytes(2, "little") + line + data


def npz(header: str) -> bytes:
    written = io.BytesIO()
    names = ("images", "unreadable", "faceless", "probabilities", "features", "names", "first", "epoch")
    with zipfile.ZipFile(written, "w") as file:
        for name in names:
            file.writestr(f"{name}.npy", npy(header))
    return written.getvalue()


def with_flips() -> list[bytes]:
    written = io.BytesIO()
    np.savez(written, images=np.zeros((4, 48, 48), np.uint8), unreadable=np.zeros(0, int), faceless=np.zeros(0, int))
    whole, rng, found = written.getvalue(), random.Random(0), []
    for _ in range(200):
        place = rng.choice((rng.randrange(300), rng.randrange(len(whole))))
        found.append(whole[:place] + bytes([whole[place] ^ (1 << rng.randrange(8))]) + whole[place + 1 :])
    return [*found, b"", b"PK\x03\x04", b"\x80\x04K\x01.", whole[:500]]


@pytest.mark.parametrize("header", HEADERS)
def test_an_array_with_a_damaged_header_is_told_in_one_sentence(tmp_path: Path, header: str) -> None:
    (tmp_path / "kept.npz").write_bytes(npz(header))
    (tmp_path / "one.npy").write_bytes(npy(header))

    with pytest.raises(StoredFileError, match=r"kept\.npz cannot be read"):
        arrays.read(tmp_path / "kept.npz")
    with pytest.raises(StoredFileError, match=r"one\.npy cannot be read"):
        arrays.read_one(tmp_path / "one.npy")


def test_an_array_that_is_not_there_is_told_as_missing(tmp_path: Path) -> None:
    with pytest.raises(StoredFileMissingError, match="it is not there"):
        arrays.read(tmp_path / "kept.npz")


def test_a_damaged_cache_of_any_kind_is_a_miss(tmp_path: Path) -> None:
    path = tmp_path / "kept.npz"
    for content in [*map(npz, HEADERS), *map(npy, HEADERS), *with_flips()]:
        path.write_bytes(content)

        kept = picture_cache.read(path, 4)
        assert kept is None or kept.images.shape == (4, 48, 48)
        assert network_outputs.read(path, 4, 2) is None
        assert check_cache.read(path) is None


def kept_by() -> dict[str, tuple[dict[str, np.ndarray], Callable[[Path], object]]]:
    """What each cache of arrays keeps of four pictures or answers, and how it is read; truth is what may be used."""
    facts, pair = vars(picture_facts.empty(3)), np.array([1])
    columns = {name: column for name, column in facts.items() if name != "grey"}
    checked = {"names": np.frombuffer(b"\0b\0c", np.uint8), "pair_first": pair * 0, "pair_second": pair,
               "pair_mirrored": pair > 0, "pair_likeness": pair.astype(np.float32)}  # fmt: skip
    said = np.full((4, 2), 0.5, np.float32)
    held = {"faces": np.array([b"0" * 32] * 4), "probabilities": said}
    return {
        "pictures": ({"images": np.zeros((2, 48, 48), np.uint8), "unreadable": pair, "faceless": pair + 1},
                     lambda path: picture_cache.read(path, 4)),
        "outputs": ({"probabilities": said, "features": said}, lambda path: network_outputs.read(path, 4, 2)),
        "check": (columns | checked, check_cache.read),
        "held out": (held, lambda path: study._held_out(RunPaths(path.parent))),
    }  # fmt: skip


def others(name: str, array: np.ndarray) -> Iterator[np.ndarray]:
    """Whole arrays that are none of that name: another type, another shape, numbers that nothing has."""
    yield from (np.array(3), np.array("text"), array[np.newaxis], np.concatenate([array, array[:1], array[:1]]))
    yield from (array.astype(dtype) for dtype in ("U4", "complex64", "float16", "M8[s]"))
    if name not in ("colour", "digest", "images", "pair_mirrored", "names", "faces"):
        most = {"f": np.nan, "u": 250, "i": 10**6 if name in ("pair_first", "pair_second") else -7}[array.dtype.kind]
        yield np.full_like(array, most)


@pytest.mark.parametrize("kind", ["pictures", "outputs", "check", "held out"])
def test_arrays_of_another_type_or_shape_are_a_miss(tmp_path: Path, kind: str) -> None:
    (kept, read), path = kept_by()[kind], tmp_path / "held_out.npz"
    np.savez(path, **kept)
    assert read(path)

    for name, array in kept.items():
        for other in others(name, array):
            np.savez(path, **(kept | {name: other}))
            assert not read(path), (name, other)


@pytest.mark.parametrize("header", HEADERS)
def test_a_damaged_annotation_says_no_class(tmp_path: Path, header: str) -> None:
    (tmp_path / "0_exp.npy").write_bytes(npy(header))

    assert labels._expression(tmp_path / "0_exp.npy") == ""
