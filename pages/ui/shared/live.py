"""Live video: the camera's picture with a box and an answer on each face, looked at again and again."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from emotion.images import PictureError
from emotion.models import Tracker
from emotion.models import live as frames
from emotion.system import in_script
from pages.ui.shared import camera, text, tones

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emotion.models import LiveFace, Predictor


KEY = "live"
STATE, RERUNS = "live_stream", "live_reruns"  # session state
PAUSE = 3.0  # seconds without a frame after which it is another stream
WIDTH, MOST_A_SECOND = 480, 5  # pixels of the frames that are sent, and how many
STYLE = Path(__file__).with_name("live.css")
SCRIPT = camera.SCRIPT + Path(__file__).with_name("live.js").read_text(encoding="utf-8")

_component = st.components.v2.component(
    "live",
    html='<div class="live">\n</div>',
    css=camera.STYLE + tones.rules("inherit") + STYLE.read_text(encoding="utf-8"),
    js=SCRIPT,
)


@dataclass
class Stream:
    """What is remembered of the frames so far: where faces were and what was said, never a picture."""

    model: str
    tracker: Tracker = field(default_factory=Tracker)
    time: float = field(default_factory=time.monotonic)


def show_camera(predictor: Predictor, bars: Sequence[str] = ()) -> None:
    """Draws the live element with its own start and stop button. The camera is asked for only on start.

    Call it where the person has switched it on; only a fragment reruns for each frame, and nothing is stored.

    Args:
        predictor: the model that answers.
        bars: the classes that get a bar each under the picture, in this order.
    """
    _live(predictor, bars)


@st.fragment
def _live(predictor: Predictor, bars: Sequence[str]) -> None:
    sent = getattr(st.session_state.get(KEY), "frame", None)  # None in a rerun for another reason
    st.session_state[RERUNS] = rerun = st.session_state.get(RERUNS, 0) + 1
    answer = _answer(sent, predictor, bars)
    sizes = {"width": WIDTH, "mostASecond": MOST_A_SECOND, "classes": len(bars), "sentences": in_script(SCRIPT)}
    _component(key=KEY, data={"rerun": rerun, "answer": answer, **sizes}, on_frame_change=_noted)


def _noted() -> None:
    """Streamlit hands over a frame only to those who say that they listen."""


def _answer(sent: Any, predictor: Predictor, bars: Sequence[str]) -> dict[str, Any] | None:
    """What the browser is told of a frame: {"n", "faces", "problem", "ms"}; on request faces with all "classes"."""
    if not isinstance(sent, dict) or not isinstance(sent.get("n"), int):
        return None
    began = time.perf_counter()
    found: list[LiveFace] = []
    problem = ""
    try:
        stream, seconds = _stream(predictor)
        found = frames.look(frames.decode(sent.get("jpeg")), predictor, stream.tracker, seconds)
    except PictureError as error:
        problem = str(error)
    return {
        "n": sent["n"],
        "faces": [_told(face, bool(bars)) | (_classes(face, bars) if bars else {}) for face in found],
        "problem": problem,
        "ms": round((time.perf_counter() - began) * 1000, 1),
    }


def _stream(predictor: Predictor) -> tuple[Stream, float]:
    """The running stream and the seconds since its last frame; a new one after a pause or with another model."""
    now = time.monotonic()
    stream: Stream | None = st.session_state.get(STATE)
    model = f"{predictor.reference} {predictor.info.classes}"  # what is smoothed has a number a class
    if stream is None or stream.model != model or now - stream.time > PAUSE:
        stream = st.session_state[STATE] = Stream(model)
    seconds, stream.time = now - stream.time, now
    return stream, seconds


def _told(live: LiveFace, all_classes: bool) -> dict[str, Any]:
    said = live.face.headline(all_classes)
    return {
        "id": live.id,
        "place": live.place,
        "sign": said.tone.sign,
        "tone": said.tone.name,
        "word": said.words,
        "percent": text.sureness(said.share),
    }


def _classes(live: LiveFace, bars: Sequence[str]) -> dict[str, Any]:
    """These classes, each with its share as a number and in words, and whether it is the likeliest."""
    face = live.face
    return {
        "classes": [
            {
                "name": name,
                "tone": text.colour_class(name, tuple(face.probabilities)),
                "share": share,
                "percent": text.sureness(share),
                "likeliest": name == face.likeliest,
            }
            for name in bars
            for share in [face.probabilities[name]]
        ]
    }
