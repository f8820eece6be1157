"""`.streamlit/config.toml`: the app is for this computer only, and its colours can be read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SETTINGS: dict[str, Any] = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
GROUNDS = ("backgroundColor", "secondaryBackgroundColor")
TEXTS = ("textColor", "linkColor", "blueTextColor", "orangeTextColor", "grayTextColor")


def contrast(one: str, other: str) -> float:
    """Contrast of two colours "#rrggbb" as WCAG 2.2 defines it, 1 to 21."""

    def luminance(colour: str) -> float:
        shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_21_between_black_and_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_server_is_for_this_computer_only() -> None:
    server = SETTINGS["server"]

    assert server["address"] == "127.0.0.1"
    assert sorted(server["allowedHosts"]) == ["127.0.0.1", "localhost"]


def test_no_rerun_costs_a_search_for_changed_code_or_a_whole_collection() -> None:
    assert SETTINGS["server"]["fileWatcherType"] == "none"
    assert SETTINGS["runner"]["postScriptGC"] is False


def test_protections_of_streamlit_stay_on() -> None:
    assert not {"enableCORS", "enableXsrfProtection", "enableStaticServing"} & set(SETTINGS["server"])


def test_nothing_is_sent_and_nothing_is_asked() -> None:
    assert SETTINGS["browser"]["gatherUsageStats"] is False
    assert SETTINGS["server"]["showEmailPrompt"] is False


def test_takes_files_up_to_200_megabytes() -> None:
    assert SETTINGS["server"]["maxUploadSize"] == 200


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_text_is_readable_on_its_ground(theme: str, ground: str, text: str) -> None:
    colours = SETTINGS["theme"][theme]

    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_main_button_is_readable_and_visible(theme: str) -> None:
    colours = SETTINGS["theme"][theme]

    assert contrast("#ffffff", colours["primaryColor"]) >= 4.5  # Streamlit writes on it in white, in both themes
    assert min(contrast(colours["primaryColor"], colours[ground]) for ground in GROUNDS) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_of_charts_are_visible(theme: str) -> None:
    colours = SETTINGS["theme"][theme]

    assert min(contrast(line, colours["backgroundColor"]) for line in colours["chartCategoricalColors"]) >= 3
