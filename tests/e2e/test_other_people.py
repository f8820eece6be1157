"""Two people at one server: what one of them can reach of what the other gave it, as `SECURITY.md` says."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.e2e.browser import Server
from tests.e2e.visitor import PATIENCE, Visitor
from tests.waiting import run, wait_for

SOON = 1  # seconds in which a person may come back; two minutes by default


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app, which forgets soon who has left."""
    running = Server(tmp_path_factory.mktemp("home"), STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=str(SOON))
    yield running
    running.stop()


def meet(server: Server, photo: Path, seen: Callable[[Visitor, Visitor], Coroutine[Any, Any, None]]) -> None:
    """Anna has had a photo answered on Predict, Ben has the same page open; then what is to be seen of it."""

    async def both() -> None:
        anna, ben = Visitor(server), Visitor(server)
        for person in (anna, ben):
            await person.enter()
            await person.open("predict")
        await anna.upload("anna.jpg", photo.read_bytes())
        try:
            await seen(anna, ben)
        finally:
            await anna.leave()
            await ben.leave()
        assert anna.errors + ben.errors == []

    run(both())


def get(person: Visitor, address: str, **headers: str) -> requests.Response:
    return requests.get(person.server.url + address, headers=headers, timeout=PATIENCE)


def send(verb: str, person: Visitor, address: str, **headers: str) -> int:
    """The status of the answer to what this person's browser sends there; a header of "" is left out."""
    said = {"Cookie": person.cookie, "X-Xsrftoken": person.token, "Origin": person.server.url} | headers
    said = {name: value for name, value in said.items() if value}
    file = {"file": ("ben.jpg", b"of Ben", "image/jpeg")} if verb == "PUT" else None
    return requests.request(verb, person.server.url + address, files=file, headers=said, timeout=PATIENCE).status_code


def upload_address(session: str, file: str = "") -> str:
    return f"/_stcore/upload_file/{session}/{file or uuid.uuid4()}"


def test_a_picture_is_shown_to_nobody_else_and_its_address_is_made_from_its_bytes(
    server: Server, astronaut: Path
) -> None:
    async def seen(anna: Visitor, ben: Visitor) -> None:
        photo = anna.pictures - ben.pictures
        await ben.open("predict")

        assert photo
        assert photo & ben.pictures == set()
        assert all(re.fullmatch(r"/media/[0-9a-f]{32}\.\w+", address) for address in photo)  # 128 bits
        assert {get(ben, address).status_code for address in photo} == {200}  # who knows an address sees the picture
        await ben.upload("anna.jpg", astronaut.read_bytes())
        assert photo <= ben.pictures  # and who has the same photo knows it

    meet(server, astronaut, seen)


def test_an_upload_needs_the_random_name_of_its_session_which_nobody_else_is_told(
    server: Server, astronaut: Path
) -> None:
    async def seen(anna: Visitor, ben: Visitor) -> None:
        theirs, file = upload_address(anna.session), anna.given[2].file_id

        assert uuid.UUID(anna.session).version == uuid.UUID(file).version == 4  # 122 random bits
        assert send("PUT", ben, upload_address(str(uuid.uuid4()))) == 400
        assert send("PUT", ben, theirs, Cookie="") == send("DELETE", ben, theirs, Cookie="") == 403
        assert send("PUT", ben, theirs, **{"X-Xsrftoken": ""}) == 403
        assert send("PUT", ben, theirs) == send("DELETE", ben, theirs) == 204  # whoever has the name may do both
        told = [get(ben, path).text for path in ("/_stcore/metrics", "/_stcore/host-config", "/_stcore/health")]
        assert [text for text in told if anna.session in text or file in text] == []
        read = get(ben, upload_address(anna.session, file))  # nothing is read by it: the app's own page comes
        assert read.headers["Content-Type"].startswith("text/html")
        assert read.text == get(ben, "/").text

    meet(server, astronaut, seen)


@pytest.mark.parametrize("page", ["http://evil.example", "http://127.0.0.1:{another}", "null"])
def test_a_page_of_another_address_or_port_neither_sends_nor_reads_anything(
    server: Server, astronaut: Path, page: str
) -> None:
    origin = page.format(another=server.port + 1)

    async def seen(anna: Visitor, ben: Visitor) -> None:
        theirs = upload_address(anna.session, anna.given[2].file_id)
        answers = [get(ben, address, Origin=origin) for address in (*anna.pictures, "/", "/_stcore/metrics")]

        # With the right cookie too: a browser sends the cookies of a computer to all its ports.
        assert [send(verb, anna, theirs, Origin=origin) for verb in ("PUT", "DELETE", "OPTIONS")] == [403] * 3
        assert {answer.status_code for answer in answers} == {403}
        assert [answer for answer in answers if "Access-Control-Allow-Origin" in answer.headers] == []

    meet(server, astronaut, seen)


def test_the_name_of_a_session_opens_it_and_is_worth_nothing_once_its_time_is_over(
    server: Server, astronaut: Path
) -> None:
    async def seen(anna: Visitor, ben: Visitor) -> None:
        stranger = Visitor(server)
        await stranger.enter(session=anna.session)
        await stranger.open("predict")
        assert stranger.session == anna.session  # as after a lost connection: the name is the key
        photo = anna.pictures - ben.pictures  # and the table of the answers
        assert {address.rpartition(".")[2] for address in photo} == {"jpg", "csv"}

        await stranger.leave()
        await asyncio.to_thread(wait_for, lambda: {get(ben, address).status_code for address in photo} == {404})
        assert send("PUT", ben, upload_address(anna.session)) == 400
        late = Visitor(server)
        await late.enter(session=anna.session)
        await late.open("predict")
        assert late.session != anna.session
        await late.leave()

    meet(server, astronaut, seen)
