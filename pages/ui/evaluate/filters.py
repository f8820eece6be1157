"""Which faces Evaluate shows: filters that can be combined and live in the address, and the ways to set them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from emotion.evaluation import Range, Selection, gallery, selection
from emotion.system import N_, _, compact, decimal, ngettext, number
from pages.ui.evaluate import insight
from pages.ui.shared import text
from pages.ui.shared.address import Choice

if TYPE_CHECKING:
    from emotion.metrics import Labels
    from pages.ui.evaluate.results import Result


ANY = N_("any")
RUN, DATA = Choice("run"), Choice("data")
BASE = (RUN, DATA)
THRESHOLD = Choice("threshold", BASE)
SHOW, TRUTH, ANSWER, ORDER, FACE, GROUP = (
    Choice(name, BASE) for name in ("show", "truth", "answer", "order", "face", "group")
)
TITLES = {
    "sure": N_("how sure"), "score": N_("probability"), "brightness": N_("brightness"), "contrast": N_("contrast"),
    "sharpness": N_("sharpness"),
}  # fmt: skip
RANGES = {name: Choice(name, BASE) for name in TITLES}
SLIDERS = {  # offered beside the figures, whose pieces set the others too
    "sure": N_("How sure"),
    "brightness": N_("Brightness"),
    "contrast": N_("Contrast"),
    "sharpness": N_("Sharpness, from 0 (blurred) to some thousands (every hair is seen)"),
}
ROUNDING = 1e-9  # 0.29 · 100 is a little less than 29
BESIDE = "evaluate_beside"  # session state: the cell that was clicked in the matrix
PAGE = "page"  # of the gallery, bound to the address by the widget itself
SHOW_WORDS = {gallery.ALL: N_("all"), gallery.WRONG: N_("✕ wrong"), gallery.RIGHT: N_("right")}
TOLD_WORDS = {gallery.WRONG: N_("wrong"), gallery.RIGHT: N_("right")}
ORDER_WORDS = {
    gallery.MOST_WRONG: N_("most wrong first"),
    gallery.LEAST_SURE: N_("least sure first"),
    selection.MOST_TYPICAL: N_("most typical first"),
    gallery.BY_FILE: N_("by file name"),
}

Cell = tuple[str, str]  # truth, answer


def chosen(result: Result) -> Selection:
    """What the address and the widgets say is looked at."""
    names = (ANY, *result.info.classes)
    ranges = {name: _range(RANGES[name]) for name in RANGES}
    group = GROUP.adopt(lambda word: not word or word.isdecimal(), "")
    truth, answer = TRUTH.adopt(names, ANY), ANSWER.adopt(names, ANY)
    many = len(insight.groups(result)) if group else 0
    return Selection(
        show=SHOW.adopt(SHOW_WORDS, gallery.ALL),
        truth="" if truth == ANY else truth,
        answer="" if answer == ANY else answer,
        ranges={name: one for name, one in ranges.items() if one is not None},
        group=int(group) if group and int(group) < many else None,
        order=ORDER.adopt(ORDER_WORDS, gallery.MOST_WRONG),
    )


def _range(choice: Choice) -> Range | None:
    return selection.range_of(choice.adopt(lambda word: not word or selection.range_of(word) is not None, ""))


def chosen_cell(result: Result) -> Cell | None:
    """The cell of the confusion matrix to which the faces are narrowed, or None."""
    now = chosen(result)
    return (now.truth, now.answer) if now.truth and now.answer else None


def choose_beside(cell: Cell | None) -> None:
    """As `choose_cell`, with its faces beside the matrix, where it was clicked. For callbacks."""
    choose_cell(cell)
    st.session_state[BESIDE] = cell


def is_beside(result: Result) -> bool:
    """Whether the faces stand beside the matrix: as long as they are those of the cell that was clicked there."""
    cell = st.session_state.get(BESIDE)
    return cell is not None and cell == chosen_cell(result)


def choose_cell(cell: Cell | None) -> None:
    """Shows exactly the faces of a cell; None shows all. For callbacks."""
    truth, answer = cell or ("", "")
    only(truth=truth, answer=answer)


def only(
    *, show: str = gallery.ALL, truth: str = "", answer: str = "", ranges: Mapping[str, Range] | None = None,
    group: int | None = None, order: str | None = None,
) -> None:  # fmt: skip
    """Shows exactly these faces: every filter that is not named is taken off. For callbacks."""
    SHOW.set(show)
    TRUTH.set(truth or ANY)
    ANSWER.set(answer or ANY)
    GROUP.set("" if group is None else str(group))
    for name, choice in RANGES.items():
        choice.set(ranges[name].word if ranges and name in ranges else "")
    if order is not None:
        ORDER.set(order)
    to_first_page()


def to_first_page() -> None:
    """For callbacks of everything that changes which faces are shown."""
    if st.session_state.get(PAGE, 1) != 1:
        st.session_state[PAGE] = 1


def pin() -> None:
    """Writes model and data into the address, so that a link means the same later. For callbacks."""
    for choice in BASE:
        choice.pin()


def show_filters(result: Result) -> Labels:
    """Draws the filters. Returns the indices of the faces they let through, in order."""
    now = chosen(result)
    everything = selection.select(
        result.study,
        Selection(gallery.ALL, now.truth, now.answer, now.ranges, now.group, now.order),
        lambda name: insight.quantity(result, name),
        lambda: [one.members for one in insight.groups(result)],
    )
    counts = selection.counts(result.study, everything)
    st.segmented_control(
        _("Faces"), list(SHOW_WORDS), key=SHOW.key, required=True, on_change=_chosen_moved, args=(SHOW,),
        format_func=lambda kind: f"{_(SHOW_WORDS[kind])} {number(counts[kind])}",
    )  # fmt: skip
    first, second, third = st.columns(3, vertical_alignment="bottom")
    _class_filter(first, _("Truth"), TRUTH, result)
    _class_filter(second, _("Called"), ANSWER, result)
    third.selectbox(
        _("Order"), list(ORDER_WORDS), key=ORDER.key, format_func=lambda order: _(ORDER_WORDS[order]),
        filter_mode=None, on_change=_chosen_moved, args=(ORDER,),
    )  # fmt: skip
    _more(result, now)
    if now.show == gallery.ALL:
        return everything
    right_ones = result.study.right[everything]
    return everything[right_ones if now.show == gallery.RIGHT else ~right_ones]


def tell(result: Result, below: bool = True) -> None:
    """What is chosen, in words, with the way to the faces, where these stand below the figures that choose them."""
    now = chosen(result)
    parts = [_("truth {name}", name=now.truth)] if now.truth else []
    parts += [_("called {name}", name=now.answer)] if now.answer else []
    parts += [f"{_(TITLES[name])} {in_words(name, within)}" for name, within in now.ranges.items()]
    parts += [_("group {number} of mistakes", number=now.group + 1)] if now.group is not None else []
    parts += [_(TOLD_WORDS[now.show])] if now.show != gallery.ALL else []
    place = st.empty()  # always there, so that what follows stays the same element and keeps its focus
    if parts and below:
        place.caption(_("Shown below: {filters}. [To the faces](#faces)", filters=text.plain(", ".join(parts))))


def _class_filter(place: DeltaGenerator, label: str, choice: Choice, result: Result) -> None:
    place.selectbox(
        label, [ANY, *result.info.classes], key=choice.key, filter_mode=None, on_change=_chosen_moved,
        args=(choice,),
        format_func=lambda name: (
            _(ANY) if name == ANY else f"{text.sign(name, result.model.info.classes)} {text.whole(name)}"
        ),
    )  # fmt: skip


def _chosen_moved(choice: Choice) -> None:
    choice.publish()
    to_first_page()


def _more(result: Result, now: Selection) -> None:
    """The other filters: those that are set, each with a way to take it off, and sliders for them."""
    with st.container(horizontal=True, vertical_alignment="center", key="more_filters"):
        with st.popover(_("More filters"), type="tertiary"):
            for name in SLIDERS:
                _slider(result, name, now.ranges.get(name))
        for name, within in now.ranges.items():
            title = f"✕ {_(TITLES[name])} {in_words(name, within)}"
            st.button(text.plain(title), key=f"off_{name}", help=_("Take this filter off"), on_click=_take_off,
                      args=(RANGES[name],))  # fmt: skip
        if now.group is not None:
            title = ngettext(
                "✕ group {number} of mistakes ({n} face)",
                "✕ group {number} of mistakes ({n} faces)",
                len(insight.groups(result)[now.group].members),
                number=now.group + 1,
            )
            st.button(title, key="off_group", help=_("Take this filter off"), on_click=_take_off,
                      args=(GROUP,))  # fmt: skip


def _take_off(choice: Choice) -> None:
    choice.set("")
    to_first_page()


def _slider(result: Result, name: str, now: Range | None) -> None:
    """A slider with two ends in whole steps; both at their ends is no filter."""
    scale = 100 if name == "sure" else 1
    highest = 100 if name == "sure" else math.ceil(float(insight.quantity(result, name).max(initial=1)))
    within = now or Range()
    low = 0 if within.low is None else math.floor(within.low * scale + ROUNDING)
    high = highest if within.high is None else math.ceil(within.high * scale - ROUNDING)
    key, ends = f"evaluate_{name}_slider", (min(max(low, 0), highest), min(max(high, 0), highest))
    if st.session_state.get(key) != ends:  # never while somebody is moving it
        st.session_state[key] = ends

    def moved() -> None:
        start, end = st.session_state[key]
        narrowed = Range(start / scale if start > 0 else None, end / scale if end < highest else None)
        RANGES[name].set("" if narrowed == Range() else narrowed.word)
        to_first_page()

    st.slider(_(SLIDERS[name]), 0, highest, key=key, on_change=moved, format="%d %%" if scale > 1 else "%d")


def in_words(name: str, within: Range) -> str:
    """Such as "25–50 %", "up to 80", "above 200"."""
    scale, unit = (100, "\N{NO-BREAK SPACE}%") if name in ("sure", "score") else (1, "")
    low, high = (
        None if end is None else compact(end * scale, 3) if scale > 1 else decimal(end, 0)
        for end in (within.low, within.high)
    )
    if low is None:
        return _("up to {end}", end=f"{high}{unit}")
    return _("above {end}", end=f"{low}{unit}") if high is None else f"{low}–{high}{unit}"
