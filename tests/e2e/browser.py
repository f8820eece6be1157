"""The app as a person meets it: a real server, a real Chromium, a camera that shows a film.

Used by the browser tests (through the fixtures of `conftest.py`) and by `screenshots.py`.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps
from playwright import sync_api

from emotion.models.bundle import web
from tests.prepared import Beginning, Prepared

Visit = Callable[..., Any]  # what the fixture `visit` gives: the browser of one person for a server
ROOT = Path(__file__).resolve().parent.parent.parent
OURS = ROOT / "streamlit_app.py"
POINT, TOOLS_LINE = 7, 26  # pixels: a point of a chart is as large; how far below its top edge its tools stand
CAMERA_SIZE = (640, 480)  # pixels: width, height
# The first is Chromium without its windows and menus: the same pages for a quarter less of the processor.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# A process that writes what each of its threads does when it is asked to, and then is the app, or another script of
# Streamlit.
TELLING = "import faulthandler, signal, sys\nfaulthandler.register(signal.SIGUSR1)\n"
APP = f"{TELLING}from emotion.__main__ import main\nsys.exit(main(sys.argv[1:]))"
STREAMLIT = f"{TELLING}from streamlit.web.cli import main\nmain()"
# No part of Streamlit is still loaded, and no chart of ours (`pages.ui.shared.pick`) is still empty.
ALL_THERE = """() => !document.querySelector('[data-testid="stSkeleton"], [data-testid="stAppSkeleton"]') &&
  [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')].every(({ shadowRoot }) =>
    shadowRoot?.childElementCount && [...shadowRoot.querySelectorAll('.pick')].every((one) => one.childElementCount))"""
LOST = 4000  # ms without any work of the app after which a click has not come to it
WATCH_FOR_WORK = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  window.worked = false;
  new MutationObserver(() => { window.worked ||= app.dataset.testScriptState !== 'notRunning'; })
    .observe(app, { attributeFilter: ['data-test-script-state'] });
}"""


def find_chromium() -> str | None:
    """The Chromium of this system: the one that `CHROMIUM` names, else the first on the path."""
    return os.environ.get("CHROMIUM") or next((path for path in map(shutil.which, NAMES) if path), None)


def pages() -> list[str]:
    """The addresses of the pages; each is its file's name."""
    return sorted(path.stem for path in (ROOT / "pages").glob("*.py") if not path.stem.startswith("_"))


class Server:
    """`emotion app`, or `streamlit run` of another script, in a process of its own, on a free port.

    Args:
        home: its `EMOTION_HOME`; also holds `server.txt`, what the server said.
        script: the app.
        prepared: has the large packages loaded as it begins, see `tests.prepared`; of the app only.
        environment: more variables for it.
    """

    process: subprocess.Popen[bytes] | Prepared

    def __init__(self, home: Path, script: Path = OURS, *, prepared: bool = False, **environment: str) -> None:
        self.home, self.script, self.prepared = home, script, prepared
        self.log = home / "server.txt"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = os.environ | {"EMOTION_HOME": str(home)} | environment
        self.start()

    def start(self) -> None:
        """Starts the server, also once more on the same port, and waits until it answers."""
        app = ["app", "--port", str(self.port), "--no-browser"]
        beginning = Beginning(app, ROOT, self._environment, self.log)
        self.process = Prepared(beginning) if self.prepared else self._started(app)
        while not self._is_healthy():
            if self.process.poll() is not None:
                raise RuntimeError(f"The server ended at once:\n{self.said()}")
            time.sleep(0.05)

    def _started(self, app: list[str]) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", APP, *app]
        if self.script != OURS:
            command = [sys.executable, "-c", STREAMLIT, "run", str(self.script)]
            command += ["--server.port", str(self.port), "--server.headless", "true"]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.script.parent,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def stop(self) -> None:
        """Ends the server process; runs that it started go on."""
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def threads(self) -> str:
        """What each thread of the server does at the moment; also ends up in what it says."""
        before = len(self.said())
        self.process.send_signal(signal.SIGUSR1)
        time.sleep(1)
        return self.said()[before:]

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def _is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5) as answer:
                return bool(answer.read() == b"ok")
        except (urllib.error.URLError, OSError):
            return False


def free_port() -> int:
    """A port of this computer that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launch(playwright: Any, chromium: str, film: Path | None = None, *, compiles: bool = True) -> Any:
    """Starts Chromium.

    Args:
        playwright: of `playwright.sync_api.sync_playwright()`.
        chromium: path of the program.
        film: a .y4m that its camera shows; None = no camera.
        compiles: the scripts of pages for speed, as that of a person does. Where each page is opened for a moment only,
            compiling takes longer than it saves, and its threads take from what is tested.

    Returns:
        The browser, a `playwright.sync_api.Browser`.
    """
    arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-software-rasterizer"]
    arguments += ["--in-process-gpu"]  # there is none: a process of its own only passes on what is painted
    arguments += ["--process-per-site"]  # tabs of one app share a process, which has read its scripts already
    if not compiles:
        arguments += ["--js-flags=--single-threaded --no-maglev --no-turbofan --no-flush-bytecode"]
    if film:
        arguments += ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
        arguments += [f"--use-file-for-fake-video-capture={film}"]
    return playwright.chromium.launch(executable_path=chromium, headless=True, args=arguments)


def write_film(path: Path, picture: Image.Image, frames: int = 4) -> Path:
    """Writes a film of a picture that stands still, as the camera of the browser reads it.

    Args:
        path: ends in .y4m.
        picture: any size; shown whole, upright, on grey.
        frames: how many; the browser shows them over and over.

    Returns:
        The path.
    """
    whole = ImageOps.pad(picture.convert("RGB"), CAMERA_SIZE, color="grey")
    planes = b"".join(plane.tobytes() for plane in _yuv420(whole))
    with path.open("wb") as file:
        file.write(b"YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n" % CAMERA_SIZE)
        for _ in range(frames):
            file.write(b"FRAME\n" + planes)
    return path


def _yuv420(picture: Image.Image) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Luminance (H, W) and two chrominances (H/2, W/2), uint8 in the limited range 16 to 235 of ITU-R BT.601."""
    full = np.asarray(picture.convert("YCbCr"), dtype=np.float32)  # Pillow: BT.601, full range 0 to 255
    luminance = 16 + full[..., 0] * (219 / 255)
    chrominance = 128 + (full[..., 1:] - 128) * (224 / 255)
    height, width = luminance.shape
    small = chrominance.reshape(height // 2, 2, width // 2, 2, 2).mean(axis=(1, 3))
    y, u, v = (np.rint(plane).astype(np.uint8) for plane in (luminance, small[..., 0], small[..., 1]))
    return y, u, v


def settled(page: Any) -> None:
    """Waits until the app has shown a heading, or an error, and has come to rest; live parts may go on."""
    page.locator('h1, [data-testid="stException"]').first.wait_for()
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def drawn(page: Any) -> None:
    """Waits, where the app has come to rest, until all parts of the page are there, with what they draw by scripts."""
    page.wait_for_function(ALL_THERE)


def choose(page: Any, field: str, option: str) -> None:
    """Opens a list and takes an option. A list closes where the page scrolls: that of a click has to be over before."""
    box = page.get_by_role("combobox", name=field)
    box.scroll_into_view_if_needed()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    box.click()
    page.get_by_role("option", name=option).click()


@contextlib.contextmanager
def served_folder(folder: Path) -> Iterator[str]:
    """A plain web server of a folder; gives its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def serve_the_library(page: Any, library: dict[str, bytes]) -> None:
    """Answers for the public server of LiteRT.js, so that the web page of a model needs none.

    Args:
        library: of `emotion.models.bundle.web.runtime`.
    """

    def answered(route: Any) -> None:
        package, _, name = route.request.url.removeprefix(f"{web.CDN}/").partition("/")
        kind = "application/wasm" if name.endswith(".wasm") else "text/javascript"
        body = library[f"litert/{package.partition('@')[0]}/{name}"]
        route.fulfill(body=body, content_type=kind, headers={"Access-Control-Allow-Origin": "*"})

    page.context.route(f"{web.CDN}/**", answered)


def press(page: Any, what: Any, shown: Any, seconds: int = 15, state: str = "visible") -> None:
    """Presses something until what it is to show is there, as a person does: a click that meets a rerun is lost.

    Args:
        page, what: what to press, and where.
        shown: what tells that it was pressed.
        seconds: how long to wait for that before it is pressed again, where the app has done something since.
        state: of what is shown; "detached" for what has to go.
    """
    for _ in range(5):
        settled(page)
        page.evaluate(WATCH_FOR_WORK)
        with contextlib.suppress(sync_api.TimeoutError):
            what.click(timeout=5000)
            with contextlib.suppress(sync_api.TimeoutError):
                return shown.wait_for(timeout=LOST, state=state)
            if page.evaluate("worked"):
                return shown.wait_for(timeout=1000 * seconds, state=state)
    raise AssertionError(f"no click on {what} shows {shown}")


def points_of(page: Any, chart: Any) -> Iterator[tuple[float, float]]:
    """Where points of a chart lie in the window, from its middle on: there the pointer becomes a hand."""
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    rows = sorted(range(40, round(box["height"]), POINT), key=lambda y: abs(y - box["height"] / 2))
    yield from _hands(page, chart, [(x, y) for y in rows for x in range(0, round(box["width"]), POINT)])


def tools_of(page: Any, chart: Any) -> list[tuple[float, float]]:
    """Where the tools of a chart lie in the window, from the left."""
    chart.scroll_into_view_if_needed()
    hands = list(_hands(page, chart, [(x, TOOLS_LINE) for x in range(0, 120, 3)]))
    apart = [n for n in range(1, len(hands)) if hands[n][0] - hands[n - 1][0] > 3]
    return [hands[n] for n in (0, *apart)]


def _hands(page: Any, chart: Any, places: Iterable[tuple[int, int]]) -> Iterator[tuple[float, float]]:
    box = chart.bounding_box()
    for x, y in places:
        page.mouse.move(box["x"] + x, box["y"] + y)
        if chart.evaluate("it => it.firstElementChild.style.cursor") == "pointer":
            yield box["x"] + x, box["y"] + y


def open_face(page: Any) -> None:
    """Opens the first face of a gallery."""
    press(page, page.get_by_role("gridcell").first, page.locator(".face-facts").first)


def take_picture(page: Any) -> None:
    """Takes a picture with the camera on the page, as soon as the film runs in it.

    The camera is brought into view first: Chromium does not draw a video that nobody sees, and its picture is black.
    """
    page.locator('.shot[data-state="on"]').wait_for()
    video = page.locator(".shot video")
    video.scroll_into_view_if_needed()
    video.evaluate("video => new Promise(done => video.requestVideoFrameCallback(done))")
    page.get_by_role("button", name="Take the picture").click()
