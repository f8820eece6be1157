"""The web page of a model that was taken along, in a real browser: it answers as the program does."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emotion.models import answer, bundle, load_model
from emotion.models.bundle import web
from emotion.system import EmotionError, sureness
from tests.e2e.browser import serve_the_library, served_folder
from tests.e2e.conftest import PATIENCE

LOADED = "document.body.dataset.selftest"


@pytest.fixture(scope="module")
def library() -> dict[str, bytes]:
    try:
        return web.runtime()
    except EmotionError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The folder of an unpacked zip behind a plain web server."""
    folder = tmp_path_factory.mktemp("taken_along")
    (folder / "bundle.zip").write_bytes(bundle.pack("pretrained"))
    with zipfile.ZipFile(folder / "bundle.zip") as file:
        file.extractall(folder)
    with served_folder(folder) as there:
        yield f"{there}/index.html"


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A tab that may use the camera; there is no server of the app behind it."""
    context = browser.new_context(permissions=["camera"], locale="en-US")
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def test_the_page_answers_the_same_face_as_the_program_does(
    page: Any, address: str, library: dict[str, bytes], astronaut: Path
) -> None:
    serve_the_library(page, library)
    page.goto(address)
    page.wait_for_function(LOADED)
    assert page.evaluate(LOADED) == "8/8"

    page.locator("#file").set_input_files([astronaut])

    page.get_by_role("heading", name="looks happy").wait_for()
    (face,) = answer(astronaut, load_model("pretrained"), "astronaut").faces
    for row in page.locator("li.bar").all():
        name, percent = row.locator("span").all_inner_texts()
        assert float(percent.removeprefix("over ").removesuffix("%")) / 100 == pytest.approx(
            face.probabilities[name], abs=0.05
        )


def test_the_page_is_never_surer_than_the_program_says(page: Any) -> None:
    script = (Path(web.__file__).parent / "page.js").read_text(encoding="utf-8")
    (percent,) = re.findall(r"^const percent = (.+?);(?: //.*)?$", script, re.MULTILINE)

    for probability in (0.0, 0.004, 0.51, 0.986, 0.99, 0.991, 0.9999, 1.0):
        assert page.evaluate(f"({percent})({probability})") == sureness(probability)


def test_the_page_answers_the_camera(page: Any, address: str, library: dict[str, bytes]) -> None:
    serve_the_library(page, library)
    page.goto(address)
    page.wait_for_function(LOADED)

    page.get_by_role("button", name="Use the camera").click()
    page.get_by_role("heading", name="looks happy").wait_for()
    page.get_by_role("button", name="Stop the camera").click()

    page.get_by_role("button", name="Use the camera").wait_for()


def test_without_the_library_the_page_says_so(page: Any, address: str) -> None:
    page.context.route(f"{web.CDN}/**", lambda route: route.abort())

    page.goto(address)

    page.get_by_role("status").get_by_text("LiteRT.js could not be loaded").wait_for()
