"""From a picture to what is said about each face in it.

A prediction never raises for a bad picture: a refusal is an answer too. Letters: N faces, K classes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion import images, metrics
from emotion.images import Found, PictureError, WayUp, clipped, decode, detect
from emotion.recipes import DEFAULT_CLASSES, palette
from emotion.system import _

if TYPE_CHECKING:
    from emotion.images import Box
    from emotion.models.predictor import Predictor, Values
    from emotion.recipes import ModelInfo


ADJECTIVES = frozenset(
    {"afraid", "angry", "calm", "disgusted", "happy", "neutral", "sad", "scared", "surprised", "tired", "unhappy"}
)


CLEAR_LEAD = 0.1  # of the likelier of two over all classes that were not asked about; docs/decisions/0013 measures it


def looks(label: str) -> str:
    """What is said of a face with this answer: "looks happy", but "looks like fear"."""
    return _("looks {label}", label=label) if label in ADJECTIVES else _("looks like {label}", label=label)


@dataclass(frozen=True)
class Headline:
    """What is said of a face in a few words, the same on pages, in the terminal, in JSON and in tables.

    Attributes:
        label: the class that the face looks most like.
        unsure: not sure enough to be an answer.
        share: the probability of `label`, 0 to 1: among all classes, or among the two of a yes-or-no answer.
        classes: all that the model knows: they decide how each of them looks.
    """

    label: str
    unsure: bool
    share: float
    classes: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """What its sign and its colour go by: the class, or "unsure"."""
        return "unsure" if self.unsure else self.label

    @property
    def tone(self) -> palette.Tone:
        """How it looks: as its class, or as "unsure"."""
        return palette.tone(self.mark, self.classes)

    @property
    def words(self) -> str:
        """Such as "looks happy", or "unsure: looks most like fear"."""
        return _("unsure: looks most like {label}", label=self.label) if self.unsure else looks(self.label)


@dataclass(frozen=True, eq=False)
class Face:
    """One face and what is said about it.

    Attributes:
        box: where it is in the upright picture, or None for the whole picture.
        probability: P(positive), 0 to 1, of a yes-or-no answer such as happy or sad; see `ModelInfo.pair`. Of a model
            of more than two classes without such a pair, that of `label`.
        label: class name of the answer.
        unsure: the probability lies in the band in which the model should not be trusted, which is asked of yes-or-no
            answers only.
        seen: (S, S) or (S, S, 3) uint8, what the network saw.
        probabilities: class name to probability, of all classes of the model, in label order; their sum is one.
        pair: the (negative, positive) classes of a yes-or-no answer, see `ModelInfo.pair`; None where there is none.
        upright: it is clear which way up the picture is; else no answer is sure.
    """

    box: Box | None
    probability: float
    label: str
    unsure: bool
    seen: npt.NDArray[np.uint8]
    probabilities: dict[str, float] = field(default_factory=dict)
    pair: tuple[str, str] | None = DEFAULT_CLASSES
    upright: bool = True

    def headline(self, all_classes: bool = False) -> Headline:
        """What is said of this face.

        Args:
            all_classes: name the likeliest of all classes. Else a model that knows more than the two of its
                yes-or-no answer gives one of these only where it leads all others clearly: a face of fear is neither
                happy nor sad, however much more it looks like one of these two than like the other.
        """
        highest, classes = self.probabilities.get(self.likeliest, self.probability), tuple(self.probabilities)
        if all_classes and len(self.probabilities) > 2:
            return Headline(self.likeliest, not self.upright, highest, classes)
        if self.beside:
            return Headline(self.beside, True, highest, classes)
        share = 1 - self.probability if self.pair and self.label != self.pair[1] else self.probability
        return Headline(self.label, self.unsure or not self.upright or not self._leads(), share, classes)

    def _leads(self) -> bool:
        """Whether the likelier of the two is clearly ahead of all classes that were not asked about."""
        if self.pair is None or len(self.probabilities) <= len(self.pair):
            return True
        others = [share for name, share in self.probabilities.items() if name not in self.pair]
        return max(self.probabilities[name] for name in self.pair) - max(others) >= CLEAR_LEAD

    @property
    def likeliest(self) -> str:
        """The class with the highest probability of all; the first of equal ones."""
        return max(self.probabilities, key=self.probabilities.__getitem__, default=self.label)

    @property
    def beside(self) -> str | None:
        """The likeliest class of all, where the question was happy or sad and it is neither."""
        return None if self.pair is None or self.likeliest in self.pair else self.likeliest

    def to_json(self, all_classes: bool = False) -> dict[str, Any]:
        """Box, P(positive) and headline; with `all_classes` that of all classes, and the probability of each."""
        box, said = None if self.box is None else list(self.box), self.headline(all_classes)
        answer = {"box": box, "probability": self.probability, "label": said.label, "unsure": said.unsure,
                  "share": said.share}  # fmt: skip
        if not all_classes:
            return answer
        highest = self.probabilities.get(self.likeliest)
        more = {"likeliest": self.likeliest, "likeliest_probability": highest, "probabilities": self.probabilities}
        return answer | more


@dataclass(frozen=True, eq=False)
class Answer:
    """What is said about one picture.

    Attributes:
        file: the name it was given; only ever shown, never used as a path.
        faces: empty where none was found, or with an error.
        error: one sentence when the picture was refused, else None.
        note: a sentence that helps to read the answer, or None.
        picture: the upright picture (RGB), at most `images.WORKING_SIDE` pixels on its long side; None with an error.
        scale: pixels of the upright picture per pixel of `picture`, at least 1: divide a box by it to draw it.
        turn: degrees to the right by which the picture was turned, 0, 90, 180 or 270, beyond what its file asks for.
    """

    file: str
    faces: list[Face]
    error: str | None = None
    note: str | None = None
    picture: Image.Image | None = None
    scale: float = 1.0
    turn: int = 0

    def to_json(self, all_classes: bool = False) -> dict[str, Any]:
        faces = [face.to_json(all_classes) for face in self.faces]
        return {
            "file": self.file, "faces": faces, "turned": self.turn, "error": self.error, "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True)
class Looking:
    """How to look for faces.

    Attributes:
        whole: take the whole picture for a face instead of looking; drawn faces are always taken so.
        box: take what is in this box (in pixels of the whole picture, turned) for the face.
        small: look for small faces too, in the picture at its full size.
        min_face: leave out faces lower than this many pixels of the whole picture.
        turn: degrees to the right by which the picture is turned first: 0, 90, 180 or 270; None: as much as puts it
            upright, where that is clear, and not at all with a `box`.
    """

    whole: bool = False
    box: Box | None = None
    small: bool = False
    min_face: int = detect.MIN_FACE
    turn: int | None = None


EVERY_FACE = Looking()
SMALL_FACES_SIDE = 4300  # pixels: 12 megapixels at 3:2, the most that the tiles look at


def answer(source: Path | bytes, predictor: Predictor, name: str, looking: Looking = EVERY_FACE) -> Answer:
    """Says for each face of a picture what it looks like. A picture that cannot be used is an answer too.

    Args:
        source: a file, or the bytes of one.
        predictor: the model that is asked.
        name: how to call the picture in the answer.
        looking: how to look for faces; a model that has seen nothing but drawn faces takes every picture whole.

    Returns:
        One `Face` for each face from left to right, or one without a box for the whole picture, or none.
    """
    try:
        # Training pictures are read at the second size too; only small faces need more of a large picture.
        side = SMALL_FACES_SIDE if looking.small else images.WORKING_SIDE
        picture = decode.open_picture(source, max_side=side, name=name)
    except PictureError as error:
        return Answer(name, [], error=str(error))
    looked = _look(picture, looking, predictor.info)
    picture = picture.turned(looked.way_up.turn)
    faces = _judge_boxes(picture, [None] if looked.whole else list(looked.boxes), predictor)
    if not looked.way_up.is_sure:
        faces = [replace(face, upright=False) for face in faces]
    notes = " ".join(sentence for sentence in (picture.note, looked.note) if sentence)
    given = Answer(name, faces, note=notes or None, turn=looked.way_up.turn)
    return replace(given, picture=picture.rgb, scale=picture.scale)


def _look(picture: decode.Picture, looking: Looking, info: ModelInfo) -> detect.Regions:
    """What to look at in `picture.rgb`, and a sentence where that needs one."""
    if looking.box is not None:
        box, way = _scaled(looking.box, 1 / picture.scale), WayUp(looking.turn or 0)
        return detect.Regions((Found(box, 1.0),), False, "", way)
    if info.saw_only_drawn_faces:
        return detect.Regions((), True, "", WayUp(looking.turn or 0))
    if looking.whole or images.takes_whole(info.crop):
        return detect.whole(picture.rgb, looking.turn)
    smallest = max(1, round(looking.min_face / picture.scale))
    return detect.regions(picture.rgb, small=looking.small, min_face=smallest, turn=looking.turn)


def _judge_boxes(picture: decode.Picture, boxes: list[Box | None], predictor: Predictor) -> list[Face]:
    if not boxes:
        return []
    seen = predictor.see([images.cut_out(picture.rgb, box, predictor.info.crop) for box in boxes])
    probabilities = predictor.predict_classes(images.as_batch(seen))
    said, named = judge(probabilities, predictor.info), by_name(probabilities, predictor.info)
    places = [None if box is None else clipped(_scaled(box, picture.scale), picture.size) for box in boxes]
    return [
        Face(place, *words, grey, each, predictor.info.pair)
        for place, words, grey, each in zip(places, said, seen, named, strict=True)
    ]


def _scaled(box: Box, scale: float) -> Box:
    left, top, right, bottom = (round(edge * scale) for edge in box)
    return left, top, right, bottom


def judge(probabilities: Values, info: ModelInfo, asked: ModelInfo | None = None) -> list[tuple[float, str, bool]]:
    """Puts probabilities (N, K) into words: for each face `probability`, `label` and `unsure` of a `Face`.

    Args:
        probabilities: of all classes of the model.
        info: of the model.
        asked: the question, as the info of a model that knows no more than the classes that are asked for, with the
            threshold that is asked with; None: the usual one. Of two classes one is answered by the threshold; of
            more the likeliest, of which no band says whether that is to be trusted.
    """
    asked = info.usual if asked is None else asked
    given = of_asked(probabilities, info, asked)
    if len(asked.classes) > 2:
        likeliest = metrics.answers(given)
        named = np.take_along_axis(given, likeliest[:, np.newaxis], axis=1)[:, 0]
        return [(p, asked.classes[label], False) for p, label in zip(named.tolist(), likeliest, strict=True)]
    positive, other = given[:, asked.positive_label], asked.classes[1 - asked.positive_label]
    names = [asked.positive if yes else other for yes in metrics.decide(positive, asked.threshold)]
    low, high = asked.unsure_band
    return [
        (float(p), label, low < high and low <= p <= high) for p, label in zip(positive.tolist(), names, strict=True)
    ]


def of_asked(probabilities: Values, info: ModelInfo, asked: ModelInfo) -> Values:
    """The probabilities (N, K) of a model's classes as those of the classes (N, k) that are asked for: sum one."""
    if asked.classes == info.classes:
        return probabilities
    return metrics.restrict(probabilities, [info.classes.index(name) for name in asked.classes])


def by_name(probabilities: Values, info: ModelInfo) -> list[dict[str, float]]:
    """For each row of probabilities (N, K) the class names with theirs, in label order."""
    return [dict(zip(info.classes, row, strict=True)) for row in probabilities.tolist()]
