"""Where a model is weak: slices, groups of mistakes that look alike to it, and what spoils its answers."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import streamlit as st
from PIL import Image

from emotion.evaluation import corruptions, gallery, range_of, robustness
from emotion.metrics import paired, slices
from emotion.system import N_, _, ngettext, tasks
from pages.ui.evaluate import charts, filters, insight
from pages.ui.shared import pick, plot, problem, text, waiting

if TYPE_CHECKING:
    from emotion.evaluation import Robustness
    from emotion.metrics import Slicing
    from pages.ui.evaluate.results import Result


QUANTITIES = {  # titles of the slices
    "brightness": N_("Brightness"),
    "contrast": N_("Contrast"),
    "sharpness": N_("Sharpness"),
    slices.PICTURE_SIZE: N_("Picture size"),
}
ENDS = {  # of the axis
    "brightness": N_("from dark to bright"),
    "contrast": N_("from pale to strong"),
    "sharpness": N_("from blurred to sharp"),
    slices.PICTURE_SIZE: N_("from few pixels to many"),
}
BY_QUANTITY = {
    "brightness": N_("How often it is right by brightness"),
    "contrast": N_("How often it is right by contrast"),
    "sharpness": N_("How often it is right by sharpness"),
    slices.PICTURE_SIZE: N_("How often it is right by picture size"),
}


def show_weak_spots(result: Result) -> None:
    """The section."""
    st.subheader(_("Which faces it finds hard"), anchor=False, help=_("Slices of the test faces by one quantity each."))
    _slices(result)
    st.subheader(_("Mistakes that look alike to it"), anchor=False, help=_("k-means on the network's own features."))
    _groups(result)
    st.subheader(_("What spoils its answers"), anchor=False, help=_("Robustness."))
    _robustness(result)


def _slices(result: Result) -> None:
    found = insight.slicings(result)
    if not found:
        st.caption(_("There are too few faces to cut them into slices."))
        return
    grid = st.grid(2, min_column_width=300, key="slices")
    for one in found:
        with grid.cell():
            filtered = one.name if one.name in filters.TITLES else ""
            chart = charts.slicing(one, result.evaluation.accuracy, filtered, _(ENDS[one.name]))
            st.markdown(f"**{_(QUANTITIES[one.name])}** :small[{text.plain(_matters(one))}]")
            pick.show_markup(f"slice_{one.name}", chart, _(BY_QUANTITY[one.name]), _picked)
    st.caption(_("Each dot is a fifth of the faces with its 95 % interval; the dashed line is all of them, a red "
                 "diamond surely worse than the others. A click on a dot shows its faces."))  # fmt: skip


def _matters(one: Slicing) -> str:
    often = paired.by_luck(one.p_value)
    return _("matters ({often})", often=often) if one.matters else _("may not matter ({often})", often=often)


def _picked(word: str) -> None:
    name, _colon, within = word.partition(":")
    chosen = range_of(within)
    if name in filters.RANGES and chosen is not None:
        filters.only(ranges={name: chosen})


def _groups(result: Result) -> None:
    found = insight.groups(result)
    if not found:
        st.caption(_("It made no mistakes here."))
        return
    now = filters.chosen(result).group
    cards = "".join(_card(result, number, number == now) for number in range(len(found)))
    pick.show_markup("groups", f'<div class="cards">{cards}</div>', _("Groups of mistakes"), _picked_group)
    st.caption(_("Left the mean of the group, right its most typical face. A click shows the whole group below."))


def _card(result: Result, number: int, pressed: bool) -> str:
    group, study = insight.groups(result)[number], result.study
    truth, answer = (
        study.info.classes[labels[group.most_typical]] for labels in (study.examples.labels, study.answered)
    )
    words_ = ngettext(
        "{n} mistake, such as {truth} called {answer}",
        "{n} mistakes, such as {truth} called {answer}",
        len(group.members),
        truth=truth,
        answer=answer,
    )
    pictures = "".join(
        f'<img src="{picture(one)}" alt="">' for one in (group.mean_face, study.examples.images[group.most_typical])
    )
    return plot.button(f"{pictures}<span>{text.markup(words_)}</span>", f"group:{number}", words_, pressed=pressed)


def picture(pixels: Any) -> str:
    """A small grey picture as an address."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=88)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _picked_group(word: str) -> None:
    filters.only(show=gallery.WRONG, group=int(word.partition(":")[2]), order=gallery.MOST_WRONG)


def _robustness(result: Result) -> None:
    name = f"robustness-{result.base}"
    task = tasks.find(name)
    found = robustness.kept(result.model, result.examples)
    if found is not None:
        _charts(found)
        return
    if waiting.show_work(task):
        return
    faces = min(len(result.examples.labels), robustness.FACES)
    trials = 1 + sum(len(kind.strengths) for kind in corruptions.KINDS)
    st.caption(
        ngettext(
            "{n} face is turned, moved, blurred, darkened and covered in {ways} ways, and asked about again. This "
            "takes from some seconds to a minute, once.",
            "{n} faces are turned, moved, blurred, darkened and covered in {ways} ways, and asked about again. This "
            "takes from some seconds to a minute, once.",
            faces,
            ways=trials,
        )
    )
    st.button(_("Try it"), key="try_robustness", on_click=_start, args=(name, result))


@problem.told
def _start(name: str, result: Result) -> None:
    tasks.start(
        name,
        lambda tell: robustness.measure(
            result.model, result.examples, lambda what, done, total: tell(_("faces: {what}", what=what), done, total)
        ),
    )


def _charts(found: Robustness) -> None:
    grid = st.grid(3, min_column_width=220, key="robustness")
    for kind in corruptions.KINDS:
        if kind.name in found.kinds:
            with grid.cell():
                st.markdown(f"**{text.capital(_(kind.name))}**")
                pick.show_markup(f"robust_{kind.name.replace(' ', '_')}", charts.robustness(found, kind),
                                 _("How often it is right: {kind}", kind=_(kind.name)))  # fmt: skip
    st.caption(
        ngettext(
            "How often it is right on {n} face, left as they are, then more and more spoiled; with 95 % intervals.",
            "How often it is right on {n} faces, left as they are, then more and more spoiled; with 95 % intervals.",
            found.plain.n,
        )
    )
