"""`python -m emotion data …`, also in a process that is killed in the middle."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from emotion.data import listing, registry
from emotion.data.bring import staging
from tests.conftest import ROOT, CommandLine, killed_at_random
from tests.waiting import wait_for
from tests.zips import png, write_archive, write_classes, zip_names, zip_of

MANY = 8000  # pictures: enough that a process can be killed among them


@pytest.fixture
def archive(home: Path) -> Path:
    return zip_of(write_archive(home / "elsewhere"), home / "archive.zip", "archive/")


def test_adds_lists_shows_and_removes(archive: Path, emotion: CommandLine) -> None:
    added = emotion("data", "add", archive, "--name", "mine")
    listed = emotion("data", "list", "--json")
    shown = emotion("data", "show", "mine")
    removed = emotion("data", "remove", "mine")

    assert (added.returncode, added.stdout) == (0, "mine\n")
    assert json.loads(listed.stdout)[0]["counts"]["train"] == {"happy": 6, "sad": 6}
    assert "train: 12 (6 happy, 6 sad)" in shown.stdout
    assert "Removed mine and its pictures" in removed.stdout
    assert registry.list_sets() == []


def test_makes_a_name_from_the_file(archive: Path, emotion: CommandLine) -> None:
    assert emotion("data", "add", archive).stdout == "archive\n"
    assert emotion("data", "add", archive).stdout == "archive-2\n"


def test_says_in_one_line_why_a_zip_is_refused(home: Path, emotion: CommandLine) -> None:
    done = emotion("data", "add", zip_names(home / "bad.zip", {"../out.png": png(0)}))

    assert done.returncode == 2
    assert done.stderr.startswith("emotion: The archive is refused because a path in it leads out")
    assert done.stderr.count("\n") == 1
    assert not (home / "out.png").exists()


def test_offers_usual_names_and_takes_them(home: Path, emotion: CommandLine) -> None:
    folder = write_classes(home / "faces")
    (folder / "happy").rename(folder / "happiness")

    added = emotion("data", "add", folder, "--name", "mine")
    renamed = emotion("data", "rename", "mine", "--usual")

    assert "happiness → happy" in added.stderr
    assert "8 happy" in renamed.stdout


def test_shows_the_terms_before_a_download(home: Path, emotion: CommandLine) -> None:
    done = emotion("data", "get-fer2013")

    assert done.returncode == 1
    assert "no clear licence" in done.stdout
    assert not (home / "datasets").exists()


def test_a_name_is_data_for_the_other_commands(archive: Path, emotion: CommandLine) -> None:
    emotion("data", "add", archive, "--name", "mine")

    done = emotion("evaluate", "pretrained", "--data", "mine", "--json")

    assert json.loads(done.stdout)["n"] == 4


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@killed_at_random
def test_a_killed_import_loses_nothing_and_leaves_nothing(
    archive: Path, home: Path, emotion: CommandLine, seed: int
) -> None:
    emotion("data", "add", archive, "--name", "before")
    before = registry.get("before")
    picture = png(0)
    more = {f"train/happy/{number:05d}.png": picture for number in range(MANY)}
    big = zip_names(home / "big.zip", more, zipfile.ZIP_STORED)
    process = subprocess.Popen(
        [sys.executable, "-m", "emotion", "data", "add", str(big), "--name", "big"], cwd=ROOT, env=os.environ,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    reached = f".*.part/pictures/train/happy/{random.Random(seed).randrange(MANY // 2):05d}.png"
    wait_for(lambda: list((home / "datasets").glob(reached)))

    process.send_signal(signal.SIGKILL)
    process.wait()

    assert [record.name for record in registry.list_sets()] == ["before"]
    assert listing.on_disk(before.folder).fingerprint == before.fingerprint
    assert staging.sweep() == 1
    assert [path.name for path in (home / "datasets").iterdir()] == ["before"]
    assert emotion("data", "add", big, "--name", "big").returncode == 0


def test_a_class_name_may_hold_a_comma(home: Path, emotion: CommandLine) -> None:
    for place, name in enumerate(("sad, crying", "happy, laughing")):
        (home / "faces" / name).mkdir(parents=True)
        for number in range(6):
            (home / "faces" / name / f"{number}.png").write_bytes(png(number + 50 * place))
    added = emotion("data", "add", home / "faces")

    trained = emotion("train", "--data", "faces", "--class", "sad, crying", "--class", "happy, laughing")

    assert "train: 10 (5 “happy, laughing”, 5 “sad, crying”)" in added.stderr
    assert trained.returncode == 0
    classes = json.loads((home / "runs" / trained.stdout.split()[0] / "config.json").read_text())["classes"]
    assert sorted(classes) == ["happy, laughing", "sad, crying"]
