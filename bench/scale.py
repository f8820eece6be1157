"""How much more work costs how much more: photos into one table with one process and with two, and a check by size.

    python bench/scale.py [--photos 300] [--jobs 1,2]
    python bench/scale.py --check 10000,30000,100000,300000 [--jobs 1,2]

Asks `predict --out` for a folder of photos of 1280×960 (200 kB) and for one of faces of 48×48, each time anew, and
prints photos/s, the CPU that a photo takes, and the memory of the largest process. Other work on the same cores makes
the first worse and leaves the second alone.

With `--check` it makes data sets of so many faces of 48×48, no two alike, of which every fiftieth is followed by one
that is nearly the same (saved again, darker, mirrored) and every fiftieth by a copy of its file, and checks each anew:
seconds, CPU, the largest sum of the memory of all its processes, and how many of the planted pictures it finds.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import psutil
from PIL import Image
from skimage import data

from bench.crowd import make_photos
from bench.serve import small
from emotion.data.drawn import shipped

ROOT = Path(__file__).resolve().parent.parent
PRICE = 0.04  # for a core and hour: an example, of a rented server


def linked(photos: list[bytes], folder: Path, number: int) -> Path:
    """A folder with so many names for a few photos."""
    folder.mkdir()
    for place, photo in enumerate(photos):
        (folder / f"{place:07}.jpg").write_bytes(photo)
    for place in range(len(photos), number):
        os.link(folder / f"{place % len(photos):07}.jpg", folder / f"{place:07}.jpg")
    return folder


def face() -> bytes:
    """A face of 48×48 as JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(data.astronaut()).crop((178, 63, 267, 152)).convert("L").resize((48, 48)).save(buffer, "JPEG")
    return buffer.getvalue()


def measure(folder: Path, out: Path, jobs: int, *words: str) -> tuple[float, float, float]:
    """Seconds, seconds of CPU, and MB of the largest of the processes that look at photos."""
    command = [sys.executable, "-m", "emotion", "predict", str(folder), "--out", str(out), "--jobs", str(jobs), *words]
    start, largest = time.perf_counter(), 0
    before = os.times()
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    parent = psutil.Process(process.pid)
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):  # one of them has ended
            largest = max([largest, *(child.memory_info().rss for child in parent.children(recursive=True))])
        time.sleep(0.1)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, used, largest / 2**20


def drawn_faces() -> np.ndarray:
    """(N, 48, 48) float32: the drawn faces in even light."""
    return np.concatenate([one.painted for one in shipped.load().values()]).astype("f4")


def textures(rng: np.random.Generator) -> np.ndarray:
    """(64, 96, 96) float32 of fine and coarse shades: a part of one makes a face that no other is like."""
    fine = rng.normal(0, 9, (64, 96, 96))
    coarse = np.kron(rng.normal(0, 25, (64, 12, 12)), np.ones((8, 8)))
    for axis in (1, 2):
        coarse = sum(np.roll(coarse, step, axis) for step in range(-4, 5)) / 9
    return (fine + 1.5 * coarse).astype("f4")


def grey(number: int, drawn: np.ndarray, shades: np.ndarray) -> np.ndarray:
    """A face of its own for each number, (48, 48) uint8."""
    rng = np.random.default_rng([11, number])
    one, other = drawn[rng.integers(len(drawn), size=2)]
    y, x = rng.integers(48, size=2)
    shade = shades[rng.integers(len(shades)), y : y + 48, x : x + 48]
    share = rng.uniform(0.3, 0.7)
    return np.clip(share * one + (1 - share) * other + shade, 0, 255).astype(np.uint8)


def make_set(folder: Path, number: int) -> int:
    """A data set of so many pictures; returns how many of them are nearly the same as the one before."""
    drawn, shades, near, before = drawn_faces(), textures(np.random.default_rng(11)), 0, b""
    for place in range(number):
        pair = place // 2  # pictures that belong together lie in one folder
        inside = folder / ("test" if pair % 5 == 0 else "train") / ("happy" if pair % 2 else "sad")
        if place < 40:
            inside.mkdir(parents=True, exist_ok=True)
        if place % 50 == 31:
            content = before
        elif place % 50 == 11:
            near += 1
            pixels = grey(place - 1, drawn, shades)
            content = jpeg((pixels[:, ::-1] if near % 3 == 0 else pixels * 0.9).astype(np.uint8), 70)
        else:
            content = jpeg(grey(place, drawn, shades), 92)
        before = content
        (inside / f"{place:07}.jpg").write_bytes(content)
    return near


def jpeg(pixels: np.ndarray, quality: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def memory(process: psutil.Process) -> int:
    """Bytes of a process and of all that it has started; what they share counts for each."""
    total = 0
    for one in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.Error):  # it has ended
            total += one.memory_info().rss
    return total


def check_once(folder: Path, jobs: int) -> tuple[float, float, float, dict[str, int]]:
    """Seconds, seconds of CPU, MB, and what was found: kind → number."""
    command = [sys.executable, "-m", "emotion", "check", str(folder), "--json", "--jobs", str(jobs)]
    start, before, most = time.perf_counter(), os.times(), 0
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said)
        while process.poll() is None:
            with contextlib.suppress(psutil.Error):
                most = max(most, memory(psutil.Process(process.pid)))
            time.sleep(0.1)
        seconds, after = time.perf_counter() - start, os.times()
        said.seek(0)
        found = {finding["kind"]: finding["count"] for finding in json.load(said)["findings"]}
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, used, most / 2**20, found


def check_by_size(home: Path, sizes: list[int], jobs: list[int]) -> None:
    """Prints a row for each size and number of processes."""
    names = ("pictures", "processes", "seconds", "CPU, s", "CPU / (n log n), the first 1", "MB, all processes",
             "nearly the same: found, planted", "copies")  # fmt: skip
    print("| " + " | ".join(names) + " |\n" + "|---" * len(names) + "|")
    first = 0.0
    for size in sizes:
        folder = home / f"set{size}"
        planted = make_set(folder, size)
        for number in jobs:
            shutil.rmtree(home / "home", ignore_errors=True)
            seconds, used, most, found = check_once(folder, number)
            share = used / (size * math.log(size))
            first = first or share
            near = found.get("near_duplicates", 0)
            print(f"| {size:,} | {number} | {seconds:.0f} | {used:.0f} | {share / first:.2f} | {most:.0f} | {near:,}, "
                  f"{planted:,} | {found.get('duplicates', 0):,} |", flush=True)  # fmt: skip
        shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", default="", metavar="SIZES")
    parser.add_argument("--photos", type=int, default=300)
    parser.add_argument("--jobs", default="1,2")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        os.environ["EMOTION_HOME"] = str(home / "home")
        if asked.check:
            check_by_size(home, [int(size) for size in asked.check.split(",")], [int(n) for n in asked.jobs.split(",")])
            return
        photos = linked(small(make_photos()), home / "photos", asked.photos)
        faces = linked([face()], home / "faces", 20 * asked.photos)
        print(
            "| photos | processes | number | seconds | photos/s | CPU a photo, ms | MB a process |\n" + "|---" * 7 + "|"
        )
        for what, folder, words in (("1280×960", photos, ()), ("faces of 48×48", faces, ("--whole",))):
            number = len(list(folder.iterdir()))
            for jobs in map(int, asked.jobs.split(",")):
                out = home / f"{folder.name}-{jobs}.parquet"
                seconds, used, largest = measure(folder, out, jobs, *words)
                cells = (
                    what,
                    jobs,
                    f"{number:,}",
                    f"{seconds:.1f}",
                    f"{number / seconds:.1f}",
                    f"{used / number * 1e3:.1f}",
                )
                print("| " + " | ".join(map(str, cells)) + f" | {largest:.0f} |", flush=True)
                each, row = used / number, out.stat().st_size / number
            for many in (1e6, 1e8):
                hours = many * each / 3600
                print(f"{many:,.0f} of {what}: {hours:,.1f} core hours, {hours * PRICE:,.2f} at {PRICE} a core hour, "
                      f"a table of {row * many / 1e9:.2g} GB")  # fmt: skip


if __name__ == "__main__":
    main()
