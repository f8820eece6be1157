"""How long a training will take."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emotion.recipes import catalogue
from emotion.recipes.catalogue import MEASURED_FACES, START, expected_seconds

CLASSIC = catalogue.find("classic")


def test_takes_what_was_measured_on_as_many_faces():
    assert expected_seconds(catalogue.config("classic"), MEASURED_FACES) == CLASSIC.seconds


@pytest.mark.parametrize(("epochs", "faces", "share"), [(20, 1.0, 2.0), (10, 0.5, 0.5), (5, 2.0, 1.0)])
def test_grows_with_epochs_and_faces(epochs, faces, share):
    config = catalogue.config("classic", epochs=epochs)

    learning = CLASSIC.seconds - START
    expected = pytest.approx(START + share * learning, rel=1e-3)
    assert expected_seconds(config, round(faces * MEASURED_FACES)) == expected


def test_says_nothing_of_a_recipe_that_was_not_measured(monkeypatch):
    monkeypatch.setitem(catalogue.RECIPES, "classic", replace(CLASSIC, seconds=None))

    assert expected_seconds(catalogue.config("classic"), 100) is None


def test_says_nothing_of_a_network_that_is_gone_on_with():
    assert expected_seconds(catalogue.config("classic", start_from="pretrained"), 100) is None
