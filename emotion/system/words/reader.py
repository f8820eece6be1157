"""Which language the person reads; asked for whenever a sentence is said, as one process speaks to many people.

A language is one file of `emotion/words`, named by its code. The sentences in the code are English.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "words"
ENGLISH = "en"
VARIABLE = "EMOTION_LANGUAGE"
OF_THE_SYSTEM = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # the first that says something holds, as in gettext

LANGUAGES = (ENGLISH, *sorted(path.stem for path in FOLDER.glob("*.po")))

_spoken: ContextVar[str] = ContextVar("spoken", default="")


@functools.lru_cache(maxsize=100)
def nearest(asked: str | None) -> str:
    """The language of ours that suits a locale: "de" for "de-AT" and "de_DE.UTF-8"; English where there is none."""
    code = (asked or "").partition(".")[0].partition("@")[0].replace("-", "_").lower()
    known = {each.lower(): each for each in LANGUAGES}
    return known.get(code) or known.get(code.partition("_")[0], ENGLISH)


def of_the_system() -> str:
    """The language of the command line: as `EMOTION_LANGUAGE` says, else as the system is set."""
    found = next((value for name in (VARIABLE, *OF_THE_SYSTEM) if (value := os.environ.get(name))), ENGLISH)
    wanted = found.split(":")  # LANGUAGE may name several
    return next((nearest(one) for one in wanted if nearest(one) != ENGLISH or one.startswith(ENGLISH)), ENGLISH)


_asked: Callable[[], str] = of_the_system


def ask_through(asked: Callable[[], str]) -> None:
    """Has the language asked for by this from now on, in the whole process; what it gives is one of `LANGUAGES`.

    It is called with every sentence, from any thread, and therefore does next to nothing.
    """
    global _asked
    _asked = asked


def language() -> str:
    """The language of whoever reads what is being said, one of `LANGUAGES`."""
    return _spoken.get() or _asked()


@contextlib.contextmanager
def speaking(code: str) -> Iterator[None]:
    """Says everything within in one language, for sentences that are kept and for threads that work for somebody."""
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)
