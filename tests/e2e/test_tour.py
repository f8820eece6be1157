"""The moving picture at the top of the README shows the app as it is today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from tests.e2e.browser import ROOT
from tools import tour

COARSE = (40, 27)  # pixels in which two pictures are compared: letters differ from computer to computer, places do not
APART = 8  # of 255, on average, that fonts may make


def coarse(path: Path) -> list[np.ndarray]:
    """The steps in grey, (27, 40) float64 each."""
    with Image.open(path) as picture:
        steps = [step.convert("L").resize(COARSE, Image.Resampling.BOX) for step in ImageSequence.Iterator(picture)]
    return [np.asarray(step, np.float64) for step in steps]


@pytest.mark.slow
@pytest.mark.nightly
def test_the_way_that_the_readme_shows_can_be_gone_and_looks_the_same(tmp_path: Path, chromium: str) -> None:
    # In a process of its own: Playwright works once in each, and other tests may have it in this one.
    tool = [sys.executable, "-m", "tools.tour", str(tmp_path / "tour.gif")]
    done = subprocess.run(tool, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr

    shown, now = coarse(tour.PLACE), coarse(tmp_path / "tour.gif")
    assert len(now) == len(shown)
    assert [
        step for step, (one, other) in enumerate(zip(shown, now, strict=True)) if np.abs(one - other).mean() > APART
    ] == []
