"""Data in a real browser: a zip becomes a data set that can be looked at, checked and trained with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from emotion.data.drawn import write
from tests.e2e.browser import Server, points_of, press, settled
from tests.zips import zip_of

PATIENCE = 180_000  # ms: the first chart brings a large library along
UPLOAD = '[data-testid="stFileUploaderDropzoneInput"]'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("home"), prepared=True)
    write.write(running.home / "drawn_faces", train=40, test=20)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def archive(server: Server) -> Path:
    """A zip of drawn faces, below an outer folder, beside two files that are no pictures."""
    folder = server.home / "source"
    write.write(folder, train=60, test=20, seed=7)
    for name in ("readme.txt", "notes.pdf"):
        (folder / name).write_text("no picture", encoding="utf-8")
    return zip_of(folder, server.home / "holiday.zip", "archive/")


def bring(page: Any, path: Path) -> None:
    page.goto("/data?part=bring")
    settled(page)
    page.locator(UPLOAD).set_input_files([path])
    page.get_by_placeholder(path.stem).wait_for()
    settled(page)
    page.get_by_role("button", name="Bring it in").click()


def test_a_zip_becomes_a_data_set_with_counts_and_pictures(page: Any, archive: Path, server: Server) -> None:
    bring(page, archive)

    # it says what came, and what was left out
    page.get_by_text("is here: 60 train (").wait_for()
    page.get_by_text("Left out: 2 other files in the zip.").wait_for()
    page.get_by_role("button", name="Look at it", exact=True).click()
    page.wait_for_url(re.compile(r"set=holiday"))

    # its counts are there, class by class; the rows of the page before may be there for a moment, too
    page.get_by_role("row", name=re.compile("happy 30 10")).first.wait_for()
    page.get_by_role("row", name=re.compile("sad 30 10")).first.wait_for()
    page.get_by_role("row", name=re.compile("48 × 48 80")).first.wait_for()

    # every picture is there, and one opens beside the others
    page.locator("[role=grid][data-painted]").wait_for()
    expect(page.get_by_role("gridcell")).to_have_count(80, timeout=30_000)
    press(page, page.get_by_role("gridcell").first, page.locator(".st-key-open_in_gallery img"))

    # a reload shows the same
    page.reload()
    page.locator(".st-key-open_in_gallery img").wait_for()
    assert (server.home / "datasets" / "holiday" / "dataset.json").is_file()


def test_a_point_of_the_chart_opens_its_picture(page: Any, archive: Path) -> None:
    page.goto("/data?set=demo")
    chart = page.locator(".stEChartsChart")
    chart.locator("canvas").wait_for(timeout=PATIENCE)
    settled(page)

    page.mouse.click(*next(points_of(page, chart)))

    page.locator(".st-key-open_in_outlier img").wait_for()


def test_a_refused_zip_says_why_and_leaves_nothing(page: Any, server: Server) -> None:
    whole = (server.home / "holiday.zip").read_bytes()
    short = server.home / "short.zip"
    short.write_bytes(whole[: len(whole) // 2])

    bring(page, short)

    page.get_by_text("damaged or cut short").wait_for()
    assert not (server.home / "datasets" / "short").exists()


def test_trains_with_what_was_brought_in(page: Any, archive: Path) -> None:
    page.goto("/data?set=holiday")
    page.get_by_role("row", name=re.compile("happy 30 10")).first.wait_for()

    page.get_by_role("button", name="Train with it").click()

    page.wait_for_url(re.compile("/train"))
    page.get_by_text("60 faces").first.wait_for()
