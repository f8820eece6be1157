"""Arrays kept in the cache: found again, thrown away oldest first, and never in the way."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from emotion.system import arrays, cache, cache_dir, files


def kept(kind: str, number: int, age: float = 0.0) -> Path:
    path = cache_dir() / f"{kind}-{cache.digest('data')}-{number}.npz"
    cache.write_arrays(path, faces=np.arange(number))
    os.utime(path, (path.stat().st_mtime - age,) * 2)
    return path


def test_what_is_kept_is_read_again(home: Path) -> None:
    path = kept("faces", 5)

    assert path.parent == cache_dir()
    assert arrays.read(path)["faces"].tolist() == [0, 1, 2, 3, 4]


def test_the_oldest_of_a_kind_go_first(home: Path) -> None:
    faces = [kept("faces", number, age=100.0 - number) for number in range(4)]
    other = kept("answers", 9, age=1000.0)

    cache.count_as_new(faces[0])
    cache.keep_newest("faces", 2)

    assert [path.exists() for path in faces] == [True, False, False, True]
    assert other.exists()


def test_what_a_killed_process_left_goes_after_an_hour(home: Path) -> None:
    path = kept("faces", 1)
    with files.whole(path.with_name("faces-new.npz")) as temporary:
        temporary.write_bytes(b"half")
        cache.keep_newest("faces", 2)
        young = temporary.exists()
        os.utime(temporary, (0, 0))
        cache.keep_newest("faces", 2)
        old = temporary.exists()
        temporary.touch()  # so that it can be moved into place

    assert (young, old) == (True, False)


def test_a_disk_that_cannot_be_written_to_is_no_error(home: Path) -> None:
    (home / "in the way").write_bytes(b"")

    cache.write_arrays(home / "in the way" / "faces.npz", faces=np.arange(3))
    cache.count_as_new(home / "nowhere.npz")
    cache.remove([home / "nowhere.npz"])


def test_a_folder_is_known_by_where_it_really_is(home: Path) -> None:
    (home / "data").mkdir()
    (home / "link").symlink_to(home / "data")

    assert cache.digest(home / "link") == cache.digest(home / "data") != cache.digest("data")
