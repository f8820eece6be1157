"""Why a face got its answer: from the photo to what mattered, and the answers when it is cut or lit otherwise."""

from __future__ import annotations

import base64
import io

import streamlit as st
from PIL import Image

from emotion import explanation
from emotion.config import ModelInfo
from emotion.explanation import Spread, Step, Variant
from emotion.predictor import Predictor
from emotion.progress import count
from pages.ui import answers, words
from pages.ui.answers import Shown, Source

KEPT = 24  # faces, about 60 kB each
WHAT_IT_SHOWS = (
    "Violet: what spoke for the answer. A place matters when the answer falls as soon as that place is covered."
)


@st.fragment
def offer(source: Source, shown: Shown, number: int, predictor: Predictor, model: str) -> None:
    """One line to open under an answer. Nothing is computed before it is opened; then once a face.

    Args:
        number: of the face, from 1.
        model: the predictor's `answers.version`.
    """
    panel = st.expander("Why?", key=f"why_{source.id}_{number}", on_change="rerun", type="compact")
    if panel.open:
        with panel:
            st.html(_told(source, shown, number, predictor, model))
            st.caption(WHAT_IT_SHOWS)


def _told(source: Source, shown: Shown, number: int, predictor: Predictor, model: str) -> str:
    key = (*answers.key_of(source, model), number)
    kept: str | None = answers.kept_or_none("whys", key)
    if kept is None:
        picture = answers.open_again(source)
        why = explanation.why(predictor, shown.faces[number - 1], picture.rgb, picture.scale, picture.turn)
        kept = strip_html(why.steps) + variants_html(why.variants, why.spread, predictor.info)
        answers.keep("whys", key, kept, KEPT)
    return kept


def strip_html(steps: tuple[Step, ...]) -> str:
    """The pictures in a row, each with its title below."""
    cells = "".join(
        f'<li><img src="{_data_url(step.picture)}" alt="{words.markup(step.alt)}">'
        f"<span>{words.markup(step.title)}</span></li>"
        for step in steps
    )
    return f'<ol class="strip">{cells}</ol>'


def variants_html(variants: tuple[Variant, ...], spread: Spread, info: ModelInfo) -> str:
    """How far the answers for the varied face lie apart, in words, and each of them in a small table."""
    rows = "".join(
        f'<tr><th scope="row">{words.markup(one.name)}</th>'
        f'<td class="{words.colour_class(one.label)}">{words.sign(one.label)} {words.markup(one.label)}</td>'
        f"<td>{_share(one, info)}</td></tr>"
        for one in variants
    )
    return f'<p>{spread_words(variants, spread)}</p><table class="variants"><tbody>{rows}</tbody></table>'


def _share(one: Variant, info: ModelInfo) -> str:
    named = info.pair is None or one.label == info.positive
    return words.sureness(one.probability if named else 1 - one.probability)


def spread_words(variants: tuple[Variant, ...], spread: Spread) -> str:
    """One sentence, such as "Steady: cut or lit otherwise, the answers lie 4 points apart."."""
    points = round(spread.points)
    apart = "less than 1 point" if points < 1 else count(points, "point")
    agree = "" if len({one.label for one in variants}) == 1 else " and do not agree"
    advice = " Do not rely on it." if spread.word == "shaky" else ""
    return f"<b>{spread.word.capitalize()}</b>: cut or lit otherwise, the answers lie {apart} apart{agree}.{advice}"


def _data_url(picture: Image.Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG" if picture.width == picture.height else "JPEG", quality=85)
    kind = "png" if picture.width == picture.height else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"
