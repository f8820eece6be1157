"""Where a model is weak: slices, groups of mistakes that look alike to it, and what spoils its answers."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import streamlit as st
from PIL import Image

from emotion.evaluation import corruptions, gallery, range_of, robustness
from emotion.metrics import paired
from emotion.system import count, tasks
from pages.ui.evaluate import charts, filters, insight
from pages.ui.shared import pick, plot, problem, text, waiting

if TYPE_CHECKING:
    from emotion.evaluation import Robustness
    from emotion.metrics import Slicing
    from pages.ui.evaluate.results import Result


def show_weak_spots(result: Result) -> None:
    """The section."""
    st.subheader("Which faces it finds hard", anchor=False, help="Slices of the test faces by one quantity each.")
    _slices(result)
    st.subheader("Mistakes that look alike to it", anchor=False, help="k-means on the network's own features.")
    _groups(result)
    st.subheader("What spoils its answers", anchor=False, help="Robustness.")
    _robustness(result)


def _slices(result: Result) -> None:
    found = insight.slicings(result)
    if not found:
        st.caption("There are too few faces to cut them into slices.")
        return
    grid = st.grid(2, min_column_width=300, key="slices")
    for one in found:
        with grid.cell():
            chart = charts.slicing(one, result.evaluation.accuracy, one.name if one.name in filters.TITLES else "")
            st.markdown(f"**{one.name.capitalize()}** :small[{text.plain(_matters(one))}]")
            pick.show_markup(f"slice_{one.name}", chart, f"How often it is right by {one.name}", _picked)
    st.caption("Each dot is a fifth of the faces with its 95 % interval; the dashed line is all of them, a red diamond "
               "surely worse than the others. A click on a dot shows its faces.")  # fmt: skip


def _matters(one: Slicing) -> str:
    often = paired.by_luck(one.p_value)
    return f"matters ({often})" if one.matters else f"may not matter ({often})"


def _picked(word: str) -> None:
    name, _, within = word.partition(":")
    chosen = range_of(within)
    if name in filters.RANGES and chosen is not None:
        filters.only(ranges={name: chosen})


def _groups(result: Result) -> None:
    found = insight.groups(result)
    if not found:
        st.caption("It made no mistakes here.")
        return
    now = filters.chosen(result).group
    cards = "".join(_card(result, number, number == now) for number in range(len(found)))
    pick.show_markup("groups", f'<div class="cards">{cards}</div>', "Groups of mistakes", _picked_group)
    st.caption("Left the mean of the group, right its most typical face. A click shows the whole group below.")


def _card(result: Result, number: int, pressed: bool) -> str:
    group, study = insight.groups(result)[number], result.study
    truth, answer = (
        study.info.classes[labels[group.most_typical]] for labels in (study.examples.labels, study.answered)
    )
    words_ = f"{count(len(group.members), 'mistake')}, such as {truth} called {answer}"
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
    found = robustness.kept(result.model, result.examples)
    if found is not None:
        _charts(found)
        return
    if waiting.show_work(name):
        return
    faces = min(len(result.examples.labels), robustness.FACES)
    trials = 1 + sum(len(kind.strengths) for kind in corruptions.KINDS)
    st.caption(f"{count(faces, 'face')} are turned, moved, blurred, darkened and covered in {trials} ways, and asked "
               "about again. This takes from some seconds to a minute, once.")  # fmt: skip
    st.button("Try it", key="try_robustness", on_click=_start, args=(name, result))


@problem.told
def _start(name: str, result: Result) -> None:
    tasks.start(
        name,
        lambda tell: robustness.measure(
            result.model, result.examples, lambda what, done, total: tell(f"faces: {what}", done, total)
        ),
    )


def _charts(found: Robustness) -> None:
    grid = st.grid(3, min_column_width=220, key="robustness")
    for kind in corruptions.KINDS:
        if kind.name in found.kinds:
            with grid.cell():
                st.markdown(f"**{kind.name[0].upper()}{kind.name[1:]}**")
                pick.show_markup(f"robust_{kind.name.replace(' ', '_')}", charts.robustness(found, kind),
                          f"How often it is right: {kind.name}")  # fmt: skip
    st.caption(f"How often it is right on {count(found.plain.n, 'face')}, left as they are, then more and more "
               "spoiled; with 95 % intervals.")  # fmt: skip
