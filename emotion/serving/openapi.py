"""The description of a server that programs read: OpenAPI 3.1."""

from __future__ import annotations

from typing import Any

from emotion import __version__
from emotion.images import MIN_FACE
from emotion.serving import schema
from emotion.serving.body import FORM
from emotion.serving.limits import MB, Limits
from emotion.serving.query import LARGEST_FACE, LONGEST_NAME, LOOKS, TURNS

KINDS = "JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF"
RAW = ("image/*", "application/octet-stream")  # others are read too: the first bytes say what a photo is
PROBLEM = "application/problem+json"
RETRY = {"Retry-After": {"description": "seconds to wait", "schema": {"type": "integer", "minimum": 1}}}
REFUSALS = {
    400: "an option or a form that is not as described",
    401: "no API key, or another one",
    403: "not a program on this computer, where no API key is set",
    408: "the photos took too long to arrive",
    413: "too many bytes",
    422: "the one picture of the body cannot be used; in a form each has its own error",
    429: "too often",
    503: "all places are taken",
}
PUBLIC: list[dict[str, list[str]]] = []


def description(limits: Limits, has_key: bool) -> dict[str, Any]:
    """What `/openapi.json` answers.

    Args:
        limits: of this server.
        has_key: whether clients must send an API key.
    """
    found: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "emotion",
            "version": __version__,
            "description": "Says what the faces in photos look like. A photo is held in memory until it is answered; "
            "none is kept or logged.",
        },
        "paths": {
            "/v1/predict": {"post": _predict(limits)},
            "/v1/models": {"get": _get("models", "The model that answers.", "ModelsJson", (401, 403, 429))},
            "/healthz": {"get": _get("health", "Whether the server answers.", "HealthJson", (403,), PUBLIC)},
            "/metrics": {"get": _metrics()},
            "/openapi.json": {"get": _own()},
        },
        "components": {"schemas": schema.components()},
    }
    if has_key:
        found["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        found["security"] = [{"key": []}]
    return found


def _predict(limits: Limits) -> dict[str, Any]:
    answer = {"$ref": "#/components/schemas/AnswerJson"}
    photo = {"description": f"one photo of at most {limits.photo_bytes / MB:g} MB: {KINDS}"}
    files = {"type": "array", "minItems": 1, "maxItems": limits.photos, "items": {"type": "string", "format": "binary"}}
    form = {"type": "object", "properties": {"photos": files}, "required": ["photos"], "additionalProperties": False}
    return {
        "operationId": "predict",
        "summary": "What the faces in photos look like.",
        "description": "One photo as the body gives one object; a form of several gives a list, in their order.",
        "parameters": _parameters(),
        "requestBody": {
            "required": True,
            "content": {kind: {"schema": photo} for kind in RAW} | {FORM: {"schema": form}},
        },
        "responses": {
            "200": {
                "description": "The answer, or a list of them.",
                "content": {"application/json": {"schema": {"oneOf": [answer, {"type": "array", "items": answer}]}}},
            },
            **_refusals(*REFUSALS),
        },
    }  # fmt: skip


def _parameters() -> list[dict[str, Any]]:
    pixels = {"type": "integer", "minimum": 1, "maximum": LARGEST_FACE, "default": MIN_FACE}
    said = {
        "all_classes": ("also say the probability of every class", {"type": "boolean", "default": False}),
        "look": ("for faces, for small ones too, or take the whole picture for one",
                 {"type": "string", "enum": list(LOOKS), "default": LOOKS[0]}),
        "min_face": ("leave out faces lower than so many pixels", pixels),
        "turn": ("degrees to the right by which each photo is turned first; auto: as much as puts it upright",
                 {"type": "string", "enum": list(TURNS), "default": "auto"}),
        "name": ("of the one photo in the body", {"type": "string", "maxLength": LONGEST_NAME, "default": ""}),
    }  # fmt: skip
    return [{"name": name, "in": "query", "description": what, "schema": kind} for name, (what, kind) in said.items()]


def _get(
    name: str, summary: str, kind: str, refused: tuple[int, ...], security: list[dict[str, list[str]]] | None = None
) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{kind}"}}}
    answered = {"200": {"description": summary, "content": content}}
    asked = {"operationId": name, "summary": summary, "responses": answered | _refusals(*refused)}
    return asked if security is None else asked | {"security": security}


def _metrics() -> dict[str, Any]:
    content = {"text/plain": {"schema": {"type": "string"}}}
    answered = {"200": {"description": "Counts and times, as Prometheus reads them.", "content": content}}
    summary = "Requests, photos, seconds, memory."
    return {"operationId": "metrics", "summary": summary, "responses": answered | _refusals(401, 403, 429)}


def _own() -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}}}
    answered = {"200": {"description": "OpenAPI 3.1.", "content": content}}
    return {"operationId": "description", "summary": "This description.", "security": PUBLIC,
            "responses": answered | _refusals(403)}  # fmt: skip


def _refusals(*statuses: int) -> dict[str, Any]:
    problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemJson"}}}
    said: dict[str, Any] = {str(one): {"description": REFUSALS[one], "content": problem} for one in statuses}
    for one in {"429", "503"} & set(said):
        said[one]["headers"] = RETRY
    return said
