"""Boxes on a picture: a number and a sign on each face, so that colour is never alone; and marked copies as files."""

from __future__ import annotations

import io
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from emotion.system import sureness

if TYPE_CHECKING:
    from emotion.models.answers import Face, Headline
    from emotion.recipes.palette import Tone


INK = "#12171b"
TAG = 26  # pixels: height of the tag on a picture of 1000 pixels
JPEG_QUALITY = 88
SMALLEST_LETTERS = 8  # pixels
LAST_LETTER = "\xff"  # up to which Pillow's own font is whole
MOST_BYTES = 200  # of a name, in UTF-8 and without its ending; file systems take 255
FORBIDDEN = frozenset('<>:"/\\|?*')  # in names of Windows
RESERVED = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))})


def draw(
    picture: Image.Image, faces: list[Face], scale: float, *, in_words: bool = False, all_classes: bool = False
) -> Image.Image:
    """Marks the faces that have a box.

    Args:
        picture: RGB, upright.
        faces: in the order of their numbers; boxes in pixels of the whole picture.
        scale: pixels of the whole picture per pixel of `picture`.
        in_words: for a copy that is taken along: with the answer and its probability beside each sign, and for a face
            that is the whole picture in its corner.
        all_classes: mark the likeliest of all classes, see `Face.headline`.

    Returns:
        A marked copy; the picture itself where nothing is marked.
    """
    if not any(in_words or face.box for face in faces):
        return picture
    marked = picture.copy()
    pen = ImageDraw.Draw(marked)
    height = max(12, round(TAG * max(picture.size) / 1000))
    for number, face in enumerate(faces, start=1):
        said = face.headline(all_classes)
        words = _words(said) if in_words else ""
        corner = (0.0, 0.0)
        if face.box is not None:
            left, top, right, bottom = (edge / scale for edge in face.box)
            _box(pen, (left, top, right, bottom), said.tone, height)
            corner = (left, max(0.0, top - height))
        elif not in_words:
            continue
        _tag(pen, corner, str(number) if len(faces) > 1 else "", words, said.tone, height)
    return marked


def _words(said: Headline) -> str:
    """Answer and probability; of a class whose letters the font does not have, the probability alone."""
    share = sureness(said.share).replace("\N{NO-BREAK SPACE}", " ")
    return f"{said.words} · {share}" if max(said.words) <= LAST_LETTER else share


def _box(pen: ImageDraw.ImageDraw, box: tuple[float, float, float, float], tone: Tone, height: int) -> None:
    """A coloured line between two dark ones: it can be seen on any picture."""
    width = max(2, height // 8)
    left, top, right, bottom = box
    pen.rectangle((left - width, top - width, right + width, bottom + width), outline=INK, width=3 * width)
    pen.rectangle(box, outline=tone.dark, width=width)


def _tag(
    pen: ImageDraw.ImageDraw, corner: tuple[float, float], number: str, words: str, tone: Tone, height: int
) -> None:
    """Number, sign and words on a ground of their colour, inside the picture; smaller where the words are too long."""
    across = pen.im.size[0]
    size = height * 0.75
    needed = _tag_width(pen, number, words, size)
    if needed > across:
        size = max(SMALLEST_LETTERS, size * across / needed)
        height, needed = round(size / 0.75), _tag_width(pen, number, words, size)
    left, top = max(0.0, min(corner[0], across - needed)), corner[1]
    font = ImageFont.load_default(size=size)
    number_width = pen.textlength(number, font=font)
    middle = top + height / 2
    pen.rectangle((left, top, left + needed, top + height), fill=tone.dark)
    pen.text((left + height * 0.25, middle), number, fill=INK, font=font, anchor="lm")
    _sign(pen, (left + number_width + height * 0.85, middle), tone, height * 0.28)
    pen.text((left + number_width + height * 1.35, middle), words, fill=INK, font=font, anchor="lm")


def _tag_width(pen: ImageDraw.ImageDraw, number: str, words: str, size: float) -> float:
    font = ImageFont.load_default(size=size)
    return pen.textlength(number, font=font) + pen.textlength(words, font=font) + (2 if words else 1.5) * size / 0.75


def _sign(pen: ImageDraw.ImageDraw, centre: tuple[float, float], tone: Tone, reach: float) -> None:
    """The sign of an answer as a shape: no font has to know it."""
    pen.polygon([(centre[0] + reach * x, centre[1] + reach * y) for x, y in tone.outline], fill=INK)


def as_jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()


def file_name(name: str) -> str:
    """The name of the marked copy of a picture: its own, as far as that is safe on every system.

    Example:
        file_name("../../été <b>.png")    # "été b.jpg"
    """
    last = re.split(r"[/\\]", name)[-1]
    stem = unicodedata.normalize("NFC", last.rpartition(".")[0] or last)
    plain = "".join(letter for letter in stem if letter.isprintable() and letter not in FORBIDDEN).strip(" .")
    while len(plain.encode()) > MOST_BYTES:
        plain = plain[:-1].strip(" .")
    if plain.upper() in RESERVED:
        plain = f"{plain}_"
    return f"{plain or 'picture'}.jpg"


def names(files: Iterable[str]) -> Iterator[str]:
    """The names of marked copies that shall lie together: `file_name`, with -2, -3, … where two would be the same."""
    taken: set[str] = set()
    for name in map(file_name, files):
        free = (name if again == 1 else _again(name, again) for again in itertools.count(1))
        chosen = next(one for one in free if one.casefold() not in taken)
        taken.add(chosen.casefold())
        yield chosen


def _again(name: str, number: int) -> str:
    return f"{name.removesuffix('.jpg')}-{number}.jpg"


def write_copy(marked: Image.Image, folder: Path, name: str) -> Path:
    """Writes a marked copy as a JPEG that was not there before; no file is ever replaced.

    Args:
        marked: from `draw`.
        folder: must exist.
        name: of the picture, see `file_name`.

    Returns:
        Where it lies now.
    """
    target, jpeg = folder / file_name(name), as_jpeg(marked)
    attempt = target
    for again in itertools.count(2):
        try:
            file = attempt.open("xb")
        except FileExistsError:
            attempt = target.with_name(_again(target.name, again))
        else:
            break
    try:
        with file:
            file.write(jpeg)
    except OSError:  # of a full disk: half a picture is none
        attempt.unlink(missing_ok=True)
        raise
    return attempt
