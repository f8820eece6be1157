"""Live video as a person meets it: asked for by a click, answered face by face, mirrored, gone when stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Server, Visit, settled
from tests.e2e.conftest import DESKTOP, PHONE

# What the page asks of the browser's camera; `ASKED` counts, the last stream stays to be looked at.
WATCH = """
window.asked = 0;
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wish) => { window.asked += 1; return (window.stream = await ask(wish)); };
"""
REFUSE = (
    "window.refusal = '%s';"
    + """
navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', window.refusal); };
"""
)
INSECURE = "Object.defineProperty(navigator, 'mediaDevices', { value: undefined });"
START = "Start the live picture"

Filming = tuple[Any, int, set[str]]  # what the fixture `filming` yields


@pytest.fixture(scope="module")
def server(plain_server: Server) -> Server:
    return plain_server


@pytest.fixture(scope="module")
def filming(visit: Visit, server: Server) -> Iterator[Filming]:
    """A live picture at work, for tests that only look at it.

    Yields the page; how often the camera was asked for before the click; and the files in the home before it.
    """
    page = visit(server).new_page()
    page.add_init_script(WATCH)
    open_live(page)
    asked, files = page.evaluate("() => window.asked"), files_in(server.home)
    page.get_by_role("button", name=START).click()
    page.locator(".live .box").wait_for()
    yield page, asked, files
    page.close()


@pytest.fixture(scope="module")
def watched(visit: Visit, server: Server) -> Iterator[Any]:
    """A tab that counts how often the camera is asked for."""
    page = visit(server).new_page()
    page.add_init_script(WATCH)
    yield page
    page.close()


@pytest.fixture
def live(watched: Any) -> Iterator[Any]:
    """The page Predict with the live element, not yet started."""
    open_live(watched)
    yield watched
    watched.goto("about:blank")
    watched.set_viewport_size(DESKTOP)


def open_live(page: Any) -> None:
    page.goto("/predict")
    settled(page)
    page.get_by_text("Live camera", exact=True).click()
    page.get_by_role("button", name=START).wait_for()


def is_filming(page: Any) -> bool:
    return bool(page.evaluate("() => window.stream.getTracks().some((track) => track.readyState === 'live')"))


def answers(page: Any) -> int:
    return int(page.locator(".live").get_attribute("data-answers") or 0)


def files_in(home: Path) -> set[str]:
    return {path.relative_to(home).as_posix() for path in home.rglob("*")}


def test_says_that_the_picture_stays_here(live: Any) -> None:
    expect(live.get_by_text("The picture stays on this computer.")).to_be_visible()


def test_goes_on_while_the_page_is_used(live: Any) -> None:
    live.get_by_role("button", name=START).click()
    live.locator(".live .box").wait_for()

    live.get_by_text("All emotions", exact=True).click()
    live.locator(".live .class").first.wait_for()
    before = answers(live)
    live.wait_for_function(
        "least => document.querySelector('[data-testid^=stBidi]') && [...document.querySelectorAll('*')]"
        ".map((e) => e.shadowRoot?.querySelector('.live')).some((e) => e && Number(e.dataset.answers) > least)",
        arg=before,
    )

    expect(live.locator(".live .tag")).to_contain_text("▲ looks happy")


def test_stop_releases_the_camera(live: Any) -> None:
    live.get_by_role("button", name=START).click()
    live.locator(".live .box").wait_for()
    filmed = is_filming(live)

    live.locator(".live").get_by_role("button", name="Stop").click()

    expect(live.get_by_role("button", name=START)).to_be_visible()
    assert filmed
    assert not is_filming(live)
    assert live.locator(".live .box").count() == 0


def test_leaving_the_page_releases_the_camera(live: Any) -> None:
    live.get_by_role("button", name=START).click()
    live.locator(".live .box").wait_for()

    live.get_by_role("link", name="Runs", exact=True).click()

    live.wait_for_function("() => window.stream.getTracks().every((track) => track.readyState === 'ended')")


def test_says_why_there_is_no_picture(fresh_page: Any) -> None:
    fresh_page.add_init_script(REFUSE % "NotAllowedError")
    open_live(fresh_page)

    for name, says in (
        ("NotAllowedError", "The camera was refused: allow it in the browser"),
        ("NotFoundError", "There is no camera"),
        ("NotReadableError", "Another program uses the camera"),
        ("AbortError", "The camera could not be started"),
    ):
        fresh_page.evaluate("name => (window.refusal = name)", name)
        fresh_page.get_by_role("button", name=START).click()

        expect(fresh_page.locator(".live .line")).to_contain_text(says)
        expect(fresh_page.get_by_role("button", name=START)).to_be_enabled()


def test_the_camera_for_a_photo_says_it_in_the_same_words(fresh_page: Any) -> None:
    fresh_page.add_init_script(REFUSE % "NotAllowedError")
    fresh_page.goto("/predict")
    settled(fresh_page)

    fresh_page.get_by_text("Camera photo", exact=True).click()

    expect(fresh_page.locator(".shot .line")).to_contain_text("The camera was refused: allow it in the browser")
    expect(fresh_page.locator(".shot .stage")).to_be_hidden()  # no empty frame
    expect(fresh_page.get_by_role("button", name="Try again")).to_be_enabled()


def test_says_what_to_do_on_an_insecure_address(fresh_page: Any, server: Server) -> None:
    fresh_page.add_init_script(INSECURE)
    open_live(fresh_page)

    fresh_page.get_by_role("button", name=START).click()

    expect(fresh_page.locator(".live .line")).to_contain_text(f"open http://localhost:{server.port} on this computer")


def test_fits_a_phone(live: Any) -> None:
    live.set_viewport_size(PHONE)
    live.get_by_role("button", name=START).click()
    live.locator(".live .tag").wait_for()

    stage = live.locator(".live .stage").bounding_box()
    tag = live.locator(".live .tag").bounding_box()

    assert stage["x"] >= 0
    assert stage["x"] + stage["width"] <= PHONE["width"]
    assert stage["x"] <= tag["x"]
    assert tag["x"] + tag["width"] <= stage["x"] + stage["width"]


# Looked at last: as long as it films, it takes time from whatever runs beside it


def test_asks_for_the_camera_only_on_start(filming: Filming) -> None:
    live, before, _ = filming

    assert before == 0
    assert live.evaluate("() => window.asked") == 1


def test_answers_the_face_before_the_camera(filming: Filming) -> None:
    live = filming[0]

    expect(live.locator(".live .tag")).to_contain_text("▲ looks happy")
    expect(live.locator(".live .line")).to_have_text("▲ looks happy")


def test_stores_nothing(filming: Filming, server: Server) -> None:
    assert answers(filming[0]) > 0
    assert files_in(server.home) == filming[2]


def test_draws_the_box_where_the_mirror_shows_the_face(filming: Filming) -> None:
    live = filming[0]

    left = float(live.locator(".live .box").evaluate("box => parseFloat(box.style.left)"))
    turned = live.locator(".live video").evaluate("video => getComputedStyle(video).transform")

    assert turned == "matrix(-1, 0, 0, 1, 0, 0)"
    assert 42 < left < 54  # in the true picture the face begins at 39 % and ends at 52 %
