"""Brings the sentences of the code into the catalogues of `emotion/words`: `python tools/words.py`.

New sentences come in without a translation, those that the code no longer says go. They stand in the order of their
English, each on one line and without the place where it is said, so that changes of several people merge.
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from emotion.system.words.reader import FOLDER  # noqa: E402 the code that lies here, not an installed one
from emotion.system.words.sentences import sentences_of  # noqa: E402

MARKERS = {"_": ("one",), "N_": ("one",), "ngettext": ("one", "several"), "pgettext": ("where", "one")}


class Sentence(NamedTuple):
    """A key of the catalogues: the sentence, that for several, and what tells it from others that read the same."""

    one: str
    several: str = ""
    where: str = ""


def code() -> list[Path]:
    """The files that speak to people."""
    python = [ROOT / "streamlit_app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "emotion").rglob("*.py")]
    return sorted([*python, *(ROOT / "pages").rglob("*.js")])


def marked(path: Path) -> Iterator[Sentence]:
    """The sentences that a file marks.

    Babel's extractor would not do: in Python 3.11 it passes over calls inside of f-strings.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        yield from (Sentence(said) for said in sentences_of(text))
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and (names := MARKERS.get(name_of(node.func))):
            given = [each.value for each in node.args[: len(names)] if isinstance(each, ast.Constant)]
            if len(given) == len(names):  # else it is said of a sentence that N_ has marked
                yield Sentence(**dict(zip(names, map(str, given), strict=True)))


def name_of(function: ast.expr) -> str:
    """What is called: "button" for `st.button` and for `button`; "" where it has no name."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def hides_the_marker(path: Path) -> bool:
    """Whether a file that says `_("…")` also calls something of its own `_`."""
    text = path.read_text(encoding="utf-8")
    if "_(" not in text:
        return False
    nodes = list(ast.walk(ast.parse(text)))
    imported = any(isinstance(node, ast.ImportFrom) and any(each.name == "_" for each in node.names) for node in nodes)
    return imported and any(
        node.arg == "_" if isinstance(node, ast.arg) else node.id == "_" and not isinstance(node.ctx, ast.Load)
        for node in nodes
        if isinstance(node, ast.Name | ast.arg)
    )


@functools.cache
def sentences() -> list[Sentence]:
    """All sentences of the code, each once, in the order of the catalogues."""
    return sorted({said for path in code() for said in marked(path)}, key=_order)


def key(entry: polib.POEntry) -> Sentence:
    """The sentence that an entry translates."""
    return Sentence(entry.msgid, entry.msgid_plural, entry.msgctxt or "")


def merge(path: Path) -> tuple[int, int, int]:
    """Brings one catalogue up to date; how many sentences are new, gone, and without a translation."""
    before = polib.pofile(str(path), wrapwidth=0)
    known = {key(entry): entry for entry in before if not entry.obsolete}
    after = polib.POFile(wrapwidth=0)
    after.header, after.metadata = before.header, before.metadata
    for said in (now := sentences()):
        after.append(known.get(said) or _empty(said, int(before.metadata["Plural-Forms"].split("=")[1].split(";")[0])))
    path.write_text(str(after).rstrip("\n") + "\n", encoding="utf-8", newline="\n")
    return len(set(now) - set(known)), len(set(known) - set(now)), len(after.untranslated_entries())


def _empty(said: Sentence, forms: int) -> polib.POEntry:
    if not said.several:
        return polib.POEntry(msgid=said.one, msgctxt=said.where or None)
    plurals = dict.fromkeys(range(forms), "")
    return polib.POEntry(msgid=said.one, msgid_plural=said.several, msgstr_plural=plurals)


def _order(said: Sentence) -> tuple[str, Sentence]:
    return said.one.casefold(), said


def main() -> None:
    """Brings all catalogues up to date."""
    for path in sorted(FOLDER.glob("*.po")):
        new, gone, empty = merge(path)
        print(f"{path.relative_to(ROOT)}: {new} new, {gone} gone, {empty} to translate")


if __name__ == "__main__":
    main()
