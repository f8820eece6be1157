"""Sentences in the language of whoever reads them: gettext, with the English sentence as its own key.

A sentence is whole, and what is put into it has a name: `_("{name} holds {n} faces.", name=name, n=1200)`. The files of
`emotion/words` hold the other languages; `python tools/words.py` brings the sentences of the code into them.
"""

from __future__ import annotations

import functools
import json
import re
from numbers import Integral

from emotion.system.words.catalogue import catalogue, shapes, written
from emotion.system.words.reader import ENGLISH, language

IN_SCRIPT = re.compile(r'\b_\("((?:[^"\\]|\\.)*)"\)')  # a marked sentence in JavaScript
NUMBER = re.compile(r"[+-]?\d[\d,]*(\.\d+)?(\s?%)?")  # as it is put into an English sentence
BETWEEN = re.compile(r"(?<=[.!?]) (?=[A-Z])")  # two sentences


def N_(sentence: str) -> str:
    """Marks a sentence that is written down at import, and said by `_` where it is shown."""
    return sentence


def _(sentence: str, /, **values: object) -> str:
    """The sentence in the reader's language; in English where nobody has translated it.

    Args:
        sentence: a literal, by which it is found in the code, or what `N_` has marked.
        values: what is put into it, by name; whole numbers are written as the language does ("1,200").
    """
    code = language()
    return _filled(sentence if code == ENGLISH or not sentence else catalogue(code).gettext(sentence), values, code)


def pgettext(where: str, sentence: str, /, **values: object) -> str:
    """The same for a word that means several things: `where` tells them apart, for translators only."""
    code = language()
    return _filled(sentence if code == ENGLISH else catalogue(code).pgettext(where, sentence), values, code)


def ngettext(one: str, several: str, n: int, /, **values: object) -> str:
    """The sentence for so many: `ngettext("{n} face", "{n} faces", 1200)` is "1,200 faces".

    Args:
        one, several: literals; the number stands in them as `{n}`.
        n: how many.
        values: what else is put into it.
    """
    code = language()
    if code == ENGLISH:
        return _filled(one if n == 1 else several, {"n": n, **values}, code)
    return _filled(catalogue(code).ngettext(one, several, n), {"n": n, **values}, code)


def _filled(sentence: str, values: dict[str, object], code: str) -> str:
    if not values:
        return sentence
    said = {name: written(f"{value:,}", code) if _is_whole(value) else value for name, value in values.items()}
    return sentence.format(**said)


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def in_script(script: str) -> str:
    """The marked sentences of a script for the browser, each with what it is in the reader's language, as JSON.

    As text, since Streamlit looks whether anything else is a table, and loads pandas and pyarrow for that: 60 MB.
    """
    code = language()
    said = {} if code == ENGLISH else {each: catalogue(code).gettext(each) for each in sentences_of(script)}
    return json.dumps(said)


@functools.cache
def sentences_of(script: str) -> tuple[str, ...]:
    """The sentences that JavaScript says through `_("…")`."""
    return tuple(dict.fromkeys(IN_SCRIPT.findall(script)))


def retold(sentence: str) -> str:
    """A sentence that was kept in a file, where all are English, in the reader's language; itself where it is unknown.

    It is found by the English sentence that it was made of, and what was put into that is put into the other.
    """
    code = language()
    return sentence if code == ENGLISH or not sentence else _retold(code, sentence)


@functools.lru_cache(maxsize=1000)
def _retold(code: str, sentence: str) -> str:
    known = catalogue(code)
    if (whole := known.gettext(sentence)) != sentence:
        return whole
    for shape in shapes(code):
        if found := shape.pattern.fullmatch(sentence):
            one, more = shape.key
            other = known.gettext(one) if shape.form is None else known.ngettext(one, more, shape.form)
            put = found.groupdict()  # may be a sentence itself, or a number; a name of somebody's is left as it is
            put |= {name: _retold(code, value) for name, value in put.items() if value.count(" ") > 1}
            put |= {name: written(value, code) for name, value in put.items() if NUMBER.fullmatch(value)}
            return other.format(**put)
    several = BETWEEN.split(sentence)
    return " ".join(_retold(code, one) for one in several) if len(several) > 1 else sentence
