"""The settings of augmentation: what is allowed, what is off, what goes through JSON."""

from __future__ import annotations

import dataclasses
import json

import pytest

from emotion.recipes.augmentation import KINDS, NONE, Augmentation
from emotion.system.errors import ConfigError

LIMITS = {name: kind.most for name, kind in KINDS.items()}
STRENGTHS = tuple(LIMITS)


def test_varies_nothing_unless_asked_to() -> None:
    assert Augmentation() == NONE
    assert not NONE


@pytest.mark.parametrize("kind", STRENGTHS)
def test_any_kind_alone_is_a_variation(kind: str) -> None:
    assert Augmentation(**{kind: LIMITS[kind] / 2})


def test_mirroring_alone_is_a_variation() -> None:
    assert Augmentation(mirror=True)


def test_every_strength_has_a_limit() -> None:
    fields = {field.name for field in dataclasses.fields(Augmentation)}

    assert fields == {"mirror", *LIMITS}


@pytest.mark.parametrize("kind", STRENGTHS)
def test_takes_strengths_up_to_their_limit(kind: str) -> None:
    assert getattr(Augmentation(**{kind: LIMITS[kind]}), kind) == LIMITS[kind]


@pytest.mark.parametrize("kind", STRENGTHS)
def test_refuses_strengths_over_their_limit(kind: str) -> None:
    with pytest.raises(ConfigError, match=f"augmentation.{kind}: expected a number from 0 to"):
        Augmentation(**{kind: LIMITS[kind] + 0.001})


@pytest.mark.parametrize("value", [-0.001, float("nan"), float("inf"), "0.1", True, None])
def test_refuses_what_is_no_strength(value: object) -> None:
    with pytest.raises(ConfigError, match=r"augmentation\.shift: expected a number"):
        Augmentation(shift=value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [0, 1, "yes", None])
def test_refuses_a_mirror_that_is_not_yes_or_no(value: object) -> None:
    with pytest.raises(ConfigError, match=r"augmentation\.mirror: expected true or false"):
        Augmentation(mirror=value)  # type: ignore[arg-type]


def test_is_the_same_after_a_way_through_json() -> None:
    settings = Augmentation(mirror=True, shift=0.1, zoom=0.2, rotation=15, erase=0.5, mixup=0.2)

    stored = json.loads(json.dumps(dataclasses.asdict(settings)))

    assert Augmentation.from_json(stored) == settings


def test_refuses_a_kind_that_it_does_not_know() -> None:
    with pytest.raises(ConfigError, match=r"augmentation: expected only the fields .*'sheer'"):
        Augmentation.from_json({"sheer": 0.1})
