"""The form of the Train page in a real browser: what one control does to the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from emotion.data.drawn import write
from emotion.recipes import catalogue
from tests.e2e.browser import Server, choose, settled
from tests.e2e.conftest import PHONE

USUAL = catalogue.find(catalogue.DEFAULT)
CLASSIC = catalogue.find("classic")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("home"), prepared=True)
    write.write(running.home / "drawn_faces", train=60, test=20)
    yield running
    running.stop()


@pytest.fixture
def form(page: Any) -> Any:
    """The form, with all that folds opened."""
    page.goto("/train?run=new")
    page.get_by_text("60 faces").first.wait_for()
    settled(page)
    page.get_by_text("More settings").click()
    page.get_by_text("Vary the training faces").click()
    page.get_by_role("button", name="Other twelve").wait_for()
    page.get_by_role("spinbutton", name="Epochs").wait_for()
    settled(page)  # what folds asks for a rerun
    return page


def recipe(page: Any, name: str) -> None:
    page.locator(".st-key-train_more_recipes label").click()
    page.locator(".st-key-train_recipe label").filter(has_text=name).first.click()


def source(page: Any) -> str:
    """The address of the picture of the twelve varied faces."""
    return str(page.locator(".st-key-varied img").get_attribute("src"))


def move(page: Any, kind: str, key: str) -> None:
    """Moves a slider with the keyboard."""
    slider = page.locator(f".st-key-train_vary_{kind}").get_by_role("slider")
    slider.focus()
    slider.press(key)


def test_another_recipe_shows_its_own_numbers(form: Any) -> None:
    epochs = form.get_by_role("spinbutton", name="Epochs")
    expect(epochs).to_have_value(str(USUAL.epochs))
    epochs.fill("3")
    epochs.press("Enter")
    settled(form)

    recipe(form, "classic")

    expect(epochs).to_have_value(str(CLASSIC.epochs))
    expect(form.get_by_role("spinbutton", name="Batch size")).to_have_value(str(CLASSIC.batch_size))
    expect(form.locator(".st-key-train_vary_shift")).to_contain_text("0%")


def test_varied_faces_follow_a_slider(form: Any) -> None:
    before = source(form)

    move(form, "brightness", "End")

    expect(form.locator(".st-key-varied img")).not_to_have_attribute("src", before)
    expect(form.get_by_role("spinbutton", name="Epochs")).to_have_value(str(USUAL.epochs))


def test_a_button_shows_other_twelve(form: Any) -> None:
    before = source(form)

    form.get_by_role("button", name="Other twelve").click()

    expect(form.locator(".st-key-varied img")).not_to_have_attribute("src", before)


def test_varied_faces_stay_in_sight_on_a_phone(form: Any) -> None:
    form.set_viewport_size(PHONE)

    form.locator(".st-key-train_vary_mixup").scroll_into_view_if_needed()

    expect(form.locator(".st-key-varied img")).to_be_in_viewport(ratio=0.9)


def test_going_on_from_the_shipped_model_says_what_is_done(form: Any) -> None:
    choose(form, "Start from", "shipped model")

    expect(form.get_by_text("It goes on with the network and the weights of that model")).to_be_visible()
    expect(form.get_by_role("spinbutton", name="Width")).to_be_disabled()
    expect(form.get_by_role("spinbutton", name="Learning rate")).not_to_have_value(f"{USUAL.learning_rate:g}")
