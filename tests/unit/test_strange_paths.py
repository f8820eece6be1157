"""Links, loops, pipes, devices and names that no file can have: each command answers or says why not, and ends."""

from __future__ import annotations

import os
import re
import shutil
import socket
from pathlib import Path

import pytest

from emotion.data import scan
from emotion.images import load
from tests.conftest import CommandLine
from tests.tiny_model import BRIGHTNESS
from tests.zips import write_archive

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links and pipes of Linux and macOS")

NAMES = {
    "blank": " ", "long": "x" * 5000, "deep": "/" + "/".join(["y" * 200] * 25), "zero byte": "a\0b",
    "nobody": "~nosuch", "nobody's": "~nosuch/faces", "no text": "\udcff\udcfe", "null": "/dev/null",
    "zero": "/dev/zero", "random": "/dev/random", "input": "/dev/stdin", "memory": "/proc/self/mem",
    "kernel": "/proc/kmsg", "open files": "/proc/self/fd",
}  # fmt: skip
COMMANDS = {
    "add": ("data", "add", "--name", "x", "--", "{}"),
    "check": ("check", "--", "{}"),
    "predict": ("predict", "--whole", "--model", str(BRIGHTNESS), "--", "{}"),
    "data": ("evaluate", str(BRIGHTNESS), "--data={}"),
    "model": ("evaluate", "--data=demo", "--", "{}"),
    "train": ("train", "--data={}", "--epochs=1"),
    "export": ("export", "--to=x.zip", "--", "{}"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", NAMES)
def test_a_command_says_why_there_is_nothing_at_a_strange_path(
    emotion: CommandLine, home: Path, command: str, name: str
) -> None:
    done = emotion(*(word.replace("{}", NAMES[name]) for word in COMMANDS[command]))

    assert done.returncode in (1, 2)
    assert re.search(r"\bemotion( \w+)?: ", done.stderr) or done.stdout  # "emotion train: error: …" of an option
    assert "Traceback" not in done.stderr


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """A data folder in which all that can be strange lies beside 6 and 2 pictures a class."""
    root = write_archive(tmp_path / "faces")
    happy = root / "train" / "happy"
    (happy / "up").symlink_to(root)
    (happy / "itself").symlink_to(happy / "itself")
    (happy / "itself.png").symlink_to(happy / "itself.png")
    (happy / "there").symlink_to(happy / "back")
    (happy / "back").symlink_to(happy / "there")
    (happy / "gone.png").symlink_to(happy / "nowhere.png")
    (happy / "zero.png").symlink_to("/dev/zero")
    (happy / "random").symlink_to("/dev/random")
    for name in ("pipe", "pipe.png", "pipe.odd"):
        os.mkfifo(happy / name)
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(happy)  # the name of a socket has at most 107 letters
        try:
            made.bind("socket")
        finally:
            os.chdir(here)
    return root


def test_strange_entries_of_a_folder_are_left_out_and_counted(home: Path, strange: Path) -> None:
    found = scan(strange)

    assert found.counts == {"train": {"happy": 6, "sad": 6}, "test": {"happy": 2, "sad": 2}}
    assert found.skipped == 12


@pytest.mark.parametrize("command", ["add", "check", "data"])
def test_a_command_reads_what_lies_beside_strange_entries(
    emotion: CommandLine, home: Path, strange: Path, command: str
) -> None:
    done = emotion(*(word.replace("{}", str(strange)) for word in COMMANDS[command]))

    assert done.returncode == 0, done.stderr


def test_a_folder_with_strange_entries_is_answered_picture_by_picture(
    emotion: CommandLine, home: Path, strange: Path
) -> None:
    done = emotion(*(word.replace("{}", str(strange)) for word in COMMANDS["predict"]))

    assert done.returncode == 1  # of some there is no answer
    assert done.stdout.count(": looks ") == 16
    assert "pipe.png" in done.stdout + done.stderr


def test_a_linked_class_folder_is_read_like_any_other_by_training_and_by_predict(home: Path, tmp_path: Path) -> None:
    root = write_archive(tmp_path / "faces")
    before = scan(root).counts
    shutil.move(root / "train" / "happy", tmp_path / "elsewhere")
    (root / "train" / "happy").symlink_to(tmp_path / "elsewhere")

    assert scan(root).counts == before
    assert len(list(load.pictures(root))) == 16


def test_a_folder_that_is_linked_twice_is_read_once(tmp_path: Path) -> None:
    root = write_archive(tmp_path / "faces")
    shutil.move(root / "train" / "happy", tmp_path / "elsewhere")
    for name in ("happy", "again"):
        (root / "train" / name).symlink_to(tmp_path / "elsewhere")

    assert sum(scan(root).counts["train"].values()) == 12
    assert len(list(load.pictures(root))) == 16


def test_a_link_to_itself_is_no_folder(emotion: CommandLine, home: Path, tmp_path: Path) -> None:
    (tmp_path / "itself").symlink_to(tmp_path / "itself")

    for command in COMMANDS:
        done = emotion(*(word.replace("{}", str(tmp_path / "itself")) for word in COMMANDS[command]))
        assert done.returncode in (1, 2), command
