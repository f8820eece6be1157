"""The language of the pages: chosen, else the browser's, and each person's own."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from emotion.system import speaking

ROOT = Path(__file__).resolve().parents[2]


def open_teach() -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.run()
    return app.switch_page("pages/teach.py").run()


def test_the_app_speaks_english_where_the_browser_asks_for_nothing(home: Path) -> None:
    app = open_teach()

    assert app.title[0].value == "Teach"
    assert app.sidebar.selectbox(key="language").options == ["as the browser", "English", "Deutsch"]


def test_the_app_speaks_as_the_browser(home: Path, german: None) -> None:
    app = open_teach()

    assert app.title[0].value == "Beibringen"
    assert app.button(key="teach_add").label == "Klasse hinzufügen"
    assert app.sidebar.selectbox(key="language").options[0] == "wie der Browser"


def test_a_chosen_language_goes_before_the_browsers(home: Path, german: None) -> None:
    app = open_teach()

    app.sidebar.selectbox(key="language").set_value("en").run()

    assert app.title[0].value == "Teach"


def test_a_language_that_was_chosen_before_is_that_of_the_next_visit(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(st.context), "cookies", {"emotion_language": "de"})

    with speaking("de"):
        assert open_teach().title[0].value == "Beibringen"

    monkeypatch.setattr(type(st.context), "cookies", {"emotion_language": "xx"})

    assert open_teach().title[0].value == "Teach"


def test_the_first_names_of_classes_are_in_the_language_of_who_adds_them(home: Path, german: None) -> None:
    app = open_teach()

    app.button(key="teach_add").click().run()

    assert [field.value for field in app.text_input if str(field.key).startswith("teach_name_")][-1] == "klasse 3"
