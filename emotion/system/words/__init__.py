"""The words that a person reads, in the person's language: which one, its sentences, numbers and times."""

from __future__ import annotations

from emotion.system.words.catalogue import own_name
from emotion.system.words.figures import compact, decimal, duration, listed, moment, number, percent, sureness
from emotion.system.words.reader import ENGLISH, LANGUAGES, ask_through, language, nearest, speaking
from emotion.system.words.sentences import N_, _, in_script, ngettext, pgettext, retold

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "N_",
    "_",
    "ask_through",
    "compact",
    "decimal",
    "duration",
    "in_script",
    "language",
    "listed",
    "moment",
    "nearest",
    "ngettext",
    "number",
    "own_name",
    "percent",
    "pgettext",
    "retold",
    "speaking",
    "sureness",
]
