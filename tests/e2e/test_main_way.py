"""A person who has never seen the app: trains, watches, stops, looks at the mistakes, and tries it on a photo."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import expect

from emotion.data.drawn import write
from emotion.runs import run as runs
from emotion.runs.history import read_history
from emotion.runs.run import RunPaths, Status
from tests.e2e.browser import Server, settled, take_picture
from tests.waiting import wait_for, wait_for_status

EPOCHS = 300  # long enough that the run is still at work after a reload


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with the warm worker that a person would have."""
    running = Server(tmp_path_factory.mktemp("home"), EMOTION_WARM="1")
    write.write(running.home / "drawn_faces", train=400, test=120)
    yield running
    running.stop()
    for folder in (running.home / "runs").glob("2*"):
        pid = json.loads((folder / "status.json").read_text(encoding="utf-8")).get("pid")
        if pid and pid != os.getpid() and psutil.pid_exists(pid):
            psutil.Process(pid).kill()


def run_in(page: Any, server: Server) -> RunPaths:
    """The run that the address names."""
    page.wait_for_url(re.compile(r"run=2\d+"))
    return RunPaths(server.home / "runs" / re.search(r"run=([\w-]+)", page.url)[1])


def test_train_watch_restart_stop_evaluate_predict(page: Any, server: Server, browser: Any, astronaut: Path) -> None:
    # opens on Try a photo, goes to Train
    page.goto("/")
    expect(page.get_by_role("heading", name="Try a photo", exact=True)).to_be_visible()
    page.get_by_role("link", name="Train", exact=True).click()
    page.get_by_text("400 faces", exact=True).wait_for()
    page.get_by_text("More settings").click()
    page.get_by_role("spinbutton", name="Epochs").fill(str(EPOCHS))
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    settled(page)

    # presses Train and sees two points on the curves
    page.get_by_role("button", name="Train", exact=True).click()
    run = run_in(page, server)
    wait_for(lambda: len(read_history(run).epochs) >= 2)
    expect(page.get_by_text(re.compile(rf"epoch \d+ of {EPOCHS}")).first).to_be_visible()
    expect(page.locator("canvas").first).to_be_visible()
    canvas = page.locator("canvas").first.element_handle()

    # the curve is the same picture a few ticks later: nothing flickers
    seen = len(read_history(run).steps)
    wait_for(lambda: len(read_history(run).steps) >= seen + 6)
    assert canvas.is_visible()
    worker = psutil.Process(runs.read_run(run).pid)
    worker.suspend()  # held for a while: it would take the processor from all that is looked at now

    # a reload and a second browser find the run at work
    page.reload()
    expect(page.get_by_text(re.compile(rf"epoch \d+ of {EPOCHS}")).first).to_be_visible()
    other = browser.new_context(base_url=server.url).new_page()
    other.goto("/train")
    expect(other.get_by_text(re.compile(rf"epoch \d+ of {EPOCHS}")).first).to_be_visible()
    other.context.close()
    assert runs.read_run(run).status is Status.RUNNING

    # the server ends and begins again: the run goes on without it, and is found again
    server.stop()
    worker.resume()
    seen = len(read_history(run).steps)
    wait_for(lambda: len(read_history(run).steps) > seen)
    worker.suspend()
    assert runs.read_run(run).status is Status.RUNNING
    server.start()
    page.goto("/train")
    expect(page.get_by_text(re.compile(rf"epoch \d+ of {EPOCHS}")).first).to_be_visible()

    # stops and keeps
    worker.resume()
    page.get_by_role("button", name="Stop and keep").click()
    wait_for_status(run, Status.STOPPED)
    page.get_by_text(re.compile(r"of 120 faces right that it had never seen")).wait_for()

    # looks at the mistakes
    page.get_by_role("button", name="See its mistakes").click()
    page.locator("[role=grid][data-painted]").wait_for()
    assert page.get_by_role("gridcell").count() > 10

    try_a_photo_and_the_camera(page, astronaut)


def try_a_photo_and_the_camera(page: Any, astronaut: Path) -> None:
    # tries a photo with the shipped model
    page.goto("/predict")
    settled(page)
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files([astronaut])
    expect(page.get_by_text("looks happy", exact=True)).to_be_visible()

    # and the camera
    page.get_by_text("Camera photo", exact=True).click()
    take_picture(page)
    page.get_by_text("camera picture").wait_for()
    expect(page.get_by_text("looks happy", exact=True)).to_be_visible()
