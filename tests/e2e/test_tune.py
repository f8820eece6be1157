"""Tuning in the browser: start it, see it work, close the page, come back, and look at what it has found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from playwright.sync_api import expect

from emotion.data.drawn import write
from emotion.system.files import read_json
from emotion.tuning import folder
from emotion.tuning.folder import TuningPaths, TuningState
from tests.canned_tuning import give_tuning
from tests.e2e.browser import Server, choose
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with a few drawn faces; what it leaves at work is ended."""
    home = tmp_path_factory.mktemp("home")
    write.write(home / "drawn_faces", train=120, test=40)
    running = Server(home, prepared=True)
    yield running
    running.stop()
    told = [*home.glob("runs/*/status.json"), *home.glob("tuning/*/workers/*.json")]
    for pid in [read_json(path).get("pid") for path in told]:
        if pid and psutil.pid_exists(pid) and psutil.Process().pid != pid:
            psutil.Process(pid).kill()


def test_a_tuning_goes_on_without_the_page_until_it_is_stopped(page: Any, server: Server) -> None:
    # starts one
    page.goto("/tune")
    page.get_by_text("120 faces").first.wait_for()
    page.get_by_role("button", name="Start tuning").click()
    page.wait_for_url(re.compile(r"id=2\d+"))
    paths = TuningPaths(server.home / "tuning" / re.search(r"id=([\w-]+)", page.url)[1])
    expect(page.get_by_text("0 of 20 trials")).to_be_visible()

    # leaves; the first trial begins all the same
    page.goto("/predict")
    wait_for(lambda: folder.read(paths).trials)
    assert folder.read(paths).state is TuningState.RUNNING

    # comes back without the address, and stops it
    page.goto("/tune")
    page.get_by_role("button", name="Stop", exact=True).click()
    wait_for(lambda: folder.read(paths).state is TuningState.STOPPED)
    expect(page.get_by_role("button", name="Resume").first).to_be_visible()


def test_shows_the_trials_and_two_pictures(page: Any, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMOTION_HOME", str(server.home))
    paths = give_tuning(name="canned")

    page.goto(f"/tune?id={paths.id}")

    expect(page.get_by_text("Best so far")).to_be_visible()
    expect(page.locator(".stEChartsChart canvas")).to_have_count(2)
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    choose(page, "Tuning", "a new one")
    expect(page.get_by_role("button", name="Start tuning")).to_be_visible()
