"""Beat the model: 20 test faces for a person to label, then both scores and where both fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from emotion.evaluation import game
from emotion.system import count
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
        st.markdown(f"{game.ROUNDS} test faces, drawn at random. Say what each looks like; then see how you, the model "
                    "and the labels agree.")  # fmt: skip
        st.button("Start", key="game_start", type="primary", on_click=_start, args=(result,))
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
    st.progress(done / total, f"Face {done + 1} of {total}")
    left, right = st.columns([2, 3], gap="large", vertical_alignment="center")
    with left, st.container(key="face_crisp"), st.container(key="game_face"):
        st.image(result.examples.images[faces[done]], width=ENLARGED, alt=f"Face {done + 1}, enlarged")
    with right:
        st.markdown("It looks")
        with st.container(horizontal=True):
            for label, name in enumerate(result.info.classes):
                number = str(label + 1) if label < 9 else None
                st.button(text.titled(name, result.model.info.classes), key=f"say_{label}", shortcut=number,
                          on_click=_say, args=(done, label))  # fmt: skip
        st.button("Take the last one back", key="game_back", type="tertiary", disabled=not done, on_click=_back)


def _say(round_: int, label: int) -> None:
    said = st.session_state[GAME]["said"]
    if len(said) == round_:  # a second quick click is meant for the face it was made on
        said.append(label)


def _back() -> None:
    st.session_state[GAME]["said"].pop()


def _end(result: Result, faces: Labels, score: GameScore) -> None:
    st.subheader(score.verdict, anchor=False)
    st.html(before_after.two_bars((("you", score.person), ("the model", score.model)), score.n))
    low, high = score.interval
    st.caption(f"{count(score.n, 'face')} tell little: on others like these you would get between {text.percent(low)} "
               f"and {text.percent(high)} (95 % interval). The labels themselves are not always right.")  # fmt: skip
    for title, chosen in (
        ("Where you both fail", score.both_fail),
        ("Only you got right", score.only_person),
        ("Only the model got right", score.only_model),
    ):
        if len(chosen):
            st.markdown(f"**{title}**")
            pick.show_markup(f"game_{title.replace(' ', '_').lower()}", _faces(result, chosen), title)
    st.button("Play again", key="game_again", type="primary", on_click=_start, args=(result,))


def _faces(result: Result, chosen: Labels) -> str:
    shown = "".join(
        f'<li><img src="{weak_spots.picture(result.examples.images[index])}" alt="">'
        f"truth {text.markup(results.truth(result, index))}, model {text.markup(results.answer(result, index))}</li>"
        for index in chosen.tolist()
    )
    return f'<ul class="faces">{shown}</ul>'
