"""Writes about eighty odd picture files, each with what should become of it.

    for odd in write_odd_files(folder):
        odd.name, odd.outcome, odd.says

Every answered one shows the same scene, 60 × 40 pixels: red at the top left, green at the top right, blue at the bottom
left and yellow at the bottom right, so that a turn, a flip or a wrong colour shows in a corner.
"""

from __future__ import annotations

import functools
import io
import os
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

SIZE = (60, 40)
CORNERS = {
    "top left": (230, 30, 30),
    "top right": (30, 200, 30),
    "bottom left": (30, 30, 230),
    "bottom right": (230, 220, 30),
}
FORBIDDEN_ON_WINDOWS = '<>:"/\\|?*\n\r\t'

# How a picture must lie in the file, so that the reader's turn for this EXIF orientation brings it upright.
LIES = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


class Outcome(StrEnum):
    ANSWERED = "answered"
    NOTED = "answered with a note"
    REFUSED = "refused"


class Look(StrEnum):
    """What an answered picture looks like once it is read."""

    COLOUR = "the scene in colour"
    GREY = "the scene in grey"
    HOLE = "the scene in colour, white at the bottom right"
    WHITE = "white all over"
    OTHER = "not the scene"


@dataclass(frozen=True)
class OddFile:
    """One file: its name in the folder, its bytes, and what should become of it.

    `says` is a part of the note or of the sentence of refusal; `length` pads the file with zeros to so many bytes.
    """

    name: str
    data: bytes
    outcome: Outcome = Outcome.ANSWERED
    says: str = ""
    look: Look = Look.COLOUR
    length: int = 0

    def write(self, folder: Path) -> Path:
        path = folder / self.name
        with open(path, "wb") as file:
            file.write(self.data)
            if self.length:
                file.truncate(self.length)
        return path


def scene(size: tuple[int, int] = SIZE) -> Image.Image:
    """Returns the scene, RGB."""
    width, height = size
    image = Image.new("RGB", size)
    boxes = [(0, 0), (width // 2, 0), (0, height // 2), (width // 2, height // 2)]
    for corner, box in zip(CORNERS.values(), boxes, strict=True):
        image.paste(corner, (*box, box[0] + width - width // 2, box[1] + height - height // 2))
    return image


def encode(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def jpeg(image: Image.Image | None = None, **options: Any) -> bytes:
    return encode(image or scene(), "JPEG", **{"quality": 95, "subsampling": 0} | options)


def turned(kind: str, orientation: int, **options: Any) -> bytes:
    """The scene, stored lying and with the EXIF orientation that says so."""
    image = scene().transpose(LIES[orientation]) if orientation in LIES else scene()
    if kind == "TIFF":
        return encode(image, kind, tiffinfo={274: orientation}, **options)
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encode(image, kind, exif=exif, **options)


def png(size: tuple[int, int], depth: int, colour: int, rows: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG from scratch: `rows` are the filtered rows before compression, `chunks` stand before them."""
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    body = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in body
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def deep_rgb_png() -> bytes:
    deep = np.asarray(scene()).astype(">u2") * 257
    return png(SIZE, 16, 2, b"".join(b"\0" + row.tobytes() for row in deep))


def flat_png(size: tuple[int, int]) -> bytes:
    """A white 1-bit PNG of any size: 144 megapixels are 18 kB."""
    row = b"\0" + b"\xff" * ((size[0] + 7) // 8)
    return png(size, 1, 0, row * size[1])


def ycck_jpeg() -> bytes:
    """A JPEG as old print shops made them: YCCK, inverted, with Adobe's marker.

    Pillow writes plain CMYK only. Its four channels are filled with what a YCCK file would hold (the luma of the ink)
    and the marker's last byte is set from 0 (no transform) to 2 (YCCK).
    """
    cyan_magenta_yellow = scene().point(lambda value: 255 - value)
    ycc = cyan_magenta_yellow.convert("YCbCr").point(lambda value: 255 - value)
    data = jpeg(Image.merge("CMYK", (*ycc.split(), Image.new("L", SIZE, 0))))
    marker = data.index(b"Adobe\0")
    return data[: marker + 11] + b"\x02" + data[marker + 12 :]


def with_alpha(alpha: int, size: tuple[int, int] = SIZE) -> Image.Image:
    image = scene(size)
    image.putalpha(alpha)
    return image


def _two(kind: str, **options: Any) -> bytes:
    """A file of two pictures: the scene, then black."""
    return encode(scene(), kind, save_all=True, append_images=[Image.new("RGB", SIZE)], **options)


def _with_hole(kind: str) -> bytes:
    """A palette picture whose colour at the bottom right is transparent."""
    image = scene().quantize(8)
    return encode(image, kind, transparency=image.getpixel((SIZE[0] - 1, SIZE[1] - 1)))


def heic(image: Image.Image, orientation: int = 1) -> bytes:
    """A HEIC file. The reader of the app registers itself when it is needed; this does not do it in its place."""
    import pillow_heif

    exif, stream = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    pillow_heif.encode(image.mode, image.size, image.tobytes(), stream, exif=exif.tobytes(), quality=90, chroma=444)
    return stream.getvalue()


def _jpegs() -> Iterator[OddFile]:
    for orientation in range(1, 9):
        yield OddFile(f"orientation {orientation}.jpg", turned("JPEG", orientation))
    for orientation in (0, 9):
        yield OddFile(f"orientation {orientation} is none.jpg", turned("JPEG", orientation))
    yield OddFile("exif is noise.jpg", jpeg(exif=b"Exif\0\0" + bytes(range(80))))
    yield OddFile("exif is cut.jpg", jpeg(exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x05\x01\x12\0\x03"))
    yield OddFile("exif is empty.jpg", jpeg(exif=b"Exif\0\0"))
    yield OddFile("progressive.jpg", jpeg(progressive=True))
    yield OddFile("cmyk.jpg", jpeg(scene().convert("CMYK")))
    yield OddFile("ycck.jpg", ycck_jpeg())
    yield OddFile("grey.jpg", jpeg(scene().convert("L")), look=Look.GREY)
    yield OddFile("two in one from a phone.jpg", _two("MPO"))
    yield OddFile("junk behind the end.jpg", jpeg() + b"junk" * 100)


def _pngs() -> Iterator[OddFile]:
    grey, hidden = scene().convert("L"), PngImagePlugin.PngInfo()
    hidden.add_text("Comment", "a few words", zip=True)
    for orientation in (3, 5, 6):
        yield OddFile(f"orientation {orientation}.png", turned("PNG", orientation))
    yield OddFile("exif is noise.png", encode(scene(), "PNG", exif=b"Exif\0\0" + bytes(range(80))))
    yield OddFile("grey.png", encode(grey, "PNG"), look=Look.GREY)
    yield OddFile("one bit.png", encode(Image.new("1", SIZE, 1), "PNG"), look=Look.WHITE)
    yield OddFile("palette.png", encode(scene().quantize(16), "PNG"))
    yield OddFile("palette with transparency.png", _with_hole("PNG"), look=Look.HOLE)
    yield OddFile("grey with alpha.png", encode(with_alpha(255).convert("LA"), "PNG"), look=Look.GREY)
    yield OddFile("alpha.png", encode(with_alpha(255), "PNG"))
    yield OddFile("all transparent.png", encode(with_alpha(0), "PNG"), look=Look.WHITE)
    yield OddFile("grey all transparent.png", encode(with_alpha(0).convert("LA"), "PNG"), look=Look.WHITE)
    yield OddFile(
        "one grey is transparent.png", encode(Image.new("L", SIZE, 7), "PNG", transparency=7), look=Look.WHITE
    )
    yield OddFile(
        "one colour is transparent.png",
        encode(Image.new("RGB", SIZE, (7, 8, 9)), "PNG", transparency=(7, 8, 9)),
        look=Look.WHITE,
    )
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    yield OddFile("16 bit grey.png", encode(deep, "PNG"), look=Look.GREY)
    yield OddFile("16 bit colour.png", deep_rgb_png())
    yield OddFile("a little text.png", encode(scene(), "PNG", pnginfo=hidden))
    yield OddFile("moves.png", _two("PNG"), Outcome.NOTED, "first frame")


def _tiffs() -> Iterator[OddFile]:
    grey = np.asarray(scene().convert("L")).astype(np.float32)
    holes = grey.copy()
    holes[18:22, 28:32] = np.nan
    yield OddFile("plain.tif", encode(scene(), "TIFF"))
    yield OddFile("packed.tiff", encode(scene(), "TIFF", compression="tiff_lzw"))
    yield OddFile("orientation 6.tif", turned("TIFF", 6))
    yield OddFile("cmyk.tif", encode(scene().convert("CMYK"), "TIFF"))
    yield OddFile("one bit, fax.tif", encode(Image.new("1", SIZE, 1), "TIFF", compression="group4"), look=Look.WHITE)
    yield OddFile("float from 0 to 1.tif", encode(Image.fromarray(grey / 255), "TIFF"), look=Look.GREY)
    yield OddFile("float from 0 to 255.tif", encode(Image.fromarray(grey), "TIFF"), look=Look.GREY)
    yield OddFile("float with holes.tif", encode(Image.fromarray(holes), "TIFF"), look=Look.GREY)
    yield OddFile("16 bit.tif", encode(Image.fromarray(grey.astype(np.uint16) * 257), "TIFF"), look=Look.GREY)
    yield OddFile("32 bit.tif", encode(Image.fromarray(grey.astype(np.int32) * 257), "TIFF"), look=Look.GREY)
    yield OddFile("pages.tif", _two("TIFF"), Outcome.NOTED, "first page")


def _others() -> Iterator[OddFile]:
    yield OddFile("plain.gif", encode(scene(), "GIF"))
    yield OddFile("transparent.gif", _with_hole("GIF"), look=Look.HOLE)
    yield OddFile("moves.gif", _two("GIF"), Outcome.NOTED, "first frame")
    yield OddFile("plain.bmp", encode(scene(), "BMP"))
    yield OddFile("palette.bmp", encode(scene().quantize(16), "BMP"))
    yield OddFile("plain.webp", encode(scene(), "WEBP", quality=95))
    yield OddFile("orientation 6.webp", turned("WEBP", 6, lossless=True))
    yield OddFile("all transparent.webp", encode(with_alpha(0), "WEBP", lossless=True, exact=True), look=Look.WHITE)
    yield OddFile("moves.webp", _two("WEBP", lossless=True), Outcome.NOTED, "first frame")
    yield OddFile("plain.avif", encode(scene(), "AVIF", quality=95, subsampling="4:4:4"))
    yield OddFile("orientation 6.avif", turned("AVIF", 6, quality=95, subsampling="4:4:4"))
    yield OddFile("from an iPhone.HEIC", heic(scene()))
    yield OddFile("orientation 6.heic", heic(scene().transpose(LIES[6]), 6))
    yield OddFile("of the general brand.heic", heic(scene()).replace(b"ftypheix", b"ftypmif1"))
    for name, size in {"one pixel": (1, 1), "fifteen high": (200, 15), "very long": (3000, 2)}.items():
        yield OddFile(f"{name}.png", encode(Image.new("RGB", size), "PNG"), Outcome.REFUSED, "too few to see a face")
    yield OddFile("sixteen high.png", encode(Image.new("RGB", (200, 16)), "PNG"), look=Look.OTHER)
    for kind in ("PPM", "JPEG2000", "PCX", "SGI", "DDS", "TGA", "DIB"):
        yield OddFile(f"of another kind.{kind.lower()}", encode(scene(), kind))
    yield OddFile("icon.png", encode(scene((32, 32)), "ICO"), look=Look.OTHER)
    yield OddFile("grey of a face collection.pgm", encode(scene().convert("L"), "PPM"), look=Look.GREY)


def _wrong_endings() -> Iterator[OddFile]:
    yield OddFile("a jpeg.png", jpeg())
    yield OddFile("a png.jpg", encode(scene(), "PNG"))
    yield OddFile("a heic.jpg", heic(scene()))
    yield OddFile("LOUD.JPG", jpeg())
    for name, data in {
        "text.jpg": b"Dear diary, today it rained.\n",
        "page.png": b"<!DOCTYPE html><html><body><img src=x onerror=alert(1)></body></html>",
        "paper.jpg": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
        "film.heic": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(100),
        "archive.webp": b"PK\x03\x04" + bytes(60),
        "shortcut.jpg": b"L\0\0\0\x01\x14\x02\0" + bytes(100),
        "not fetched.jpg": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n",
        "film of a telephone.jpg": b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + bytes(100),
        "noise.jpg": random.Random(0).randbytes(4000),
        "one byte.png": b"\x89",
    }.items():
        yield OddFile(name, data, Outcome.REFUSED, "not a picture")


def _unread_kinds() -> Iterator[OddFile]:
    """Pictures, but of kinds that nothing here can read."""
    for name, (data, kind) in {
        "photo.jxl": (b"\xff\x0a" + bytes(500), "JPEG XL"),
        "photo in a box.jxl": (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(500), "JPEG XL"),
        "scan.dcm": (bytes(128) + b"DICM" + bytes(500), "DICOM"),
        "drawing.png": (b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', "SVG"),
        "drawing with a head.svg": (b'<?xml version="1.0"?>\n<svg width="9" height="9"/>', "SVG"),
        "program for a printer.jpg": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript"),
        "render.exr": (b"v/1\x01" + bytes(100), "OpenEXR"),
        "layers.xcf": (b"gimp xcf v011\0" + bytes(100), "GIMP"),
        "raw.CR3": (b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom" + bytes(100), "camera raw"),
        "raw.RAF": (b"FUJIFILMCCD-RAW 0201" + bytes(500), "camera raw"),
    }.items():
        yield OddFile(name, data, Outcome.REFUSED, rf"a kind that is not read ({kind})")


def _broken() -> Iterator[OddFile]:
    yield OddFile("empty.jpg", b"", Outcome.REFUSED, "empty")
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8))
    whole = {
        "jpg": jpeg(noise),
        "png": encode(noise, "PNG"),
        "webp": encode(noise, "WEBP"),
        "gif": encode(noise, "GIF"),
        "bmp": encode(noise, "BMP"),
        "tif": encode(noise, "TIFF", compression="tiff_lzw"),
        "avif": encode(noise, "AVIF"),
        "heic": heic(noise),
    }
    for ending, data in whole.items():
        yield OddFile(f"half.{ending}", data[: len(data) // 2], Outcome.REFUSED, "damaged")
    yield OddFile("head only.jpg", whole["jpg"][:30], Outcome.REFUSED, "damaged")
    yield OddFile("head only.png", whole["png"][:30], Outcome.REFUSED, "damaged")


def _too_much() -> Iterator[OddFile]:
    yield OddFile("225 megapixels.png", flat_png((15000, 15000)), Outcome.REFUSED, "200 megapixels")
    claim = encode(scene(), "GIF")
    yield OddFile(
        "claims 4 gigapixels.gif", claim[:6] + b"\xff\xff\xff\xff" + claim[10:], Outcome.REFUSED, "200 megapixels"
    )
    words = b"Comment\0\0" + zlib.compress(b"a" * 2_000_000, 9)
    yield OddFile("text bomb.png", png((1, 1), 8, 0, b"\0\0", (b"zTXt", words)), Outcome.REFUSED, "hidden text")
    text = zlib.compress(b"a" * 1_000_000, 9)
    many = [(b"zTXt", b"Word%d\0\0" % i + text) for i in range(70)]  # each passes, all together do not
    yield OddFile("many texts.png", png((1, 1), 8, 0, b"\0\0", *many), Outcome.REFUSED, "hidden text")
    yield OddFile("201 MB.jpg", jpeg(), Outcome.REFUSED, "200 MB", length=201 * 2**20)


def _names() -> Iterator[OddFile]:
    for name in (
        'it\'s "quoted".jpg',
        "two\nlines.jpg",
        "\U0001f600 happy \U0001f622.jpg",
        "right\u202eto left gpj.jpg",
        "<img src=x onerror=alert(1)>.jpg",
        "..%2F..%2Fx.jpg",
        "-rf.jpg",
        "**[bold](javascript:alert(1))**.jpg",
        "%s {0} $HOME `id`.jpg",
        "\u7b11\u8138 \u0441\u043c\u0435\u0445 \u0636\u062d\u0643.jpg",
        "a" * 200 + ".jpg",
    ):
        if os.name != "nt" or not set(name) & set(FORBIDDEN_ON_WINDOWS):
            yield OddFile(name, jpeg())


@functools.cache
def odd_files() -> tuple[OddFile, ...]:
    """All of them, in a fixed order."""
    groups: list[Callable[[], Iterator[OddFile]]] = [
        _jpegs, _pngs, _tiffs, _others, _wrong_endings, _unread_kinds, _broken, _too_much, _names
    ]  # fmt: skip
    return tuple(odd for group in groups for odd in group())


def broken(data: bytes, chance: random.Random) -> bytes:
    """A file with some bytes changed, and every second time cut short."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed[: chance.randint(1, len(changed) * 2)])


def write_odd_files(folder: Path) -> tuple[OddFile, ...]:
    """Writes them all into `folder` (about 1 MB, one of them a hole of 201 MB) and returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    written = odd_files()
    for odd in written:
        odd.write(folder)
    return written
