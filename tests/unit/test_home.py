"""Where the person's data lies: beside a checkout, never beside an installed package."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from emotion.system import paths


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The package as if it lay in tmp_path/site-packages, without EMOTION_HOME."""
    monkeypatch.delenv("EMOTION_HOME", raising=False)
    monkeypatch.setattr(paths, "__file__", str(tmp_path / "site-packages" / "emotion" / "system" / "paths.py"))
    return tmp_path / "site-packages"


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="XDG_DATA_HOME is a habit of Linux")
def test_an_installed_package_keeps_its_data_in_the_users_folder(installed, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    assert paths.home() == tmp_path / "share" / "emotion"


def test_an_installed_package_never_keeps_data_beside_itself(installed):
    assert not paths.home().is_relative_to(installed)


def test_a_checkout_keeps_its_data_in_its_own_folder(monkeypatch):
    monkeypatch.delenv("EMOTION_HOME", raising=False)
    assert paths.home() == Path(__file__).resolve().parents[2]


def test_emotion_home_comes_first(installed, tmp_path, monkeypatch):
    monkeypatch.setenv("EMOTION_HOME", str(tmp_path / "chosen"))
    assert paths.home() == (tmp_path / "chosen").resolve()
