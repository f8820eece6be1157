"""From a number to the faces behind it, with the mouse, with the keyboard, and by a shared address."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from emotion.data import dataset, listing
from emotion.data.drawn import write
from emotion.evaluation import scores
from emotion.evaluation.scores import Evaluation
from emotion.models import predictor
from emotion.recipes.settings import TrainingConfig
from emotion.runs.run import Status, new_run, write_status
from tests.conftest import each_night
from tests.e2e.browser import Server, settled
from tests.tiny_model import EMOTIONS, give_model

TEST_FACES = 240  # three pages
RUN, SEVEN = "20260102-030405-demo", "20250102-030405-seven"
FROM_DARK_TO_BRIGHT = ("sad", "angry", "fear", "disgust", "neutral", "surprise", "happy")


@pytest.fixture(scope="module")
def evaluated(server: Server) -> Evaluation:
    """A run in the server's home whose model goes by brightness alone, and what it gets on drawn faces."""
    write.write(server.home / "drawn_faces", train=2, test=TEST_FACES)
    paths = new_run(TrainingConfig(name="by brightness"), server.home / "runs" / RUN)
    give_model(paths)
    write_status(paths, Status.COMPLETED)
    model = predictor.load_model(str(paths.root))
    examples = dataset.load(listing.scan(server.home / "drawn_faces"), "test", model.info.classes)
    return scores.evaluate_model(model, examples)[0]


@pytest.fixture(scope="module")
def seven(server: Server, evaluated: Evaluation) -> str:
    """A run whose model knows seven emotions by brightness; of its 17 test faces three of fear are called angry."""
    places = [(name, place) for place, name in enumerate(FROM_DARK_TO_BRIGHT) for _ in range(2)]
    root = server.home / "seven emotions"
    for number, (name, place) in enumerate([*places, *[("fear", 1)] * 3]):
        path = root / "test" / name / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((48, 48), round(255 * place / 6), np.uint8)).save(path)
    paths = new_run(TrainingConfig(data=str(root), name="seven emotions"), server.home / "runs" / SEVEN)
    give_model(paths, EMOTIONS)
    write_status(paths, Status.COMPLETED)
    return SEVEN


@pytest.fixture
def evaluate(page: Any, evaluated: Evaluation) -> Any:
    """The page in a fresh session, with its gallery painted."""
    page.goto("/evaluate")
    painted(page)
    return page


def painted(page: Any) -> None:
    page.locator("[role=grid][data-painted]").wait_for()
    settled(page)


def gallery(page: Any) -> Any:
    return page.get_by_role("grid")


def click_cell(page: Any, row: int, column: int) -> None:
    """Clicks a cell of the confusion matrix."""
    page.locator(f'.matrix [data-pick="{row}-{column}"]').click()


def test_a_cell_of_the_matrix_shows_exactly_its_faces(evaluate: Any, evaluated: Evaluation) -> None:
    count = evaluated.confusion_matrix[0][1]

    click_cell(evaluate, row=0, column=1)

    expect(evaluate.get_by_role("grid", name=f"{count} faces, page 1")).to_be_in_viewport()
    assert "truth=sad" in evaluate.url
    assert "answer=happy" in evaluate.url


def test_a_second_click_on_the_cell_shows_all_again(evaluate: Any, evaluated: Evaluation) -> None:
    click_cell(evaluate, row=0, column=1)
    evaluate.get_by_role("grid", name=f"{evaluated.confusion_matrix[0][1]} faces").wait_for()

    click_cell(evaluate, row=0, column=1)

    expect(evaluate.get_by_role("grid", name=f"{TEST_FACES} faces, page 1 of 3")).to_be_visible()


def test_arrow_keys_walk_and_enter_opens_a_face(evaluate: Any) -> None:
    cells = evaluate.get_by_role("gridcell")
    cells.first.focus()
    columns = gallery(evaluate).get_by_role("row").first.get_by_role("gridcell").count()

    evaluate.keyboard.press("ArrowRight")
    evaluate.keyboard.press("ArrowDown")
    expect(cells.nth(columns + 1)).to_be_focused()
    evaluate.keyboard.press("Enter")

    expect(cells.nth(columns + 1)).to_have_attribute("aria-selected", "true")
    name = cells.nth(columns + 1).get_attribute("aria-label").split(":")[0]
    expect(evaluate.locator(".face-facts")).to_contain_text(name)


def test_focus_stays_on_the_face_that_was_opened(evaluate: Any) -> None:
    cell = evaluate.get_by_role("gridcell").nth(7)
    cell.focus()
    evaluate.keyboard.press("Enter")
    evaluate.locator(".face-facts").wait_for()

    evaluate.keyboard.press("ArrowRight")

    expect(evaluate.get_by_role("gridcell").nth(8)).to_be_focused()


def test_only_one_face_is_in_the_tab_order(evaluate: Any) -> None:
    assert evaluate.locator('[role="gridcell"][tabindex="0"]').count() == 1


def test_each_face_says_truth_answer_and_probability(evaluate: Any) -> None:
    label = evaluate.get_by_role("gridcell").first.get_attribute("aria-label")

    assert label.startswith("0")
    assert "truth: " in label
    assert "called " in label
    assert label.replace("\N{NO-BREAK SPACE}", " ").endswith(" %, a mistake")  # the most wrong come first


def test_keyboard_alone_reaches_the_faces_of_a_cell(evaluate: Any, evaluated: Evaluation) -> None:
    cell = evaluate.locator('.matrix [data-pick="0-1"]')  # sad, called happy
    evaluate.locator('.matrix [data-pick="0-0"]').focus()
    evaluate.keyboard.press("Tab")
    expect(cell).to_be_focused()

    evaluate.keyboard.press("Enter")

    expect(evaluate.get_by_role("grid", name=f"{evaluated.confusion_matrix[0][1]} faces, page 1")).to_be_visible()


def test_turning_a_page_shows_the_next_faces(evaluate: Any) -> None:
    first = evaluate.get_by_role("gridcell").first.get_attribute("aria-label")

    evaluate.get_by_role("button", name="Next page").click()

    expect(evaluate.get_by_role("grid", name="page 2 of 3")).to_be_visible()
    expect(evaluate.get_by_role("gridcell").first).not_to_have_attribute("aria-label", first)


def test_address_shows_a_second_person_the_same(
    evaluate: Any, evaluated: Evaluation, browser: Any, server: Server
) -> None:
    wrong = evaluated.confusion_matrix[0][1] + evaluated.confusion_matrix[1][0]
    evaluate.get_by_role("radio", name="wrong").click()
    evaluate.get_by_role("grid", name=f"{wrong} faces").wait_for()
    evaluate.get_by_role("gridcell").nth(3).click()
    evaluate.locator(".face-facts").wait_for()
    evaluate.wait_for_url(lambda url: "face=" in url and "show=wrong" in url)
    shown = gallery(evaluate).get_attribute("aria-label"), evaluate.locator(".face-facts").inner_text()
    other = browser.new_context(base_url=server.url)
    page = other.new_page()

    page.goto(evaluate.url)
    painted(page)
    page.locator(".face-facts").wait_for()

    assert (gallery(page).get_attribute("aria-label"), page.locator(".face-facts").inner_text()) == shown
    other.close()


def test_back_returns_to_the_former_filter(evaluate: Any) -> None:
    evaluate.get_by_role("radio", name="wrong").click()
    evaluate.wait_for_url("**show=wrong*")

    evaluate.go_back()

    expect(evaluate.get_by_role("grid", name=f"{TEST_FACES} faces")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", *each_night("dark")])
def test_fits_a_phone_without_scrolling_sideways(tab: Any, evaluated: Evaluation, scheme: str) -> None:
    page = tab(phone=True, scheme=scheme)
    page.goto("/evaluate")
    painted(page)

    page.get_by_role("gridcell").nth(40).tap()
    page.locator(".face-facts").wait_for()

    main = page.get_by_test_id("stMain")
    assert main.evaluate("it => it.scrollWidth <= it.clientWidth")
    assert min(page.get_by_role("gridcell").first.bounding_box()[side] for side in ("width", "height")) >= 40
    expect(page.locator(".face-facts")).to_be_in_viewport()


def test_the_face_stays_in_sight_beside_a_long_gallery(evaluate: Any) -> None:
    evaluate.get_by_role("gridcell").last.click()

    expect(evaluate.locator(".face-facts")).to_be_in_viewport()


def test_a_cell_of_seven_classes_shows_exactly_its_faces(page: Any, seven: str) -> None:
    page.goto(f"/evaluate?run={seven}")
    page.get_by_role("grid", name="4 faces, page 1").wait_for(timeout=90_000)  # a first page takes its time
    page.get_by_role("radio", name="all 7 classes").click()
    page.get_by_role("grid", name="17 faces, page 1").wait_for(timeout=90_000)
    painted(page)

    click_cell(page, row=2, column=0)

    page.get_by_role("grid", name="3 faces, page 1").wait_for()
    expect(page.get_by_role("gridcell").first).to_have_attribute("aria-label", re.compile("truth: fear, called angry"))
    page.wait_for_url("**truth=fear*")
    assert "classes=all" in page.url


@pytest.mark.parametrize("scheme", ["light", *each_night("dark")])
def test_seven_classes_fit_a_phone(tab: Any, seven: str, scheme: str) -> None:
    page = tab(phone=True, scheme=scheme)

    page.goto(f"/evaluate?run={seven}&classes=all")
    page.get_by_role("grid", name="17 faces, page 1").wait_for(timeout=90_000)
    painted(page)

    assert page.get_by_test_id("stMain").evaluate("it => it.scrollWidth <= it.clientWidth")
    names = page.locator(".matrix thead th")
    expect(names).to_have_count(7)
