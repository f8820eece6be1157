"""Class folders get a split: the same each time, each class by its share, twins on one side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.data.splits import groups_of, share_out
from emotion.system.errors import ConfigError, DataError
from tests.zips import CLASSES, face, png, write_classes


def classes_in(root: Path) -> dict[str, list[str]]:
    return {name: sorted(f"{name}/{path.name}" for path in (root / name).iterdir()) for name in CLASSES}


def in_test(sides: dict[str, str]) -> set[str]:
    return {file for file, side in sides.items() if side == "test"}


def test_every_file_is_shared_out_once(tmp_path: Path) -> None:
    files = classes_in(write_classes(tmp_path, 10))

    sides = share_out(tmp_path, files)

    assert sorted(sides) == sorted(files["happy"] + files["sad"])


@pytest.mark.parametrize(("share", "expected"), [(0.1, 2), (0.2, 4), (0.5, 10)])
def test_each_class_gives_its_share(share: float, expected: int, tmp_path: Path) -> None:
    sides = share_out(tmp_path, classes_in(write_classes(tmp_path, 20)), share)

    assert [sum(file.startswith(name) for file in in_test(sides)) for name in CLASSES] == [expected, expected]


def test_the_same_seed_gives_the_same_split(tmp_path: Path) -> None:
    files = classes_in(write_classes(tmp_path, 20))
    backwards = {name: files[name][::-1] for name in files}

    assert share_out(tmp_path, files, seed=3) == share_out(tmp_path, backwards, seed=3)


def test_another_seed_gives_another_split(tmp_path: Path) -> None:
    files = classes_in(write_classes(tmp_path, 20))

    assert share_out(tmp_path, files, seed=0) != share_out(tmp_path, files, seed=1)


@pytest.mark.parametrize("seed", range(8))
def test_twins_stand_on_one_side(seed: int, tmp_path: Path) -> None:
    write_classes(tmp_path, 10)
    for number in range(5):
        (tmp_path / "happy" / f"twin{number}.png").write_bytes(png(number))
        Image.fromarray(face(number)).save(tmp_path / "sad" / f"twin{number}.bmp")  # other bytes, the same pixels

    sides = share_out(tmp_path, classes_in(tmp_path), 0.3, seed)

    for number in range(5):
        names = (f"happy/{number:03d}.png", f"happy/twin{number}.png", f"sad/twin{number}.bmp")
        assert len({sides[name] for name in names}) == 1


def test_what_was_decided_before_stays(tmp_path: Path) -> None:
    before = share_out(tmp_path, classes_in(write_classes(tmp_path, 10)))
    write_classes(tmp_path, 20)

    after = share_out(tmp_path, classes_in(tmp_path), before=before)

    assert {file: after[file] for file in before} == before
    assert len(in_test(after)) == 8


@pytest.mark.parametrize(("more", "expected"), [(2, 2), (3, 3), (4, 3)])
def test_few_new_pictures_go_to_test_when_its_share_lacks_them(more: int, expected: int, tmp_path: Path) -> None:
    before = share_out(tmp_path, classes_in(write_classes(tmp_path, 10)))
    for number in range(more):
        (tmp_path / "happy" / f"new{number}.png").write_bytes(png(70 + number))

    after = share_out(tmp_path, classes_in(tmp_path), before=before)

    assert sum(file.startswith("happy") for file in in_test(after)) == expected


def test_a_new_twin_follows_the_old_one(tmp_path: Path) -> None:
    before = share_out(tmp_path, classes_in(write_classes(tmp_path, 10)))
    old = min(file for file in in_test(before) if file.startswith("happy"))
    (tmp_path / "happy" / "twin.png").write_bytes((tmp_path / old).read_bytes())

    after = share_out(tmp_path, classes_in(tmp_path), before=before)

    assert after["happy/twin.png"] == "test"


def test_a_file_that_cannot_be_read_is_shared_out_too(tmp_path: Path) -> None:
    write_classes(tmp_path, 10)
    (tmp_path / "happy" / "broken.png").write_bytes(b"no picture")

    assert "happy/broken.png" in share_out(tmp_path, classes_in(tmp_path))


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, float("nan")])
def test_refuses_a_share_that_is_none(share: float, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="a share above 0 and below 1"):
        share_out(tmp_path, classes_in(write_classes(tmp_path, 4)), share)


def test_refuses_a_class_of_one_picture_many_times(tmp_path: Path) -> None:
    write_classes(tmp_path, 4)
    for path in (tmp_path / "sad").iterdir():
        path.write_bytes(png(0))

    with pytest.raises(DataError, match="of the class 'sad', one of them for the test"):
        share_out(tmp_path, classes_in(tmp_path))


def test_two_pictures_of_a_class_are_enough(tmp_path: Path) -> None:
    sides = share_out(tmp_path, classes_in(write_classes(tmp_path, 2)))

    assert len(in_test(sides)) == 2


def test_groups_are_pictures_not_files(tmp_path: Path) -> None:
    Image.fromarray(face(0)).save(tmp_path / "a.png")
    Image.fromarray(face(0)).save(tmp_path / "b.bmp")
    Image.fromarray(face(1)).save(tmp_path / "c.png")

    groups = groups_of(tmp_path, ["a.png", "b.bmp", "c.png"])

    np.testing.assert_array_equal(groups, [0, 0, 1])
