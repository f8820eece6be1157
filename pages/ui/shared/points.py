"""Charts of many points, one a face or a picture: their shapes, and which of them was clicked. No Streamlit."""

from __future__ import annotations

from typing import Any

SYMBOLS = {  # what Plotly calls the shapes of the palette
    "happy": "triangle-up", "sad": "triangle-down", "violet": "circle", "green": "square", "red": "star",
    "brown": "cross", "pink": "pentagon", "teal": "hexagon", "navy": "triangle-right", "sage": "star-diamond",
    "plum": "line-ew", "wine": "triangle-sw",
}  # fmt: skip
GRID = {"light": "#e3e7ea", "dark": "#39434a"}  # lines of every chart
QUIET = {"light": "#56616a", "dark": "#a5b0b8"}  # words beside them


def index_of(point: dict[str, Any], n: int) -> int | None:
    """The face or picture of n that a point stands for; it comes from the browser, so it may be anything."""
    told = point.get("customdata")
    index = told[0] if isinstance(told, list) and told else told
    return index if isinstance(index, int) and 0 <= index < n else None
