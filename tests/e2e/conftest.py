"""A server, a browser with a camera, a page: what every browser test starts from."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.e2e.browser import Server, Visit, find_chromium, launch, write_film

HERE = Path(__file__).resolve().parent
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
PATIENCE = 30_000  # ms for whatever a page is to show: a limit against hanging; two busy cores may well need 5 s


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the browser tests; one that fails is run once more, and the summary tells which (`RERUN`).

    A click that meets a rerun of the page is lost by Streamlit now and then, on busy cores more often. Nothing else is
    run twice. A test that is told here more than once has a cause of its own, and is to be mended.
    """
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds to the report of a browser test that failed what its page showed and what its server did."""
    report = yield
    if report.when == "call" and report.failed:
        given = getattr(item, "funcargs", {})
        with contextlib.suppress(Exception):  # it has no page, or closed it
            report.sections.append(("the page", given["page"].locator("body").inner_text(timeout=5000)[-3000:]))
        with contextlib.suppress(Exception):  # its server is gone
            report.sections.append(("the threads of the server", given["server"].threads()[-6000:]))
    return report


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium. Without one: a skip with its reason on a desk, a failure on a build server."""
    path = find_chromium()
    if path is None:
        reason = "no Chromium found: apt-get install chromium-headless-shell, or name one with CHROMIUM=/path"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return path


@pytest.fixture(scope="session")
def film(astronaut: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera of the browser shows: a smiling face, upright, not mirrored."""
    with Image.open(astronaut) as picture:
        return write_film(tmp_path_factory.mktemp("camera") / "astronaut.y4m", picture)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with an empty home of its own, for the tests of one file."""
    running = Server(tmp_path_factory.mktemp("home"), prepared=True)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def plain_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One app for the files whose tests mind no runs of others in its home; such a file calls it its `server`."""
    running = Server(tmp_path_factory.mktemp("home"), prepared=True)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser(chromium: str, film: Path) -> Iterator[Any]:
    """One Chromium for all tests, a `playwright.sync_api.Browser`."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    playwright.expect.set_options(timeout=PATIENCE)
    with playwright.sync_playwright() as driver:
        running = launch(driver, chromium, film, compiles=False)
        yield running
        running.close()


@pytest.fixture(scope="module")
def visit(browser: Any) -> Iterator[Visit]:
    """Gives one person's browser for a server: the tests of a file share it, so the app's files are in its cache.

    `visit(server).new_page()` is a fresh tab, which is a fresh session, on a desktop that may use the camera;
    `visit(server, phone=True)` is a telephone, held upright; `scheme="dark"` wants dark pages. See `tab`.

    One small page stays open in each, so that its process lives from tab to tab and knows the app's scripts already:
    that is half of what a tab costs.
    """

    @functools.cache
    def context(url: str, phone: bool, scheme: str) -> Any:
        opened = browser.new_context(
            base_url=url,
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            permissions=["camera"],
            locale="en-US",
            color_scheme=scheme,
            reduced_motion="reduce",  # nothing turns and fades; that takes a tenth of all that Chromium does
        )
        opened.set_default_timeout(PATIENCE)
        opened.new_page().goto("/_stcore/health")
        contexts.append(opened)
        return opened

    contexts: list[Any] = []
    yield lambda server, phone=False, scheme="light": context(server.url, phone, scheme)
    for each in contexts:
        each.close()


@pytest.fixture(scope="module")
def kept() -> dict[tuple[bool, str], Any]:
    """Tabs that wait for the next test of the file, by what `tab` was asked for."""
    return {}


@pytest.fixture
def tab(visit: Visit, server: Server, kept: dict[tuple[bool, str], Any]) -> Iterator[Callable[..., Any]]:
    """Gives a tab of a desktop or a telephone: `tab()`, `tab(phone=True, scheme="dark")`.

    The tests of a file use it one after the other. Whatever address it opens begins a fresh session, as in a fresh
    tab, which costs half as much again. A test that adds a script to its page wants `fresh_page`.
    """
    used: list[tuple[tuple[bool, str], Any]] = []

    def given(phone: bool = False, scheme: str = "light") -> Any:
        opened = kept.pop((phone, scheme), None) or visit(server, phone=phone, scheme=scheme).new_page()
        used.append(((phone, scheme), opened))
        return opened

    yield given
    for asked, opened in used:
        try:
            opened.goto("about:blank")  # ends the session
            opened.set_viewport_size(PHONE if asked[0] else DESKTOP)
            kept[asked] = opened
        except Exception:  # noqa: BLE001 - whatever is wrong with it: the next test gets another
            opened.close()


@pytest.fixture
def page(tab: Callable[..., Any]) -> Any:
    """A tab of a desktop that may use the camera; `page.goto("/train")` opens a page of the app in a fresh session."""
    return tab()


@pytest.fixture
def fresh_page(visit: Visit, server: Server) -> Iterator[Any]:
    """A tab that no other test has used or will use."""
    opened = visit(server).new_page()
    yield opened
    opened.close()
