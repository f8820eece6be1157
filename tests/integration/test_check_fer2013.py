"""The check of the real data: what is known to be wrong with it is found, and counted in another way."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.nightly]  # reads and compares all 35,887 pictures


@pytest.fixture(scope="module")
def archive() -> Path:
    path = Path(os.environ.get("EMOTION_FER2013", ""))
    if not path.is_file():
        pytest.skip("EMOTION_FER2013 does not name the zip of the real data")
    return path


@pytest.fixture(scope="module")
def places(archive: Path) -> dict[str, list[tuple[str, str]]]:
    """By the bytes of the files in the zip, without opening a picture: SHA-256 → (split, class) of each file."""
    found = defaultdict(list)
    with zipfile.ZipFile(archive) as file:
        for name in file.namelist():
            if name.lower().endswith(".jpg"):
                split, label = name.split("/")[-3:-1]
                found[hashlib.sha256(file.read(name)).hexdigest()].append((split, label))
    return found


@pytest.fixture(scope="module")
def report(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `python -m emotion check --json` prints."""
    folder = tmp_path_factory.mktemp("fer2013_whole")
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)
    root = next(train.parent for train in folder.rglob("train") if train.is_dir())
    done = subprocess.run(
        [sys.executable, "-m", "emotion", "check", str(root), "--json"],
        cwd=Path(__file__).resolve().parents[2],
        env=os.environ | {"EMOTION_HOME": str(folder / "home")},
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert done.returncode == 1, done.stderr
    return json.loads(done.stdout)


def count(report: dict[str, Any], kind: str) -> int:
    return next(finding["count"] for finding in report["findings"] if finding["kind"] == kind)


def test_finds_the_twins_between_train_and_test(
    report: dict[str, Any], places: dict[str, list[tuple[str, str]]]
) -> None:
    by_bytes = sum(
        sum(split == "test" for split, _ in group)
        for group in places.values()
        if any(split == "train" for split, _ in group)
    )

    assert count(report, "twins") == by_bytes == 245


def test_finds_the_contradicting_labels(report: dict[str, Any], places: dict[str, list[tuple[str, str]]]) -> None:
    by_bytes = sum(len({label for _, label in group}) > 1 for group in places.values())

    assert count(report, "conflicts") == by_bytes == 41


def test_finds_all_copies_within_a_split(report: dict[str, Any], places: dict[str, list[tuple[str, str]]]) -> None:
    by_bytes = sum(len(group) - len(set(group)) for group in places.values())

    assert count(report, "duplicates") == by_bytes == 1210


def test_finds_the_blank_pictures(report: dict[str, Any]) -> None:
    assert count(report, "blank") == 15


def test_calls_the_real_data_undamaged(report: dict[str, Any]) -> None:
    assert report["damaged"] is None
    assert report["pictures"] == 32_298
