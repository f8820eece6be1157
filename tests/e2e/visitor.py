"""A person at the app without a browser: speaks with the server as Streamlit's own browser code does."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from typing import Any

import requests
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.e2e.browser import Server

PATIENCE = 120  # seconds for one request
MEDIA = re.compile(rb"/media/[0-9a-f]+\.(?:jpe?g|png|webp|svg|csv|json|zip)")
UPLOADER = "Drop photos here"  # the label of the one on Predict begins so


class Visitor:
    """One session of Streamlit.

    Attributes:
        errors: each error that a page showed, in words.
        session: its secret name, as the server has told it.
        cookie, token: by which the server knows its own pages again.
        pictures: addresses of the pictures, and files to download, that the last run of a page showed.
        given: the photo that was given last: its name, bytes and addresses; None of none.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.errors: list[str] = []
        self.session = ""
        self.pictures: set[str] = set()
        self.page = ""
        self.uploaders: dict[str, str] = {}  # label → id, of the page that is open
        self.given: Any = None
        self._finished: asyncio.Queue[int] = asyncio.Queue()
        self._urls: asyncio.Queue[Any] = asyncio.Queue()
        self._seen: dict[str, ForwardMsg] = {}  # messages that the server names by their hash only at the second time
        self._media: set[bytes] = set()
        self._reruns: dict[str, asyncio.Task[None]] = {}
        self._reader: asyncio.Task[None] | None = None

    async def enter(self, session: str = "") -> None:
        """Fetches the page's file, as every browser does, and opens the websocket.

        Args:
            session: the name of the session to come back to, as after a lost connection; "" = a new one.
        """
        self.cookie = await asyncio.to_thread(self._first_request)
        self.token = self.cookie.partition("=")[2]
        protocols = ["streamlit", self.token, *([session] if session else [])]
        self._socket = await websockets.connect(
            f"ws://127.0.0.1:{self.server.port}/_stcore/stream",
            subprotocols=[websockets.Subprotocol(each) for each in protocols],
            additional_headers={"Origin": self.server.url, "Cookie": self.cookie},
            max_size=None,
        )
        self._reader = asyncio.create_task(self._read())

    async def leave(self) -> None:
        self._forget_reruns()
        await self._socket.close()
        if self._reader is not None:
            await self._reader

    async def open(self, page: str) -> float:
        """Goes to a page; returns the seconds until all of it was sent."""
        self.page, self.given, self.uploaders = page, None, {}
        return await self._run()

    async def upload(self, name: str, photo: bytes) -> float:
        """Gives the open page Predict a photo in place of the one before; returns the seconds until its answer."""
        start = time.perf_counter()
        request = BackMsg()
        request.file_urls_request.request_id = "r"
        request.file_urls_request.file_names.append(name)
        request.file_urls_request.session_id = self.session
        await self._socket.send(request.SerializeToString())
        urls = (await self._urls.get()).file_urls[0]
        await asyncio.to_thread(self._put, urls.upload_url, name, photo)
        self.given = (name, len(photo), urls)
        await self._run()
        return time.perf_counter() - start

    async def _run(self) -> float:
        start = time.perf_counter()
        self._forget_reruns()
        await self._socket.send(self._asked("").SerializeToString())
        while await self._finished.get() not in (
            ForwardMsg.FINISHED_SUCCESSFULLY,
            ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
        ):
            pass
        taken = time.perf_counter() - start
        self.pictures, self._media = {address.decode() for address in self._media}, set()
        await asyncio.to_thread(self._fetch, self.pictures)
        return taken

    def _asked(self, fragment: str) -> BackMsg:
        message = BackMsg()
        message.rerun_script.page_name = self.page
        message.rerun_script.fragment_id = fragment
        message.rerun_script.is_auto_rerun = bool(fragment)
        message.rerun_script.context_info.locale = "en-US"
        message.rerun_script.context_info.url = f"{self.server.url}/{self.page}"
        if self.given is not None:
            name, size, urls = self.given
            state = message.rerun_script.widget_states.widgets.add()
            state.id = next(known for label, known in self.uploaders.items() if label.startswith(UPLOADER))
            file = state.file_uploader_state_value.uploaded_file_info.add()
            file.file_id, file.name, file.size = urls.file_id, name, size
            file.file_urls.CopyFrom(urls)
        return message

    async def _read(self) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            async for raw in self._socket:
                message = ForwardMsg.FromString(raw)
                self._media.update(MEDIA.findall(raw))
                kind = message.WhichOneof("type")
                if kind == "ref_hash":
                    message = self._seen.get(message.ref_hash, message)
                    kind = message.WhichOneof("type")
                elif message.hash:
                    self._seen[message.hash] = message
                self._take(kind, message)

    def _take(self, kind: str | None, message: ForwardMsg) -> None:
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id
        elif kind == "script_finished":
            self._finished.put_nowait(message.script_finished)
        elif kind == "file_urls_response":
            self._urls.put_nowait(message.file_urls_response)
        elif kind == "auto_rerun":
            asked = message.auto_rerun
            if asked.fragment_id not in self._reruns:
                self._reruns[asked.fragment_id] = asyncio.create_task(self._rerun(asked.fragment_id, asked.interval))
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            if element.WhichOneof("type") == "file_uploader":
                self.uploaders[element.file_uploader.label] = element.file_uploader.id
            elif element.WhichOneof("type") == "exception":
                self.errors.append(f"{self.page}: {element.exception.type} {element.exception.message}")

    async def _rerun(self, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self._socket.send(self._asked(fragment).SerializeToString())

    def _forget_reruns(self) -> None:
        for task in self._reruns.values():
            task.cancel()
        self._reruns = {}

    def _first_request(self) -> str:
        """The cookie by which the server knows its own pages again."""
        said = requests.get(f"{self.server.url}/_stcore/health", timeout=PATIENCE)
        return said.headers["Set-Cookie"].partition(";")[0]

    def _put(self, address: str, name: str, photo: bytes) -> None:
        headers = {"Cookie": self.cookie, "X-Xsrftoken": self.token, "Origin": self.server.url}
        file = {"file": (name, photo, "image/jpeg")}
        requests.put(self.server.url + address, files=file, headers=headers, timeout=PATIENCE).raise_for_status()

    def _fetch(self, wanted: set[str]) -> None:
        for address in wanted:  # one of a moment ago may be gone by now
            requests.get(self.server.url + address, timeout=PATIENCE)
