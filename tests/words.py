"""What a person reads in the code: sentences that are marked for the catalogues, and some that are not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tools.words import MARKERS, name_of

# Calls of Streamlit, and the arguments of theirs that are shown. The first argument of these is a text too.
SPEAKS_FIRST = {
    "badge", "button", "caption", "checkbox", "download_button", "error", "expander", "feedback", "file_uploader",
    "header", "heading", "info", "link_button", "markdown", "menu_button", "metric", "multiselect", "number_input",
    "page_link", "pills", "popover", "radio", "segmented_control", "select_slider", "selectbox", "slider", "spinner",
    "status", "subheader", "success", "text", "text_area", "text_input", "title", "toast", "toggle", "warning", "write",
}  # fmt: skip
SPEAKS_BY_NAME = {"label", "help", "placeholder", "caption", "alt", "title"}
NO_WORDS = {"key", "icon", "prefix", "pattern"}  # arguments that nobody reads
LOGS = {"log", "logger", "logging", "warnings"}
TAG = re.compile(r"<[^<>]*>|^[^<>]*>|<[^<>]*$")
WORDS = re.compile(r"(?<![\w./#-])[A-Za-zÀ-ž’]{2,}[,:;.!?]?(?: [A-Za-zÀ-ž’{}]+[,:;.!?]?)* [a-zA-Zà-ž’]{2,}(?![\w/(=])")
WORD = re.compile(r"[A-Za-zÀ-ž]{2,}")
CODE = re.compile(
    r"var\(--|light-dark\(|^BEGIN |^python -m emotion |[{};]\s*[\w-]+\s*:|^\s*[.#@]|^--|\w=\"|https?://|\b(?:display|color|width|grid)\b.*:"
)
LOOKS = re.compile(r"(?:\b(?:accent|dashed|faint|ink|thin)\b ?)+")  # classes of style sheets that lines of charts have


def unmarked(path: Path) -> Iterator[tuple[int, str]]:
    """Lines and texts that look like words for people and are not marked.

    Two words or more count wherever they stand, except in docstrings, annotations, logs, sets and style sheets; one
    word counts where Streamlit shows it.
    """
    yield from _in(ast.parse(path.read_text(encoding="utf-8")), shown=False)


def _in(node: ast.AST, shown: bool) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Constant | ast.JoinedStr):
        said = _text(node)
        if said is not None and _speaks(said, shown):
            yield node.lineno, said
        if isinstance(node, ast.JoinedStr):
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    yield from _in(part.value, shown=False)
        return
    if isinstance(node, ast.Call):
        yield from _in_call(node, shown)
        return
    if isinstance(node, ast.Set):  # to look something up in
        return
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list"):
            continue
        still = shown and field != "test" and isinstance(node, ast.IfExp | ast.BinOp | ast.BoolOp)
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_docstring(child):
                yield from _in(child, still)


def _in_call(node: ast.Call, shown: bool) -> Iterator[tuple[int, str]]:
    last = name_of(node.func)
    of = name_of(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    if last in MARKERS or of in LOGS:
        for child in [*node.args[1:], *(each.value for each in node.keywords)]:
            if not (last in MARKERS and isinstance(child, ast.Constant)):
                yield from _in(child, shown=False)
        return
    yield from _in(node.func, shown)
    for place, child in enumerate(node.args):
        yield from _in(child, shown=place == 0 and last in SPEAKS_FIRST and isinstance(node.func, ast.Attribute))
    for each in node.keywords:
        if each.arg not in NO_WORDS:
            yield from _in(each.value, shown=each.arg in SPEAKS_BY_NAME and last in SPEAKS_FIRST)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _text(node: ast.Constant | ast.JoinedStr) -> str | None:
    """What a literal says; {} where something is put in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def _speaks(said: str, shown: bool) -> bool:
    bare = TAG.sub(" ", said).replace("{}", " ") if "<" in said or ">" in said else said
    if CODE.search(bare) or LOOKS.fullmatch(bare) or bare.startswith(":material/"):
        return False
    if shown:
        return bool(WORD.search(re.sub(r"\{\}|:[a-z]+\[|:material/\w+:", " ", bare)))
    return bool(WORDS.search(bare))
