"""Many programs at one server: what `emotion serve` answers them, how fast, and what it needs of memory.

    python bench/serve.py [--clients 40] [--seconds 60] [--small]

Each client sends one photo after the other, of 12 megapixels (2 to 5 MB) or, with --small, of 1280×960 (200 kB), has an
address of its own, and waits as long as it is told to when it is sent away. The clients take some of the same cores.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx2 as httpx
import numpy as np
import psutil
from PIL import Image

from bench.crowd import make_photos

ROOT = Path(__file__).resolve().parent.parent
WARM, AFTER = 20, 30.0  # photos before the measurement, seconds after it
SMALL = (1280, 960)  # pixels
KEY = "a-key-for-a-bench-0123456789"
HEADERS = {"Authorization": f"Bearer {KEY}"}


@dataclass
class Told:
    """What the clients saw: answers by status, seconds of each answer that was 200, and connections that broke."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    broken: Counter[str] = field(default_factory=Counter)


@contextlib.contextmanager
def served(*words: str) -> Iterator[tuple[str, psutil.Process]]:
    """A server with a home of its own, and its address."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "emotion", "serve", "--port", "0", *words]
        environment = os.environ | {"EMOTION_HOME": home, "EMOTION_API_KEY": KEY}
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
        try:
            said = process.stderr.readline() if process.stderr else ""
            found = re.search(r"answering at (http://\S+),", said)
            if not found:
                raise SystemExit(said)
            yield found[1], psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait()


async def client(number: int, address: str, photos: list[bytes], until: float, told: Told) -> None:
    """One program: the next photo as soon as the last one was answered."""
    chance = random.Random(number)
    sender = HEADERS | {"X-Forwarded-For": f"198.51.100.{number + 1}"}
    async with httpx.AsyncClient(timeout=120, headers=sender) as http:
        while time.monotonic() < until:
            start = time.perf_counter()
            try:
                answer = await http.post(f"{address}/v1/predict", content=chance.choice(photos))
            except httpx.HTTPError as error:
                told.broken[type(error).__name__] += 1
                continue
            told.statuses[answer.status_code] += 1
            if answer.status_code == 200:
                told.seconds.append(time.perf_counter() - start)
            elif wait := answer.headers.get("retry-after"):
                await asyncio.sleep(int(wait) * chance.uniform(1.0, 1.5))


async def crowd(clients: int, address: str, photos: list[bytes], seconds: float) -> Told:
    """All clients at once, for so long."""
    told, until = Told(), time.monotonic() + seconds
    await asyncio.gather(*(client(number, address, photos, until, told) for number in range(clients)))
    return told


def small(photos: list[bytes]) -> list[bytes]:
    """The same photos as they are made smaller to be sent."""
    found = []
    for photo in photos:
        buffer = io.BytesIO()
        with Image.open(io.BytesIO(photo)) as image:
            image.resize(SMALL).save(buffer, "JPEG", quality=88)
        found.append(buffer.getvalue())
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--small", action="store_true", help="photos of 1280×960 in place of 12 megapixels")
    asked = parser.parse_args()
    photos = small(make_photos()) if asked.small else make_photos()
    with served() as (address, process):

        def memory() -> float:
            return float(process.memory_info().rss) / 2**20

        for number in range(WARM):
            httpx.post(
                f"{address}/v1/predict", content=photos[number % len(photos)], headers=HEADERS
            ).raise_for_status()
        before, used, start = memory(), process.cpu_times(), time.monotonic()
        between: list[float] = []
        for share in (1, 2):
            threading.Timer(asked.seconds * share / 3, lambda: between.append(memory())).start()
        told = asyncio.run(crowd(asked.clients, address, photos, asked.seconds))
        lasted, spent, at_end = time.monotonic() - start, process.cpu_times(), memory()
        time.sleep(AFTER)
        after = memory()
    middle, late = np.quantile(told.seconds, [0.5, 0.95])
    size = sum(map(len, photos)) / len(photos) / 1e6
    print(f"{asked.clients} clients for {lasted:.0f} s, photos of {size:.1f} MB\n")
    statuses = ", ".join(f"{number:,} × {status}" for status, number in sorted(told.statuses.items()))
    memories = ", ".join(f"{one:.0f}" for one in (before, *between, at_end, after))
    rows = {
        "photos/s": f"{len(told.seconds) / lasted:.1f}",
        "p50, s": f"{middle:.2f}",
        "p95, s": f"{late:.2f}",
        "answers by status": statuses,
        "broken connections": str(sum(told.broken.values())),
        "CPU of the server, s": f"{spent.user + spent.system - used.user - used.system:.0f}",
        "MB before, after a third, two thirds, all of it, and later": memories,
    }
    print("| " + " | ".join(rows) + " |\n" + "|---" * len(rows) + "|\n| " + " | ".join(rows.values()) + " |")
    print(*told.broken.items(), sep="\n")


if __name__ == "__main__":
    main()
