"""What the file of a language says: its sentences by the English ones, its name, how it writes numbers."""

from __future__ import annotations

import functools
import gettext
import io
import re
import string
from collections.abc import Iterator
from typing import NamedTuple

import polib

from emotion.system.words.reader import ENGLISH, FOLDER

FEW = 10  # letters: a sentence with fewer of its own, such as "{low} to {high}", would be found in any text


class Shape(NamedTuple):
    """What a sentence with something to put in looks like.

    Attributes:
        key: the sentence in the catalogue: the English one, and that for several or "".
        pattern: of the English one; a group by name for each thing that is put in.
        form: 1 or 2, where it is the one for one or for several.
    """

    key: tuple[str, str]
    pattern: re.Pattern[str]
    form: int | None


@functools.cache
def catalogue(code: str) -> gettext.GNUTranslations:
    """The sentences of a language, read once in a process."""
    return gettext.GNUTranslations(io.BytesIO(polib.pofile(str(FOLDER / f"{code}.po")).to_binary()))


@functools.cache
def own_name(code: str) -> str:
    """What a language is called by those who speak it: "Deutsch" for "de"; stands in the head of its file."""
    return "English" if code == ENGLISH else str(catalogue(code).info().get("x-name", code))


def written(digits: str, code: str) -> str:
    """A number as Python writes it ("1,234.5"), with the marks of a language."""
    if code == ENGLISH:
        return digits
    example = catalogue(code).pgettext("how numbers are written", "1,234.5")
    return digits.translate({ord(","): example[1], ord("."): example[-2]})


@functools.cache
def shapes(code: str) -> list[Shape]:
    """Those of all sentences of a language that have something to put in; the one that says the most itself first.

    What is put into a sentence that says little itself counts as numbers only.
    """
    found = []
    for entry in polib.pofile(str(FOLDER / f"{code}.po")):
        if entry.msgctxt or "{" not in entry.msgid + entry.msgid_plural:
            continue
        key = (entry.msgid, entry.msgid_plural)
        forms = [(key[0], 1), (key[1], 2)] if entry.msgid_plural else [(key[0], None)]
        found += [(key, said, form) for said, form in forms]
    found.sort(key=lambda each: -sum(map(len, _between(each[1]))))
    return [Shape(key, _pattern(said), form) for key, said, form in found]


def _between(sentence: str) -> Iterator[str]:
    """The parts of a sentence that are always the same."""
    return (literal for literal, *_rest in string.Formatter().parse(sentence))


def _pattern(sentence: str) -> re.Pattern[str]:
    anything = ".+?" if sum(map(len, _between(sentence))) >= FEW else r"[\d.,+–%\s-]+?"
    pieces, seen = [], set()
    for literal, name, *_rest in string.Formatter().parse(sentence):
        pieces.append(re.escape(literal))
        if name is not None:
            pieces.append(f"(?P={name})" if name in seen else f"(?P<{name}>{anything})")
            seen.add(name)
    return re.compile("".join(pieces), re.DOTALL)
