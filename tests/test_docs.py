"""What the documents say of the project is so: links lead somewhere, commands and their options exist."""

from __future__ import annotations

import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest

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
    command = [sys.executable, "-m", "emotion", *words, "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120)
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
