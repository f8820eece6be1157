"""The JSON that a server answers with, as types: `openapi` describes them, tests hold real answers to them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

import msgspec
from msgspec import Meta

Probability = Annotated[float, Meta(ge=0, le=1)]
Edge = Annotated[int, Meta(description="pixels of the whole upright picture")]


class FaceJson(TypedDict):
    """One face and what is said about it, as `predict --json` of the command line says it."""

    box: Annotated[
        Annotated[list[Edge], Meta(min_length=4, max_length=4)] | None,
        Meta(description="left, top, right and bottom; null where the whole picture was taken for the face"),
    ]
    probability: Annotated[Probability, Meta(description="of the positive class of a yes-or-no answer")]
    label: Annotated[str, Meta(description="the class that the face looks most like")]
    unsure: Annotated[bool, Meta(description="not sure enough to be an answer")]
    share: Annotated[Probability, Meta(description="the probability of the label")]
    likeliest: NotRequired[Annotated[str, Meta(description="of all classes; with all_classes=true")]]
    likeliest_probability: NotRequired[Probability]
    probabilities: NotRequired[Annotated[dict[str, Probability], Meta(description="of each class")]]


class AnswerJson(TypedDict):
    """What is said about one photo, as `predict --json` of the command line says it."""

    file: Annotated[str, Meta(description="the name that the sender gave it")]
    faces: Annotated[list[FaceJson], Meta(description="from left to right; empty where none was found")]
    turned: Annotated[Literal[0, 90, 180, 270], Meta(description="degrees to the right")]
    error: Annotated[str | None, Meta(description="one sentence when the picture was refused")]
    note: Annotated[str | None, Meta(description="a sentence that helps to read the answer")]


class ModelJson(TypedDict):
    """The model that answers."""

    id: Annotated[str, Meta(description="pretrained, or the id of its run")]
    classes: list[str]
    positive: Annotated[str, Meta(description="the class whose probability is told")]
    threshold: Annotated[Probability, Meta(description="above it the positive class is answered")]
    unsure_band: Annotated[list[Probability], Meta(min_length=2, max_length=2)]
    input_size: Annotated[int, Meta(ge=1, description="pixels a side of what the network sees")]
    channels: Literal[1, 3]
    recipe: str
    parameters: Annotated[int, Meta(ge=0)]


class ModelsJson(TypedDict):
    """All models of this server, which is one."""

    models: list[ModelJson]


class HealthJson(TypedDict):
    """That the server answers."""

    status: Literal["ok"]


class ProblemJson(TypedDict):
    """Why a request was refused (RFC 9457)."""

    type: Literal["about:blank"]
    title: Annotated[str, Meta(description="the words of the status")]
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: Annotated[str, Meta(description="what was expected, what came and what to do")]


def components() -> dict[str, Any]:
    """The schemas of all types by name, JSON Schema 2020-12."""
    kinds = (AnswerJson, ModelsJson, HealthJson, ProblemJson)
    return msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")[1]
