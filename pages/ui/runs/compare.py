"""Up to six runs side by side: their curves in one chart, what they were asked to do otherwise, and a paired test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from emotion.data import listing
from emotion.evaluation import Several, several
from emotion.models import changed
from emotion.runs import differences, summarize
from emotion.system import EmotionError, count, duration
from pages.ui.runs import curves
from pages.ui.runs.curves import LETTERS
from pages.ui.runs.rows import NOTHING, interval, tested
from pages.ui.shared import listings, own_runs, text

if TYPE_CHECKING:
    from emotion.evaluation import Standing
    from emotion.runs import Run, Summary

HEIGHT = 360  # pixels
KEPT = "runs_compared"  # session state: {what was asked: what came of it}, the last few
MOST_KEPT = 8
DATA = "runs_compare_data"


def chosen(word: str) -> list[Run]:
    """The runs that an address names, as far as they are here; each once, at most six."""
    found = (own_runs.find(run_id) for run_id in dict.fromkeys(word.split(",")))
    return [run for run in found if run is not None][: len(LETTERS)]


def show_comparison(runs: list[Run]) -> None:
    """Draws all of it for two runs or more."""
    summaries = [summarize(run.paths) for run in runs]
    st.subheader("While they learned", anchor=False, help="Validation accuracy, epoch by epoch.")
    _curves(runs, summaries)
    st.subheader("What they came to", anchor=False)
    _table(runs, _results(summaries))
    st.subheader("What was asked of them", anchor=False)
    found = differences.between(runs)
    if found:
        _table(runs, [(one.title, [text.markup(value) for value in one.values]) for one in found])
    else:
        st.caption("All settings are the same, the data too: what differs between them is chance.")
    st.subheader("On the same test faces", anchor=False, help="McNemar's test, each against the one with most right.")
    _paired(runs)


def _curves(runs: list[Run], summaries: Sequence[Summary]) -> None:
    theme = "dark" if st.context.theme.type == "dark" else "light"
    lines = [(one.accuracies, one.kept_epoch) for one in summaries]
    spoken = "; ".join(
        f"{letter} {run.title}: {_end(one)}" for letter, run, one in zip(LETTERS, runs, summaries, strict=False)
    )
    st.caption("How many of its validation faces each got right after each epoch. The large mark is the epoch that is "
               "kept.")  # fmt: skip
    st.echarts_chart(curves.overlaid(lines, theme), height=HEIGHT, key="compared_curves", alt=spoken)
    if len({(run.config.data, run.config.validation_split, run.config.seed) for run in runs}) > 1:
        st.caption("They kept different faces aside, so that small differences between the curves mean nothing.")


def _end(summary: Summary) -> str:
    if not summary.accuracies:
        return "no epoch"
    return f"{text.percent(summary.accuracies[-1])} after {count(len(summary.accuracies), 'epoch')}"


def _results(summaries: Sequence[Summary]) -> list[tuple[str, list[str]]]:
    return [
        ("kept epoch", [_kept(one) for one in summaries]),
        ("test score", [tested(one) for one in summaries]),
        ("took", [duration(one.seconds) if one.seconds else NOTHING for one in summaries]),
    ]


def _kept(summary: Summary) -> str:
    if summary.kept is None:
        return NOTHING
    when = f"epoch {summary.kept_epoch}" if summary.kept_epoch else "as it began"
    return f"{text.percent(summary.kept, 1)}<small>{when}, validation faces</small>"


def _table(runs: list[Run], lines: Sequence[tuple[str, Sequence[str]]]) -> None:
    """A column a run; the cells are markup."""
    heads = "".join(
        f'<th scope="col"><b>{letter}</b> {text.markup(run.title)}</th>'
        for letter, run in zip(LETTERS, runs, strict=False)
    )
    body = "".join(
        f'<tr><th scope="row">{text.markup(title)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for title, cells in lines
    )
    st.html(f'<div class="scroll" tabindex="0"><table class="compared"><thead><tr><td></td>{heads}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>")  # fmt: skip


def _paired(runs: list[Run]) -> None:
    choices = list(dict.fromkeys(run.config.data for run in runs if run.config.data))
    if not choices:
        st.caption("They learned from your own pictures alone: there are no test faces.")
        return
    data = choices[0]
    if len(choices) > 1:
        st.caption("They learned from different data. A run may have learned from faces that are test faces of "
                   "another one; then it looks better than it is.")  # fmt: skip
        data = st.selectbox("Test faces of", choices, key=DATA, format_func=listing.title)
    try:
        found = _asked(runs, data)
    except EmotionError as error:
        st.caption(text.plain(str(error)))
        return
    if not found.n:
        st.caption("None of them has a model that could be asked.")
        return
    classes = ", ".join(map(text.plain, found.classes))
    st.caption(f"{count(found.n, 'test face')} of {text.plain(listing.title(data))}, asked about {classes}."
               + (" Chance is reckoned for so many comparisons at once." if len(runs) > 2 else ""))  # fmt: skip
    _table(runs, _standings(found))


def _asked(runs: list[Run], data: str) -> Several:
    """What came of it, worked out once for these models and this data in a session."""
    kept = st.session_state.setdefault(KEPT, {})
    key = (data, listings.listed(data).fingerprint, tuple((run.id, changed(run.paths.model)) for run in runs))
    if key not in kept:
        place = st.empty()

        def tell(what: str, done: int, total: int) -> None:
            place.progress(done / max(total, 1), text.plain(what))

        kept[key] = several.compare(runs, data, tell)
        place.empty()
        for old in list(kept)[:-MOST_KEPT]:
            del kept[old]
    result: Several = kept[key]
    return result


def _standings(found: Several) -> list[tuple[str, list[str]]]:
    return [
        ("right", [_right(one) for one in found.standings]),
        ("beside the best", [text.markup(one.words) or f"<small>{text.markup(one.why_not)}</small>"
                             for one in found.standings]),
        ("only this one right, only the best right", [_only(one) for one in found.standings]),
    ]  # fmt: skip


def _right(one: Standing) -> str:
    if one.share is None or one.share.value is None or one.share.low is None or one.share.high is None:
        return NOTHING
    return f"{text.percent(one.share.value, 1)}<small>{interval(one.share.low, one.share.high)}</small>"


def _only(one: Standing) -> str:
    return NOTHING if one.behind is None else f"{one.behind.only_after:,}, {one.behind.only_before:,}"
