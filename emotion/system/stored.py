"""Whatever this program keeps as JSON is read here, against a type: what comes out has that type, or it is an error of
ours in one sentence. A file may have been cut off, edited by hand, written by a later version or be none at all.

A type is a dataclass, a `TypedDict`, or a plain one such as `dict[str, float]`. Keys that it does not know are left
aside: a later version may have written them. Limits of numbers stand in the type too (`Share`, `Moment` …).
"""

from __future__ import annotations

import codecs
import json
import math
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from emotion.system.errors import EmotionError, StoredFileError, StoredFileMissingError
from emotion.system.words import N_, _, decimal, ngettext

T = TypeVar("T")

Moment = Annotated[float, Meta(ge=0, le=32_000_000_000)]  # seconds since 1970, until which every system knows the date
Seconds = Annotated[float, Meta(ge=0, le=1e9)]
Share = Annotated[float, Meta(ge=-1e-6, le=1 + 1e-6)]  # the ends of an interval may miss 0 and 1 by rounding
Difference = Annotated[float, Meta(ge=-1, le=1)]  # of two shares
Figure = Annotated[float, Meta(ge=-3.5e38, le=3.5e38)]  # what a float32 holds
Number = Annotated[int, Meta(ge=0, le=2**53)]  # of things
Text = Annotated[str, Meta(pattern=r"\A[^\ud800-\udfff]*\Z")]  # that can be shown; names of files may be none
Pid = Annotated[int, Meta(ge=1, le=2**31 - 1)]

KINDS = {"float": N_("a number"), "int": N_("a whole number"), "str": N_("text"), "bool": N_("true or false"),
         "null": N_("nothing"), "object": N_("an object"), "array": N_("a list")}  # fmt: skip
LARGEST = 256 * 2**20  # bytes; the largest that is written, the split of a million pictures, has a quarter of that
HALF = re.compile(r"\\u[dD][89a-fA-F]")  # of a letter, as JSON writes it
NAMED = 3  # in a sentence


@dataclass(frozen=True)
class Unreadable:
    """Something in a list that is there and could not be read: its name, and one sentence why."""

    name: str
    why: str


def read(path: Path, kind: type[T]) -> T:
    """The value in a JSON file.

    Raises:
        StoredFileMissingError: where there is no such file.
        StoredFileError: when it cannot be read, is not JSON or not of this kind.
    """
    return told(path, lambda: typed(parse(_text(path)), kind))


def read_or(path: Path, kind: type[T], instead: T) -> T:
    """The value in a JSON file; `instead` where it is missing, cannot be read or is not of this kind."""
    try:
        return read(path, kind)
    except StoredFileError:
        return instead


def raw(path: Path) -> bytes:
    """The bytes of a file that holds more than one JSON value.

    Raises:
        StoredFileMissingError, StoredFileError: when the file is missing or cannot be opened.
    """
    return told(path, lambda: _bytes(path))


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects in the lines of a file; what is none, as a line that is being written, is passed over.

    Raises:
        StoredFileMissingError, StoredFileError: when the file is missing or cannot be opened.
    """
    for line in raw(path).split(b"\n"):
        try:
            value = parse(line.decode("utf-8"))
        except ValueError:
            continue
        if isinstance(value, dict):
            yield value


def parse(text: str) -> Any:
    """JSON as plain values.

    Unlike `json.loads` it takes no number that JSON has no word for, nor one beyond the range of floats, and its only
    error is a ValueError in our words. Unlike msgspec's own reader it takes the names of files that are not UTF-8,
    which Python writes as lone surrogates; of these it takes no others.
    """
    try:
        found = json.loads(text, parse_constant=_refuse, parse_float=_finite)
        if HALF.search(text):
            json.dumps(found, ensure_ascii=False).encode("utf-8", "surrogateescape")
        return found
    except UnicodeEncodeError as error:
        raise ValueError(_("a letter in it is none")) from error
    except RecursionError as error:
        raise ValueError(_("it is nested too deeply")) from error
    except json.JSONDecodeError as error:
        said = _("line {line}, column {column}: it is no whole JSON", line=error.lineno, column=error.colno)
        raise ValueError(said) from error
    except _NoNumberError:
        raise
    except ValueError as error:  # of Python's own limit
        raise ValueError(_("a number in it has too many digits")) from error


def typed(value: Any, kind: type[T]) -> T:
    """Plain values as a type. ValueError, naming the place, for what does not fit; ConfigError from a dataclass."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise ValueError(_in_words(str(error))) from error
    except UnicodeEncodeError as error:
        raise ValueError(_("a letter in it is none")) from error
    except (OverflowError, RecursionError) as error:
        raise ValueError(_("a number in it is too large, or it is nested too deeply")) from error


def is_text(value: str) -> bool:
    """Whether it can be shown: no half of a letter is in it, as in the names of some files."""
    return re.search("[\ud800-\udfff]", value) is None


def unreadable_sentence(found: Sequence[Unreadable]) -> str:
    """ "2 folders could not be read: a (…); b (…)."; "" for none."""
    if not found:
        return ""
    named = "; ".join(f"{one.name} ({one.why.rstrip('.')})" for one in found[:NAMED])
    if len(found) > NAMED:
        named = _("{names}; and {n} more", names=named, n=len(found) - NAMED)
    return ngettext(
        "{n} folder could not be read: {names}. Nothing in there is changed.",
        "{n} folders could not be read: {names}. Nothing in there is changed.",
        len(found),
        names=named,
    )


def told(path: Path, work: Callable[[], T]) -> T:
    """What `work` gives that reads a file; ValueError and what the system raises come out as errors of ours.

    Raises:
        StoredFileMissingError: where there is no such file.
        StoredFileError: when it cannot be read or does not fit.
    """
    try:
        return work()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StoredFileMissingError(path) from error
    except OSError as error:
        raise StoredFileError(path, error.strerror or str(error), may_pass=True) from error
    except UnicodeDecodeError as error:
        raise StoredFileError(path, _("it is no text in UTF-8")) from error
    except (ValueError, EmotionError) as error:
        raise StoredFileError(path, str(error).rstrip(".")) from error


def _check(path: Path) -> None:
    facts = path.stat()  # before opening: a pipe or a device would be waited for
    if not stat.S_ISREG(facts.st_mode):
        raise ValueError(_("it is no file"))
    if facts.st_size > LARGEST:
        raise ValueError(
            _(
                "it has {size} MB, at most {most} are expected",
                size=decimal(facts.st_size / 2**20, 0),
                most=LARGEST // 2**20,
            )
        )


def _text(path: Path) -> str:
    _check(path)
    return path.read_text(encoding="utf-8-sig")  # an editor may have put a mark in front


def _bytes(path: Path) -> bytes:
    _check(path)
    return path.read_bytes().removeprefix(codecs.BOM_UTF8)


def _in_words(said: str) -> str:
    """msgspec's "Expected `float`, got `str` - at `$.a.b`" as "a.b: expected a number, got text"."""
    what, _at, place = said.partition(" - at `")
    what = next((_(words, **parts(found)) for form, words, parts in FORMS if (found := re.fullmatch(form, what))), what)
    place = place.partition("$")[2].rstrip("`").lstrip(".")
    return f"{place}: {what[:1].lower()}{what[1:]}" if place else what[:1].lower() + what[1:]


def _kinds(named: str) -> str:
    """ "float | null" as "a number or nothing"."""
    first, *others = (_(KINDS[name]) if name in KINDS else name for name in named.split(" | "))
    for other in others:
        first = _("{one} or {other}", one=first, other=other)
    return first


# What msgspec says (a space as \s in what is no sentence of ours), what we say of it, and with which of its parts.
FORMS: tuple[tuple[str, str, Callable[[re.Match[str]], dict[str, str]]], ...] = (
    ("Expected `(.*?)`, got `(.*)`", N_("expected {wanted}, got {given}"),
     lambda found: {"wanted": _kinds(found[1]), "given": _kinds(found[2])}),
    (r"Expected `str` matching\sregex\s.*", N_("a letter in it is none"), lambda found: {}),
    (r"Expected `(.*?)`\sof\slength\s(.*)", N_("expected {wanted} of length {length}"),
     lambda found: {"wanted": _kinds(found[1]), "length": found[2]}),
    ("Expected `(.*?)` (.*)", N_("expected {wanted} {limit}"),
     lambda found: {"wanted": _kinds(found[1]), "limit": found[2]}),
    (r"Object\smissing\srequired\sfield `(.*)`", N_("{name} is missing"), lambda found: {"name": found[1]}),
    (r"Invalid\senum\svalue\s(.*)", N_("{value} is none of the words that it may be"),
     lambda found: {"value": found[1]}),
)  # fmt: skip


class _NoNumberError(ValueError):
    """In our words already."""


def _refuse(word: str) -> float:
    raise _NoNumberError(_("{word} is no number", word=word))


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _NoNumberError(_("{number} is too large", number=digits[:20]))
    return number
