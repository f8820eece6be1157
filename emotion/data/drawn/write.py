"""Drawn faces for a machine without any data: "drawn faces (demo)".

Every face has a random generator of its own, seeded by (seed, split, class, number), so that it looks the same however
many others are asked for. Faces are painted at four times their size, shrunk, lit and given the noise of a camera.
Painting takes most of the time, so the painted faces of the set that everybody gets come along (`shipped`).
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion.data.drawn import shipped
from emotion.data.drawn.face import paint
from emotion.data.drawn.traits import draw_expression, draw_look, draw_pose
from emotion.recipes import DEFAULT_CLASSES
from emotion.system import IMAGE_SIZE, DataError, _, disk

SPLITS = ("train", "test")
OVERSIZE = 4  # painted this many times larger than wanted, then shrunk: smooth edges
MILDEST = 0.12  # least distance of a face's happiness from the middle, of 1
PORTRAIT_OVERSIZE = 3
PORTRAIT_SPLIT = len(SPLITS)  # its place in the seed, so that no portrait is a face of train or test


def _light(rng: np.random.Generator, size: int) -> npt.NDArray[np.float32]:
    """Brightness over the picture, about 1 and stronger from one side; (size, size)."""
    angle, slope = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.3)
    gain = rng.uniform(0.75, 1.05)
    across = np.linspace(-1, 1, size, dtype=np.float32)
    gains = gain + slope * (np.cos(angle) * across[None, :] + np.sin(angle) * across[:, None])
    return np.asarray(gains, dtype=np.float32)


def draw_face(rng: np.random.Generator, happiness: float) -> Image.Image:
    """Draws one face as the network sees it.

    Args:
        rng: decides everything but the happiness.
        happiness: -1 (very sad) to 1 (very happy); near 0 mouth, brows and eyes may contradict one another.

    Returns:
        A 48x48 picture in mode L.
    """
    return _photographed(_painted(rng, happiness), rng)


def _painted(rng: np.random.Generator, happiness: float) -> npt.NDArray[np.uint8]:
    """A face in even light and without noise, (48, 48)."""
    look, expression, pose = draw_look(rng), draw_expression(rng, happiness), draw_pose(rng)
    large = paint(look, expression, pose, OVERSIZE * IMAGE_SIZE).convert("L")
    return np.asarray(large.reduce(OVERSIZE))


def _photographed(painted: npt.NDArray[np.uint8], rng: np.random.Generator) -> Image.Image:
    """The same face with light from one side and the noise of a camera; `rng` as painting has left it."""
    grey = painted.astype(np.float32) * _light(rng, IMAGE_SIZE)
    grey += rng.normal(0, rng.uniform(1, 6), grey.shape).astype(np.float32)
    return Image.fromarray(np.clip(np.rint(grey), 0, 255).astype(np.uint8))


def draw_portrait(seed: int, happy: bool, size: int = 480) -> Image.Image:
    """Draws one clear face, large: an example picture. The same seed gives the same person, happy or sad.

    Args:
        seed: 0 or more; which person.
        happy: whether it smiles.
        size: side in pixels.

    Returns:
        A picture in mode RGB: soft colours, plain background, nothing in front of the face.
    """
    rng = np.random.default_rng([seed, PORTRAIT_SPLIT])
    look, pose = draw_look(rng, covered_share=0.0), draw_pose(rng, reach=0.3)
    pose = replace(pose, size=0.9 * pose.size, y=pose.y + 0.02)  # room for high hair
    expression = draw_expression(rng, 0.85 if happy else -0.85, spread=0.3)
    if happy:
        expression = replace(expression, tears=0)
    return paint(look, expression, pose, PORTRAIT_OVERSIZE * size).reduce(PORTRAIT_OVERSIZE)


def _numbered(split: str, count: int) -> Iterator[tuple[str, int]]:
    """Class and number of each face of a split: half of them happy, one more if the count is odd."""
    for name in DEFAULT_CLASSES:
        for number in range((count + (name == "happy")) // 2):
            yield name, number


def paint_one(seed: int, split: str, name: str, number: int) -> shipped.Painted:
    """Paints one face of a set.

    Args:
        seed: of the set, 0 or more.
        split: "train" or "test".
        name: the face's class, "happy" or "sad".
        number: 0 or more; which face of its class.

    Returns:
        The face in even light and without noise, (48, 48), and its generator of random numbers as painting has left it.
    """
    rng = np.random.default_rng([seed, SPLITS.index(split), DEFAULT_CLASSES.index(name), number])
    strength = rng.uniform(MILDEST, 1.0)
    return _painted(rng, strength if name == "happy" else -strength), rng


def _fill(root: Path, counts: dict[str, int], seed: int, progress: Callable[[int, int], None] | None) -> None:
    ready = shipped.load() if seed == shipped.SEED else {}
    total, done = sum(counts.values()), 0
    for split, count in counts.items():
        for name in DEFAULT_CLASSES:
            (root / split / name).mkdir(parents=True)
        for name, number in _numbered(split, count):
            faces = ready.get((split, name))
            one = faces.face(number) if faces and number < len(faces) else paint_one(seed, split, name, number)
            _photographed(*one).save(root / split / name / f"{number + 1:05d}.png", compress_level=1)
            done += 1
            if progress and (done % 50 == 0 or done == total):
                progress(done, total)


def write(
    root: Path,
    train: int = shipped.COUNTS["train"],
    test: int = shipped.COUNTS["test"],
    seed: int = shipped.SEED,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Draws the faces into a new folder: `root/{train,test}/{happy,sad}/00001.png`, all of it or nothing.

    Those that come along are painted already; with another seed, or beyond their count, they are painted now.

    Args:
        root: the folder to make; it must not be there yet, or be empty.
        train, test: how many faces a split; one half happy, one half sad.
        seed: the same seed gives the same files.
        progress: called with (faces drawn, faces in all) now and then.

    Raises:
        DataError: if there is something in `root`.
        NoRoomError, OutputFolderError: when the disk takes no more.
    """
    if root.is_file() or (root.is_dir() and any(root.iterdir())):
        raise DataError(
            _(
                "{root} already holds files. Expected a new or an empty folder for the drawn faces. "
                "Choose another folder or move its files away.",
                root=root,
            )
        )
    disk.make_folder(root.parent)
    unfinished = root.with_name(f".{root.name}.{secrets.token_hex(4)}.part")
    try:
        with disk.writing(root.parent):
            _fill(unfinished, {"train": train, "test": test}, seed, progress)
            _put_in_place(unfinished, root)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _put_in_place(unfinished: Path, root: Path) -> None:
    """Moves the finished folder to its name; another process that was faster has drawn the same faces, and wins."""
    try:
        if root.is_dir():
            root.rmdir()  # Windows replaces no folder, not even an empty one
        os.replace(unfinished, root)
    except OSError:
        if not all((root / split).is_dir() for split in SPLITS):
            raise
