"""Runs with mouse and keyboard: opening, ticking, comparing, deleting and having back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from emotion.recipes import TrainingConfig
from emotion.runs import Status, append_history, new_run, write_status
from tests.e2e.browser import settled

pytestmark = pytest.mark.browser


def test_runs_are_opened_compared_deleted_and_had_back(page: Any, server: Any) -> None:
    for name, right in (("first try", 0.6), ("second try", 0.8)):
        paths = new_run(TrainingConfig(name=name), server.home / "runs" / name.replace(" ", "-"))
        for epoch in (1, 2):
            append_history(paths, event="epoch", epoch=epoch, loss=0.5, accuracy=0.7, val_loss=1 / epoch,
                           val_accuracy=right, seconds=3)  # fmt: skip
        write_status(paths, Status.FAILED)
    page.goto("/runs")
    settled(page)

    page.get_by_role("button", name="first try", exact=True).press("Enter")
    expect(page.get_by_role("textbox", name="Name")).to_have_value("first try")
    for name in ("first try", "second try"):
        page.get_by_role("button", name=f"Tick {name} to compare it").click()
        page.get_by_role("button", name=f"Untick {name} to compare it").wait_for()
    page.get_by_role("button", name="Compare 2").click()
    expect(page.get_by_role("heading", name="Runs side by side")).to_be_visible()
    expect(page.get_by_test_id("stEChartsChart").first).to_be_visible()
    page.get_by_role("button", name="Back to all runs").click()
    page.get_by_role("button", name="first try", exact=True).wait_for()

    page.get_by_role("button", name="Delete 2").click()
    expect(page.get_by_text("2 runs lie in the bin now")).to_be_visible()
    expect(page.get_by_role("button", name="first try", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="first try", exact=True).wait_for()
    page.get_by_role("button", name="second try", exact=True).wait_for()
