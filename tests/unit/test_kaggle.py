"""FER-2013 through kagglehub, played by a small module of the same name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from emotion.data import registry
from emotion.data.bring import kaggle
from emotion.system import DataError

FAKE = """
import os, pathlib
from tests.zips import write_archive

def dataset_download(handle):
    {body}
    folder = pathlib.Path(os.environ["KAGGLEHUB_CACHE"], "datasets", *handle.split("/"), "versions", "1")
    return str(write_archive(folder))
"""


def pretend(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str = "pass") -> None:
    """Lets `import kagglehub` find a module that writes a few pictures where it was told to, or fails."""
    place = folder / "packages"
    place.mkdir()
    (place / "kagglehub.py").write_text(FAKE.format(body=body), encoding="utf-8")
    monkeypatch.syspath_prepend(str(place))
    monkeypatch.delitem(sys.modules, "kagglehub", raising=False)


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kagglehub", None)


def test_says_what_to_do_without_the_package(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emotion.data.bring.kaggle.is_installed", lambda: False)

    with pytest.raises(DataError, match="pip install kagglehub"):
        kaggle.get_fer2013()


def test_brings_in_what_was_downloaded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(home, monkeypatch)

    record = kaggle.get_fer2013()

    assert record.counts["train"] == {"happy": 6, "sad": 6}
    assert sorted(path.name for path in record.home.iterdir()) == ["dataset.json", "pictures"]
    assert "KAGGLEHUB_CACHE" not in os.environ


@pytest.mark.parametrize(
    ("body", "match"),
    [
        ("raise ConnectionError('name')", "no connection to Kaggle"),
        ("raise ValueError('403 Forbidden.')", "403 Forbidden"),
    ],
)
def test_says_in_one_sentence_why_nothing_came(
    body: str, match: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(home, monkeypatch, body)

    with pytest.raises(DataError, match=match):
        kaggle.get_fer2013()

    assert list((home / "datasets").iterdir()) == []
    assert registry.list_sets() == []


def test_refuses_a_taken_name_before_the_download(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(home, monkeypatch)
    kaggle.get_fer2013("mine")

    with pytest.raises(DataError, match=r"is a data set called .* already"):
        kaggle.get_fer2013("mine")
