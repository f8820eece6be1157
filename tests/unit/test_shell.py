"""The page that a browser is given: Streamlit's own, with our style sheets; anything else is handed on as it is."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from pages.ui.shared import other_sites, shell

INDEX = shell.STREAMLIT / "index.html"
UI = shell.UI
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def index(_: Request) -> Response:
    return FileResponse(INDEX)


async def word(_: Request) -> Response:
    return PlainTextResponse("</body>")


@pytest.fixture
def client() -> TestClient:
    middleware = [Middleware(shell.Dress), Middleware(GZipMiddleware, minimum_size=10)]
    return TestClient(Starlette(routes=[Route("/predict", index), Route("/word", word)], middleware=middleware))


def opened(client: TestClient, address: str = "/predict", **headers: str) -> httpx2.Response:
    return client.get(address, headers=BROWSER | headers)


def test_a_page_comes_with_all_sheets_behind_the_rules_of_streamlit(client: TestClient) -> None:
    body = opened(client).text

    assert body.count("<style>") == 2  # of ours, and the tones
    for name in shell.SHEETS:
        assert (UI / name).read_text(encoding="utf-8") in body
    assert body.index("</head>") < body.index("<style>") < body.index("</body>")


def test_its_length_is_that_of_the_whole(client: TestClient) -> None:
    answer = opened(client)

    assert int(answer.headers["content-length"]) == len(answer.content) > INDEX.stat().st_size


def test_an_older_page_is_never_taken_for_this_one(client: TestClient) -> None:
    answer = opened(client, **{"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"})

    assert answer.status_code == 200
    assert "etag" not in answer.headers
    assert "last-modified" not in answer.headers


def test_what_is_no_page_is_handed_on_as_it_is(client: TestClient) -> None:
    assert opened(client, "/word").text == "</body>"


def test_programs_get_the_page_as_streamlit_has_it(client: TestClient) -> None:
    assert client.get("/predict", headers={"Accept": "*/*"}).text == INDEX.read_text(encoding="utf-8")


def test_scripts_of_the_usual_widgets_are_fetched_at_once() -> None:
    assert shell.early().count("modulepreload") >= len(shell.EARLY)


def test_every_style_sheet_is_sent_with_the_page_or_is_of_one_component() -> None:
    left = [path for path in sorted(UI.rglob("*.css")) if path.relative_to(UI).as_posix() not in shell.SHEETS]

    unused = [path.name for path in left if not any(_names(path, code) for code in path.parent.glob("*.py"))]
    assert left
    assert unused == []


def _names(sheet: Path, code: Path) -> bool:
    """Whether a file reads the sheet for a component; camera.css is of all that show a camera."""
    said = code.read_text(encoding="utf-8")
    return ("components.v2.component(" in said and sheet.stem in said) or sheet.stem == code.stem == "camera"


@pytest.mark.parametrize("origin", ["http://[::1", "http://[x]", "http://\u2100.example", "null", "", "x" * 20_000])
def test_a_page_whose_address_is_none_is_foreign(origin: str) -> None:
    app = TestClient(other_sites.KeepOut(PlainTextResponse("a photo")), base_url="http://127.0.0.1:8501")

    assert app.get("/", headers={"Origin": origin.encode("utf-8")}).status_code == 403
