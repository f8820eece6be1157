"""The film of a run: twelve validation faces with the answer after each epoch, while it learns and afterwards."""

from __future__ import annotations

import base64
import functools
import io
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image

from emotion.runs import film
from emotion.system import N_, _
from pages.ui.shared import text

if TYPE_CHECKING:
    from emotion.runs import Film, History, Run


ABOUT = N_("Faces kept aside, asked again after each epoch. ✓ right, ✕ wrong, ↻ another answer than an epoch before.")


def show_latest(run: Run) -> None:
    """Draws the faces with their answers after the last epoch; nothing before the first."""
    shown = film.read(run.paths)
    if shown is not None and shown.epochs:
        st.html(strip(shown, max(shown.epochs)))
        st.caption(f"{_('After epoch {epoch}.', epoch=max(shown.epochs))} {_(ABOUT)}")


def show_whole(run: Run, history: History) -> None:
    """Draws the film of a run that has ended, with a slider over its epochs, and what it tells of the learning."""
    if since := history.only_training_since:
        st.info(
            _("From epoch {since} on only the training faces got better: on the faces kept aside it was at its best "
              "after epoch {kept}, which is kept.", since=since, kept=since - 1), icon=":material/call_split:",
        )  # fmt: skip
    shown = film.read(run.paths)
    if shown is not None and shown.epochs:
        kept = (history.best or {}).get("epoch")
        st.fragment(_player)(shown, kept if kept in shown.epochs else max(shown.epochs))


def _player(shown: Film, kept: int) -> None:
    epoch, epochs = kept, sorted(shown.epochs)
    if len(epochs) > 1:
        epoch = st.select_slider(_("The same faces after epoch"), epochs, value=kept, key="film_epoch")
    st.html(strip(shown, epoch))
    st.caption(_(ABOUT))


def strip(shown: Film, epoch: int) -> str:
    """The faces in a row, each with its answer after an epoch, as HTML."""
    cells = zip(shown.labels, shown.answers(epoch), shown.flips(epoch), strict=True)
    return faces_html(
        shown.faces,
        [
            (shown.classes[label], answer, text.sureness(share), f"↻ {_('was {name}', name=was)}" if was else "")
            for label, (answer, share), was in cells
        ],
    )


def faces_html(faces: np.ndarray, told: list[tuple[str, str, str, str]]) -> str:
    """Faces uint8 (N, 48, 48), each with (truth, answer, figure, a further word or "")."""
    cells = "".join(
        f'<li class="{"right" if truth == answer else "wrong"}{" flipped" if more else ""}">'
        f'<img src="{_data_url(face.tobytes(), face.shape[0])}" alt="{text.markup(truth)}">'
        f"<b>{'✓' if truth == answer else '✕'} {text.markup(answer)}</b><span>{figure}</span>"
        f"<span>{text.markup(more)}</span></li>"
        for face, (truth, answer, figure, more) in zip(faces, told, strict=True)
    )
    return f'<ol class="film">{cells}</ol>'


@functools.lru_cache(maxsize=256)
def _data_url(pixels: bytes, side: int) -> str:
    buffer = io.BytesIO()
    Image.frombytes("L", (side, side), pixels).save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
