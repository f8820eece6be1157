"""The same words, signs and number formats on every page. Pure functions of values; no Streamlit."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from emotion.recipes import palette
from emotion.system import N_, _
from emotion.system import percent as percent  # said here as well, beside the other words
from emotion.system import sureness as sureness

if TYPE_CHECKING:
    from emotion.models import Headline
    from emotion.runs import Run


# Each of these sentences is said by `_` where it is shown.
MODEL_TITLES = {"pretrained": N_("shipped model")}
HALF = re.compile("[\ud800-\udfff]")  # of a letter: what Python reads of a name that is no UTF-8; a browser takes none
# For `hash_funcs`: how caches tell names of files apart, of which some are no UTF-8.
NAMES: dict[str | type[Any], Callable[[Any], Any]] = {str: os.fsencode}
JOINER = "\N{WORD JOINER}"  # no width, and no line is broken at it
TAKEN = re.compile(r"(?<=:)(?=[/\w+-])|(?<=www)(?=\.)|(?<=@)(?=[-\w])|(?<=[-<>~])(?=[-=>])", re.IGNORECASE)
DRAWN_ONLY = N_("This model has seen nothing but drawn faces. What it says about photos means little.")
NOT_FEELINGS = N_("It compares the picture with labelled photos. It does not read feelings.")


def sign(label: str, among: Sequence[str] = ()) -> str:
    """The shape of a class; `among`: all classes that it stands with, see `palette.tone`."""
    return palette.tone(label, among).sign


def titled(label: str, among: Sequence[str] = ()) -> str:
    """A class with its shape before it, for an element that renders Markdown."""
    return f"{sign(label, among)} {plain(label)}"


def marked(label: str, among: Sequence[str] = ()) -> str:
    """A class with its shape before it, for HTML of ours."""
    return f"{sign(label, among)} {markup(label)}"


def mark(name: str) -> str:
    """What a sign goes by (`Headline.mark`), in words: the class, or "unsure"."""
    return _("unsure") if name == "unsure" else name


def short(said: Headline) -> str:
    """A headline where there is room for a sign only: "▲", or with its letters where few know the shape: "●F"."""
    return said.tone.sign + ("" if said.tone in palette.TONES[:3] else palette.letters(said.label, said.classes))


def marks(names: Sequence[str]) -> dict[str, str]:
    """A short mark for each class: its shape and its first letters, such as ▲H ★A ■D."""
    return {name: sign(name, names) + palette.letters(name, names) for name in names}


def colour_class(label: str, among: Sequence[str] = ()) -> str:
    """The name in style sheets of the look of a class, see `pages.ui.shared.tones`."""
    return palette.tone(label, among).name


def short_title(run: Run) -> str:
    """What the person calls the run, else its recipe."""
    return run.own_name or run.config.name or run.config.recipe


def capital(text: str) -> str:
    """The same with a large first letter."""
    return text[:1].upper() + text[1:]


def plain(text: str) -> str:
    """Text for an element that renders Markdown, so that nothing in it is taken as such.

    A backslash is enough for Markdown. Streamlit then looks once more through what is text by then, for addresses
    (https:, www., a@b), icons and emoji (:material/x:, :smile:) and arrows: a joiner that nobody sees parts these.
    """
    escaped = r"\`*_{}[]()<>#+-.!|~$:^=@&"
    return "".join(f"\\{letter}" if letter in escaped else letter for letter in TAKEN.sub(JOINER, whole(text)))


def markup(text: str) -> str:
    """Text for HTML of ours."""
    return html.escape(whole(text), quote=True)


def key(name: str) -> str:
    """A name in the key of an element, which no other name has."""
    return name.encode("utf-8", "backslashreplace").decode()


def whole(text: str) -> str:
    """Text as it is, for an element that takes nothing in it as markup."""
    return HALF.sub("\N{REPLACEMENT CHARACTER}", text)
