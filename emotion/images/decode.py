"""Opens picture files of every kind that people bring: upright RGB, or one sentence why not.

Only `emotion.images.crop` imports this module; everybody else imports from there.

From the ways in which files keep pixels to plain RGB, 8 bits a channel.

Works in bands of rows, so that a large picture never stands in memory three times.
"""

from __future__ import annotations

import functools
import io
import os
import stat
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from emotion.images.errors import NotAPictureError, PictureError
from emotion.images.kinds import memory, raw, signatures
from emotion.system import N_, _, decimal

# Of this thread's computing, for one picture. The largest honest ones take 1 to 3 s; one of 211 kB whose JPEG passes
# over all its pixels 200 times took 9 s, and 25 MB hold 100,000 such passes.
MOST_SECONDS = 10.0
JPEG_BLOCK = 4096  # bytes that the decoder is given between two looks at the time
LEAST_SIDE = 16  # pixels: below there is nothing to see
SHRINK_FILTER = Image.Resampling.HAMMING

NOT_OPENED = N_("The file cannot be opened: check that it is there, is not a folder, and may be read.")
TOO_LARGE = N_("The file has {size} MB and at most {most} MB are read: save the picture smaller.")
NOT_READ = N_("The file is a picture of a kind that is not read ({kind}): save it as JPEG or PNG.")
TOO_SMALL = N_(
    "The picture has only {width} × {height} pixels, too few to see a face, and at least {least} on its shorter side "
    "are expected: choose a larger one."
)
NO_HEIC = N_(
    "HEIC pictures need the package pillow-heif, which is not installed: install it or save the picture as JPEG."
)
HIDDEN_TEXT = N_("The picture carries more than 1 MB of hidden text: save it again without its metadata.")
DAMAGED = N_("The picture is damaged, cut short or saved in a rare way: download it again or save it as JPEG or PNG.")

ANIMATION_NOTE = N_("An animation: its first frame was used.")
PAGES_NOTE = N_("A file of several pages: its first page was used.")
RAW_NOTE = N_("A raw photo of a camera: the preview in it was used ({width} × {height} pixels).")
PICTURES_NOTE = N_("A file of several pictures: its main one was used.")

_NOTES = {"GIF": ANIMATION_NOTE, "WEBP": ANIMATION_NOTE, "PNG": ANIMATION_NOTE, "AVIF": ANIMATION_NOTE}
_NOTES |= {"TIFF": PAGES_NOTE, "HEIF": PICTURES_NOTE}
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
RIGHT = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
# Set once, here, and never switched to and fro: both belong to the whole process, and pages decode in several threads.
# Pillow checks its limit inside `open`, some decoders before they take memory. What it would warn of (sizes between
# one and two limits, broken EXIF) is either told in our own sentence or does no harm.
Image.MAX_IMAGE_PIXELS = memory.MAX_PIXELS
warnings.filterwarnings("ignore", module=r"PIL\.")


@dataclass(frozen=True)
class Picture:
    """A picture that was read.

    Attributes:
        rgb: mode RGB, upright, without metadata; shrunk where `max_side` asked for it.
        size: width and height of the whole upright picture in pixels, before shrinking.
        note: "" or a sentence on what was done with the file.
        turn: what put the picture upright; None where it was stored upright.
    """

    rgb: Image.Image
    size: tuple[int, int]
    note: str = ""
    turn: Image.Transpose | None = None

    @property
    def scale(self) -> float:
        """Pixels of the whole picture per pixel of `rgb`, at least 1: multiply a box by it."""
        return max(self.size) / max(self.rgb.size)

    def turned(self, degrees: int) -> Picture:
        """The same picture turned to the right by 0, 90, 180 or 270 degrees."""
        if degrees == 0:
            return self
        by = RIGHT[degrees]
        size = self.size if degrees == 180 else self.size[::-1]
        return replace(self, rgb=self.rgb.transpose(by), size=size, turn=_one_after_another(self.turn, by))


def _one_after_another(first: Image.Transpose | None, second: Image.Transpose) -> Image.Transpose | None:
    """The one turn that does what two do; None where they undo each other."""
    if first is None:
        return second
    sample = Image.fromarray(np.arange(6, dtype=np.uint8).reshape(2, 3))
    wanted = sample.transpose(first).transpose(second)
    return next((turn for turn in Image.Transpose if sample.transpose(turn) == wanted), None)


@functools.cache
def _heif_is_ready() -> bool:
    """Registers the HEIC reader with Pillow on first need; False where its package is missing."""
    try:
        import pillow_heif
    except ImportError:
        return False
    pillow_heif.register_heif_opener()
    return True


def _formats(head: bytes, name: str | None) -> tuple[str, ...]:
    """What Pillow may take a file for that begins like this.

    Raises:
        PictureError: where the first bytes say that it is none of these.
    """
    if kind := signatures.unread(head):
        raise PictureError(_(NOT_READ, kind=_(kind.name))) if kind.is_picture else NotAPictureError(_(kind.name))
    formats = (*signatures.signed(), *signatures.unsigned(name))
    if not signatures.is_heif(head):
        return formats
    if not _heif_is_ready():
        if signatures.is_general(head):
            return formats
        raise PictureError(_(NO_HEIC))
    return (*formats, "HEIF")  # AVIF stays in front and passes on a general file that is none


class _InTime:
    """A file that is read no longer than a picture may take. Decoders ask for the next bytes again and again.

    The time that the thread has computed counts, so that a busy machine is no reason to give up.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._end = stream, time.thread_time() + MOST_SECONDS

    def read(self, *size: int) -> bytes:
        if time.thread_time() > self._end:
            raise PictureError(
                _(
                    "The picture was given up after {seconds} seconds of work, where others take one or two: "
                    "save it again as JPEG or PNG.",
                    seconds=f"{MOST_SECONDS:g}",
                )
            )
        return self._stream.read(*size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _read_header(stream: BinaryIO, name: str | None) -> tuple[Image.Image, bool]:
    """Opens without decoding, so that the size can be judged before it costs memory, and tells a raw photo."""
    head = stream.read(signatures.HEAD)
    kind = signatures.unread(head)
    image: Image.Image | None = None
    if kind is None or kind.name != signatures.RAW:
        formats = _formats(head, name)
        stream.seek(0)
        try:
            image = Image.open(stream, formats=formats)
        except UnidentifiedImageError as error:
            damaged = signatures.starts_like_a_picture(head)
            raise (PictureError(_(DAMAGED)) if damaged else NotAPictureError()) from error
    is_raw = image is None or (image.format == "TIFF" and raw.is_raw(image))
    if is_raw:
        image = raw.preview(stream, image)
    if image is None or (is_raw and max(image.size) < raw.LEAST_PREVIEW):
        what = _("camera raw")
        if image:
            size = map(str, image.size)
            what = _("camera raw, whose preview has only {size} pixels", size=" × ".join(size))
        raise PictureError(_(NOT_READ, kind=what))
    memory.check(image)
    return image, is_raw


def _note(image: Image.Image) -> str:
    """What to say of a file that holds more than one picture. (Phones hide a second one in a JPEG: no note.)"""
    return _(_NOTES.get(image.format or "", "")) if getattr(image, "is_animated", False) else ""


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 where it is missing, broken or out of range. Ask after `load`: a PNG may end with it."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001 - a broken block of EXIF raises almost anything, and the picture itself is whole
        return 1
    return value if isinstance(value, int) and value in _UPRIGHT else 1


def _fit(size: tuple[int, int], max_side: int) -> tuple[int, int]:
    """The size in the same proportions whose longer side is at most `max_side`."""
    ratio = min(1.0, max_side / max(size))
    return max(1, round(size[0] * ratio)), max(1, round(size[1] * ratio))


def _to_rgb_within(image: Image.Image, target: tuple[int, int]) -> Image.Image:
    """Shrinks in whole-number blocks while converting, then the rest (less than half) with an antialiasing filter."""
    factor = max(1, min(image.width // target[0], image.height // target[1]))
    if memory.divided(image.size, factor + 1) == target:  # rounded up, as blocks are counted
        factor += 1
    rgb = to_rgb(image, factor)
    return rgb if rgb.size == target else rgb.resize(target, SHRINK_FILTER)


def _decode(stream: BinaryIO, max_side: int | None, keep_grey: bool, name: str | None) -> Picture:
    image, is_raw = _read_header(stream, name)
    full, note = image.size, _(RAW_NOTE, width=image.width, height=image.height) if is_raw else _note(image)
    target = memory.drawn(image, _fit(full, max_side or max(full)))
    if memory.is_jpeg(image):
        if isinstance(image, ImageFile.ImageFile):
            image.decodermaxblock = JPEG_BLOCK
        image.draft(None, target)  # libjpeg decodes at 1/2, 1/4 or 1/8, never below this size
    image.load()
    if not memory.is_jpeg(image):  # Pillow turns a TIFF while loading, and a HEIC tells its true size only then
        full = image.size
        memory.check(image)
        target = memory.drawn(image, _fit(full, max_side or max(full)))
    if min(full) < LEAST_SIDE:
        raise PictureError(_(TOO_SMALL, width=full[0], height=full[1], least=LEAST_SIDE))
    turn = _UPRIGHT.get(_orientation(image))
    grey = keep_grey and image.mode == "L" and target == full and not image.has_transparency_data
    upright = image if grey else _to_rgb_within(image, target)
    if turn is not None:
        upright = upright.transpose(turn)
        full = full[::-1] if turn.name in ("TRANSPOSE", "TRANSVERSE", "ROTATE_90", "ROTATE_270") else full
    upright.info = {}  # where and when a photo was taken goes no further
    return Picture(upright, full, note, turn)


def too_large(size: float, most: float) -> PictureError:
    """Args: size, most: bytes of a file, and so many as are read."""
    return PictureError(_(TOO_LARGE, size=decimal(size / 2**20), most=f"{most / 2**20:g}"))


def _open_stream(source: Path | str | bytes, max_bytes: int | None) -> BinaryIO:
    """Opens a file or bytes for reading, after a look at the number of bytes."""
    if isinstance(source, bytes):
        size, most = len(source), max_bytes or memory.upload_mb() * 2**20
    else:
        try:
            status = os.stat(source)
        except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
            raise PictureError(_(NOT_OPENED)) from error
        if not stat.S_ISREG(status.st_mode):  # a pipe or device could be read for ever
            raise PictureError(_(NOT_OPENED))
        size, most = status.st_size, max_bytes or memory.MAX_FILE_BYTES
    if size == 0:
        raise PictureError(_("The file is empty: copy or download the picture again."))
    if size > most:
        raise too_large(size, most)
    try:
        return io.BytesIO(source) if isinstance(source, bytes) else open(source, "rb")
    except OSError as error:
        raise PictureError(_(NOT_OPENED)) from error


def open_picture(
    source: Path | str | bytes,
    *,
    max_bytes: int | None = None,
    max_side: int | None = None,
    keep_grey: bool = False,
    name: str | None = None,
) -> Picture:
    """Reads one picture, upright and in RGB, whatever kind of file it is. Safe to call from several threads.

    Example:
        picture = open_picture(Path("beach.jpg"), max_side=1280)

    Args:
        source: a file, or the bytes of one.
        max_bytes: larger files are refused unread. None: 200 MB of a file, `memory.upload_mb()` MB of bytes.
        max_side: pixels; a picture whose longer side is longer is shrunk to it, and a large JPEG is then decoded
            at a fraction of the cost. None: full size, or of the largest as much as memory allows.
        keep_grey: leave `rgb` in mode L where the file is 8-bit grey and not shrunk (a shortcut for training data).
        name: of the file where `source` is bytes: a few rare kinds of picture are known by their ending alone.

    Returns:
        The picture, with its whole size and a note for the person.

    Raises:
        PictureError: with one sentence for the person; nothing else, whatever the file holds.
    """
    with _open_stream(source, max_bytes) as stream:
        try:
            known_by = name if isinstance(source, bytes) else os.fspath(source)
            return _decode(cast(BinaryIO, _InTime(stream)), max_side, keep_grey, known_by)
        except PictureError:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise memory.too_many() from error
        except Exception as error:
            # A decoder that is fed a broken file may raise anything, and the next file is waiting. Of Pillow's limits
            # on compressed text the message alone tells.
            raise PictureError(_(HIDDEN_TEXT) if "MAX_TEXT" in str(error) else _(DAMAGED)) from error


BAND_PIXELS = 2_000_000  # of one band: 8 MB as RGB, and few enough rounds to cost nothing
DEEP_MODES = ("I", "F")  # also "I;16" and its byte orders


def is_deep(image: Image.Image) -> bool:
    """Whether a pixel is one number of more than 8 bits, which Pillow's own conversion would clip to white."""
    return image.mode in DEEP_MODES or image.mode.startswith("I;16")


def _bands(image: Image.Image, factor: int) -> Iterator[tuple[int, Image.Image]]:
    """Yields each band's first row and the band; every first row is a multiple of `factor`."""
    width, height = image.size
    rows = factor * max(1, BAND_PIXELS // (width * factor))
    for top in range(0, height, rows):
        yield top, image.crop((0, top, width, min(top + rows, height)))


def _value_range(image: Image.Image) -> tuple[float, float]:
    """The two values that become black and white.

    16-bit pictures use their full range. Other numbers say nothing of their range: the first of 0–1 (fractions only),
    0–255 and 0–65,535 that holds them all, else from the smallest to the largest value. NaN and infinity do not count.
    """
    if image.mode.startswith("I;16"):
        return 0.0, 65535.0
    lows, highs = [], []
    for _place, band in _bands(image, 1):
        values = np.asarray(band)
        values = values[np.isfinite(values)]
        if values.size:
            lows.append(float(values.min()))
            highs.append(float(values.max()))
    low, high = min(lows, default=0.0), max(highs, default=0.0)
    for top in (1.0, 255.0, 65535.0) if image.mode == "F" else (255.0, 65535.0):
        if low >= 0 and high <= top:
            return 0.0, top
    return low, high


def _deep_to_grey(band: Image.Image, low: float, high: float, transparent: object) -> Image.Image:
    """Scales numbers from [low, high] to 8 bits; NaN becomes black, the transparent value white."""
    with np.errstate(invalid="ignore"):  # NumPy warns of some kinds of NaN
        values: NDArray[np.float64] = np.asarray(band).astype(np.float64)
    scaled = np.clip((np.clip(values, low, high) - low) / max(high - low, 1e-30), 0.0, 1.0)
    grey = np.rint(np.nan_to_num(scaled, nan=0.0) * 255).astype(np.uint8)
    if isinstance(transparent, int):
        grey[values == transparent] = 255
    return Image.fromarray(grey)


def _on_white(band: Image.Image) -> Image.Image:
    """Lays a picture with transparency on white: nothing that it hides can be seen, at any later step."""
    layer = band.convert("RGBA")
    white = Image.new("RGB", band.size, "white")
    white.paste(layer, mask=layer.getchannel("A"))
    return white


def to_rgb(image: Image.Image, factor: int = 1) -> Image.Image:
    """Converts a loaded picture of any mode to RGB and shrinks it by a whole number on the way.

    Args:
        image: 1, L, LA, P, PA, RGB, RGBA, CMYK, YCbCr, LAB, HSV, I;16, I or F, with or without transparency.
        factor: blocks of factor × factor pixels become their mean; 1 keeps the size.

    Returns:
        RGB, 1/factor of the size (rounded up); the same object if there was nothing to do.
    """
    if image.mode == "RGB" and not image.has_transparency_data:
        return image.reduce(factor) if factor > 1 else image
    deep = is_deep(image)
    low, high = _value_range(image) if deep else (0.0, 255.0)
    width, height = image.size
    result = Image.new("RGB", (-(-width // factor), -(-height // factor)))
    for top, band in _bands(image, factor):
        if image.mode == "LAB" and factor > 1:  # whose conversion takes ten times as long as that of others
            result.paste(band.reduce(factor).convert("RGB"), (0, top // factor))
            continue
        if deep:
            rgb = _deep_to_grey(band, low, high, image.info.get("transparency")).convert("RGB")
        else:
            rgb = _on_white(band) if image.has_transparency_data else band.convert("RGB")
        result.paste(rgb.reduce(factor) if factor > 1 else rgb, (0, top // factor))
    return result
