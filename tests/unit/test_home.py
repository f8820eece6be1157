"""Where the person's data lies: beside a checkout, never beside an installed package."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emotion.models import predictor, preferences
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


def test_git_ignores_what_the_person_chose(home, tmp_path_factory):
    """In a checkout the person's files lie in the project's folder: they must never get into a commit."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed: nothing can say what it ignores")
    shipped = preferences.SHIPPED / "model.tflite"
    preferences.choose_model("pretrained")
    preferences.save(shipped, predictor.read_info(shipped), preferences.Adjustment(threshold=0.6))
    written = sorted(path.name for path in home.iterdir())
    checkout = tmp_path_factory.mktemp("checkout")
    shutil.copy(Path(__file__).resolve().parents[2] / ".gitignore", checkout)
    subprocess.run(["git", "init", "--quiet"], cwd=checkout, check=True)

    asked = subprocess.run(
        ["git", "check-ignore", "--no-index", *written], cwd=checkout, capture_output=True, encoding="utf-8"
    )

    assert {"choice.json", "pretrained.json"} <= set(written)
    assert asked.stdout.split() == written
