"""Charts that answer the pointer: their axes, lines and points as options of ECharts, and how a page shows them.

ECharts draws on a canvas that stays in its place while the values change, so that nothing flickers beside a run at work
(docs/decisions/0023-charts.md). A class has the colour and the shape of the palette.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from emotion.system import N_, _
from pages.ui.shared import text

if TYPE_CHECKING:
    from emotion.recipes.palette import Tone

Spec = dict[str, Any]
Points = Sequence[Sequence[float]]

ACCENT = {"light": "#0f766e", "dark": "#35b3a6"}
GRID = {"light": "#e3e7ea", "dark": "#39434a"}  # lines behind what is drawn
QUIET = {"light": "#56616a", "dark": "#a5b0b8"}  # words beside it
TEXT = {"light": "#1c2429", "dark": "#e8edf0"}
GRID_PLACE = {"left": 6, "right": 14, "top": 36, "bottom": 26, "containLabel": True}
PERCENT = {"formatter": "{value} %"}
AT_A_PLACE = {"trigger": "axis", "confine": True}  # the pointer is told of all lines where it is
MOST_POINTS = 400  # of a line
KIND, WORDS = 2, 3  # where a point of a scatter says what it is, and its words
TOOLS = {"rect": N_("draw a box"), "polygon": N_("draw around"), "clear": N_("choose none")}


@dataclass(frozen=True)
class PointKind:
    """One kind of points: what the legend calls it, and how it looks."""

    name: str
    colour: str
    symbol: str

    @classmethod
    def of(cls, name: str, tone: Tone, theme: str) -> PointKind:
        """The points of a class."""
        return cls(name, tone.dark if theme == "dark" else tone.fill, symbol(tone))


def theme() -> str:
    """How the page looks now, "light" or "dark"."""
    return "dark" if st.context.theme.type == "dark" else "light"


def show_chart(
    drawn: Spec, key: str, height: int, alt: str, on_pick: Callable[[list[int], bool], None] | None = None
) -> None:
    """Shows a chart; the same element from run to run, as long as its key is the same.

    Args:
        drawn: what `frame` or `scatter` gave.
        key: of its own among those of the page.
        height: in pixels.
        alt: what it shows, in words.
        on_pick: of a scatter: gets the numbers of the points that were clicked or drawn around, and whether drawn.
    """
    alt = text.whole(alt)
    if on_pick is None:
        st.echarts_chart(drawn, height=height, key=key, alt=alt)
        return

    def told() -> None:
        on_pick(*picked(st.session_state[key], drawn["series"][0]["data"]))

    st.echarts_chart(drawn, height=height, key=key, alt=alt, on_select=told)


def picked(told: Any, points: Points) -> tuple[list[int], bool]:
    """The numbers of the points that were chosen, and whether by drawing around them.

    What was clicked before stays chosen while one draws; it counts only where it lies within.

    Args:
        told: what the browser says, so it may be anything.
        points: those of the scatter.
    """
    selection = told.get("selection", {})
    numbers = [number for group in selection.get("selected", []) for number in group.get("data_indices", [])]
    known = [number for number in numbers if isinstance(number, int) and 0 <= number < len(points)]
    if not (areas := selection.get("areas")):
        return known, False
    return [number for number in known if any(_within(points[number], area) for area in areas)], True


def _within(point: Sequence[float], area: Spec) -> bool:
    x, y = point[:2]
    corners = area["coord_range"]
    if area["brush_type"] == "rect":
        (left, right), (low, high) = corners
        return bool(left <= x <= right and low <= y <= high)
    inside = False
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


def frame(theme: str, across: Spec, up: Spec, series: list[Spec], **more: Any) -> Spec:
    """A chart of two axes, made by `axis`; `more` are further options of ECharts."""
    return {
        "animation": False,
        "backgroundColor": "transparent",
        "grid": GRID_PLACE,
        "xAxis": {"nameLocation": "middle", "nameGap": 26, "nameTextStyle": small(theme)} | across,
        "yAxis": {"nameTextStyle": small(theme, align="left")} | up,
        "series": series,
    } | more


def axis(theme: str, name: str = "", **more: Any) -> Spec:
    """An axis of numbers with faint lines; `more` are further options of it."""
    label = small(theme) | more.pop("axisLabel", {})
    lines = {"lineStyle": {"color": GRID[theme]}}
    return {"type": "value", "name": name, "axisLabel": label, "splitLine": lines} | more


def small(theme: str, **more: Any) -> Spec:
    """How words beside a chart are written."""
    return {"color": QUIET[theme], "fontSize": 12} | more


def legend(theme: str, names: Sequence[str | Spec], top: int = 0) -> Spec:
    """The names of lines, from the left; a name may be an item of ECharts' legend."""
    return {"data": list(names), "top": top, "left": 0, "textStyle": small(theme), "itemWidth": 34, "itemHeight": 12}


def line(
    name: str, points: Points, colour: str, *, kind: str = "solid", width: float = 2.5, opacity: float = 1.0,
    symbol: str = "circle", **more: Any,
) -> Spec:  # fmt: skip
    """A line through points with a mark on each, or on some of very many; `more` are further options of the series."""
    return {
        "name": name,
        "type": "line",
        "data": thinned(points),
        "symbol": symbol,
        "symbolSize": 6,
        "itemStyle": {"color": colour},
        "lineStyle": {"color": colour, "width": width, "type": kind, "opacity": opacity},
    } | more


def large_mark(place: Sequence[float] | None, colour: str, symbol: str = "circle") -> Spec:
    """What a line takes as `markPoint` to show one of its places, such as the epoch that is kept; None for none."""
    data = [] if place is None else [{"coord": list(place), "symbol": symbol, "symbolSize": 14}]
    return {"data": data, "label": {"show": False}, "itemStyle": {"color": colour}}


def thinned(points: Points, most: int = MOST_POINTS) -> Points:
    """At most `most` of the points, evenly, always with the last one."""
    step = math.ceil(len(points) / most)
    return list(points) if step <= 1 else list(points[::-step][::-1])


def symbol(tone: Tone) -> str:
    """The shape of a class as ECharts draws it."""
    corners = "L".join(f"{x:.2f} {y:.2f}" for x, y in tone.outline)
    return f"path://M{corners}Z"


def scatter(theme: str, across: Spec, up: Spec, kinds: Sequence[PointKind], points: Sequence[Sequence[Any]]) -> Spec:
    """Points of several kinds; a click chooses one, and a click on a kind in the legend hides it.

    They are one series, so that one click takes back the last one.

    Args:
        theme: "light" or "dark".
        across, up: the axes, made by `axis`.
        kinds: in the order of the legend.
        points: [across, up, number of its kind, words for the pointer] each.
    """
    pieces = [
        {"value": number, "label": kind.name, "color": kind.colour, "symbol": kind.symbol}
        for number, kind in enumerate(kinds)
    ]
    series = {
        "type": "scatter", "data": list(points), "symbolSize": 9, "itemStyle": {"opacity": 0.75},
        "selectedMode": "single", "encode": {"x": 0, "y": 1},
        "select": {"itemStyle": {"borderColor": TEXT[theme], "borderWidth": 2, "opacity": 1}},
    }  # fmt: skip
    zoom = [{"type": "inside", "xAxisIndex": 0, "filterMode": "none"},
            {"type": "inside", "yAxisIndex": 0, "filterMode": "none"}]  # fmt: skip
    return frame(
        theme, across, up, [series],
        grid=GRID_PLACE | {"top": 34, "bottom": 60},
        dataZoom=zoom,
        tooltip={"formatter": f"{{@[{WORDS}]}}", "confine": True},
        visualMap={"type": "piecewise", "dimension": KIND, "pieces": pieces, "orient": "horizontal", "left": 0,
                   "bottom": 0, "itemWidth": 13, "itemHeight": 13, "textStyle": small(theme),
                   "outOfRange": {"symbolSize": 0}, "hoverLink": False},
    )  # fmt: skip


def drawing_tools(theme: str) -> Spec:
    """Options of a scatter that let one draw around points."""
    titles = {name: _(title) for name, title in TOOLS.items()}
    return {
        "brush": {"xAxisIndex": 0, "yAxisIndex": 0, "throttleType": "debounce", "throttleDelay": 300,
                  "outOfBrush": {"colorAlpha": 0.2}},
        "toolbox": {"left": 0, "top": 0, "iconStyle": {"borderColor": QUIET[theme]},
                    "feature": {"brush": {"type": list(TOOLS), "title": titles}}},
    }  # fmt: skip


def square(drawn: Spec, sides: Sequence[int], top: int = 30) -> Spec:
    """A scatter as high as wide, so that distances mean the same in all directions.

    Args:
        sides: in pixels, from small to large; the largest for which there is room is taken.
        top: room above it.
    """
    grids = [{"left": 0, "top": top, "width": side, "height": side} for side in sides]
    sizes = [{"grid": grid, "visualMap": {"top": top + grid["height"] + 8}} for grid in grids]
    media = [{"query": {"minWidth": side}, "option": size} for side, size in zip(sides[1:], sizes[1:], strict=True)]
    return drawn | {"grid": grids[0], "media": [{"option": sizes[0]}, *media]}
