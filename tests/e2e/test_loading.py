"""How a page loads: nothing jumps while its parts arrive, and no request of it fails.

A jump is what browsers call a layout shift: the share of the window that moved, times how far. 0.1 in all is what the
Web Vitals hold to be good; a bare page of Streamlit without a side bar has 0.00, one with a side bar 0.23.
"""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np
import pytest

from emotion.data.drawn import write
from emotion.runs import append_history, film
from tests.canned_tuning import give_tuning
from tests.conftest import each_night
from tests.e2e.browser import Server, Visit, drawn, settled
from tests.tiny_model import finished_run

RUN = "20260102-030405-demo"
AT_FIRST = "predict"  # as a newcomer sees it, with the greeting
LOOKED_AT = f"evaluate?run={RUN}&data=own"
MOST_SEEN = ("train", LOOKED_AT)
OTHERS = ("teach", "data", "tune", "tune?id={tuned}", "runs", f"{LOOKED_AT}&look=threshold", f"train?run={RUN}")
MOST = 0.1
TURNS = 3  # loads of a page that seems to jump; a busy machine draws a page in other pieces
WATCH = """
window.moved = [];
const keys = (element) => [...element.classList].filter((name) => name.startsWith('st-key')).join(' ');
const named = (node) => { const element = node?.nodeType === 1 ? node : node?.parentElement;
  return element ? `${element.tagName} ${element.dataset.testid ?? ''} ${keys(element)}` : 'gone'; };
new PerformanceObserver((list) => list.getEntries().filter((entry) => !entry.hadRecentInput).forEach((entry) =>
  moved.push({ value: entry.value, sources: entry.sources.map(({ node, previousRect: was, currentRect: is }) =>
    `${named(node)}: ${was.x},${was.y} ${was.width}x${was.height} to ${is.x},${is.y} ${is.width}x${is.height}`) }))
).observe({ type: 'layout-shift', buffered: true });"""


@pytest.fixture(scope="module")
def furnished(server: Server) -> str:
    """Drawn faces, a run whose model goes by brightness, with curves and a film, and a tuning, in the server's home.

    Returns:
        The id of the tuning.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMOTION_HOME", str(server.home))
        write.write(server.home / "drawn_faces", train=40, test=120)
        paths = finished_run("by brightness", server.home / "runs" / RUN)
        tuned = give_tuning()
    film.begin(paths, np.full((film.MOST_FACES, 48, 48), 128, np.uint8), [0, 1] * 6, ("sad", "happy"))
    for epoch in (1, 2):
        append_history(paths, event="epoch", epoch=epoch, loss=0.5, accuracy=0.7, val_loss=1 / epoch,
                       val_accuracy=0.6 + epoch / 10, seconds=3)  # fmt: skip
        film.append(paths, epoch, np.full((film.MOST_FACES, 2), 0.5, np.float32))
    return tuned.id


def complaints(page: Any) -> list[str]:
    """Where everything that fails on this page is told from now on: requests, scripts, the console."""
    told: list[str] = []
    page.on("response", lambda answer: told.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    page.on("requestfailed", lambda request: told.append(f"{request.failure} {request.url}"))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("console", lambda said: told.append(said.text) if said.type in ("error", "warning") else None)
    return told


def load(page: Any, address: str) -> tuple[float, list[str]]:
    """Opens a page, which is a fresh session: how much it moved in all, and which parts did."""
    page.goto(f"/{address}")
    settled(page)
    drawn(page)
    page.wait_for_timeout(500)  # pictures, and components that draw themselves
    moved = page.evaluate("moved")
    return sum(one["value"] for one in moved), [source for one in moved for source in one["sources"]]


@pytest.mark.parametrize(
    ("phone", "later"),
    [(False, MOST_SEEN), *each_night((False, OTHERS), (True, MOST_SEEN + OTHERS))],
    ids=["desktop", "desktop, further", "phone"],
)
def test_nothing_jumps_and_nothing_fails_while_a_page_loads(
    visit: Visit, server: Server, request: pytest.FixtureRequest, phone: bool, later: tuple[str, ...]
) -> None:
    jumping: dict[str, tuple[float, list[str]]] = {}

    def open_page(address: str) -> None:
        moved, parts = load(page, address)
        if moved > MOST:
            moved = statistics.median([moved, *(load(page, address)[0] for _ in range(TURNS - 1))])
        if moved > MOST:
            jumping[address] = moved, parts

    page = visit(server, phone=phone).new_page()
    page.add_init_script(WATCH)
    failing = complaints(page)
    open_page(AT_FIRST)
    tuned = request.getfixturevalue("furnished")
    for address in later:
        open_page(address.format(tuned=tuned))
    page.close()

    assert failing == []
    assert jumping == {}
