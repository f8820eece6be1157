"""What retraining has brought: before and after, in figures and words, and which of the two models to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from emotion.models import preferences
from emotion.system import EmotionError, _, ngettext, retold
from pages.ui.shared import model_choice, text

if TYPE_CHECKING:
    from emotion.evaluation.report.of_a_run import Compared, OnTheSameFaces
    from emotion.metrics import Comparison
    from emotion.runs import Run


KEPT, PROBLEM = "model_kept", "model_kept_problem"  # session state: reference of the model just kept; a sentence


def show_before_and_after(run: Run, compared: Compared) -> None:
    """Draws before and after of a run that went on from another model, and the choice between the two.

    Args:
        run: has a model.
        compared: `report.json`'s "compared", see `emotion.training.before_after.compared`.
    """
    test, own = compared.test, compared.own
    if compared.warning:
        st.warning(f"{_('Not all could be compared.')} {text.plain(retold(compared.warning))}")
    if not test and not own:
        return
    with st.container(border=True, key="comparison"):
        left, right = st.columns(2, gap="large")
        with left:
            _part(_("On the test faces"), test, _("What the model before has learned from is not on this computer, so "
                  "there are no test faces to ask both about."))  # fmt: skip
        with right:
            _part(_("On your pictures"), own, _("No picture of yours could be held out."))
            if own:
                _how(own)
        _choice(run, compared.base)


def use_button(run: Run) -> None:
    """To make the model of a run the one in use, where there is no choice between two."""
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(text.plain(problem), icon=":material/error:")
    used = model_choice.current() == run.id
    st.button(_("In use on every page") if used else _("Use this model"), key="use_model", disabled=used,
              icon=":material/check:", on_click=_keep, args=(run.id,))  # fmt: skip


def _part(title: str, pair: OnTheSameFaces | None, instead: str) -> None:
    """One comparison: two shares with their N, and whether the difference may be chance."""
    st.subheader(title, anchor=False)
    if not pair:
        st.caption(instead)
        return
    st.html(sides(pair.comparison))
    st.markdown(text.plain(pair.comparison.said()))


def sides(result: Comparison) -> str:
    """Before and after as two bars with their figures, for `st.html`."""
    bars = two_bars(((_("before"), result.before), (_("after"), result.after)), result.n)
    return f'<div class="short">{bars}</div>'


def two_bars(pairs: tuple[tuple[str, int], tuple[str, int]], n: int) -> str:
    """Two shares of the same n faces, each with its name, as bars with their figures."""
    rows = "".join(
        f'<div class="side {tone}"><span>{text.markup(name)}</span>'
        f'<span class="bar"><span style="width:{_share(right, n):.1%}"></span></span>'
        f"<b>{_figure(right, n)}</b></div>"
        for tone, (name, right) in zip(("before", "after"), pairs, strict=True)
    )
    return f'<div class="sides">{rows}</div>'


def _share(right: int, n: int) -> float:
    return right / n if n else 0.0


def _figure(right: int, n: int) -> str:
    """Few pictures are counted; of many a percentage says more."""
    if n < 100:
        return _("{right} of {n} right", right=right, n=n)
    return _("{share} of {n} right", share=text.percent(_share(right, n), 1), n=n)


def _how(own: OnTheSameFaces) -> None:
    with st.expander(_("How your pictures were held out")):
        st.markdown(text.plain(retold(own.how)))
        if own.seen is not None:
            st.caption(ngettext(
                "The new model itself, which has learned from them, answers {right} of {n} picture right.",
                "The new model itself, which has learned from them, answers {right} of {n} pictures right.",
                own.comparison.n, right=own.seen,
            ))  # fmt: skip


def _choice(run: Run, base: str) -> None:
    """Keep the new or the old; the one that is chosen is used on every page from then on."""
    used = model_choice.current()
    with st.container(horizontal=True, vertical_alignment="center"):
        _keep_button(_("Keep the new model"), run.id, used, "keep_new")
        _keep_button(_("Keep the old one"), base, used, "keep_old")
    which = {run.id: _("the new model"), base: _("the old model")}.get(used, _("another model"))
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(text.plain(problem), icon=":material/error:")
    elif st.session_state.get(KEPT) == used:
        st.caption(_("Kept: {model}. It is the one in use on every page, also next time.", model=which))
    else:
        st.caption(_("In use now: {model}. Both stay, whichever you keep.", model=which))


def _keep_button(title: str, reference: str, used: str, key: str) -> None:
    icon = ":material/check:" if reference == used else None
    st.button(title, key=key, icon=icon, on_click=_keep, args=(reference,))


def _keep(reference: str) -> None:
    try:
        preferences.choose_model(reference)
    except EmotionError as error:  # it was deleted in the meantime
        st.session_state[PROBLEM] = str(error)
        return
    st.session_state[KEPT] = reference
    model_choice.choose(reference)
