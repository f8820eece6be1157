"""Where processes of the program start, and that they find the package there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from emotion.system import paths, processes

ROOT = Path(__file__).resolve().parents[2]
TELL = "import os, emotion; print(os.getcwd()); print(os.path.dirname(os.path.dirname(emotion.__file__)))"


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The package as if it lay in tmp_path/packages, with the person's folder in tmp_path/home, which is not there."""
    package = tmp_path / "packages" / "emotion"
    (package / "system").mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.setattr(paths, "__file__", str(package / "system" / "paths.py"))
    monkeypatch.setenv("EMOTION_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return package.parent


def told_by_a_child() -> list[str]:
    """The folder that a child starts in, and the one that it takes the package from."""
    process = processes.spawn(["-c", TELL], subprocess.PIPE)
    return process.communicate(timeout=60)[0].decode().split()


def test_a_child_of_a_checkout_starts_in_the_project(home):
    assert told_by_a_child() == [str(ROOT), str(ROOT)]


def test_a_child_of_an_installed_package_starts_in_the_persons_folder(installed, tmp_path):
    assert told_by_a_child() == [str(tmp_path / "home"), str(installed)]


def test_a_child_finds_packages_that_are_named_from_the_current_folder(installed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "packages")

    assert told_by_a_child() == [str(tmp_path / "home"), str(installed)]


def test_what_lies_in_the_persons_folder_is_not_taken_for_the_package(installed, tmp_path):
    (tmp_path / "home" / "emotion").mkdir(parents=True)
    (tmp_path / "home" / "emotion" / "__init__.py").touch()

    assert told_by_a_child()[1] == str(installed)


def test_pythons_own_folder_of_packages_is_not_put_before_pythons_own_modules(tmp_path, monkeypatch):
    """In PYTHONPATH it would come before the standard library."""
    monkeypatch.setattr(paths, "checkout", lambda: None)
    monkeypatch.setattr(paths, "beside_the_code", lambda: tmp_path)
    monkeypatch.setattr(processes.site, "getsitepackages", lambda: [str(tmp_path)])
    monkeypatch.delenv("PYTHONPATH", raising=False)

    assert "PYTHONPATH" not in processes.environment()


def test_a_process_of_a_checkout_keeps_its_variables(monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)

    assert processes.environment() == os.environ | {"EMOTION_LANGUAGE": "en"}
