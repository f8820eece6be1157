"""One damaged file: whatever it holds, only this program's own errors come out, and everything else goes on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests import damage
from tests.conftest import CommandLine

KINDS = ("data set", "split", "task", "told", "suspects", "faces", "decisions", "config", "status", "history", "model",
         "report", "person", "choice", "shipped", "tuning", "trials", "full", "worker")  # fmt: skip
MOST = int(os.environ.get("EMOTION_DAMAGES", "16"))  # of each kind; 100000 tries all that are known


def test_all_kinds_of_stored_files_are_damaged_here(stored: dict[str, Path]) -> None:
    assert tuple(stored) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_brings_out_errors_of_ours_only(stored: dict[str, Path], kind: str) -> None:
    path, readers = stored[kind], damage.readers(kind)
    whole = path.read_bytes()
    foreign: dict[str, bytes] = {}
    try:
        for text in damage.sample(damage.damages(whole), MOST, seed=KINDS.index(kind)):
            path.write_bytes(text)
            for said in damage.foreign(readers):
                foreign.setdefault(said, text[:300])
    finally:
        path.write_bytes(whole)

    assert foreign == {}


@pytest.mark.parametrize("words", [("runs",), ("runs", "--json"), ("data", "list"), ("data", "list", "--json"),
                                   ("data", "show", "mine"), ("tune", "--list"), ("tune", "--list", "--json"),
                                   ("tune", "--show", "latest"), ("evaluate", "latest", "--data", "mine")])  # fmt: skip
def test_a_command_beside_a_damaged_file_answers_or_says_why_not(
    stored: dict[str, Path], emotion: CommandLine, words: tuple[str, ...]
) -> None:
    for number, (kind, path) in enumerate(stored.items()):
        whole = path.read_bytes()
        path.write_bytes(damage.sample(damage.damages(whole), 1, seed=number)[0])
        done = emotion(*words)
        path.write_bytes(whole)
        assert done.returncode in (0, 2), kind
        assert "Traceback" not in done.stderr
        assert done.returncode == 0 or done.stderr.startswith("emotion: ")


@pytest.mark.parametrize(
    ("words", "kind"), [(("runs",), "status"), (("data", "list"), "data set"), (("tune", "--list"), "tuning")]
)
def test_a_list_says_how_many_were_left_out_and_why(
    stored: dict[str, Path], emotion: CommandLine, words: tuple[str, ...], kind: str
) -> None:
    path = stored[kind]
    whole = path.read_bytes()
    path.write_bytes(b'{"created": null}')
    done = emotion(*words)
    path.write_bytes(whole)

    assert done.returncode == 0
    assert f"1 folder could not be read: {path.parent.name} ({path.name}: " in done.stderr
