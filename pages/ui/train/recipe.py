"""The recipe part of the Train form: which recipe, and what it goes on from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from emotion import recipes
from emotion.data import votes
from emotion.recipes import DEFAULT_CLASSES, FOLDERS, label_order
from emotion.runs import speed
from emotion.system import N_, EmotionError, ModelError, _, duration, listed, ngettext
from emotion.training import FEW, HEAD_BELOW, start_from
from pages.ui.shared import text as words
from pages.ui.shared import training_data
from pages.ui.train import augmentation, settings

if TYPE_CHECKING:
    from emotion.recipes import Recipe, TrainingConfig
    from emotion.training import StartingPoint
    from pages.ui.shared.training_data import Seen


NOTHING = ""  # start from random weights
PRETRAINED = "pretrained"
WANTED = "train_recipe_wanted"  # session state: whether the person has chosen a recipe
ABOUT = N_(
    "Seconds are for the chosen data on this computer. What share a recipe gets right is told only where it was "
    "measured on such data."
)
MORE = "train_more_recipes"  # session state: whether all recipes are listed


def chosen() -> str:
    """The name of the recipe that is chosen: what the person wants, else what is usual for so many faces."""
    name = st.session_state.get("train_recipe")
    if st.session_state.get(WANTED) and (name in recipes.RECIPES or name == recipes.HEAD.name):
        return str(name)
    return usual(_at_hand())


def usual(seen: Seen | None) -> str:
    """The recipe that nobody has to choose: one that builds on the shipped model where there are few faces."""
    few = seen is not None and start_from.suits_head(training_data.chosen(), seen.faces)
    return recipes.HEAD.name if few else recipes.DEFAULT


def builds_on() -> str:
    """The model that a run with the recipe head looks at faces with."""
    reference = st.session_state.get("train_backbone")
    return reference if reference in start_from.starting_points() else PRETRAINED


def _at_hand() -> Seen | None:
    try:
        return training_data.at_hand()
    except EmotionError:  # the page tells of it
        return None


def start() -> StartingPoint | None:
    """The model that is to be gone on from."""
    return start_from.starting_points().get(st.session_state.get("train_start") or NOTHING)


def own(seen: Seen | None) -> TrainingConfig:
    """The settings that recipe, starting point and data bring along."""
    if chosen() == recipes.HEAD.name:
        return recipes.teaching("", seen.classes if seen else DEFAULT_CLASSES, builds_on())
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
    if mine.recipe == recipes.HEAD.name:
        return settings.of_head(replace(mine, data=training_data.chosen(), classes=label_order(classes)))
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
    st.session_state["train_recipe"] = chosen()
    seen = _at_hand()
    names, nobodys_choice = _listed(), usual(seen)
    st.radio(
        _("Recipe"),
        names,
        format_func=lambda name: _title(recipes.find(name), seen, name == nobodys_choice),
        captions=[_about(recipes.find(name)) for name in names],
        key="train_recipe",
        persist_state="session",
        on_change=_want,
        help=_(ABOUT),
    )
    if chosen() in recipes.MAIN:  # else all are listed anyway
        st.toggle(_("More recipes"), key=MORE, persist_state="session")
    points = start_from.starting_points()
    if not points:
        return
    if chosen() == recipes.HEAD.name:
        st.session_state["train_backbone"] = builds_on()
        st.selectbox(
            _("Builds on"),
            list(points),
            format_func=lambda reference: _name(points[reference]),
            key="train_backbone",
            persist_state="session",
            help=_(
                "The model that looks at the faces. It stays as it is; only a last layer of its own is fitted to it."
            ),
        )
        return
    if st.session_state.get("train_start") not in points:
        st.session_state["train_start"] = NOTHING
    st.selectbox(
        _("Start from"),
        [NOTHING, *points],
        format_func=lambda reference: _name(points[reference]) if reference else _("nothing (random weights)"),
        key="train_start",
        persist_state="session",
        on_change=_begin,
        help=_("A network that can tell faces apart already needs fewer pictures, and less time, to learn new ones."),
    )
    if start():
        st.checkbox(
            _("Learn only the last layer"),
            key="train_freeze",
            persist_state="session",
            on_change=_bring_numbers,
            help=_("All others stay as they are (frozen). Right for a few dozen pictures; twenty are enough to begin."),
        )


def outlook(seen: Seen | None) -> None:
    """What recipe and starting point come to with this data, in a sentence or two."""
    point = start()
    if seen is None:
        return
    few = seen.faces < FEW
    if chosen() == recipes.HEAD.name:
        if seen.faces < HEAD_BELOW:
            st.info(f"{words.plain(start_from.why_head(seen.faces))}.", icon=":material/tips_and_updates:")
        else:
            st.caption(_("{n} faces are enough for a network of your own: with so many, quick gets more right.",
                         n=seen.faces))  # fmt: skip
        return
    if point is None:
        seconds = speed.seconds_here(settings.changed(own(seen)), seen.faces)
        if seconds is not None:
            st.caption(_seconds_sentence(seen.faces, duration(seconds)))
        if few and start_from.starting_points():
            st.info(ngettext("{n} face is little to begin from nothing.", "{n} faces are few to begin from nothing.",
                             seen.faces), icon=":material/tips_and_updates:")  # fmt: skip
            st.button(_("Start from a trained model"), key="start_trained", on_click=_start_trained)
        return
    try:
        st.caption(words.plain(_continued(point, seen.classes)))
    except ModelError as error:
        st.error(words.plain(str(error)))
    if few and not st.session_state.get("train_freeze"):
        st.info(_("{n} faces are too few for all layers: that takes longer and gets no more right. Learn only the last "
                  "one.", n=seen.faces), icon=":material/tips_and_updates:")  # fmt: skip


def _listed() -> list[str]:
    """The names of the recipes to choose from: three, or all where that is wanted or another one is chosen."""
    every = [recipes.HEAD.name, *recipes.RECIPES]
    if st.session_state.get(MORE) or chosen() not in recipes.MAIN:
        return every
    return [name for name in recipes.MAIN if name in every]


def _title(recipe: Recipe, seen: Seen | None, is_usual: bool) -> str:
    """Its name with what to expect of it with this data on this computer."""
    facts = [_("the usual choice")] if is_usual else []
    if seen is not None:
        head = recipe.name == recipes.HEAD.name
        seconds = start_from.head_seconds(seen.faces) if head else _seconds(recipe.name, seen.faces)
        if seconds is not None:
            facts.append(_("about {time}", time=duration(max(1.0, seconds))))
        if recipe.accuracy is not None and recipes.was_measured_on(seen.classes, seen.faces):
            facts.append(_("{share} right", share=words.percent(recipe.accuracy / 100, 1)))
    if recipe.gpu:
        facts.append(_("wants a GPU"))
    return " · ".join([f"**{words.plain(recipe.name)}**", *map(words.plain, facts)])


def _seconds_sentence(faces: int, time: str) -> str:
    if speed.factor():
        return _("With these settings and {n} faces: about {time} on this computer.", n=faces, time=time)
    return _("With these settings and {n} faces: about {time} on two processor cores.", n=faces, time=time)


def _seconds(name: str, faces: int) -> float | None:
    return speed.seconds_here(recipes.config(name), faces)


def _about(recipe: Recipe) -> str:
    weights = ngettext("{n} weight.", "{n} weights.", recipe.parameters) if recipe.parameters else ""
    return words.plain(f"{_(recipe.summary)} {weights}".strip())


def _name(point: StartingPoint) -> str:
    return _("run: {title}", title=point.run.title) if point.run else _(words.MODEL_TITLES[point.reference])


def _continued(point: StartingPoint, classes: tuple[str, ...]) -> str:
    before = point.info.classes
    knows = listed(before) if len(before) == 2 else _("{n} classes", n=len(before))
    said = [_("It goes on with the network and the weights of that model, which tells {classes} apart.", classes=knows)]
    unknown = [name for name in classes if name not in before]
    if unknown:
        said.append(ngettext("{n} class it does not know yet: {names}.", "{n} classes it does not know yet: {names}.",
                             len(unknown), names=", ".join(unknown)))  # fmt: skip
    said.append(_("From the recipe come only the way of learning and how the faces are varied."))
    return " ".join(said)


def _want() -> None:
    """The person has chosen a recipe: from now on it is not chosen by the number of faces."""
    st.session_state[WANTED] = True
    _bring_numbers()


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
