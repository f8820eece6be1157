"""The state that pages are tested in: a server that has shown its first page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
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


@pytest.fixture(autouse=True, scope="session")
def faces_drawn_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each new home gets drawn faces, those of the demo 2,500; all homes of a session share the first ones of a kind.

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

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "_fill", fill)
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
