"""`predict`: which pictures are meant, and how they are looked at; with `--out`, all of them into one table."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from emotion.cli import terminal
from emotion.cli.options import OK, REFUSED
from emotion.system import _, duration, expanded, ngettext, typed_path

if TYPE_CHECKING:
    from emotion.models import Looking

LIST = ".txt"  # ending of a file that holds paths


def run(chosen: argparse.Namespace) -> int:
    """Writes the table; what came of it is told on stderr."""
    from emotion.models import load_quietly, many

    out, none = expanded(chosen.out).absolute(), list[str]()
    predictor, jobs = load_quietly(chosen.model), chosen.jobs or many.usual_jobs()
    for name in filter(many.is_address, chosen.files):
        many.check(name)
    names = pictures(chosen.files, None, none)
    watched = sys.stderr.isatty()
    bar, total = terminal.Bar(sys.stderr), number(chosen.files, None) if watched else 0

    def tell(done: int) -> None:
        if watched:
            bar.tell("", done, total)

    done = many.answer_all(
        names, out, predictor, looking(chosen), all_classes=chosen.all_classes, jobs=jobs, on=chosen.on, tell=tell
    )  # fmt: skip
    if watched:
        bar.clear()
    before = _(", {kept} of them before this call", kept=done.kept) if done.kept else ""
    print(
        _(
            "emotion: {pictures} in {file}{before}; {refused} refused; {time}, {how}",
            pictures=ngettext("{n} picture", "{n} pictures", done.photos),
            file=terminal.safe(str(out)),
            before=before,
            refused=done.refused,
            time=duration(done.seconds),
            how=_("on {cluster}", cluster=chosen.on) if chosen.on else _("{n} at a time", n=jobs),
        ),
        file=sys.stderr,
    )
    return REFUSED if done.refused or none else OK


def looking(chosen: argparse.Namespace) -> Looking:
    """How the options say that pictures are to be looked at."""
    from emotion.images import MIN_FACE
    from emotion.models import Looking

    smallest = chosen.min_face or MIN_FACE
    return Looking(whole=chosen.whole, small=chosen.small_faces, min_face=smallest, turn=chosen.turn)


def number(names: list[str], but: Path | None) -> int:
    """How many pictures are meant."""
    return sum(1 for _name in pictures(names, but))


def pictures(names: list[str], but: Path | None, none: list[str] | None = None) -> Iterator[str]:
    """The files named, those in lists that are named, and all pictures below the folders named but one.

    What begins with s3:// is a picture in an object store, or a bucket or folder there; in a list, a picture.

    Args:
        names: as a person has typed them.
        but: a folder that is left out.
        none: takes in folders and lists that hold none, which is told.
    """
    for name in names:
        found = False
        for picture in _below(name, but):
            found = True
            yield picture
        if none is not None and not found:
            none.append(name)
            print(_no_pictures(terminal.safe(name)), file=sys.stderr)


def _no_pictures(name: str) -> str:
    from emotion.models import many

    if many.is_address(name):
        return _("emotion: {name} holds no pictures that their endings tell.", name=name)
    return _("emotion: {name} holds no pictures, whatever their endings.", name=name)


def _below(name: str, but: Path | None) -> Iterable[str]:
    from emotion.images import load
    from emotion.models import many

    if many.is_address(name):
        return many.listed(name)
    path = typed_path(name) if name.lower().startswith("file:") else expanded(name)
    return _listed(path) if _is_list(path) else map(str, load.pictures(path, but))


def _is_list(path: Path) -> bool:
    return path.suffix.lower() == LIST and os.path.isfile(path)


def _listed(path: Path) -> Iterator[str]:
    """The paths and addresses in the lines of a file, relative to the current folder as if they were typed."""
    from emotion.models import many

    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            if name := line.strip("\r\n\ufeff"):
                yield name if many.is_address(name) else str(expanded(name))
