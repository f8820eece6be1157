"""The state that pages are tested in: a server that has shown its first page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import local_script_runner

from emotion.data.drawn import write
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


@pytest.fixture(autouse=True, scope="session")
def scripts_run_at_once() -> Iterator[None]:
    """`AppTest` compiles all scripts anew for each run, and asks a thousand times a second whether it is over."""
    asked, scripts = local_script_runner.require_widgets_deltas, ScriptCache()

    def wait(runner: Any, timeout: float = 3) -> None:
        runner._script_thread.join(timeout)
        asked(runner, timeout)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_script_runner, "require_widgets_deltas", wait)
        patch.setattr(local_script_runner, "ScriptCache", lambda: scripts)
        yield


@pytest.fixture(scope="session")
def fill_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., None]:
    """Draws faces of a kind (how many, from which seed) once for all homes of a session; the demo has 2,500.

    Each home has links to the files, not the files: a test may remove or replace one, and write into none.
    """
    draw = write._fill

    @cache
    def drawn(counts: tuple[tuple[str, int], ...], seed: int) -> Path:
        folder = tmp_path_factory.mktemp("demo") / "faces"
        draw(folder, dict(counts), seed, None)
        return folder

    def fill(root: Path, counts: dict[str, int], seed: int, progress: Any) -> None:
        shutil.copytree(drawn(tuple(counts.items()), seed), root, copy_function=os.link, dirs_exist_ok=True)

    return fill


@pytest.fixture(autouse=True)
def faces_drawn_once(fill_once: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Only of pages: what the tests of the drawing itself make is drawn."""
    monkeypatch.setattr(write, "_fill", fill_once)


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
