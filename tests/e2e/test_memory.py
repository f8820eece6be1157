"""The server stays small: it answers without TensorFlow, matplotlib, scikit-learn and SciPy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import expect

from emotion.data.drawn import write
from tests.e2e.browser import Server, pages, settled

FIRST_ANSWER_MB, ALL_PAGES_MB = 200, 350


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as a person starts it: nothing is loaded that it does not load."""
    running = Server(tmp_path_factory.mktemp("home"))
    yield running
    running.stop()


def megabytes(server: Server) -> float:
    """Resident memory of the server process; its workers are processes of their own."""
    return psutil.Process(server.process.pid).memory_info().rss / 2**20


@pytest.mark.nightly  # by day: what the server loads at all (tests/test_architecture.py)
def test_stays_small_after_an_answer_and_after_every_page(page: Any, server: Server, astronaut: Path) -> None:
    shutil.rmtree(server.home / "drawn_faces", ignore_errors=True)  # of a run of this test before
    write.write(server.home / "drawn_faces", train=400, test=500)
    page.goto("/")
    settled(page)

    page.locator('[data-testid="stFileUploaderDropzoneInput"]').first.set_input_files([astronaut])
    expect(page.get_by_text("looks happy", exact=True)).to_be_visible()
    after_answer = megabytes(server)
    for name in pages():
        page.goto(f"/{name}")
        settled(page)
    page.goto("/evaluate?run=pretrained&data=demo")
    page.locator("[role=grid][data-painted]").wait_for()
    after_all = megabytes(server)

    print(f"{after_answer:.0f} MB after the first answer, {after_all:.0f} MB after every page")
    assert after_answer < FIRST_ANSWER_MB
    assert after_all < ALL_PAGES_MB
