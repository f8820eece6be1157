"""axe-core looks at every page, with answers on it where it has some: can everybody read it and work it (WCAG 2.2 AA)?

One server, one browser and one walk through the pages for a theme; what axe-core finds is told with its place.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from emotion.data.drawn import write
from emotion.runs import append_history, deleted
from tests.canned_tuning import give_tuning
from tests.conftest import each_night
from tests.e2e.browser import Server, drawn, open_face, settled
from tests.tiny_model import finished_run

Scenes = dict[str, Callable[[Any, Path], None]]  # by address, what a person does there first
Screens = list[tuple[bool, Scenes]]
RUN, OTHER, BINNED = "20260102-030405-demo", "20250102-030405-other", "20240102-030405-gone"
UPLOAD = '[data-testid="stFileUploaderDropzoneInput"]'
ASKED = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "rules": {"label-content-name-mismatch": {"enabled": True}},
    "resultTypes": ["violations"],
    "elementRef": True,
}
# By rule, where in the page it is broken by elements that Streamlit draws and that nothing of ours can change.
NOT_OURS = {
    "list": '[data-testid="stSidebarNavItems"]',  # a div for each section lies between the list and its items
    "listitem": '[data-testid="stSidebarNavItems"]',
}
FIND = """async ([asked, notOurs]) => (await axe.run(asked)).violations
  .filter((rule) => ["serious", "critical"].includes(rule.impact))
  .flatMap((rule) => rule.nodes
    .filter((node) => !(rule.id in notOurs && node.element.closest(notOurs[rule.id])))
    .map(({ target, failureSummary, html }) =>
      `${rule.id} at ${target.flat().join(" >>> ")}: ${failureSummary} ${html.slice(0, 300)}`))"""
ASKED_AGAIN = 5  # times, a second apart
STYLED = "getComputedStyle(document.documentElement).getPropertyValue('--quiet') !== ''"


@pytest.fixture(scope="module")
def tuned(server: Server) -> str:
    """The id of a finished tuning, in a home with two runs whose models go by brightness, and one in the bin."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMOTION_HOME", str(server.home))
        write.write(server.home / "drawn_faces", train=40, test=120)
        for name in (BINNED, OTHER, RUN):
            paths = finished_run(f"by brightness {name[-4:]}", server.home / "runs" / name)
            for epoch in (1, 2):
                append_history(paths, event="epoch", epoch=epoch, loss=0.5, accuracy=0.7, val_loss=1 / epoch,
                               val_accuracy=0.6 + epoch / 10, seconds=3)  # fmt: skip
        deleted.delete(BINNED)
        return give_tuning().id


def answered(page: Any, astronaut: Path) -> None:
    page.locator(UPLOAD).set_input_files([astronaut])
    page.locator(".answer").first.wait_for()
    page.get_by_text("Why?").first.click()
    page.locator(".strip img").first.wait_for()


def taught(page: Any, astronaut: Path) -> None:
    page.locator(UPLOAD).first.set_input_files([astronaut])
    page.locator(".taught img").first.wait_for()


def face_open(page: Any, _: Path) -> None:
    page.locator("[role=grid][data-painted]").wait_for()
    page.locator('.matrix [data-pick="0-1"]').click()
    open_face(page)


def mapped(page: Any, _: Path) -> None:
    page.locator(".stEChartsChart canvas").first.wait_for()
    page.get_by_role("gridcell").first.wait_for()


def listed(page: Any, _: Path) -> None:
    page.get_by_role("button", name="by brightness demo", exact=True).wait_for()


def nothing(page: Any, _: Path) -> None:
    """Shows all that it has at once."""


# By day the four pages that hold most kinds of things; each night all others too.
SCENES: Scenes = {
    "predict": answered,
    "teach": taught,
    f"train?run={RUN}": nothing,
    f"evaluate?run={RUN}&data=own": face_open,
}
OTHERS: Scenes = {
    "data": nothing,
    "train": nothing,
    "tune": nothing,
    "tune?id={tuned}": nothing,
    f"runs?run={RUN}": listed,
    f"runs?compare={RUN},{OTHER}": nothing,
    **{f"evaluate?run={RUN}&data=own&look={look}": nothing for look in ("threshold", "sure", "weak", "beat", "report")},
    f"evaluate?run={RUN}&data=own&look=alike": mapped,
    f"evaluate?run={RUN}&data=own&look=compare&with={OTHER}": nothing,
}
ON_A_PHONE: Scenes = {"runs": listed, f"evaluate?run={RUN}&data=own": face_open}  # these are laid out otherwise there
# Whether it is a phone, and what is looked at there.
BY_DAY: Screens = [(False, SCENES)]
BY_NIGHT: Screens = [(True, ON_A_PHONE), (False, OTHERS)]


def findings(page: Any) -> list[str]:
    """What axe-core holds to be serious or critical on a page, one string each: rule, place, reason, the element.

    What it finds has to stay: while a page is drawn again, its old parts are pale for a moment.
    """
    page.wait_for_function(STYLED)  # the app's own style sheet is there
    page.evaluate(Axe().axe_script)
    found: list[str] = []
    for _ in range(ASKED_AGAIN):
        found = page.evaluate(FIND, [ASKED, NOT_OURS])
        if not found:
            break
        page.wait_for_timeout(1000)
    return found


@pytest.mark.parametrize(
    ("scheme", "screens"),
    [("light", BY_DAY), *each_night(("dark", BY_DAY), ("light", BY_NIGHT), ("dark", BY_NIGHT))],
    ids=["light", "dark", "light, further", "dark, further"],
)
def test_nothing_serious_bars_anybody_from_a_page(
    tab: Any, tuned: str, astronaut: Path, scheme: str, screens: Screens
) -> None:
    found: dict[str, list[str]] = {}
    for phone, scenes in screens:
        page = tab(phone=phone, scheme=scheme)
        for address, prepare in scenes.items():
            page.goto(f"/{address.format(tuned=tuned)}")
            settled(page)
            prepare(page, astronaut)
            settled(page)
            drawn(page)
            found[f"{address}{' on a phone' if phone else ''}"] = findings(page)

    assert {where: what for where, what in found.items() if what} == {}
