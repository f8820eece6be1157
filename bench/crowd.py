"""Many people at one server: how long pages and answers take, what it needs of memory, how much a training is slowed.

    python bench/crowd.py [--people 40] [--uploading 10] [--minutes 2] [--crowds 1] [--no-training]

Each visitor is a session of its own over a websocket, speaks as Streamlit's own browser code does, opens what the page
shows and reruns the parts that the page asks to have rerun. A quarter of them give the page Predict a photo of 2 to
5 MB at each action, the others go from page to page; between two actions each waits for about ten seconds. No browser
is started: it would take more of the processor than the server does.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import psutil
from PIL import Image
from skimage import data

from tests.e2e.browser import ROOT, Server, pages
from tests.e2e.visitor import Visitor

PAUSE = 10.0  # seconds between two actions of one person, on average
BEFORE = 20.0  # seconds of training without and of memory before the crowd
AFTER = 160.0  # seconds after the last one has left: Streamlit keeps a closed session for two minutes
PHOTOS = 12


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


async def photographer(visitor: Visitor, told: Told, photos: list[bytes], until: float, seed: int) -> None:
    """Opens Predict and gives it one photo after the other."""
    chance = random.Random(seed)
    await asyncio.sleep(chance.uniform(0, PAUSE))
    await visitor.enter()
    await visitor.open("predict")
    while time.monotonic() < until:
        await asyncio.sleep(chance.uniform(0.5, 1.5) * PAUSE)
        photo = chance.choice(photos) + chance.randbytes(8)  # a new one for every cache
        told.answers.append(await visitor.upload("photo.jpg", photo))
    await visitor.leave()


async def reader(visitor: Visitor, told: Told, names: list[str], until: float, seed: int) -> None:
    """Goes from page to page."""
    chance = random.Random(seed)
    await asyncio.sleep(chance.uniform(0, PAUSE))
    await visitor.enter()
    while time.monotonic() < until:
        page = chance.choice(names)
        told.pages.setdefault(page, []).append(await visitor.open(page))
        await asyncio.sleep(chance.uniform(0.5, 1.5) * PAUSE)
    await visitor.leave()


async def crowd(server: Server, people: int, uploading: int, seconds: float, told: Told | None = None) -> Told:
    """All visitors at once, for so long; what they saw, behind what `told` holds already."""
    told, photos = told or Told(), make_photos()
    until = time.monotonic() + seconds
    visitors = [Visitor(server) for _ in range(people)]
    visits = [photographer(visitors[number], told, photos, until, number) for number in range(uploading)]
    visits += [reader(visitors[number], told, pages(), until, number) for number in range(uploading, people)]
    for outcome in await asyncio.gather(*visits, return_exceptions=True):
        if isinstance(outcome, BaseException):
            told.errors.append(f"{type(outcome).__name__}: {outcome}")
    told.errors += [error for visitor in visitors for error in visitor.errors]
    return told


async def open_all(server: Server) -> list[str]:
    """One person opens each page twice and gives one photo; returns what went wrong.

    Twice, since some pages show the second time what the first has had worked out: only then pandas and pyarrow are
    loaded, which draw its tables and hold 70 MB from there on.
    """
    visitor = Visitor(server)
    await visitor.enter()
    for page in [*pages(), *pages(), "predict"]:
        await visitor.open(page)
        await asyncio.sleep(3)  # what is worked out beside the page
    await visitor.upload("photo.jpg", make_photos()[0])
    await visitor.leave()
    return visitor.errors


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
    """Of the server's process, bytes."""
    return float(psutil.Process(server.process.pid).memory_info().rss)


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
    parser.add_argument("--crowds", type=int, default=1, help="how many come, one after the other has left")
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
            held, used = [memory(server)], processor(server)
            told, lasted, made = Told(), 0.0, 0
            for _ in range(asked.crowds):
                before, start = epochs(home), time.monotonic()
                asyncio.run(crowd(server, asked.people, asked.uploading, asked.minutes * 60, told))
                lasted += time.monotonic() - start
                made += epochs(home) - before
                held.append(memory(server))
                time.sleep(AFTER)
                held.append(memory(server))
            spent = [round(now - then, 1) for now, then in zip(processor(server), used, strict=True)]
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
    sizes = ", ".join(f"{size / 2**20:.0f}" for size in held)
    print(f"Memory of the server, MB, before, then at the end of each crowd and after it has left: {sizes}")
    print(f"The last in the first: {held[-1] / held[0]:.2f}")
    if training is not None and alone:
        beside = made / lasted
        print(f"Training: {alone:.3f} epochs a second alone, {beside:.3f} beside the crowd ({beside / alone:.2f})")
    print(f"Errors: {len(told.errors)}", *sorted(set(told.errors))[:10], sep="\n  ")


if __name__ == "__main__":
    main()
