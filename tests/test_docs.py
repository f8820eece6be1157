"""What the documents say of the project is so: links lead somewhere, commands and their options exist."""

from __future__ import annotations

import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from PIL import Image, ImageSequence

from tests.conftest import command_here
from tools import docs_site, tour

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "emotion").rglob("*.md")),
]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))

LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"python -m emotion ([a-z]+)(.*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
TARGET = re.compile(r"(?<![\w-])make ([a-z]+(?:-[a-z]+)*)\b")

each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def code(path: Path) -> str:
    """What stands in fences, in indented blocks and between backquotes, a piece a line."""
    text = read(path)
    fenced = re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    indented = re.findall(r"^ {4}(.*)$", text, re.MULTILINE)
    quoted = re.findall(r"`([^`\n]+)`", text)
    return "\n".join([*fenced, *indented, *quoted])


@functools.cache
def help_of(*words: str) -> str:
    done = command_here(*words, "--help")
    assert done.returncode == 0, done.stderr
    return done.stdout


def commands() -> list[str]:
    """The commands that `python -m emotion --help` lists, a line each."""
    return re.findall(r"^ {2,4}([a-z]+) {2}", help_of(), re.MULTILINE)


@each_document
def test_links_within_the_project_lead_to_a_file(path: Path) -> None:
    targets = [link.partition("#")[0] for link in LINK.findall(read(path)) if "://" not in link]

    missing = [target for target in targets if target and not (path.parent / target).exists()]

    assert missing == []


@each_document
def test_commands_that_are_named_exist(path: Path) -> None:
    named = {command for command, _ in COMMAND.findall(code(path))}

    assert named <= set(commands())


@each_document
def test_options_that_are_named_exist(path: Path) -> None:
    named = {(command, option) for command, rest in COMMAND.findall(code(path)) for option in OPTION.findall(rest)}

    assert [(command, option) for command, option in sorted(named) if option not in help_of(command)] == []


@each_document
def test_make_targets_that_are_named_exist(path: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), re.MULTILINE)

    named = set(TARGET.findall(code(path)))

    assert named <= set(targets)


def test_paths_that_contributing_names_exist() -> None:
    quoted = re.findall(r"`([^`\n]+)`", read(ROOT / "CONTRIBUTING.md"))
    paths = [text for text in quoted if re.fullmatch(r"(emotion|pages|tests|docs)/[\w/.]*", text)]

    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_names_that_contributing_sends_a_reader_to_are_in_the_file_of_their_line() -> None:
    """A line such as "`KINDS` of `pages/…/augmentation.py`" names where a change is made; both must be there."""
    said = re.findall(r"`(\w+)` (?:of|in) `((?:emotion|pages)/[\w/.]+\.py)`", read(ROOT / "CONTRIBUTING.md"))

    assert len(said) > 2  # one place each
    assert [(name, path) for name, path in said if not re.search(rf"\b{name}\b", read(ROOT / path))] == []


def test_every_make_target_is_in_its_help() -> None:
    targets = re.findall(r"^([a-z-]+):(.*)", read(ROOT / "Makefile"), re.MULTILINE)

    assert [name for name, rest in targets if " ## " not in rest] == []


def test_every_command_is_in_the_readme() -> None:
    text = read(ROOT / "README.md")

    assert commands() != []
    assert [command for command in commands() if f"python -m emotion {command}" not in text] == []


def test_decisions_are_numbered_without_gaps() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(len(DECISIONS))]


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_three_parts(path: Path) -> None:
    headings = re.findall(r"^## (.+)$", read(path), re.MULTILINE)

    assert headings[:3] == ["Summary", "Motivation", "Consequence"]


def test_tests_that_promises_name_exist() -> None:
    named = re.findall(r"`(tests/\S+\.py)::(test_\w+)`", read(ROOT / "docs" / "reliability.md"))

    missing = [f"{path}::{test}" for path, test in named if f"def {test}(" not in read(ROOT / path)]
    assert named
    assert missing == []


def nav_pages(entries: list[object]) -> list[str]:
    """All pages of a navigation as mkdocs.yml has it, in their order."""
    found: list[str] = []
    for entry in entries:
        pages = list(entry.values()) if isinstance(entry, dict) else [entry]
        for page in pages:
            found += nav_pages(page) if isinstance(page, list) else [str(page)]
    return found


def navigation() -> list[str]:
    return nav_pages(docs_site.navigation(yaml.safe_load(read(ROOT / "mkdocs.yml"))["nav"]))


def test_every_page_is_in_the_navigation_of_the_site_once() -> None:
    there = [path.relative_to(ROOT / "docs").as_posix() for path in sorted((ROOT / "docs").rglob("*.md"))]

    assert sorted(navigation()) == sorted([*there, *docs_site.made()])


def test_the_site_has_a_page_for_every_room_and_the_help_of_every_command() -> None:
    pages = docs_site.made()

    assert [room for room in docs_site.rooms() if f"::: emotion.{room}\n" not in pages[f"reference/{room}.md"]] == []
    assert re.findall(r"^## (\w+)$", pages[docs_site.COMMAND_LINE], re.MULTILINE) == sorted(commands())


@pytest.mark.parametrize(
    ("page", "before", "after"),
    [
        ("reliability.md", "[it](../SECURITY.md#what)", "[it](project/security.md#what)"),
        ("decisions/0011.md", "[it](../architecture.md)", "[it](../architecture.md)"),
        ("project/changelog.md", "[it](docs/serving.md)", "[it](../serving.md)"),
        ("data-formats.md", "[tests/x.py](../tests/x.py)", "tests/x.py"),
        ("index.md", "[it](https://example.org/a.md)", "[it](https://example.org/a.md)"),
        ("index.md", "```\n[it](../emotion)\n```", "```\n[it](../emotion)\n```"),
    ],
)
def test_links_of_the_site_lead_where_they_lead_in_a_checkout(page: str, before: str, after: str) -> None:
    assert docs_site.linked(before, page) == after


@pytest.mark.nightly
def test_the_site_is_built_without_a_warning_and_asks_no_other_computer(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr

    fetched = re.compile(r"""<(?:script|img|iframe)[^>]*\bsrc=["'](https?:)?//|<link[^>]*\bhref=["'](https?:)?//""")
    pages = sorted((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 40
    assert [page.name for page in pages if fetched.search(read(page))] == []


def test_the_moving_picture_is_short_and_small() -> None:
    with Image.open(tour.PLACE) as picture:
        milliseconds = sum(step.info["duration"] for step in ImageSequence.Iterator(picture))

    assert f"({tour.PLACE.relative_to(ROOT).as_posix()})" in read(ROOT / "README.md")
    assert tour.PLACE.stat().st_size < 1_000_000
    assert milliseconds <= 20_000
