"""Why a face got its answer: what mattered in it, and how much the answer depends on how it was cut and lit.

On LiteRT alone. `why` bundles all there is to show for one face; its heat map is made in `emotion.models.heat`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from emotion import images
from emotion.models.answers import judge, of_asked
from emotion.models.heat import enlarged, heat_map, overlay, where_hottest
from emotion.system import _

if TYPE_CHECKING:
    from emotion.images import Box
    from emotion.models.answers import Face
    from emotion.models.heat import Heat, Seen
    from emotion.models.predictor import Predictor
    from emotion.recipes import ModelInfo


ZOOM = 1.1  # times the box
LIGHT = 1.25  # times the brightness
# Percentage points. Of 2,409 validation faces of FER-2013 94 % of the steady answers are right and 68 % of the shaky
# ones; at a spread of 15 to 20 points still 83 %, at 20 to 25 points 74 %. 56 % of the answers are steady.
STEADY = 20.0

STRIP = 192  # pixels: longer side of a picture in the strip


@dataclass(frozen=True, eq=False)
class Variant:
    """The answer for one face, cut or lit a little differently.

    Attributes:
        name: what was done, such as "mirrored".
        probability: as of a `Face`, 0 to 1.
        label: class name of the answer.
        explained: probability of the class that is explained, the one that is answered for the face as it is.
        seen: (48, 48) uint8, what the network saw.
    """

    name: str
    probability: float
    label: str
    explained: float
    seen: Seen


@dataclass(frozen=True)
class Spread:
    """How far the answers of variants lie apart.

    Attributes:
        points: highest minus lowest probability of the class that is explained, in percentage points.
        word: "steady" or "shaky".
    """

    points: float
    word: str


@dataclass(frozen=True, eq=False)
class Step:
    """One picture of the strip: a short title, an RGB picture of at most STRIP pixels a side, and its alt text."""

    title: str
    picture: Image.Image
    alt: str


@dataclass(frozen=True, eq=False)
class Why:
    """All there is to show for one answer.

    Attributes:
        steps: from the photo to the heat map, in order.
        heat: (48, 48) float32, see `heat_map`.
        variants: the answer as it is first, then the varied ones.
        spread: of the variants.
    """

    steps: tuple[Step, ...]
    heat: Heat
    variants: tuple[Variant, ...]
    spread: Spread


def variants(
    predictor: Predictor, picture: Image.Image, box: Box | None, asked: ModelInfo | None = None
) -> list[Variant]:
    """Asks the model about one face as it is, mirrored, cut a little larger and smaller, brighter and darker.

    Args:
        predictor: the model.
        picture: upright, mode RGB.
        box: where the face is, in pixels of `picture`; None for the whole picture, from which the borders are cut
            off or to which they are added.
        asked: the question, see `judge`; None: the usual one.

    Returns:
        Six variants, "as it is" first.
    """
    info, zooms = predictor.info, (1.0, ZOOM, 1 / ZOOM)
    cut = [_cut(picture, box, zoom, info) for zoom in zooms]
    plain, larger, smaller = predictor.see(cut)
    seen = {
        _("as it is"): plain,
        _("mirrored"): np.ascontiguousarray(plain[:, ::-1]),
        _("larger crop"): larger,
        _("smaller crop"): smaller,
        _("brighter"): _lit(plain, LIGHT),
        _("darker"): _lit(plain, 1 / LIGHT),
    }
    probabilities = predictor.predict_classes(images.as_batch(np.stack(list(seen.values()))))
    asked = info.usual if asked is None else asked
    answers = judge(probabilities, info, asked)
    explained = of_asked(probabilities, info, asked)[:, asked.classes.index(answers[0][1])].tolist()
    return [
        Variant(name, probability, label, share, grey)
        for (name, grey), (probability, label, _unsure), share in zip(seen.items(), answers, explained, strict=True)
    ]


def _cut(picture: Image.Image, box: Box | None, zoom: float, info: ModelInfo) -> Image.Image:
    """The crop of a face whose box is `zoom` times as large; of a whole picture, the picture with other borders."""
    if box is None and images.takes_whole(info.crop):
        picture = images.cut_out(picture, None, info.crop)
    if box is not None:
        left, top, right, bottom = box
        x, y = (zoom - 1) * (right - left) / 2, (zoom - 1) * (bottom - top) / 2
        return images.crop_face(picture, (left - x, top - y, right + x, bottom + y), info.crop)
    x, y = (round((zoom - 1) * length / 2) for length in picture.size)
    if zoom <= 1:
        return picture.crop((-x, -y, picture.width + x, picture.height + y))
    around = ((y, y), (x, x)) + ((0, 0),) * (len(picture.getbands()) > 1)
    return Image.fromarray(np.pad(np.asarray(picture), around, mode="edge"))


def _lit(seen: Seen, share: float) -> Seen:
    return np.clip(np.rint(seen * np.float32(share)), 0, 255).astype(np.uint8)


def spread(variants: list[Variant]) -> Spread:
    """How far the answers lie apart. Shaky are more than STEADY points, and answers that are not all the same."""
    probabilities = [variant.explained for variant in variants]
    points = 100 * (max(probabilities) - min(probabilities))
    flips = len({variant.label for variant in variants}) > 1
    return Spread(points, "shaky" if flips or points > STEADY else "steady")


def why(
    predictor: Predictor,
    face: Face,
    picture: Image.Image,
    scale: float = 1.0,
    turn: Image.Transpose | None = None,
    asked: ModelInfo | None = None,
) -> Why:
    """Everything to show when somebody asks why a face got its answer.

    Args:
        predictor: the model that answered.
        face: the answer.
        picture, scale: of its `Answer`.
        turn: what put the picture upright when it was read; None where it was upright.
        asked: the question that `face` answers, see `judge`; None: the usual one.

    Returns:
        The strip from the photo to the heat map, and the answers for the varied face.
    """
    left, top, right, bottom = (round(edge / scale) for edge in face.box or (0, 0, 0, 0))
    box = None if face.box is None else (left, top, right, bottom)
    heat = heat_map(predictor, face.seen, asked=asked)
    varied = variants(predictor, picture, box, asked)
    steps = [*_photo_steps(picture, box, turn), *_face_steps(face, heat)]
    return Why(tuple(steps), heat, tuple(varied), spread(varied))


def _photo_steps(picture: Image.Image, box: Box | None, turn: Image.Transpose | None) -> list[Step]:
    share = min(1.0, STRIP / max(picture.size))
    width, height = (max(1, round(length * share)) for length in picture.size)
    small = picture.resize((width, height), Image.Resampling.BOX, reducing_gap=2.0)
    steps = [Step(_("photo"), small, _("The photo, small."))]
    if turn is not None:
        stored = small.transpose(_BACK.get(turn, turn))
        steps = [
            Step(_("photo"), stored, _("The photo as the file holds it, small.")),
            Step(_("upright"), small, _("Upright.")),
        ]
    if box is not None:
        steps.append(Step(_("face"), _marked(small, box, share), _("A frame around the face.")))
    return steps


_BACK = {
    Image.Transpose.ROTATE_90: Image.Transpose.ROTATE_270,
    Image.Transpose.ROTATE_270: Image.Transpose.ROTATE_90,
}  # all others undo themselves


def _marked(small: Image.Image, box: Box, scale: float) -> Image.Image:
    """The picture with a frame, light on dark so that it shows on any ground."""
    marked = small.copy()
    frame = [round(edge * scale) for edge in box]
    pen = ImageDraw.Draw(marked)
    pen.rectangle(frame, outline=(20, 20, 20), width=4)
    pen.rectangle([frame[0] + 1, frame[1] + 1, frame[2] - 1, frame[3] - 1], outline=(255, 255, 255), width=2)
    return marked


def _face_steps(face: Face, heat: Heat) -> list[Step]:
    size, place = len(face.seen), where_hottest(heat)
    mattered = _("No single place mattered by itself.")
    if place:
        mattered = _("What mattered most is in the {place} of the face.", place=_(place))
    seen = _("The face in grey, {size} by {size} pixels, enlarged.", size=size)
    if face.seen.ndim == 3:
        seen = _("The face, {size} by {size} pixels, enlarged.", size=size)
    return [
        Step(f"{size} × {size}", enlarged(face.seen, STRIP), seen),
        Step(_("what mattered"), overlay(face.seen, heat), f"{_('Heat map over the face.')} {mattered}"),
    ]
