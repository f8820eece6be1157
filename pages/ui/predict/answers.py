"""Answers of the Predict page: asked once a picture, model and way of looking, and kept for the session."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st
from PIL import Image

from emotion import images
from emotion.images import decode, measure
from emotion.models import AT_ONCE, Looking, Turns, answer, marking, preferences
from emotion.system import ENGLISH, speaking
from pages.ui.shared import bars

if TYPE_CHECKING:
    from emotion.models import Answer, Face, Predictor


KEPT_ANSWERS = 5000  # about 8 kB each
KEPT_PREVIEWS = 8
PREVIEW_SIDE, THUMBNAIL_SIDE = 1000, 160  # pixels

Key = tuple[str, str, Looking]


@dataclass(frozen=True)
class Source:
    """A picture that someone gave.

    Attributes:
        id: new for every upload.
        name: only ever shown, never used as a path.
        read: gives its bytes.
        whole: it is one face already and upright; no face is looked for in it.
    """

    id: str
    name: str
    read: Callable[[], bytes]
    whole: bool = False


@dataclass(frozen=True)
class Shown:
    """What is kept of an answer: all but the picture itself, of which a thumbnail (JPEG) remains.

    Attributes:
        warnings: for each face what is wrong with it, see `emotion.images.measure`; like `error` and `note` in English.
        size: width and height of the whole upright picture in pixels; (0, 0) where it was refused.
        turn: degrees to the right by which it was turned, see `Answer`.
    """

    name: str
    faces: list[Face]
    warnings: list[tuple[str, ...]]
    size: tuple[int, int]
    error: str | None
    note: str | None
    thumbnail: bytes
    turn: int = 0

    def marks(self, all_classes: bool) -> list[str]:
        """For each face, in order, what its sign goes by: its class or "unsure", see `Face.headline`."""
        return [face.headline(all_classes).mark for face in self.faces]


def version(predictor: Predictor) -> str:
    """Tells a model from every other one, also from what the same one was before it was resumed or adjusted."""
    return f"{predictor.reference}@{preferences.changed(predictor.path)}"


def looking(source: Source) -> Looking:
    """How this picture is to be looked at: as the person last asked for."""
    chosen: Looking | None = st.session_state.get("looking", {}).get(source.id)
    return chosen or Looking(whole=source.whole, turn=0 if source.whole else None)


def look(source: Source, **changes: Any) -> None:
    """From now on this picture is looked at in another way. For callbacks."""
    st.session_state.setdefault("looking", {})[source.id] = replace(looking(source), **changes)


def key_of(source: Source, model: str) -> Key:
    """Tells an answer from every other one. `model` is the predictor's `version`."""
    return source.id, model, looking(source)


def is_known(source: Source, model: str) -> bool:
    return key_of(source, model) in _kept("answers")


@st.cache_resource(show_spinner=False)
def _turns() -> Turns:
    return Turns(AT_ONCE)


def ask(source: Source, predictor: Predictor, model: str, tell: Callable[[int], None] | None = None) -> Shown:
    """The answer for one picture, from memory where it was asked before.

    Args:
        model: the predictor's `version`.
        tell: called while it waits for the photos of other people, see `Turns`.
    """
    kept, key = _kept("answers"), key_of(source, model)
    if key not in kept:
        with _turns().take(tell), speaking(ENGLISH):  # it is kept, and told in the person's language by `retold`
            given = answer(source.read(), predictor, source.name, key[2])
            shown = _shown(source, given)
        if given.picture is not None:
            all_classes = bars.wanted(predictor.info)
            jpeg = _marked(given.picture, given.faces, given.scale, all_classes)
            keep("previews", (*key, all_classes), jpeg, KEPT_PREVIEWS)
        keep("answers", key, shown, KEPT_ANSWERS)
    found: Shown = kept[key]
    return found


def open_again(source: Source, turn: int) -> decode.Picture:
    """The picture once more, as large and turned as it was looked at."""
    side = None if looking(source).small else images.WORKING_SIDE
    return decode.open_picture(source.read(), max_side=side, name=source.name).turned(turn)


def preview(source: Source, shown: Shown, model: str, *, all_classes: bool = False, marked: bool = True) -> bytes:
    """The picture as a JPEG of at most 1000 pixels a side, with its faces marked or bare."""
    key = (*key_of(source, model), all_classes) if marked else (source.id, "bare", shown.turn)
    jpeg: bytes | None = kept_or_none("previews", key)
    if jpeg is None:
        picture = decode.open_picture(source.read(), max_side=images.WORKING_SIDE, name=source.name)
        picture = picture.turned(shown.turn)
        jpeg = _marked(picture.rgb, shown.faces if marked else [], picture.scale, all_classes)
        keep("previews", key, jpeg, KEPT_PREVIEWS)
    return jpeg


def _shown(source: Source, given: Answer) -> Shown:
    picture = given.picture
    if picture is None:
        return Shown(source.name, [], [], (0, 0), given.error, given.note, b"")
    thumbnail = marking.as_jpeg(_shrunk(picture, THUMBNAIL_SIDE))
    warnings = [measure.warnings(picture, _within(face, given.scale), face.seen) for face in given.faces]
    size = round(picture.width * given.scale), round(picture.height * given.scale)
    return Shown(source.name, list(given.faces), warnings, size, given.error, given.note, thumbnail, given.turn)


def _within(face: Face, scale: float) -> measure.Box | None:
    """The face's box in the picture that was looked at, which may be smaller than the whole one."""
    if face.box is None:
        return None
    left, top, right, bottom = (edge / scale for edge in face.box)
    return left, top, right, bottom


def _marked(picture: Image.Image, faces: list[Face], scale: float, all_classes: bool) -> bytes:
    small = _shrunk(picture, PREVIEW_SIDE)
    scale *= max(picture.size) / max(small.size)
    return marking.as_jpeg(marking.draw(small, faces, scale, all_classes=all_classes))


def _shrunk(picture: Image.Image, side: int) -> Image.Image:
    share = side / max(picture.size)
    if share >= 1:
        return picture
    size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
    return picture.resize(size, reducing_gap=2)


def _kept(name: str) -> OrderedDict[Any, Any]:
    return st.session_state.setdefault(name, OrderedDict())


def kept_or_none(name: str, key: Any) -> Any:
    """What `keep` has kept under this name and key; None where it is gone or was never there."""
    return _kept(name).get(key)


def keep(name: str, key: Any, value: Any, most: int) -> None:
    """Keeps a value for this session; of one name at most so many, the oldest goes first."""
    kept = _kept(name)
    kept[key] = value
    while len(kept) > most:
        kept.popitem(last=False)
