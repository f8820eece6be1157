"""What pyproject.toml says is installed is what there is; the version stands in one place."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import emotion
from emotion.__main__ import parser

ROOT = Path(__file__).resolve().parents[2]
SETTINGS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_folder_of_the_program_is_a_package_that_is_installed() -> None:
    folders = {path.parent.relative_to(ROOT) for name in ("emotion", "pages") for path in (ROOT / name).rglob("*.py")}
    dotted = {".".join(folder.parts) for folder in folders} | {"pages.ui"}  # the latter holds folders only
    wanted = {name if name.startswith("emotion") else f"emotion_app.{name}" for name in dotted} | {"emotion_app"}

    assert set(SETTINGS["tool"]["setuptools"]["packages"]) == wanted


def test_the_version_stands_in_one_place() -> None:
    assert "version" not in SETTINGS["project"]
    assert SETTINGS["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "emotion.__version__"}
    assert f"## [{emotion.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_a_port_outside_of_the_range_is_wrong_usage(capsys) -> None:
    with pytest.raises(SystemExit, match="2"):
        parser().parse_args(["app", "--port", "65536"])
    assert "from 1 to 65535" in capsys.readouterr().err
