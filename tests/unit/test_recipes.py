"""The list of recipes, the settings that come from one, and a recipe that a person adds."""

from __future__ import annotations

from pathlib import Path

import pytest

from emotion.recipes import catalogue, networks
from emotion.recipes.augmentation import Augmentation
from emotion.system.errors import ConfigError

ONE_MORE = """
from emotion.recipes import Recipe

def body(x, width):
    from keras import layers
    x = layers.Conv2D(round(8 * width), 3, 4, activation="relu")(x)
    return layers.GlobalAveragePooling2D(name="features")(x)

RECIPES = (Recipe(name="{name}", summary="Mine.", body=body, parameters=89, epochs=3),)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A second folder that is searched for recipes."""
    monkeypatch.setattr(networks, "__path__", [*networks.__path__, str(tmp_path)])
    return tmp_path


def test_lists_the_recipes_from_simple_to_large() -> None:
    assert list(catalogue.RECIPES) == ["classic", "quick-s", "quick", "quick-l", "strong", "full", "teacher", "duo"]


def test_quick_is_what_one_gets_unasked() -> None:
    assert catalogue.config().recipe == "quick"


@pytest.mark.parametrize("name", catalogue.RECIPES)
def test_settings_begin_as_the_recipe_says(name: str) -> None:
    recipe = catalogue.find(name)

    config = catalogue.config(name)

    for field in ("epochs", "batch_size", "learning_rate", "weight_decay", "label_smoothing", "augmentation"):
        assert getattr(config, field) == getattr(recipe, field), field


def test_a_change_wins_over_the_recipe() -> None:
    assert catalogue.config("strong", epochs=7, weight_decay=None).epochs == 7


def test_classic_stays_what_was_asked_for() -> None:
    classic = catalogue.find("classic")

    assert (classic.optimizer, classic.schedule, classic.learning_rate) == ("adam", "constant", 1e-3)
    assert (classic.epochs, classic.batch_size, classic.label_smoothing) == (10, 64, 0.0)
    assert not classic.augmentation
    assert not classic.mirrored


def test_names_the_recipes_where_one_is_unknown() -> None:
    with pytest.raises(ConfigError, match="quick-s, quick, quick-l"):
        catalogue.find("slow")


def test_finds_a_recipe_that_is_one_more_file(folder: Path) -> None:
    (folder / "one_more.py").write_text(ONE_MORE.format(name="mine"), encoding="utf-8")

    found = catalogue.collect()

    assert list(found)[-1] == "mine"
    assert found["mine"].epochs == 3


def test_refuses_two_recipes_of_one_name(folder: Path) -> None:
    (folder / "one_again.py").write_text(ONE_MORE.format(name="classic"), encoding="utf-8")

    with pytest.raises(ValueError, match="Two recipes are called 'classic'"):
        catalogue.collect()


def test_every_recipe_says_what_it_is_good_for() -> None:
    for recipe in catalogue.RECIPES.values():
        assert recipe.summary.endswith("."), recipe.name
        assert recipe.parameters > 0, recipe.name


def test_reads_augmentation_as_it_is_typed() -> None:
    assert Augmentation.parse("mirror=1, shift=0.1") == Augmentation(mirror=True, shift=0.1)
    assert not Augmentation.parse("none")


@pytest.mark.parametrize("text", ["mirror", "shift=much", "shif=0.1", "shift=0.9", ""])
def test_refuses_augmentation_that_it_does_not_know(text: str) -> None:
    with pytest.raises(ConfigError, match="augmentation"):
        Augmentation.parse(text)
