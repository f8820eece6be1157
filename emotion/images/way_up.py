"""Which way up a picture is: a photo on its side or upside down would be answered like any other, and wrongly.

Detectors are made for upright faces. They find many a turned one too, and put its eyes above its mouth all the same,
but score it lower: of the four turns of a picture the one with the highest score is upright. `bench/way_up.py` measures
how often that is right. Degrees are to the right (clockwise).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PIL import Image

from emotion.images.crop import CROP, crop_face
from emotion.images.decode import RIGHT

if TYPE_CHECKING:
    from emotion.images.boxes import Found
    from emotion.images.detect import FaceFinder


class Find(Protocol):
    """Looks for faces once, from a score of `least` on; None: the detector's own. Boxes in pixels of the picture."""

    def __call__(self, image: Image.Image, least: float | None = None) -> list[Found]: ...


TURNS = (0, 90, 180, 270)

MOST_FACES = 3  # the largest ones speak for the picture
AROUND_A_FACE = 1.4  # side of the square that is asked about, in sides of the crop: hair and neck help
SIDE = 96  # pixels of that square: a look costs 1 ms
TURNED_BY = 0.02  # a turn wins by at least so much
FACELESS_FROM = 0.7  # how upright a face must look in the turn that is chosen where none was found as the photo is

# Of a face that is cut out already, chosen on 2,500 faces of FER-2013's train in which 48 pixels have to do: 1 % of the
# upright ones are turned or doubted, 95 % of the turned ones are put upright and 1 % doubted.
CROP_SIDES = (64, 96)  # pixels; the mean of both looks counts
CROP_UPRIGHT = 0.84  # at the first of them: nothing more is asked
CROP_LEADS = 0.1  # at the first of them before all other turns, so that the second is not asked
CROP_LEADS_FROM = 0.6
CROP_TURNED_BY = 0.1
CROP_DOUBTED_BY = 0.05
A_FACE_AT_ALL = 0.4  # below it no turn shows a face, and the picture stays as it is


@dataclass(frozen=True)
class WayUp:
    """Which way up a picture is.

    Attributes:
        turn: degrees to the right by which it has to be turned to be upright: 0, 90, 180 or 270.
        is_sure: false where two turns show a face almost equally well.
    """

    turn: int = 0
    is_sure: bool = True


UPRIGHT, UNSURE = WayUp(), WayUp(is_sure=False)


def turned(image: Image.Image, degrees: int) -> Image.Image:
    """The picture turned to the right by 0, 90, 180 or 270 degrees; the same object for 0."""
    return image if degrees == 0 else image.transpose(RIGHT[degrees])


def of_photo(image: Image.Image, found: Sequence[Found], find: Find, using: FaceFinder) -> WayUp:
    """Which way up a photo is.

    Args:
        image: RGB.
        found: the faces that `find` found in it; may be none.
        find: looks for faces once, boxes in pixels of the picture that it is given.
        using: the detector.
    """
    if _best(found) >= using.clearly_upright:
        return UPRIGHT
    if not found:
        return _of_faceless(image, find, using)
    evidence = _evidence(image, found, using)
    best = max(TURNS, key=evidence.__getitem__)
    if best == 0:
        return UPRIGHT
    if evidence[best] - evidence[0] < TURNED_BY or not find(turned(image, best)):
        return UNSURE
    return WayUp(best)


def _best(found: Sequence[Found]) -> float:
    return max((face.score for face in found), default=0.0)


def _of_faceless(image: Image.Image, find: Find, using: FaceFinder) -> WayUp:
    """Which way up a photo is that shows no face as it is: as the surest face in any turn of it looks upright.

    What is too unsure to be answered counts too: a closer look at the turned photo may find it.
    """
    looks = {turn: find(turned(image, turn), A_FACE_AT_ALL) for turn in TURNS}
    at = max(TURNS, key=lambda turn: _best(looks[turn]))
    if not looks[at]:
        return UPRIGHT
    evidence = _evidence(turned(image, at), [max(looks[at], key=lambda face: face.score)], using)
    first, second = sorted(TURNS, key=evidence.__getitem__, reverse=True)[:2]
    clear = evidence[first] >= FACELESS_FROM and evidence[first] - evidence[second] >= TURNED_BY
    return WayUp((at + first) % 360) if clear else UPRIGHT


def _evidence(image: Image.Image, found: Sequence[Found], using: FaceFinder) -> dict[int, float]:
    """For each turn how well the largest faces look upright in it, 0 to 1."""
    largest = sorted(found, key=lambda face: -face.area)[:MOST_FACES]
    squares = [_square(image, face) for face in largest]
    return {turn: sum(using.upright(turned(each, turn)) for each in squares) / len(squares) for turn in TURNS}


def _square(image: Image.Image, face: Found) -> Image.Image:
    left, top, right, bottom = face.box
    x, y, half = (left + right) / 2, (top + bottom) / 2, AROUND_A_FACE * face.height / 2
    around = crop_face(image, (x - half, y - half / CROP["side"], x + half, y + half / CROP["side"]))
    return around.resize((SIDE, SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)


def of_crop(image: Image.Image, using: FaceFinder) -> WayUp:
    """Which way up an RGB picture is that is one face already cut out."""
    looks = [_looks(image, side, using) for side in CROP_SIDES]
    upright = looks[0](0)
    others = max(looks[0](turn) for turn in TURNS[1:]) if upright < CROP_UPRIGHT else 0.0
    if upright >= CROP_UPRIGHT or (upright >= CROP_LEADS_FROM and upright - others >= CROP_LEADS):
        return UPRIGHT
    evidence = {turn: sum(look(turn) for look in looks) / len(looks) for turn in TURNS}
    first, second = sorted(TURNS, key=evidence.__getitem__, reverse=True)[:2]
    lead = evidence[first] - evidence[0]
    if evidence[first] < A_FACE_AT_ALL or lead < CROP_DOUBTED_BY:
        return UPRIGHT
    if lead < CROP_TURNED_BY or evidence[first] - evidence[second] < CROP_DOUBTED_BY:
        return UNSURE
    return WayUp(first)


def _looks(image: Image.Image, side: int, using: FaceFinder) -> Callable[[int], float]:
    """How well the picture looks upright in a turn, each looked at once and only when it is asked for."""
    enlarged = image.resize((side, side), Image.Resampling.BICUBIC)
    known: dict[int, float] = {}

    def look(turn: int) -> float:
        if turn not in known:
            known[turn] = using.upright(turned(enlarged, turn))
        return known[turn]

    return look
