"""The state that pages are tested in: a server that has shown its first page."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.runtime.pages_manager import PagesManager


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
