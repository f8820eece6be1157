"""What every page shares: the navigation, the foot of the sidebar, the way back into the frame."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("predict", "data", "train", "tune", "evaluate", "runs")


@pytest.fixture(autouse=True)
def shown_before() -> None:
    """Here the server is new: no page has been shown yet."""


@pytest.mark.parametrize("name", PAGES[1:])
def test_a_deep_link_to_a_new_server_gets_the_sidebar_too(home: Path, name: str) -> None:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()

    app.switch_page(f"pages/{name}.py").run()

    assert app.sidebar.selectbox(key="model_choice")
    assert not app.exception


def test_page_addresses_are_their_file_names() -> None:
    """With another name the first deep link after a server start shows "Page not found"."""
    assert {path.stem for path in (ROOT / "pages").glob("*.py")} == set(PAGES)
