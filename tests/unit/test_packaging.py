"""What pyproject.toml says is installed is what there is; the version stands in one place."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

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


def test_all_that_the_image_is_made_of_is_let_through_to_it() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = {word.rstrip("/") for line in lines if re.match(r"COPY (?!--from)", line) for word in line.split()[1:-1]}
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert copied == let_through
    assert all((ROOT / name).exists() for name in copied)


def test_containers_are_reached_from_this_computer_only_and_have_time_to_keep_what_they_have() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]

    assert set(services) == {"app", "serve"}
    for service in services.values():
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
        assert service["read_only"]
        assert service["stop_grace_period"] == "1m"
        assert "init" not in service  # `emotion` is the first process itself, and hands a signal on to all others
        assert parser().parse_args(service["command"][1:]).run
