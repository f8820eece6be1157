"""A small clean data set of drawn faces, and one planted example of everything that a check finds.

root = write_clean(folder)
PLANTS["twins"](root)
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from emotion.data.drawn.write import draw_face

CLASSES = {"happy": 0.8, "sad": -0.8}
COUNTS = {"train": 24, "test": 12}  # of each class

Grey = np.ndarray


@functools.cache
def face(number: int, happiness: float) -> Image.Image:
    """One of as many different faces as are asked for."""
    return draw_face(np.random.default_rng([7, number]), happiness)


def write_clean(root: Path) -> Path:
    """48 train and 24 test faces, of which nothing is to be said."""
    number = 0
    for split, count in COUNTS.items():
        for name, happiness in CLASSES.items():
            (root / split / name).mkdir(parents=True)
            for place in range(count):
                face(number, happiness).save(root / split / name / f"{place:02}.png")
                number += 1
    return root


def fresh(number: int = 0) -> Image.Image:
    """A face that is not in the clean set."""
    return face(1000 + number, 0.8)


def copy(root: Path, source: str, target: str) -> None:
    shutil.copy(root / source, root / target)


def twins(root: Path) -> None:
    copy(root, "train/happy/03.png", "test/happy/twin.png")


def near_twins(root: Path) -> None:
    with Image.open(root / "train/sad/05.png") as picture:
        picture.save(root / "test/sad/again.jpg", quality=80)


def mirrored_twins(root: Path) -> None:
    with Image.open(root / "train/sad/06.png") as picture:
        picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(root / "test/sad/mirrored.png")


def conflicts(root: Path) -> None:
    copy(root, "train/happy/04.png", "train/sad/contradiction.png")


def duplicates(root: Path) -> None:
    copy(root, "train/happy/07.png", "train/happy/copy.png")


def near_duplicates(root: Path) -> None:
    with Image.open(root / "train/sad/08.png") as picture:
        picture.point(lambda grey: grey * 0.9 + 10).save(root / "train/sad/brighter.png")


def unreadable(root: Path) -> None:
    data = (root / "train/happy/09.png").read_bytes()
    (root / "train/happy/cut.png").write_bytes(data[: len(data) // 2])


def wrong_kind(root: Path) -> None:
    (root / "train/happy/words.jpg").write_text("This is no picture.", encoding="utf-8")
    fresh(1).save(root / "test/sad/really a png.jpg", "PNG")


def blank(root: Path) -> None:
    Image.new("L", (48, 48), 90).save(root / "train/sad/grey.png")


def size(root: Path) -> None:
    fresh(2).resize((20, 20)).save(root / "train/happy/tiny.png")
    fresh(3).resize((500, 500)).save(root / "test/happy/huge.png")


def colour(root: Path) -> None:
    channels = fresh(4), fresh(4).point(lambda grey: grey * 0.8), fresh(4).point(lambda grey: grey * 0.5)
    Image.merge("RGB", channels).save(root / "train/sad/colour.png")


def imbalance(root: Path) -> None:
    for number in range(60):
        fresh(100 + number).save(root / f"train/happy/more-{number}.png")


def _each(root: Path, split: str) -> Iterator[tuple[Path, Image.Image]]:
    for path in sorted((root / split).glob("*/*.png")):
        with Image.open(path) as picture:
            yield path, picture.copy()


def sharpness(root: Path) -> None:
    for path, picture in _each(root, "train"):
        picture.filter(ImageFilter.GaussianBlur(1.2)).save(path)


def brightness(root: Path) -> None:
    for path, picture in _each(root, "test"):
        picture.point(lambda grey: min(255, grey + 45)).save(path)


def contrast(root: Path) -> None:
    for path, picture in _each(root, "train"):
        grey = np.asarray(picture, dtype=np.float32)
        Image.fromarray(((grey - grey.mean()) * 0.6 + grey.mean()).round().astype(np.uint8)).save(path)


def split_size(root: Path) -> None:
    rng = np.random.default_rng(0)
    for path, picture in _each(root, "test"):
        large = np.asarray(picture.resize((90, 90)), dtype=np.float32)
        noisy = large + rng.normal(0, 6, large.shape)  # as sharp as before
        Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(path)


def faceless(root: Path) -> None:
    """Only a second pass finds it."""
    stripes = np.add.outer(np.arange(128), 3 * np.arange(128)) % 64 * 3 + 30
    Image.fromarray(stripes.astype(np.uint8)).save(root / "train/happy/stripes.png")


OF_PICTURES: dict[str, Callable[[Path], None]] = {
    "twins": twins,
    "near_twins": near_twins,
    "conflicts": conflicts,
    "duplicates": duplicates,
    "near_duplicates": near_duplicates,
    "unreadable": unreadable,
    "wrong_kind": wrong_kind,
    "blank": blank,
    "size": size,
    "colour": colour,
}  # all of them fit into one data set
OF_SPLITS: dict[str, Callable[[Path], None]] = {
    "sharpness": sharpness,
    "brightness": brightness,
    "contrast": contrast,
    "split_size": split_size,
}
PLANTS = OF_PICTURES | OF_SPLITS | {"imbalance": imbalance}
