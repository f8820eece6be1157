"""Looking around in an evaluation with a real browser: from any number to its faces, the threshold, the report."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from emotion.data import dataset, listing
from emotion.data.drawn import write
from emotion.evaluation import study
from emotion.evaluation.selection import range_of
from emotion.evaluation.study import Study
from emotion.models import predictor
from pages.ui.evaluate import gallery
from tests.e2e.browser import Server, open_face, points_of, press, settled, tools_of
from tests.tiny_model import finished_run

TEST_FACES = 120
RUN, OTHER = "20260102-030405-demo", "20250102-030405-other"
LATER_SECTIONS = {"threshold": "Threshold", "sure": "How sure", "weak": "Weak spots", "compare": "Two models",
                  "beat": "Beat the model", "report": "Report"}  # fmt: skip
PATIENCE = 120_000  # ms: the first page of a server, the report
FRAMELESS = """them => them.filter((it) => ['borderLeftColor', 'borderRightColor'].some(
  (side) => getComputedStyle(it)[side] === 'rgba(0, 0, 0, 0)')).map((it) => it.innerText)"""


@pytest.fixture(scope="module")
def looked(server: Server) -> Study:
    """Two runs in the server's home whose models go by brightness, and what these say of drawn faces."""
    write.write(server.home / "drawn_faces", train=40, test=TEST_FACES)
    for name in (OTHER, RUN):  # the newest one is opened
        paths = finished_run(f"by brightness {name[-4:]}", server.home / "runs" / name)
    model = predictor.load_model(str(paths.root))
    examples = dataset.load(listing.scan(server.home / "drawn_faces"), "test", model.info.classes)
    return study.look(model, examples)


@pytest.fixture
def page(page: Any, looked: Study) -> Any:
    return page


def open_section(page: Any, look: str, more: str = "") -> None:
    page.goto(f"/evaluate?run={RUN}&data=own&look={look}{more}")
    settled(page)


def painted(page: Any) -> None:
    page.locator("[role=grid][data-painted]").wait_for(timeout=PATIENCE)
    settled(page)


def faces(count: int) -> re.Pattern[str]:
    return re.compile(f"^{count:,} faces?, page 1 ")


def slide_to(page: Any, label: str, steps: int) -> None:
    """Moves a slider with the arrow keys, as one does without a mouse."""
    page.get_by_role("slider", name=label).focus()
    for _ in range(abs(steps)):
        page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")


def test_the_cell_of_sad_called_happy_holds_its_faces(page: Any, looked: Study) -> None:
    expected = looked.evaluation.confusion_matrix[0][1]
    open_section(page, "overview")
    painted(page)

    page.get_by_role("button", name=re.compile("truth: sad → called happy")).click()

    expect(page.get_by_role("grid", name=faces(expected))).to_be_visible()
    expect(page.get_by_role("gridcell")).to_have_count(min(expected, gallery.A_NARROW_PAGE))
    expect(page.get_by_role("gridcell").first).to_have_attribute("aria-label", re.compile("truth: sad, called happy"))


def test_cells_are_reached_and_chosen_with_the_keyboard(page: Any, looked: Study) -> None:
    open_section(page, "overview")
    painted(page)
    page.get_by_role("button", name=re.compile("truth: sad → called sad")).focus()

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("grid", name=faces(looked.evaluation.confusion_matrix[0][1]))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("truth: sad → called happy"))).to_be_focused()


def test_a_class_of_the_table_shows_its_faces(page: Any, looked: Study) -> None:
    open_section(page, "overview")
    painted(page)

    page.get_by_role("button", name="Show the faces of happy").click()

    expect(page.get_by_role("grid", name=faces(int((looked.examples.labels == 1).sum())))).to_be_visible()


def test_threshold_moves_and_matrix_and_faces_follow(page: Any, looked: Study) -> None:
    happy = looked.probabilities[:, 1]
    sad = looked.examples.labels == 0
    before, after = (int((sad & (happy > np.float32(at))).sum()) for at in (0.5, 0.6))
    open_section(page, "threshold", "&truth=sad&answer=happy")
    painted(page)
    expect(page.get_by_role("grid", name=faces(before))).to_be_visible()

    slide_to(page, "Threshold: call a face happy above", 10)

    expect(page.locator('.matrix [data-pick="0-1"] b')).to_have_text(re.compile(rf"✕ {after}$"))
    expect(page.get_by_role("grid", name=faces(after))).to_be_visible()
    page.wait_for_url("**threshold=0.6*")
    assert before != after


def test_a_bar_of_the_histogram_shows_its_faces(page: Any, looked: Study) -> None:
    open_section(page, "threshold")
    painted(page)
    bar = page.get_by_role("button", name=re.compile(r"^[1-9]\d* faces? with truth happy")).first
    count, word = int(bar.get_attribute("aria-label").split(" ")[0]), bar.get_attribute("data-pick")

    bar.click()

    expect(page.get_by_role("grid", name=faces(count))).to_be_visible()
    within = range_of(word.removeprefix("happy:"))
    happy = looked.probabilities[:, 1].astype(float)
    assert count == (within.holds(happy) & (looked.examples.labels == 1)).sum()


def test_a_dot_of_the_calibration_shows_its_faces(page: Any) -> None:
    open_section(page, "sure")
    painted(page)
    dot = page.get_by_role("button", name=re.compile(r"^\d+ answers? with")).last
    count = int(dot.get_attribute("aria-label").split(" ")[0])

    dot.click()

    expect(page.get_by_role("grid", name=faces(count))).to_be_visible()


def test_a_slice_shows_its_faces(page: Any) -> None:
    open_section(page, "weak")
    painted(page)
    dot = page.get_by_role("button", name=re.compile("^brightness up to")).first
    count = int(re.search(r"of (\d+) faces right", dot.get_attribute("aria-label"))[1])

    dot.click()

    expect(page.get_by_role("grid", name=faces(count))).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("brightness up to"))).not_to_have_count(0)


def test_a_group_of_mistakes_shows_its_members(page: Any) -> None:
    open_section(page, "weak")
    painted(page)
    card = page.get_by_role("button", name=re.compile(r"^\d+ mistakes?, such as")).first
    count = int(card.get_attribute("aria-label").split(" ")[0])

    card.click()

    expect(page.get_by_role("grid", name=faces(count))).to_be_visible()
    expect(page.get_by_role("gridcell").first).to_have_attribute("aria-label", re.compile("a mistake"))


def test_faces_are_corrupted_on_demand(page: Any) -> None:
    open_section(page, "weak")
    painted(page)

    page.get_by_role("button", name="Try it", exact=True).click()

    expect(page.get_by_role("group", name="How often it is right: darkening")).to_be_visible(timeout=PATIENCE)


def test_an_address_shows_a_second_browser_the_same(page: Any, browser: Any, server: Server) -> None:
    open_section(page, "threshold", "&threshold=0.62&brightness=..150&show=wrong")
    painted(page)
    open_face(page)
    page.wait_for_url("**face=*")
    first = page.get_by_role("grid").get_attribute("aria-label"), page.locator(".face-facts").inner_text()
    other = browser.new_context(base_url=server.url)
    second = other.new_page()

    second.goto(page.url)
    painted(second)
    second.locator(".face-facts").wait_for()

    assert (second.get_by_role("grid").get_attribute("aria-label"), second.locator(".face-facts").inner_text()) == first
    cell = '.matrix [data-pick="0-1"] b'
    expect(second.locator(cell)).to_have_text(page.locator(cell).inner_text())
    other.close()


def test_an_open_face_tells_why_and_shows_its_neighbours(page: Any) -> None:
    open_section(page, "overview")
    painted(page)
    open_face(page)

    press(page, page.get_by_text("Why?", exact=True), page.locator(".strip img").nth(2))
    look = page.get_by_role("button", name="Look for them")
    press(page, page.get_by_text("Its neighbours in train", exact=True), look)
    found = page.get_by_role("group", name="Its neighbours in train").locator("img")
    press(page, look, found.nth(7), seconds=30)

    expect(page.locator(".strip img")).to_have_count(3)
    expect(found).to_have_count(8)


def test_two_models_stand_side_by_side(page: Any) -> None:
    open_section(page, "compare", f"&with={OTHER}")

    expect(page.get_by_text("get as many right.")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("There are none.")).to_be_visible()
    page.get_by_role("radio", name="both wrong").click()
    painted(page)
    page.wait_for_url("**whose=neither*")


def test_a_game_of_twenty_faces(page: Any) -> None:
    open_section(page, "beat")
    page.get_by_role("button", name="Start", exact=True).click()

    for number in range(1, 21):
        expect(page.get_by_text(f"Face {number} of 20")).to_be_visible()
        page.get_by_role("button", name=re.compile("happy" if number % 2 else "sad")).click()

    expect(page.get_by_role("heading", name=re.compile("beat|draw"))).to_be_visible()
    expect(page.locator(".sides")).to_contain_text("of 20 right")
    expect(page.get_by_role("button", name="Play again")).to_be_visible()


@pytest.mark.nightly  # by day: `integration/test_report_command` writes one, and a page has one written
def test_the_report_opens_without_a_network(page: Any, browser: Any, tmp_path: Path, looked: Study) -> None:
    open_section(page, "report")
    page.get_by_role("button", name="Make the report").click()
    download = page.get_by_role("button", name="Download the report")
    download.wait_for(timeout=PATIENCE)

    with page.expect_download() as waited:
        download.click()
    target = tmp_path / "report.html"
    waited.value.save_as(target)
    offline = browser.new_context(offline=True)
    report, asked = offline.new_page(), []
    report.on("request", lambda request: asked.append(request.url))
    report.goto(target.as_uri())

    expect(report.get_by_role("heading", name=re.compile("How good"))).to_be_visible()
    expect(report.locator(".lead")).to_contain_text(f"of {TEST_FACES} faces got right")
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert report.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    offline.close()


def test_every_section_fits_a_phone_and_the_button_of_each_has_its_whole_frame(tab: Any, looked: Study) -> None:
    page, wide, frameless = tab(phone=True), [], []
    open_section(page, "overview")

    for look, name in LATER_SECTIONS.items():
        page.get_by_role("radio", name=name).tap()
        page.wait_for_url(f"**look={look}*")
        settled(page)
        if not page.get_by_test_id("stMain").evaluate("it => it.scrollWidth <= it.clientWidth"):
            wide.append(look)
        frameless += page.locator('button[data-variant="segmented_control"]').evaluate_all(FRAMELESS)

    assert wide == []
    assert frameless == []


def test_a_click_on_the_map_opens_the_face_and_a_lasso_shows_those_within(page: Any) -> None:
    open_section(page, "alike")
    chart = page.locator(".stEChartsChart")
    chart.locator("canvas").wait_for(timeout=PATIENCE)

    page.mouse.click(*next(points_of(page, chart)))
    page.locator(".face-facts").wait_for()
    expect(page.get_by_text("The face that was clicked")).to_be_visible()

    _box, lasso, _none = tools_of(page, chart)
    page.mouse.click(*lasso)
    box = chart.bounding_box()
    for number, (x, y) in enumerate(
        [(8, 38), (400, 38), (400, 430), (8, 430), (8, 40)]
    ):  # just within the map's square
        page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
        if number == 0:
            page.mouse.down()
    page.mouse.up()
    expect(page.get_by_text("that lie in the part you drew around")).to_be_visible()
