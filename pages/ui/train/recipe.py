"""The recipe part of the Train form: which recipe, and what it goes on from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from emotion import recipes
from emotion.data import votes
from emotion.recipes import DEFAULT_CLASSES, FOLDERS, MEASURED_FACES, expected_seconds, label_order
from emotion.system import EmotionError, ModelError, count, duration
from emotion.training import FEW, start_from
from pages.ui.shared import text as words
from pages.ui.shared import training_data
from pages.ui.train import augmentation, settings

if TYPE_CHECKING:
    from emotion.recipes import Recipe, TrainingConfig
    from emotion.training import StartingPoint
    from pages.ui.shared.training_data import Seen


NOTHING = ""  # start from random weights
MEASURED = (
    f"Time and share right as measured on the {MEASURED_FACES:,} happy and sad training faces of FER-2013 and its test "
    "faces, on two processor cores. Other faces and other computers: other figures."
)


def chosen() -> str:
    """The name of the recipe that is chosen."""
    name = st.session_state.get("train_recipe")
    return name if name in recipes.RECIPES else recipes.DEFAULT


def start() -> StartingPoint | None:
    """The model that is to be gone on from."""
    return start_from.starting_points().get(st.session_state.get("train_start") or NOTHING)


def own(seen: Seen | None) -> TrainingConfig:
    """The settings that recipe, starting point and data bring along."""
    point = start()
    try:
        return start_from.settings(
            chosen(),
            point,
            freeze=bool(point and st.session_state.get("train_freeze")),
            faces=seen.faces if seen else None,
            classes=seen.classes if seen else (),
        )
    except ModelError:  # its model.json is damaged: `outlook` tells of it
        return recipes.config(chosen())


def config() -> TrainingConfig:
    """The form as a config. Fields that have not been drawn yet keep the value that would be brought.

    Raises:
        DataError: when the data cannot be listed, or has no votes for a class where these are to be learned.
        ConfigError: for a value outside its range.
        ModelError: when the model that it goes on from cannot be read.
    """
    seen = training_data.at_hand()
    mine = own(seen)
    classes = seen.classes if seen else DEFAULT_CLASSES
    named = start_from.in_the_order_of(start(), label_order(classes))
    varied = augmentation.settings(mine.augmentation)
    said = settings.changed(replace(mine, data=training_data.chosen(), classes=named, augmentation=varied))
    if said.labels == FOLDERS:
        return said
    if seen is None or not votes.there(seen.listing.root):  # chosen for other pictures
        return replace(said, labels=FOLDERS)
    votes.check(seen.listing.root, named)
    return said


def show_recipes() -> None:
    """Draws the list of recipes and the choice of what to start from."""
    st.session_state.setdefault("train_recipe", chosen())
    st.radio(
        "Recipe",
        list(recipes.RECIPES),
        format_func=lambda name: _title(recipes.find(name)),
        captions=[_about(recipe) for recipe in recipes.RECIPES.values()],
        key="train_recipe",
        persist_state="session",
        on_change=_bring_numbers,
        help=MEASURED,
    )
    points = start_from.starting_points()
    if not points:
        return
    if st.session_state.get("train_start") not in points:
        st.session_state["train_start"] = NOTHING
    st.selectbox(
        "Start from",
        [NOTHING, *points],
        format_func=lambda reference: _name(points[reference]) if reference else "nothing (random weights)",
        key="train_start",
        persist_state="session",
        on_change=_begin,
        help="A network that can tell faces apart already needs fewer pictures, and less time, to learn new ones.",
    )
    if start():
        st.checkbox(
            "Learn only the last layer",
            key="train_freeze",
            persist_state="session",
            on_change=_bring_numbers,
            help="All others stay as they are (frozen). Right for a few dozen pictures; twenty are enough to begin.",
        )


def outlook(seen: Seen | None) -> None:
    """What recipe and starting point come to with this data, in a sentence or two."""
    point = start()
    if seen is None:
        return
    few = seen.faces < FEW
    if point is None:
        seconds = expected_seconds(settings.changed(own(seen)), seen.faces)
        if seconds is not None:
            faces = count(seen.faces, "face")
            st.caption(f"With these settings and {faces}: about {duration(seconds)} on two processor cores.")
        if few and start_from.starting_points():
            st.info(f"{count(seen.faces, 'face')} are few to begin from nothing.", icon=":material/tips_and_updates:")
            st.button("Start from a trained model", key="start_trained", on_click=_start_trained)
        return
    try:
        st.caption(words.plain(_continued(point, seen.classes)))
    except ModelError as error:
        st.error(words.plain(str(error)))
    if few and not st.session_state.get("train_freeze"):
        st.info(f"{count(seen.faces, 'face')} are too few for all layers: they forget more than they learn. "
                "Learn only the last one.", icon=":material/tips_and_updates:")  # fmt: skip


def _title(recipe: Recipe) -> str:
    """Its name with what to expect of it, as far as that was measured."""
    facts = ["the usual choice"] if recipe.name == recipes.DEFAULT else []
    if recipe.seconds is not None:
        facts.append(f"about {duration(recipe.seconds)}")
    if recipe.accuracy is not None:
        facts.append(f"{words.percent(recipe.accuracy / 100, 1)} right")
    if recipe.gpu:
        facts.append("wants a GPU")
    return " · ".join([f"**{words.plain(recipe.name)}**", *map(words.plain, facts)])


def _about(recipe: Recipe) -> str:
    return words.plain(f"{recipe.summary} {count(recipe.parameters, 'weight')}.")


def _name(point: StartingPoint) -> str:
    return f"run: {point.run.title}" if point.run else words.MODEL_TITLES[point.reference]


def _continued(point: StartingPoint, classes: tuple[str, ...]) -> str:
    before = point.info.classes
    knows = " and ".join(before) if len(before) == 2 else f"{len(before)} classes"
    text = f"It goes on with the network and the weights of that model, which tells {knows} apart"
    unknown = [name for name in classes if name not in before]
    if unknown:
        text += f". {count(len(unknown), 'class')} it does not know yet: {', '.join(unknown)}"
    return f"{text}. From the recipe come only the way of learning and how the faces are varied."


def _bring_numbers() -> None:
    """Another recipe, or another beginning, brings its own numbers."""
    try:
        mine = own(training_data.at_hand())
    except EmotionError:  # the page tells of it
        mine = recipes.config(chosen())
    settings.bring(mine)
    augmentation.bring(mine.augmentation)


def _begin() -> None:
    """Another model to start from; with few faces only its last layer is learned, unless the person wants more."""
    try:
        seen = training_data.at_hand()
    except EmotionError:  # the page tells of it
        seen = None
    st.session_state["train_freeze"] = seen is not None and seen.faces < FEW
    _bring_numbers()


def _start_trained() -> None:
    st.session_state["train_start"] = next(iter(start_from.starting_points()), NOTHING)
    _begin()
