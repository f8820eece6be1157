"""The app opens, every page of it by its own address, and only for this computer."""

from __future__ import annotations

import http.client
import re
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import expect

from pages.ui.evaluate import matrix
from tests.conftest import each_night
from tests.e2e.browser import Server, pages, settled
from tests.waiting import wait_for


@pytest.fixture(scope="module")
def server(plain_server: Server) -> Server:
    return plain_server


def test_opens_on_the_page_for_a_photo(page: Any) -> None:
    page.goto("/")

    settled(page)

    assert page.get_by_role("heading", level=1).all_inner_texts() == ["Try a photo"]
    link = page.get_by_role("link", name="Try a photo")
    expect(link).to_have_css("background-color", "rgba(157, 173, 190, 0.25)")  # as Streamlit marks it on /predict


@pytest.mark.parametrize("name", pages())
def test_opens_each_page_by_its_address_and_asks_nothing_of_other_computers(
    page: Any, server: Server, name: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"/{name}")
    settled(page)
    asked.append(page.locator('link[rel~="icon"]').evaluate("icon => icon.href"))  # fetched behind the page's back

    assert page.get_by_test_id("stException").all_inner_texts() == []
    assert page.get_by_role("dialog").all_inner_texts() == []  # Streamlit says "Page not found" in one
    assert page.get_by_role("heading", level=1).count() == 1
    assert len(asked) > 1
    assert [url for url in asked if not url.startswith((server.url, "data:", "blob:"))] == []


def test_first_visit_after_a_start_may_be_any_page(browser: Any, tmp_path: Path) -> None:
    server = Server(tmp_path)
    context = browser.new_context(base_url=server.url)
    page = context.new_page()

    page.goto(f"/{pages()[-1]}")
    settled(page)

    # Streamlit would show the file alone, outside the app's navigation: see `frame.guard`.
    expect(page.get_by_test_id("stNavSectionHeader")).to_have_count(3)
    assert page.get_by_role("dialog").all_inner_texts() == []
    context.close()
    server.stop()


def test_navigation_has_a_link_to_every_page(page: Any) -> None:
    page.goto("/")

    settled(page)

    expect(page.get_by_test_id("stSidebarNavLink")).to_have_count(len(pages()))


def test_listens_on_this_computer_only(server: Server) -> None:
    family = [psutil.Process(server.process.pid), *psutil.Process(server.process.pid).children(recursive=True)]

    listening = [c.laddr.ip for p in family for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN]

    assert listening == ["127.0.0.1"]


def _knock(server: Server, host: str, origin: str) -> int:
    """The status of the answer to a page of `origin` that asks to speak with the app under the name `host`."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    headers = {"Host": host, "Origin": origin, "Connection": "Upgrade", "Upgrade": "websocket"}
    headers |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    connection.request("GET", "/_stcore/stream", headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_speaks_with_its_own_page(server: Server) -> None:
    own = f"127.0.0.1:{server.port}"

    assert _knock(server, own, f"http://{own}") == 101  # switching protocols: the way in is open


@pytest.mark.parametrize(
    "page", ["http://evil.example", "http://127.0.0.1:{another}", "http://localhost:{port}", "null"]
)
def test_refuses_to_speak_with_a_page_of_another_address_or_port(server: Server, page: str) -> None:
    origin = page.format(port=server.port, another=server.port + 1)

    assert _knock(server, f"127.0.0.1:{server.port}", origin) == 403


@pytest.mark.parametrize("path", ["/", "/predict", "/_stcore/health", "/media/none.png"])
def test_no_other_page_may_show_an_answer_in_a_frame_or_take_it_for_something_else(server: Server, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", path)
    said = connection.getresponse().headers
    connection.close()

    assert said.get_all("X-Frame-Options") == ["SAMEORIGIN"]
    assert said["Content-Security-Policy"] == "frame-ancestors 'self'"
    assert said["X-Content-Type-Options"] == "nosniff"
    assert said["Cross-Origin-Resource-Policy"] == "same-origin"


def test_refuses_a_foreign_name_for_this_computer(server: Server) -> None:
    assert _knock(server, "evil.example", "http://evil.example") == 403


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_chosen_of_several_can_be_read(browser: Any, server: Server, theme: str) -> None:
    context = browser.new_context(base_url=server.url, color_scheme=theme)
    page = context.new_page()
    page.goto("/data?part=bring")
    settled(page)

    chosen, ground = page.get_by_role("radio", name="Upload a file"), page.get_by_test_id("stApp")

    def readable() -> bool:  # asked again: colours move from one to the other while a page appears
        ink, tint = chosen.evaluate("e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]")
        below = ground.evaluate("e => getComputedStyle(e).backgroundColor")
        return contrast(_numbers(ink), _over(_numbers(tint), _numbers(below))) >= 4.5

    wait_for(readable)
    context.close()


def _numbers(colour: str) -> list[float]:
    """Of "rgb(1, 2, 3)" or "rgba(1, 2, 3, 0.4)"."""
    return [float(number) for number in re.findall(r"[\d.]+", colour)]


def _over(tint: list[float], ground: list[float]) -> list[float]:
    share = tint[3] if len(tint) > 3 else 1.0
    return [share * top + (1 - share) * below for top, below in zip(tint[:3], ground[:3], strict=True)]


def contrast(one: list[float], other: list[float]) -> float:
    """Of two colours, 0 to 255 each, 1 to 21."""
    return matrix.contrast(*(f"#{bytes(round(value) for value in colour[:3]).hex()}" for colour in (one, other)))


FOCUSED = """() => {
  const here = document.activeElement, label = here.getAttribute('aria-label') || here.innerText || here.tagName;
  const around = [here, here.parentElement, here.closest('label')].filter(Boolean);
  const rings = around.map((element) => getComputedStyle(element)).filter(
    (style) => style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2);
  return here === document.body ? null : [label.slice(0, 40), rings.map((style) => style.outlineColor)];
}"""
STOPS = 24  # of the Tab key: more than the first page has


@pytest.mark.parametrize("theme", ["light", *each_night("dark")])
def test_the_keyboard_shows_on_every_control_where_it_is(browser: Any, server: Server, theme: str) -> None:
    context = browser.new_context(base_url=server.url, color_scheme=theme)
    page = context.new_page()
    page.goto("/predict")
    settled(page)
    page.get_by_role("button", name="Try it").first.wait_for()
    ground = _numbers(page.get_by_test_id("stApp").evaluate("e => getComputedStyle(e).backgroundColor"))

    stops, unseen = [], []
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None:
            break
        stops.append(stop[0])
        if not any(contrast(_numbers(ring), ground) >= 3 for ring in stop[1]):
            unseen.append(stop[0])
    context.close()

    assert len(stops) > 12
    assert unseen == []
