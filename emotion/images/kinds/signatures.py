"""What kind of file this is, judged by its first bytes: the one place that says what is read and what is not.

The ending of a name is a hint and no more: it decides whether one of the few kinds without a signature may be tried.
Names are those of Pillow for what it reads.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import PurePath

from PIL import Image

from emotion.system import N_

HEAD = 1024  # bytes that `unread` wants to see
COMMON = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")  # JPEG includes the MPO files of phones
# What Pillow opens and we do not let it: it would start another program (EPS), ask Windows to draw (WMF), or only knows
# the kind by sight and cannot decode it.
LEFT_OUT = frozenset({"EPS", "WMF", "BUFR", "GRIB", "HDF5", "MPEG", "FPX", "MIC"})
# Kinds without a signature: nearly any file could be one. Tried only where the name says so.
UNSIGNED = {
    "TGA": (".tga", ".icb", ".vda", ".vst"), "PCD": (".pcd",), "SPIDER": (".spi", ".spider"), "IM": (".im",),
    "IMT": (".imt",), "IPTC": (".iim",), "XVTHUMB": (".p7",), "PIXAR": (".pxr",), "GBR": (".gbr",),
    "MCIDAS": (".area",), "FLI": (".fli", ".flc"), "CUR": (".cur",),
}  # fmt: skip
# Signed ones that nothing but a damaged picture begins with. Others' signatures are two bytes, which texts may have.
_SIGNATURES = (
    b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"8BPS", b"\0\0\0\x0cjP  ",
    b"\xff\x4f\xff\x51", b"qoif", b"DDS ", b"icns", b"\0\0\1\0",
)  # fmt: skip


@dataclass(frozen=True)
class Unread:
    """A kind of file that is not read.

    Attributes:
        name: how people call it, such as "JPEG XL" or "a film".
        is_picture: it is a picture all the same.
    """

    name: str
    is_picture: bool


def _picture(name: str) -> Unread:
    return Unread(name, True)


def _other(name: str) -> Unread:
    return Unread(name, False)


RAW = N_("camera raw")
# First bytes, the longest that are sure; looked through in this order.
_STARTS: tuple[tuple[bytes, Unread], ...] = (
    (b"\xff\x0a", _picture(N_("JPEG XL"))),
    (b"\0\0\0\x0cJXL \r\n\x87\n", _picture(N_("JPEG XL"))),
    (b"\xff\xd8\xff\xf7", _picture("JPEG-LS")),
    (b"II\xbc\x01", _picture(N_("JPEG XR"))),
    (b"FUJIFILMCCD-RAW", _picture(RAW)),
    (b"IIRO", _picture(RAW)),
    (b"IIRS", _picture(RAW)),
    (b"MMOR", _picture(RAW)),
    (b"IIU\0", _picture(RAW)),
    (b"FOVb", _picture(RAW)),
    (b"\0MRM", _picture(RAW)),
    (b"BPG\xfb", _picture("BPG")),
    (b"FLIF", _picture("FLIF")),
    (b"v/1\x01", _picture("OpenEXR")),
    (b"#?RADIANCE", _picture(N_("Radiance HDR"))),
    (b"#?RGBE", _picture(N_("Radiance HDR"))),
    (b"gimp xcf", _picture("GIMP")),
    (b"AT&TFORM", _picture("DjVu")),
    (b"\xd7\xcd\xc6\x9a", _picture(N_("Windows metafile"))),
    (b"%!PS", _picture("PostScript")),
    (b"\xc5\xd0\xd3\xc6", _picture("PostScript")),
    (b"%PDF", _other(N_("a PDF document"))),
    (b"PK\x03\x04", _other(N_("a zip archive"))),
    (b"PK\x05\x06", _other(N_("a zip archive"))),
    (b"Rar!", _other(N_("a RAR archive"))),
    (b"7z\xbc\xaf\x27\x1c", _other(N_("a 7-Zip archive"))),
    (b"\x1f\x8b", _other(N_("a packed file (gzip)"))),
    (b"\x1a\x45\xdf\xa3", _other(N_("a film"))),
    (b"\0\0\x01\xba", _other(N_("a film"))),
    (b"\0\0\x01\xb3", _other(N_("a film"))),
    (b"FLV\x01", _other(N_("a film"))),
    (b"OggS", _other(N_("a sound or film"))),
    (b"ID3", _other(N_("a sound"))),
    (b"L\0\0\0\x01\x14\x02\0", _other(N_("a shortcut of Windows"))),
    (b"version https://git-lfs", _other(N_("a placeholder of Git LFS, whose content was not fetched"))),
    (b"SQLite format 3", _other(N_("a database"))),
    (b"MZ", _other(N_("a program"))),
    (b"\x7fELF", _other(N_("a program"))),
)  # fmt: skip
_BRANDS = {b"crx ": _picture(RAW), b"jxl ": _picture(N_("JPEG XL"))}
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_GENERAL_BRANDS = frozenset({b"mif1", b"msf1"})  # HEIC or AVIF
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_WEB = re.compile(rb"^[\s\xef\xbb\xbf]*(<!--.*?-->\s*)*<(!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_SVG = re.compile(rb"^[\s\xef\xbb\xbf]*(<\?xml|<!--|<!doctype svg|<svg)", re.IGNORECASE)


def unread(head: bytes) -> Unread | None:
    """The kind of file where it is one that is known and not read; None for all that Pillow may try.

    Args:
        head: the first `HEAD` bytes, or all of a shorter file.
    """
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[4:8] == b"ftyp" and not is_heif(head) and head[8:12] not in _AVIF_BRANDS:
        return _BRANDS.get(head[8:12], _other(N_("a film")))
    if head[:4] == b"RIFF" and head[8:12] != b"WEBP":
        return _other(N_("a film") if head[8:12] == b"AVI " else N_("a sound"))
    if head[128:132] == b"DICM":
        return _picture("DICOM")
    if head[:4] == b"\x01\0\0\0" and head[40:44] == b" EMF":
        return _picture(N_("Windows metafile"))
    if head[:4] == b"FORM" and head[8:12] in (b"ILBM", b"PBM "):
        return _picture(N_("Amiga ILBM"))
    if _WEB.match(head):
        return _other(N_("a web page"))
    return _picture("SVG") if _SVG.match(head) and b"<svg" in head.lower() else None


def is_heif(head: bytes) -> bool:
    """Whether this is a HEIC file or one of the general brand, which may be AVIF too."""
    return head[4:8] == b"ftyp" and (head[8:12] in _HEIF_BRANDS or is_general(head))


def is_general(head: bytes) -> bool:
    """Whether this is a file of the brand that HEIC and AVIF share."""
    return head[4:8] == b"ftyp" and head[8:12] in _GENERAL_BRANDS


def starts_like_a_picture(head: bytes) -> bool:
    """Whether a file with these first bytes, at least 16, is of a kind that is read here, if it is whole."""
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    avif = head[4:8] == b"ftyp" and head[8:12] in _AVIF_BRANDS
    netpbm = head[:1] == b"P" and head[1:2] in (b"1", b"2", b"3", b"4", b"5", b"6", b"f", b"F") and head[2:3].isspace()
    return head.startswith(_SIGNATURES) or webp or avif or netpbm or is_heif(head)


@functools.cache
def signed() -> tuple[str, ...]:
    """Pillow's names of all kinds with a signature, the common ones first."""
    Image.init()
    others = sorted(set(Image.OPEN) - LEFT_OUT - set(UNSIGNED) - set(COMMON) - {"HEIF"})
    return (*COMMON, *others)


def unsigned(name: str | None) -> tuple[str, ...]:
    """Those without a signature that a file of this name may be."""
    ending = PurePath(name).suffix.lower() if name else ""
    return tuple(kind for kind, endings in UNSIGNED.items() if ending in endings)
