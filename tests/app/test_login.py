"""Whose app it is: nothing of it is shown to anybody but its owner."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.conftest import ROOT

LOGGED_IN = {"is_logged_in": True, "email_verified": True}
LOGGED_OUT = {"is_logged_in": False}  # as Streamlit says it where a provider is configured


def opened(monkeypatch: pytest.MonkeyPatch, owner: str, user: dict[str, Any] | None = None) -> AppTest:
    """The app as this person sees it. `user`: what Streamlit tells; None: no provider is configured."""
    monkeypatch.setenv("EMOTION_OWNER", owner)
    if user is not None:
        monkeypatch.setattr(st, "user", user)
    return AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()


def is_open(app: AppTest) -> bool:
    assert not app.exception
    return len(app.sidebar) > 0 or len(app.tabs) > 0


def test_nobody_is_asked_where_no_owner_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_open(opened(monkeypatch, ""))


def test_whoever_has_not_logged_in_sees_a_button_and_nothing_else(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(monkeypatch, "ada@example.org", LOGGED_OUT)

    assert not is_open(app)
    assert [button.label for button in app.button] == ["Log in"]


@pytest.mark.parametrize(
    "user",
    [
        {"email": "eve@example.org", "email_verified": True},
        {"email": "ada@example.org", "email_verified": False},
        {"email": ""},
        {},
    ],
)
def test_somebody_else_gets_no_further(home: Path, monkeypatch: pytest.MonkeyPatch, user: dict[str, Any]) -> None:
    app = opened(monkeypatch, "ada@example.org", LOGGED_IN | user)

    assert not is_open(app)
    assert "the app of somebody else" in app.error[0].value
    assert [button.label for button in app.button] == ["Log out"]


def test_its_owner_sees_the_app(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_open(opened(monkeypatch, " Ada@example.org", LOGGED_IN | {"email": "ada@Example.org"}))


def test_an_owner_without_a_way_to_log_in_shuts_everybody_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(monkeypatch, "ada@example.org")

    assert not is_open(app)
    assert "expected a part [auth] in .streamlit/secrets.toml" in app.error[0].value
