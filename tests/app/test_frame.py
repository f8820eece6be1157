"""What every page shares: the navigation, the foot of the sidebar, the way back into the frame."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from emotion.recipes.settings import TrainingConfig
from emotion.runs.run import new_run
from emotion.system.files import read_json, write_json
from tests.tiny_model import give_model

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("predict", "data", "teach", "train", "tune", "evaluate", "runs")


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


@pytest.mark.parametrize("name", ["train", "evaluate", "predict"])
def test_a_link_to_a_run_of_another_version_is_answered_in_words(home: Path, name: str) -> None:
    paths = give_model(new_run(TrainingConfig()))
    write_json(paths.config, read_json(paths.config) | {"setting_of_tomorrow": 1})
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    app.query_params["model" if name == "predict" else "run"] = paths.id

    app.switch_page(f"pages/{name}.py").run()

    assert not app.exception
    assert "another version of this program wrote it" in app.info[0].value.replace("\\", "")
