"""Up to six runs side by side: their curves in one chart, what they were asked to do otherwise, and a paired test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from emotion.data import listing
from emotion.evaluation import Several, several
from emotion.models import changed
from emotion.runs import differences, summarize
from emotion.system import EmotionError, _, duration, ngettext, number, retold
from pages.ui.runs import curves
from pages.ui.runs.curves import LETTERS
from pages.ui.runs.rows import NOTHING, interval, tested
from pages.ui.shared import figure, listings, own_runs, text

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
    st.subheader(_("While they learned"), anchor=False, help=_("Validation accuracy, epoch by epoch."))
    _curves(runs, summaries)
    st.subheader(_("What they came to"), anchor=False)
    _table(runs, _results(summaries))
    st.subheader(_("What was asked of them"), anchor=False)
    found = differences.between(runs)
    if found:
        _table(runs, [(one.title, [text.markup(value) for value in one.values]) for one in found])
    else:
        st.caption(_("All settings are the same, the data too: what differs between them is chance."))
    st.subheader(_("On the same test faces"), anchor=False,
                 help=_("McNemar's test, each against the one with most right."))  # fmt: skip
    _paired(runs)


def _curves(runs: list[Run], summaries: Sequence[Summary]) -> None:
    lines = [(one.accuracies, one.kept_epoch) for one in summaries]
    spoken = "; ".join(
        f"{letter} {run.title}: {_end(one)}" for letter, run, one in zip(LETTERS, runs, summaries, strict=False)
    )
    st.caption(_("How many of its validation faces each got right after each epoch. The large mark is the epoch that "
                 "is kept."))  # fmt: skip
    figure.show_chart(curves.overlaid(lines, figure.theme()), "compared_curves", HEIGHT, spoken)
    if len({(run.config.data, run.config.validation_split, run.config.seed) for run in runs}) > 1:
        st.caption(_("They kept different faces aside, so that small differences between the curves mean nothing."))


def _end(summary: Summary) -> str:
    if not summary.accuracies:
        return _("no epoch")
    return ngettext("{share} after {n} epoch", "{share} after {n} epochs", len(summary.accuracies),
                    share=text.percent(summary.accuracies[-1]))  # fmt: skip


def _results(summaries: Sequence[Summary]) -> list[tuple[str, list[str]]]:
    return [
        (_("kept epoch"), [_kept(one) for one in summaries]),
        (_("test score"), [tested(one) for one in summaries]),
        (_("took"), [duration(one.seconds) if one.seconds else NOTHING for one in summaries]),
    ]


def _kept(summary: Summary) -> str:
    if summary.kept is None:
        return NOTHING
    if summary.kept_epoch:
        when = _("epoch {number}, validation faces", number=summary.kept_epoch)
    else:
        when = _("as it began, validation faces")
    return f"{text.percent(summary.kept, 1)}<small>{when}</small>"


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
        st.caption(_("They learned from your own pictures alone: there are no test faces."))
        return
    data = choices[0]
    if len(choices) > 1:
        st.caption(_("They learned from different data. A run may have learned from faces that are test faces of "
                     "another one; then it looks better than it is."))  # fmt: skip
        data = st.selectbox(_("Test faces of"), choices, key=DATA, format_func=listing.title)
    try:
        found = _asked(runs, data)
    except EmotionError as error:
        st.caption(text.plain(str(error)))
        return
    if not found.n:
        st.caption(_("None of them has a model that could be asked."))
        return
    classes = ", ".join(map(text.plain, found.classes))
    told = ngettext(
        "{n} test face of {data}, asked about {classes}.",
        "{n} test faces of {data}, asked about {classes}.",
        found.n,
        data=text.plain(listing.title(data)),
        classes=classes,
    )
    if len(runs) > 2:
        told = f"{told} {_('Chance is reckoned for so many comparisons at once.')}"
    st.caption(told)
    _table(runs, _standings(found))


def _asked(runs: list[Run], data: str) -> Several:
    """What came of it, worked out once for these models and this data in a session."""
    kept = st.session_state.setdefault(KEPT, {})
    key = (data, listings.listed(data).fingerprint, tuple((run.id, changed(run.paths.model)) for run in runs))
    if key not in kept:
        place = st.empty()

        def tell(what: str, done: int, total: int) -> None:
            place.progress(done / max(total, 1), text.plain(retold(what)))

        kept[key] = several.compare(runs, data, tell)
        place.empty()
        for old in list(kept)[:-MOST_KEPT]:
            del kept[old]
    result: Several = kept[key]
    return result


def _standings(found: Several) -> list[tuple[str, list[str]]]:
    return [
        (_("right"), [_right(one) for one in found.standings]),
        (_("beside the best"), [text.markup(one.words) or f"<small>{text.markup(retold(one.why_not))}</small>"
                                for one in found.standings]),
        (_("only this one right, only the best right"), [_only(one) for one in found.standings]),
    ]  # fmt: skip


def _right(one: Standing) -> str:
    if one.share is None or one.share.value is None or one.share.low is None or one.share.high is None:
        return NOTHING
    return f"{text.percent(one.share.value, 1)}<small>{interval(one.share.low, one.share.high)}</small>"


def _only(one: Standing) -> str:
    return NOTHING if one.behind is None else f"{number(one.behind.only_after)}, {number(one.behind.only_before)}"
