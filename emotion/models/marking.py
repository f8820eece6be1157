"""Boxes on a picture: a number and a sign on each face, so that colour is never alone; and marked copies as files."""

from __future__ import annotations

import io
import itertools
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from emotion.models.answers import Face
    from emotion.recipes.palette import Tone


INK = "#12171b"
TAG = 26  # pixels: height of the tag on a picture of 1000 pixels
JPEG_QUALITY = 88
LONGEST_STEM = 40  # letters of the picture's own name in that of its copy


def draw(
    picture: Image.Image, faces: list[Face], scale: float, *, whole_too: bool = False, all_classes: bool = False
) -> Image.Image:
    """Marks the faces that have a box.

    Args:
        picture: RGB, upright.
        faces: in the order of their numbers; boxes in pixels of the whole picture.
        scale: pixels of the whole picture per pixel of `picture`.
        whole_too: put the sign of a face that is the whole picture into its corner.
        all_classes: mark the likeliest of all classes, see `Face.headline`.

    Returns:
        A marked copy; the picture itself where nothing is marked.
    """
    if not any(whole_too or face.box for face in faces):
        return picture
    marked = picture.copy()
    pen = ImageDraw.Draw(marked)
    height = max(12, round(TAG * max(picture.size) / 1000))
    for number, face in enumerate(faces, start=1):
        told, tone = str(number) if len(faces) > 1 else "", face.headline(all_classes).tone
        if face.box is not None:
            left, top, right, bottom = (edge / scale for edge in face.box)
            _box(pen, (left, top, right, bottom), tone, height)
            _tag(pen, (left, max(0.0, top - height)), told, tone, height)
        elif whole_too:
            _tag(pen, (0.0, 0.0), told, tone, height)
    return marked


def _box(pen: ImageDraw.ImageDraw, box: tuple[float, float, float, float], tone: Tone, height: int) -> None:
    """A coloured line between two dark ones: it can be seen on any picture."""
    width = max(2, height // 8)
    left, top, right, bottom = box
    pen.rectangle((left - width, top - width, right + width, bottom + width), outline=INK, width=3 * width)
    pen.rectangle(box, outline=tone.dark, width=width)


def _tag(pen: ImageDraw.ImageDraw, corner: tuple[float, float], number: str, tone: Tone, height: int) -> None:
    left, top = corner
    font = ImageFont.load_default(size=height * 0.75)
    text_width = pen.textlength(number, font=font)
    pen.rectangle((left, top, left + text_width + 1.5 * height, top + height), fill=tone.dark)
    pen.text((left + height * 0.25, top + height / 2), number, fill=INK, font=font, anchor="lm")
    _sign(pen, (left + text_width + height * 0.85, top + height / 2), tone, height * 0.28)


def _sign(pen: ImageDraw.ImageDraw, centre: tuple[float, float], tone: Tone, reach: float) -> None:
    """The sign of an answer as a shape: no font has to know it."""
    pen.polygon([(centre[0] + reach * x, centre[1] + reach * y) for x, y in tone.outline], fill=INK)


def as_jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()


def file_name(number: int, name: str) -> str:
    """A name for the marked copy of a picture that is safe on every system, whatever the picture was called.

    Example:
        file_name(7, "../../été <b>.png")    # "00007-ete-b.jpg"
    """
    last = re.split(r"[/\\]", name)[-1].rpartition(".")
    plain = unicodedata.normalize("NFKD", last[0] or last[2]).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9]+", "-", plain)[:LONGEST_STEM].strip("-")
    return f"{number:05}-{stem or 'picture'}.jpg"


def write_copy(marked: Image.Image, folder: Path, number: int, name: str) -> Path:
    """Writes a marked copy as a JPEG that was not there before; no file is ever replaced.

    Args:
        marked: from `draw`.
        folder: must exist.
        number, name: of the picture, see `file_name`.

    Returns:
        Where it lies now.
    """
    target, jpeg = folder / file_name(number, name), as_jpeg(marked)
    attempt = target
    for again in itertools.count(2):
        try:
            with attempt.open("xb") as file:
                file.write(jpeg)
        except FileExistsError:
            attempt = target.with_stem(f"{target.stem}-{again}")
        else:
            break
    return attempt
