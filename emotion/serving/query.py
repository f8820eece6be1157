"""What a request asks for beside its photos: the options of the command `predict`, in the query."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import QueryParams

from emotion.images import MIN_FACE
from emotion.models import Looking
from emotion.system import ConfigError, known_fields

LOOKS = ("faces", "small_faces", "whole")
TURNS = ("0", "90", "180", "270", "auto")
LARGEST_FACE = 100_000  # pixels
LONGEST_NAME = 255  # characters


@dataclass(frozen=True)
class PhotoQuery:
    """How a request wants its photos looked at and answered.

    Attributes:
        all_classes: also say the probability of every class that the model knows.
        look: for faces; for small faces too, by looking at large pictures twice; or whole, as one face.
        min_face: leave out faces lower than this many pixels.
        turn: degrees to the right by which each picture is turned first; None: as much as puts it upright.
        name: of the one photo that is the whole body.
    """

    all_classes: bool = False
    look: str = LOOKS[0]
    min_face: int = MIN_FACE
    turn: int | None = None
    name: str = ""

    @property
    def looking(self) -> Looking:
        return Looking(
            whole=self.look == "whole", small=self.look == "small_faces", min_face=self.min_face, turn=self.turn
        )


def read(query: QueryParams) -> PhotoQuery:
    """The options in a query.

    Raises:
        ConfigError: for one that is unknown, said twice or outside its range.
    """
    said = dict(query.multi_items())
    known_fields(PhotoQuery, said, "query")
    if twice := [name for name in said if len(query.getlist(name)) > 1]:
        raise ConfigError(twice[0], "one value", ", ".join(query.getlist(twice[0])))
    return PhotoQuery(
        all_classes=_one_of("all_classes", ("true", "false"), said.get("all_classes", "false")) == "true",
        look=_one_of("look", LOOKS, said.get("look", LOOKS[0])),
        min_face=_pixels(said.get("min_face", str(MIN_FACE))),
        turn=_turn(said.get("turn", "auto")),
        name=_name(said.get("name", "")),
    )


def _one_of(name: str, values: tuple[str, ...], text: str) -> str:
    if text not in values:
        raise ConfigError(name, f"{', '.join(values[:-1])} or {values[-1]}", text)
    return text


def _pixels(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 9 or not 1 <= int(text) <= LARGEST_FACE:
        raise ConfigError("min_face", f"a whole number of pixels from 1 to {LARGEST_FACE}", text)
    return int(text)


def _turn(text: str) -> int | None:
    return None if _one_of("turn", TURNS, text) == "auto" else int(text)


def _name(text: str) -> str:
    if len(text) > LONGEST_NAME:
        raise ConfigError("name", f"at most {LONGEST_NAME} characters", f"{len(text)} characters")
    return text
