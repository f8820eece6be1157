"""Beat the model: 20 test faces for a person to label, then both scores and where both fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from emotion.evaluation import game
from emotion.system import N_, _, ngettext
from pages.ui.evaluate import results, weak_spots
from pages.ui.shared import before_after, pick, text

if TYPE_CHECKING:
    from emotion.evaluation.game import GameScore
    from emotion.metrics import Labels
    from pages.ui.evaluate.results import Result


GAME = "beat_the_model"  # session state: {"token", "seed", "said": [labels]}
ENLARGED = 240  # pixels


def show_game(result: Result) -> None:
    """The section; only it is redrawn while somebody plays."""
    st.fragment(_game)(result)


def _state(result: Result) -> dict[str, Any]:
    now: dict[str, Any] | None = st.session_state.get(GAME)
    if now is None or now["token"] != result.base:
        now = st.session_state[GAME] = {"token": result.base, "seed": None, "said": []}
    return now


def _game(result: Result) -> None:
    now = _state(result)
    if now["seed"] is None:
        st.markdown(_("{n} test faces, drawn at random. Say what each looks like; then see how you, the model "
                      "and the labels agree.", n=game.ROUNDS))  # fmt: skip
        st.button(_("Start"), key="game_start", type="primary", on_click=_start, args=(result,))
        return
    faces = game.deal(result.examples.labels, now["seed"])
    if len(now["said"]) < len(faces):
        _round(result, faces, now)
    else:
        _end(result, faces, game.score(result.study, faces, np.array(now["said"], np.int64)))


def _start(result: Result) -> None:
    seed = int(np.random.default_rng().integers(2**31))
    st.session_state[GAME] = {"token": result.base, "seed": seed, "said": []}


def _round(result: Result, faces: Labels, now: dict[str, Any]) -> None:
    done, total = len(now["said"]), len(faces)
    st.progress(done / total, _("Face {number} of {all}", number=done + 1, all=total))
    left, right = st.columns([2, 3], gap="large", vertical_alignment="center")
    with left, st.container(key="face_crisp"), st.container(key="game_face"):
        alt = _("Face {number}, enlarged", number=done + 1)
        st.image(result.examples.images[faces[done]], width=ENLARGED, alt=alt)
    with right:
        st.markdown(_("It looks"))
        with st.container(horizontal=True):
            for label, name in enumerate(result.info.classes):
                number = str(label + 1) if label < 9 else None
                st.button(text.titled(name, result.model.info.classes), key=f"say_{label}", shortcut=number,
                          on_click=_say, args=(done, label))  # fmt: skip
        st.button(_("Take the last one back"), key="game_back", type="tertiary", disabled=not done, on_click=_back)


def _say(round_: int, label: int) -> None:
    said = st.session_state[GAME]["said"]
    if len(said) == round_:  # a second quick click is meant for the face it was made on
        said.append(label)


def _back() -> None:
    st.session_state[GAME]["said"].pop()


def _end(result: Result, faces: Labels, score: GameScore) -> None:
    st.subheader(score.verdict, anchor=False)
    st.html(before_after.two_bars(((_("you"), score.person), (_("the model"), score.model)), score.n))
    low, high = score.interval
    st.caption(
        ngettext(
            "{n} face tells little: on others like these you would get between {low} and {high} (95 % interval). "
            "The labels themselves are not always right.",
            "{n} faces tell little: on others like these you would get between {low} and {high} (95 % interval). "
            "The labels themselves are not always right.",
            score.n,
            low=text.percent(low),
            high=text.percent(high),
        )
    )
    for title, chosen in (
        (N_("Where you both fail"), score.both_fail),
        (N_("Only you got right"), score.only_person),
        (N_("Only the model got right"), score.only_model),
    ):
        if len(chosen):
            st.markdown(f"**{_(title)}**")
            pick.show_markup(f"game_{title.replace(' ', '_').lower()}", _faces(result, chosen), _(title))
    st.button(_("Play again"), key="game_again", type="primary", on_click=_start, args=(result,))


def _faces(result: Result, chosen: Labels) -> str:
    shown = "".join(
        f'<li><img src="{weak_spots.picture(result.examples.images[index])}" alt="">'
        f"{text.markup(_told(result, index))}</li>"
        for index in chosen.tolist()
    )
    return f'<ul class="faces">{shown}</ul>'


def _told(result: Result, index: int) -> str:
    return _("truth {truth}, model {answer}", truth=results.truth(result, index), answer=results.answer(result, index))
