"""Somebody whose data has twins: brings a zip, sees the counts, checks it, takes the twins out with one click, undoes,
trains again, reads both scores."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from emotion.data.drawn import write
from emotion.recipes.settings import TrainingConfig
from emotion.runs import run as runs
from emotion.runs.run import RunPaths, Status
from emotion.system import files
from tests.e2e.browser import Server
from tests.tiny_model import give_model
from tests.waiting import wait_for, wait_for_status
from tests.zips import zip_of

TWINS = 7
LONG = 120_000  # milliseconds: a process has to start first


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, tiny_recipes: None) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("home"), prepared=True)
    yield running
    running.stop()


@pytest.fixture
def holiday(server: Server) -> Path:
    """A zip of drawn faces of which seven test faces are in train too."""
    folder = server.home / "source"
    write.write(folder, train=120, test=60)
    for number, path in enumerate(sorted((folder / "train/happy").iterdir())[:TWINS]):
        shutil.copy(path, folder / f"test/happy/twin-{number}.png")
    return zip_of(folder, server.home / "holiday.zip", "archive/")


def run_before(home: Path) -> RunPaths:
    """A run that has learned from the data as it was, with the smallest settings there are."""
    config = TrainingConfig(data="holiday", recipe="tiny", epochs=1, batch_size=32, name="before")
    paths = give_model(runs.new_run(config, home / "runs" / "20261123-080000-abcd"))
    files.write_json(paths.model_info, files.read_json(paths.model_info) | {"fingerprint": "as it was"})
    runs.write_status(paths, Status.COMPLETED)
    return paths


def test_bring_check_mend_retrain_and_read_both_scores(page: Any, server: Server, holiday: Path) -> None:
    # brings a zip and sees the counts
    page.goto("/data?part=bring")
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files([holiday])
    page.get_by_placeholder(holiday.stem).wait_for()
    page.get_by_role("button", name="Bring it in").click()
    page.get_by_role("button", name="Look at it", exact=True).click(timeout=LONG)
    page.get_by_role("row", name=re.compile(f"happy 60 {30 + TWINS}")).wait_for(timeout=LONG)
    page.get_by_role("row", name=re.compile("sad 60 30")).wait_for()
    run_before(server.home)

    # checks the data
    page.goto("/data?set=holiday&part=check")
    page.locator(".st-key-check button").click()
    twins = page.locator(".st-key-finding_twins")
    expect(twins.get_by_text(f"{TWINS} test pictures have an identical twin in train")).to_be_visible(timeout=LONG)
    expect(twins.locator("img")).to_have_count(2 * TWINS, timeout=LONG)

    # takes all twins out of test with one click
    twins.get_by_role("button", name=f"Take them out of test ({TWINS})").click()
    done = page.locator(".st-key-decision_done")
    expect(done.get_by_text(f"{TWINS} pictures left out: identical twin in train.")).to_be_visible(timeout=LONG)
    expect(twins).to_have_count(0, timeout=LONG)

    # brings them back, and out again
    done.get_by_role("button", name="Undo", exact=True).click()
    expect(twins).to_have_count(1, timeout=LONG)
    twins.get_by_role("button", name=f"Take them out of test ({TWINS})").click()
    expect(twins).to_have_count(0, timeout=LONG)

    # trains again with the mended data
    page.get_by_role("button", name="Train it again").click()
    page.wait_for_url(re.compile(r"/train\?run=2\d+"))
    run = RunPaths(server.home / "runs" / re.search(r"run=([\w-]+)", page.url)[1])
    wait_for_status(run, Status.COMPLETED)
    wait_for(lambda: runs.read_run(run).has_model)
    assert runs.read_run(run).config.decisions

    # reads both scores
    page.goto(f"/evaluate?run={run.id}")
    scores = page.locator(".st-key-honest_score")
    expect(scores.get_by_text(re.compile(r"Honest score: [\d.]+\s%\s?of 60 faces"))).to_be_visible(timeout=LONG)
    expect(scores.get_by_text(re.compile(rf"Naive score: [\d.]+\s%\s?of {60 + TWINS} faces"))).to_be_visible()
    expect(scores.get_by_text(f"{TWINS} with an identical twin in train")).to_be_visible()

    # and what the mended data has brought, on the same faces
    page.goto("/data?set=holiday&part=check")
    expect(page.locator(".st-key-mended").get_by_text("On the 60 test faces in use now")).to_be_visible(timeout=LONG)
