"""The page Evaluate without a browser, and what its own elements were given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parent.parent


def open_evaluate(**address: str) -> AppTest:
    """The page at an address with this query."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    return app.switch_page("pages/evaluate.py").run()


def elements_of(app: AppTest) -> list[dict[str, Any]]:
    """What each element of ours was given: the pieces that can be picked, the gallery."""
    return [json.loads(element.proto.json) for element in app.get("bidi_component")]


def html_of(app: AppTest) -> str:
    """All HTML of the page, of ours and of Streamlit's element for it."""
    pieces = [element.get("markup", "") for element in elements_of(app)]
    return " ".join([*(element.proto.body for element in app.get("html")), *pieces]).replace("\N{NO-BREAK SPACE}", " ")
