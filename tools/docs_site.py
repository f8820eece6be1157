"""What the site of the documentation has beside the files in docs/: MkDocs calls this (`hooks` in mkdocs.yml).

Pages that would only repeat what stands elsewhere are made while the site is built: a page a room from its docstrings,
the command line from its own help, and the files of the project's root. Links lead where they lead in a checkout.
"""

from __future__ import annotations

import ast
import os
import posixpath
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
FROM_ROOT = {  # file of the project's root → page of the site
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "README.md": "index.md",
    "docs/decisions": "decisions/0000-how-we-record-decisions.md",
}
DECISIONS, REFERENCE = "Decisions", "Reference"  # headings of the navigation that are filled in here
COMMAND_LINE, PACKAGE = "reference/command-line.md", "reference/emotion.md"
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^()\s]+)\)")
FENCE = re.compile(r"^(```.*?^```|(?: {4}|\t).*?)$", re.MULTILINE | re.DOTALL)
WIDTH = "100"  # columns of the help of a command


def rooms() -> list[str]:
    """The rooms of the core in their order, as docs/architecture.md lists them."""
    listed = re.search(r"^```rooms\n(.*?)^```", (DOCS / "architecture.md").read_text(encoding="utf-8"), re.M | re.S)
    if listed is None:
        raise ValueError("docs/architecture.md has no list of rooms: expected a block ```rooms.")
    return [line.partition(":")[0] for line in listed[1].splitlines()]


def navigation(given: list[Any]) -> list[Any]:
    """The navigation of mkdocs.yml with every decision and every room in it."""
    more = {
        DECISIONS: [path.relative_to(DOCS).as_posix() for path in sorted((DOCS / "decisions").glob("*.md"))],
        REFERENCE: [{"Command line": COMMAND_LINE}, {"emotion": PACKAGE}]
        + [{f"emotion.{room}": _page_of(room)} for room in rooms()],
    }
    return [{name: more.get(name, pages) for name, pages in entry.items()} for entry in given]


def made() -> dict[str, str]:
    """The pages that lie in no file of docs/: address within docs/ → Markdown."""
    whole = {name: page for name, page in FROM_ROOT.items() if page.startswith("project/")}
    pages = {page: (ROOT / name).read_text(encoding="utf-8") for name, page in whole.items()}
    pages[PACKAGE] = "# emotion\n\n::: emotion\n"
    for room in rooms():
        pages[_page_of(room)] = "\n".join([f"# emotion.{room}\n\n::: emotion.{room}\n", *_parts(room)])
    pages[COMMAND_LINE] = command_line()
    return pages


def _parts(room: str) -> Iterator[str]:
    """The modules that a room's `__all__` names, with what the room itself does not name already."""
    front = ast.parse((ROOT / "emotion" / room / "__init__.py").read_text(encoding="utf-8"))
    (named,) = (ast.literal_eval(node.value) for node in front.body if _assigns(node, "__all__"))
    shown = {(node.module, name.name) for node in front.body if isinstance(node, ast.ImportFrom) for name in node.names}
    for part in sorted(named):
        module, path = f"emotion.{room}.{part}", ROOT / "emotion" / room / part
        if path.is_dir():
            yield f"## {module}\n\n::: {module}\n    options: {{ heading_level: 3 }}\n"
        elif path.with_suffix(".py").is_file():
            body = ast.parse(path.with_suffix(".py").read_text(encoding="utf-8")).body
            things = [
                node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node)
            ]
            members = [n.name for n in things if n.name[0] != "_" and (module, n.name) not in shown]
            options = f"{{ heading_level: 3, members: {members or 'false'} }}"
            yield f"## {module}\n\n::: {module}\n    options: {options}\n"


def _assigns(node: ast.stmt, name: str) -> TypeGuard[ast.Assign]:
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name


def command_line() -> str:
    """What each command says of itself under `--help`, as Markdown."""
    before, os.environ["COLUMNS"] = os.environ.get("COLUMNS"), WIDTH
    try:
        sections = [f"## {name}\n\n```text\n{parser.format_help()}```\n" for name, parser in sorted(_commands())]
    finally:
        os.environ.pop("COLUMNS")
        if before is not None:
            os.environ["COLUMNS"] = before
    intro = "# Command line\n\nInstalled, `emotion` stands for `python -m emotion`. `--help` says the same.\n"
    return "\n".join([intro, *sections])


def _commands() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    sys.path.insert(0, str(ROOT))
    from emotion import __main__ as program

    program._called = lambda: "python -m emotion"  # whoever builds the site
    (commands,) = (action for action in program.parser()._actions if action.dest == "command")
    yield from commands.choices.items()  # type: ignore[union-attr]


def _page_of(room: str) -> str:
    return f"reference/{room}.md"


def linked(markdown: str, page: str) -> str:
    """A page's text with its links as the site needs them.

    Args:
        page: its address within docs/. The pages of the project's root say where things are from there.

    Returns:
        The text. A link to a file that the site has no page for keeps its words only, in a checkout it leads there.
    """
    origin = "" if page.startswith("project/") else posixpath.join("docs", posixpath.dirname(page))

    def lead(link: re.Match[str]) -> str:
        words, target = link[1], link[2]
        path, _, anchor = target.partition("#")
        if "://" in target or target.startswith("mailto:") or not path:
            return link[0]
        there = posixpath.normpath(posixpath.join(origin, path))
        shown = FROM_ROOT.get(there) or (there.removeprefix("docs/") if there.startswith("docs/") else None)
        if shown is None:
            return words
        way = posixpath.relpath(shown, posixpath.dirname(page) or ".")
        return f"[{words}]({way}{'#' + anchor if anchor else ''})"

    pieces = FENCE.split(markdown)  # what stands between fences, or is indented as code, is no link
    return "".join(piece if number % 2 else LINK.sub(lead, piece) for number, piece in enumerate(pieces))


def on_config(config: Any) -> Any:
    """MkDocs has read mkdocs.yml."""
    config.nav = navigation(config.nav)
    return config


def on_files(files: Any, config: Any) -> Any:
    """MkDocs has listed docs/."""
    from mkdocs.structure.files import File

    for page, text in made().items():
        files.append(File.generated(config, page, content=text))
    files.append(
        File.generated(config, "images/icon.png", abs_src_path=str(ROOT / "pages" / "ui" / "shared" / "icon.png"))
    )
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """MkDocs has read a page."""
    return linked(markdown, page.file.src_uri)
