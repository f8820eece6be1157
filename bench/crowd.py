"""Many people at one server: how long pages and answers take, what it needs of memory, how much a training is slowed.

    python bench/crowd.py [--people 40] [--uploading 10] [--minutes 2] [--no-training]

Each visitor is a session of its own over a websocket, speaks as Streamlit's own browser code does, opens what the page
shows and reruns the parts that the page asks to have rerun. A quarter of them give the page Predict a photo of 2 to
5 MB at each action, the others go from page to page; between two actions each waits for about ten seconds. No browser
is started: it would take more of the processor than the server does.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import psutil
import requests
import websockets
from PIL import Image
from skimage import data
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.e2e.browser import ROOT, Server, pages

PAUSE = 10.0  # seconds between two actions of one person, on average
BEFORE = 20.0  # seconds of training without and of memory before the crowd
AFTER = 160.0  # seconds after the last one has left: Streamlit keeps a closed session for two minutes
PATIENCE = 120  # seconds for one request
PHOTOS = 12
MEDIA = re.compile(rb"/media/[0-9a-f]+\.\w+")
UPLOADER = "Drop photos here"  # the label of the one on Predict begins so


@dataclass
class Told:
    """What the visitors saw.

    Attributes:
        pages, answers: seconds of each page opened and of each photo from the beginning of its upload to its answer.
        errors: what went wrong, in words.
    """

    pages: dict[str, list[float]] = field(default_factory=dict)
    answers: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Visitor:
    """One session of Streamlit."""

    def __init__(self, server: Server, told: Told) -> None:
        self.server, self.told = server, told
        self.session = ""
        self.page = ""
        self.uploaders: dict[str, str] = {}  # label → id, of the page that is open
        self.given: Any = None  # the state of the uploader
        self._finished: asyncio.Queue[int] = asyncio.Queue()
        self._urls: asyncio.Queue[Any] = asyncio.Queue()
        self._seen: dict[str, ForwardMsg] = {}  # messages that the server names by their hash only at the second time
        self._media: set[bytes] = set()
        self._reruns: dict[str, asyncio.Task[None]] = {}
        self._reader: asyncio.Task[None] | None = None

    async def enter(self) -> None:
        """Fetches the page's file, as every browser does, and opens the websocket."""
        self.cookie = await asyncio.to_thread(self._first_request)
        self.token = self.cookie.partition("=")[2]
        self._socket = await websockets.connect(
            f"ws://127.0.0.1:{self.server.port}/_stcore/stream",
            subprotocols=[websockets.Subprotocol("streamlit"), websockets.Subprotocol(self.token)],
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
        wanted, self._media = self._media, set()
        await asyncio.to_thread(self._fetch, wanted)
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
                self.told.errors.append(f"{self.page}: {element.exception.type} {element.exception.message}")

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

    def _fetch(self, wanted: set[bytes]) -> None:
        for address in wanted:  # one of a moment ago may be gone by now
            requests.get(self.server.url + address.decode(), timeout=PATIENCE)


async def photographer(visitor: Visitor, photos: list[bytes], until: float, seed: int) -> None:
    """Opens Predict and gives it one photo after the other."""
    chance = random.Random(seed)
    await asyncio.sleep(chance.uniform(0, PAUSE))
    await visitor.enter()
    await visitor.open("predict")
    while time.monotonic() < until:
        await asyncio.sleep(chance.uniform(0.5, 1.5) * PAUSE)
        photo = chance.choice(photos) + chance.randbytes(8)  # a new one for every cache
        visitor.told.answers.append(await visitor.upload("photo.jpg", photo))
    await visitor.leave()


async def reader(visitor: Visitor, names: list[str], until: float, seed: int) -> None:
    """Goes from page to page."""
    chance = random.Random(seed)
    await asyncio.sleep(chance.uniform(0, PAUSE))
    await visitor.enter()
    while time.monotonic() < until:
        page = chance.choice(names)
        visitor.told.pages.setdefault(page, []).append(await visitor.open(page))
        await asyncio.sleep(chance.uniform(0.5, 1.5) * PAUSE)
    await visitor.leave()


async def crowd(server: Server, people: int, uploading: int, seconds: float) -> Told:
    """All visitors at once, for so long."""
    told, until, photos = Told(), time.monotonic() + seconds, make_photos()
    visits = [photographer(Visitor(server, told), photos, until, number) for number in range(uploading)]
    visits += [reader(Visitor(server, told), pages(), until, number) for number in range(uploading, people)]
    for outcome in await asyncio.gather(*visits, return_exceptions=True):
        if isinstance(outcome, BaseException):
            told.errors.append(f"{type(outcome).__name__}: {outcome}")
    return told


async def open_all(server: Server) -> list[str]:
    """One person opens each page and gives one photo; returns what went wrong."""
    told = Told()
    visitor = Visitor(server, told)
    await visitor.enter()
    for page in [*pages(), "predict"]:
        await visitor.open(page)
        await asyncio.sleep(3)  # what is worked out beside the page
    await visitor.upload("photo.jpg", make_photos()[0])
    await visitor.leave()
    return told.errors


def make_photos() -> list[bytes]:
    """Photos of 12 megapixels, 2 to 5 MB, with one face of 700 to 1,400 pixels."""
    chance = np.random.default_rng(0)
    face, photos = Image.fromarray(data.astronaut()), []
    for number in range(PHOTOS):
        side = int(chance.integers(1600, 3000))
        photo = Image.new("RGB", (4032, 3024), (90, 110, 130))
        photo.paste(
            face.resize((side, side)), (int(chance.integers(0, 4032 - side)), int(chance.integers(0, 3024 - side)))
        )
        grain = chance.normal(0, 6, (3024, 4032, 1))
        pixels = np.clip(np.asarray(photo, np.float32) + grain, 0, 255).astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=80 + number % 6)
        photos.append(buffer.getvalue())
    return photos


def memory(server: Server) -> float:
    """Of the server's process, MB."""
    return float(psutil.Process(server.process.pid).memory_info().rss) / 2**20


def processor(server: Server) -> tuple[float, float]:
    """Seconds of the processor that the server's process has used: by itself, and in the system for it."""
    times = psutil.Process(server.process.pid).cpu_times()
    return times.user, times.system


def epochs(home: Path) -> int:
    """How many epochs the training in this home has made."""
    rows = [line for path in home.glob("runs/*crowd*/history.jsonl") for line in path.read_text().splitlines()]
    return sum("val_loss" in json.loads(line) for line in rows)


def command(home: Path, *words: str) -> subprocess.Popen[bytes]:
    """Starts this program's command line with that home."""
    return subprocess.Popen(
        [sys.executable, "-m", "emotion", *words], cwd=ROOT, env=os.environ | {"EMOTION_HOME": str(home)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def at(share: float, values: list[float]) -> float:
    """The value below which this share lies; nan of none."""
    return float(np.quantile(values, share)) if values else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--uploading", type=int, default=10, help="how many of them give photos")
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--no-training", action="store_true", help="nothing is trained meanwhile")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        command(home, "train", "--data", "demo", "--recipe", "quick-s", "--epochs", "1").wait()
        server = Server(home)
        training = None
        try:
            if wrong := asyncio.run(open_all(server)):  # the models are read, the pages' code too
                raise SystemExit(wrong[0])
            alone = 0.0
            if not asked.no_training:
                folder = home / "runs" / "20260101-000000-crowd"
                words = ("--data", "demo", "--recipe", "classic", "--epochs", "1000", "--run-dir", str(folder))
                training = command(home, "train", *words)
                while epochs(home) < 2:
                    time.sleep(0.5)
                    if training.poll() is not None:
                        raise SystemExit("The training did not begin.")
                before = epochs(home)
                time.sleep(BEFORE)
                alone = (epochs(home) - before) / BEFORE
            first, before, used = memory(server), epochs(home), processor(server)
            start = time.monotonic()
            told = asyncio.run(crowd(server, asked.people, asked.uploading, asked.minutes * 60))
            lasted = time.monotonic() - start
            most, beside = memory(server), (epochs(home) - before) / lasted
            spent = [round(now - then, 1) for now, then in zip(processor(server), used, strict=True)]
            time.sleep(AFTER)
            last = memory(server)
        finally:
            server.stop()
            if training is not None:
                training.terminate()
                training.wait()
    print(f"{asked.people} people, {asked.uploading} of them uploading, {lasted:.0f} s\n")
    print("| | number | median, s | p95, s | longest, s |\n|---|---|---|---|---|")
    every = [seconds for one in told.pages.values() for seconds in one]
    rows = {"answers": told.answers, "pages": every} | {f"page {name}": told.pages[name] for name in sorted(told.pages)}
    for name, values in rows.items():
        if values:
            middle = statistics.median(values)
            print(f"| {name} | {len(values)} | {middle:.2f} | {at(0.95, values):.2f} | {max(values):.2f} |")
    print(f"\nProcessor of the server: user {spent[0]} s, system {spent[1]} s")
    print(f"Memory of the server: {first:.0f} MB before, {most:.0f} at the end, {last:.0f} after all have left")
    if training is not None and alone:
        print(f"Training: {alone:.3f} epochs a second alone, {beside:.3f} beside the crowd ({beside / alone:.2f})")
    print(f"Errors: {len(told.errors)}", *sorted(set(told.errors))[:10], sep="\n  ")


if __name__ == "__main__":
    main()
