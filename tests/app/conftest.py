"""The state that pages are tested in: a server that has shown its first page."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import script_runner

from emotion.system import speaking


@pytest.fixture(autouse=True, scope="session")
def components_looked_for_once() -> Iterator[None]:
    """Each `AppTest` looks for components in every installed package, which takes longer than most of our pages."""
    found = cache(manifest_scanner.scan_component_manifests)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: list(found()))
        yield


@pytest.fixture(autouse=True, scope="session")
def keras_left_alone() -> Iterator[None]:
    """Streamlit resets Keras after each run of a script, wherever it is loaded, and collects all memory.

    In a server of ours it never is; in the process of the tests it may be, since others train here, and then each run
    of a page takes a second more.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        yield


@pytest.fixture(autouse=True)
def shown_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """`AppTest` plays the first request to a new server again and again; `pages.ui.frame.guard` tells why that matters.

    The one test of that guard (test_frame.py) replaces this fixture.
    """
    begin = PagesManager.__init__

    def begin_again(self: PagesManager, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", begin_again)


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A browser that asks for German; `AppTest` writes options anew, outside of the script, and is told so as well."""
    monkeypatch.setattr(type(st.context), "locale", "de-CH")
    with speaking("de"):
        yield
