"""How classes look: twelve that differ in colour, shape and letters, also to people who see colours otherwise."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from emotion.recipes import SEVEN_EMOTIONS, palette
from emotion.recipes.palette import HAPPY, OTHERS, SAD, TONES, UNSURE, letters, tone
from pages.ui.shared import figure, tones
from tests.unit.test_settings import SETTINGS, contrast

# Full protanopia, deuteranopia and tritanopia on linear RGB: Machado, Oliveira and Fernandes 2009, table 1.
EYES = {
    "usual": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
# Linear RGB to OKLab: Ottosson 2020.
TO_CONES = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005]]  # fmt: skip
TO_LAB = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
          [0.0259040371, 0.7827717662, -0.8086757660]]  # fmt: skip


def seen(colour: str, eyes: str) -> np.ndarray:
    """A colour "#rrggbb" in OKLab, as these eyes see it."""
    shares = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return np.array(TO_LAB) @ np.cbrt(np.array(TO_CONES) @ np.clip(np.array(EYES[eyes]) @ linear, 0, 1))


@pytest.mark.parametrize("eyes", list(EYES))
@pytest.mark.parametrize("ground", ["fill", "dark"])
def test_any_two_classes_differ_in_colour_to_all_eyes(eyes: str, ground: str) -> None:
    colours = {each.name: seen(getattr(each, ground), eyes) for each in TONES}

    near = {
        (one, other): float(np.linalg.norm(colours[one] - colours[other]))
        for one, other in itertools.combinations(colours, 2)
    }

    assert {pair: away for pair, away in near.items() if away < (0.08 if eyes == "usual" else 0.05)} == {}


def test_no_two_classes_share_a_shape() -> None:
    assert len({each.sign for each in TONES}) == len({each.outline for each in TONES}) == len(TONES) == 13


@pytest.mark.parametrize("each", TONES, ids=lambda each: each.name)
def test_the_name_of_a_class_can_be_read_in_its_colour(each: palette.Tone) -> None:
    for theme, colour in (("light", each.ink), ("dark", each.dark)):
        for ground in ("backgroundColor", "secondaryBackgroundColor"):
            assert contrast(colour, SETTINGS["theme"][theme][ground]) >= 4.5
    assert contrast(each.dark, "#12171b") >= 4.5  # the shape and the words on a marked picture


def test_shapes_stay_in_their_square() -> None:
    assert all(-1.001 <= edge <= 1.001 for each in TONES for point in each.outline for edge in point)


def test_twelve_classes_of_ones_own_all_look_different() -> None:
    names = [f"kind {letter}" for letter in "abcdefghij"] + ["happy", "sad"]

    looks = {tone(name, names).name for name in names}

    assert len(looks) == 12


def test_a_class_looks_the_same_in_whatever_order_it_is_named() -> None:
    names = ["smile", "frown", "wink"]

    assert [tone(name, names) for name in names] == [tone(name, names[::-1]) for name in names]


def test_emotions_look_the_same_whatever_they_stand_with() -> None:
    alone = {name: tone(name) for name in SEVEN_EMOTIONS}

    among = {name: tone(name, (*SEVEN_EMOTIONS, "asleep")) for name in SEVEN_EMOTIONS}

    assert alone == among
    assert len(set(among.values())) == 7
    assert tone("asleep", (*SEVEN_EMOTIONS, "asleep")) not in among.values()
    assert (tone("happy"), tone("sad"), tone("unsure")) == (HAPPY, SAD, UNSURE)


def test_a_class_that_stands_alone_looks_the_same_every_time() -> None:
    assert tone("asleep") is tone("asleep")
    assert tone("asleep") in OTHERS


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("cat", "car", "cow"), ["Cat", "Car", "Co"]),
        (("one", "ones"), ["One", "Ones"]),
        (("é", "e"), ["É", "E"]),
    ],
)
def test_letters_are_as_few_as_tell_classes_apart(names: tuple[str, ...], expected: list[str]) -> None:
    assert [letters(name, names) for name in names] == expected


def test_style_sheets_and_charts_know_every_look() -> None:
    assert all(f".{each.name} {{" in tones.PAGE and f"--{each.name}:" in tones.PAGE for each in TONES)
    assert len({figure.symbol(each) for each in TONES}) == len(TONES)
