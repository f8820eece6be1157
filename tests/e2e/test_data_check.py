"""Somebody whose data has twins: checks it, takes them out with one click, undoes, trains again, reads both scores."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from emotion import demo_faces, files, runs
from emotion.config import TrainingConfig
from emotion.runs import RunPaths, Status
from tests.e2e.browser import Server
from tests.tiny_model import give_model
from tests.waiting import wait_for, wait_for_status

TWINS = 7
LONG = 120_000  # milliseconds: a process has to start first


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app on data of which seven test faces are in train too."""
    running = Server(tmp_path_factory.mktemp("home"), EMOTION_WARM="0")
    archive = running.home / "archive"
    demo_faces.write(archive, train=120, test=60)
    for number, path in enumerate(sorted((archive / "train/happy").iterdir())[:TWINS]):
        shutil.copy(path, archive / f"test/happy/twin-{number}.png")
    yield running
    running.stop()


def run_before(home: Path) -> RunPaths:
    """A run that has learned from the data as it was, with the smallest settings there are."""
    config = TrainingConfig(data=str(home / "archive"), recipe="classic", epochs=1, batch_size=32, name="before")
    paths = give_model(runs.new_run(config, home / "runs" / "20261123-080000-abcd"))
    files.write_json(paths.model_info, files.read_json(paths.model_info) | {"fingerprint": "as it was"})
    runs.write_status(paths, Status.COMPLETED)
    return paths


def test_check_mend_retrain_and_read_both_scores(page: Any, server: Server) -> None:
    run_before(server.home)

    # checks the data
    page.goto("/data?part=check")
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
    page.goto("/data?part=check")
    expect(page.locator(".st-key-mended").get_by_text("On the 60 test faces in use now")).to_be_visible(timeout=LONG)
