"""Two models on the same faces: who is better, by how much, and the faces that only one of them gets right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.evaluation import duel
from emotion.metrics import Interval
from emotion.system import EmotionError, _, decimal, number
from pages.ui.evaluate import filters, gallery, results
from pages.ui.evaluate.results import SHIPPED
from pages.ui.shared import before_after, frame, text
from pages.ui.shared.address import Choice

if TYPE_CHECKING:
    from emotion.evaluation import Duel
    from emotion.metrics import Labels
    from emotion.runs import Run
    from pages.ui.evaluate.results import Result, Tell


OTHER, WHOSE = Choice("with", filters.BASE), Choice("whose", filters.BASE)
SECOND, FIRST, NEITHER = "second", "first", "neither"


def show_comparison(result: Result, title: str, runs: dict[str, Run], this: str, data: str, tell: Tell) -> None:
    """The section.

    Args:
        result: the first model on its faces; `title` is its name, `this` its word in the address.
        runs: all runs with a model, by id.
        data: as `dataset.resolve` understands it.
        tell: of the asking of the second model.
    """
    others = {name: run.title for name, run in runs.items() if name != this}
    if this != SHIPPED and results.model_file(None).is_file():
        others[SHIPPED] = _(text.MODEL_TITLES[SHIPPED])
    if not others:
        st.info(_("There is no second model yet. Train one, and look at both on the same faces here."))
        if st.button(_("Train a model"), key="train_second"):
            st.switch_page(frame.TRAIN)
        return
    word = OTHER.adopt(others, next(iter(others)))
    st.selectbox(_("Compare with"), list(others), key=OTHER.key, format_func=lambda name: others.get(name, name),
                 on_change=OTHER.publish)  # fmt: skip
    try:
        second = results.load(results.question(runs.get(word), data, tell), result.info.classes, tell)
        found = _duel(result.token, second.token, result, second)
    except EmotionError as error:
        st.error(text.plain(str(error)), icon=":material/error:")
        return
    _figures(found, title, others[word])
    _faces(result, found, title, others[word])


@st.cache_resource(max_entries=8, show_spinner=False)
def _duel(first: str, second: str, _first: Result, _second: Result) -> Duel:
    return duel.compare(_first.study, _second.study)


def _figures(found: Duel, first: str, second: str) -> None:
    st.markdown(text.plain(found.in_words(first, second)))
    st.html(before_after.two_bars(((first, found.result.before), (second, found.result.after)), found.result.n))
    low, high = found.result.interval
    accuracy = Interval(found.result.difference, low, high)
    parts = [
        (_("got right (accuracy)"), accuracy), (_("told apart (ROC AUC)"), found.auc), ("macro F1", found.macro_f1),
    ]  # fmt: skip
    rows = "".join(f'<tr><th scope="row">{name}</th>{_cells(one)}</tr>' for name, one in parts)
    head = "".join(
        f'<th scope="col">{title}</th>' for title in (_("second minus first"), _("here"), _("on other faces (95 %)"))
    )
    st.html(f'<div class="scroll" tabindex="0"><table class="classes"><thead><tr>{head}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div>")  # fmt: skip


def _cells(one: Interval) -> str:
    if one.value is None or one.low is None or one.high is None:
        return "<td>–</td><td>–</td>"
    here, low, high = (_signed(share) for share in (one.value, one.low, one.high))
    points, reach = _("{difference} points", difference=here), _("{low} to {high}", low=low, high=high)
    return f"<td>{points}</td><td>{reach}</td>"


def _signed(share: float) -> str:
    points = round(100 * share, 1)
    return f"{'-' if points < 0 else '+'}{decimal(abs(points))}"  # never -0.0


def _faces(result: Result, found: Duel, first: str, second: str) -> None:
    kinds: dict[str, tuple[str, Labels]] = {
        SECOND: (_("only “{name}” right", name=second), found.only_second),
        FIRST: (_("only “{name}” right", name=first), found.only_first),
        NEITHER: (_("both wrong"), found.neither),
    }
    chosen = WHOSE.adopt(kinds, SECOND)
    st.segmented_control(
        _("Faces"), list(kinds), key=WHOSE.key, required=True, on_change=_changed,
        format_func=lambda kind: f"{text.plain(kinds[kind][0])} {number(len(kinds[kind][1]))}",
    )  # fmt: skip
    if len(kinds[chosen][1]):
        gallery.show_faces(result, kinds[chosen][1])
    else:
        st.caption(_("There are none."))


def _changed() -> None:
    WHOSE.publish()
    filters.to_first_page()
