"""An answer, and why it was given, as HTML: on the pages Predict and Evaluate."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

from PIL import Image

from emotion.system import N_, _, ngettext
from pages.ui.shared import text

if TYPE_CHECKING:
    from emotion.models import Headline, Spread, Step, Variant
    from emotion.recipes import ModelInfo


def answer_html(said: Headline, number: int | None = None) -> str:
    """One answer as sign, word, percentage and bar; colour is never alone."""
    word, figure = said.words, text.sureness(said.share)
    return (
        f'<div class="answer {said.tone.name}" role="img" aria-label="{text.markup(f"{word} {figure}")}">'
        f'<span class="sign">{f"{number} " if number else ""}{said.tone.sign}</span>'
        f'<span class="word">{text.markup(word)}</span><span class="percent">{figure}</span>'
        f'<span class="bar"><span style="width:{said.share:.1%}"></span></span></div>'
    )


WHAT_IT_SHOWS = N_(
    "Violet: what spoke for the answer. A place matters when the answer falls as soon as that place is covered."
)


def strip_html(steps: tuple[Step, ...]) -> str:
    """The pictures in a row, each with its title below."""
    cells = "".join(
        f'<li><img src="{_data_url(step.picture)}" alt="{text.markup(step.alt)}">'
        f"<span>{text.markup(step.title)}</span></li>"
        for step in steps
    )
    return f'<ol class="strip">{cells}</ol>'


def variants_html(variants: tuple[Variant, ...], spread: Spread, info: ModelInfo) -> str:
    """How far the answers for the varied face lie apart, in words, and each of them in a small table."""
    rows = "".join(
        f'<tr><th scope="row">{text.markup(one.name)}</th>'
        f'<td class="{text.colour_class(one.label, info.classes)}">{text.sign(one.label, info.classes)} '
        f"{text.markup(one.label)}</td>"
        f"<td>{_share(one, info)}</td></tr>"
        for one in variants
    )
    return f'<p>{spread_words(variants, spread)}</p><table class="variants"><tbody>{rows}</tbody></table>'


def _share(one: Variant, info: ModelInfo) -> str:
    named = len(info.classes) > 2 or one.label == info.positive
    return text.sureness(one.probability if named else 1 - one.probability)


def spread_words(variants: tuple[Variant, ...], spread: Spread) -> str:
    """One sentence, such as "Steady: cut or lit otherwise, the answers lie 4 points apart."."""
    points = round(spread.points)
    is_shaky = spread.word == "shaky"
    said = {
        "word": _("Shaky") if is_shaky else _("Steady"),
        "apart": _("less than 1 point") if points < 1 else ngettext("{n} point", "{n} points", points),
    }
    if len({one.label for one in variants}) == 1:
        told = _("<b>{word}</b>: cut or lit otherwise, the answers lie {apart} apart.", **said)
    else:
        told = _("<b>{word}</b>: cut or lit otherwise, the answers lie {apart} apart and do not agree.", **said)
    return f"{told} {_('Do not rely on it.')}" if is_shaky else told


def _data_url(picture: Image.Image) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG" if picture.width == picture.height else "JPEG", quality=85)
    kind = "png" if picture.width == picture.height else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"
