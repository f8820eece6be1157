"""How much more work costs how much more: photos into one table, a check, and runs, by size and number of workers.

    python bench/scale.py [--photos 300,900,3000] [--jobs 1,2]
    python bench/scale.py --check 10000,30000,100000,300000 [--jobs 1,2]
    python bench/scale.py --runs 600,1800,6000 [--each 4] [--jobs 1,2]

Asks `predict --out` for a folder of photos of 1280×960 (200 kB) and for one of faces of 48×48, each time anew, and
prints photos/s, the CPU that a photo takes, and the memory of the largest process. Other work on the same cores makes
the first worse and leaves the second alone.

With `--check` it makes data sets of so many faces of 48×48, no two alike, of which every fiftieth is followed by one
that is nearly the same (saved again, darker, mirrored) and every fiftieth by a copy of its file, and checks each anew:
seconds, CPU, the largest sum of the memory of all its processes, the pairs it finds, and how many of the planted ones
are among them.

With `--runs` it makes such sets and has `tune` train so many runs of two epochs each, one or several at a time.
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
from dataclasses import dataclass
from pathlib import Path
from typing import IO

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import psutil
from PIL import Image
from skimage import data

from bench.crowd import make_photos
from bench.serve import small
from emotion.checks.check import last_report
from emotion.data.drawn import shipped
from emotion.runs import list_runs
from emotion.runs.run import Status

ROOT = Path(__file__).resolve().parent.parent
EPOCHS = 2  # of a run
FACES = 10  # times as many faces as photos
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


@dataclass
class Cost:
    """What a command took: seconds, seconds of CPU, and MB of its largest child and of all its processes together."""

    seconds: float
    cpu: float
    largest: float
    together: float


def cost(*words: str, said: IO[bytes] | None = None) -> Cost:
    """Runs a command of ours; what several processes share counts for each of them.

    Args:
        said: takes in what it prints.
    """
    start, before, largest, together = time.perf_counter(), os.times(), 0, 0
    process = subprocess.Popen([sys.executable, "-m", "emotion", *words], cwd=ROOT, stdout=said or subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)  # fmt: skip
    own = psutil.Process(process.pid)
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):  # one of them has ended
            children = [child.memory_info().rss for child in own.children(recursive=True)]
            largest, together = max([largest, *children]), max(together, own.memory_info().rss + sum(children))
        time.sleep(0.1)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(time.perf_counter() - start, used, largest / 2**20, together / 2**20)


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


def make_set(folder: Path, number: int) -> set[str]:
    """A data set of so many pictures; returns the names of those that are nearly the same as the one before."""
    drawn, shades, near, before = drawn_faces(), textures(np.random.default_rng(11)), set[str](), b""
    for place in range(number):
        pair = place // 2  # pictures that belong together lie in one folder
        inside = folder / ("test" if pair % 5 == 0 else "train") / ("happy" if pair % 2 else "sad")
        if place < 40:
            inside.mkdir(parents=True, exist_ok=True)
        if place % 50 == 31:
            content = before
        elif place % 50 == 11:
            near.add(f"{place:07}.jpg")
            pixels = grey(place - 1, drawn, shades)
            content = jpeg((pixels[:, ::-1] if len(near) % 3 == 0 else pixels * 0.9).astype(np.uint8), 70)
        else:
            content = jpeg(grey(place, drawn, shades), 92)
        before = content
        (inside / f"{place:07}.jpg").write_bytes(content)
    return near


def jpeg(pixels: np.ndarray, quality: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def check_once(folder: Path, jobs: int) -> tuple[Cost, dict[str, int]]:
    """What a check took, and what was found: kind → number."""
    with tempfile.TemporaryFile() as said:
        taken = cost("check", str(folder), "--json", "--jobs", str(jobs), said=said)
        said.seek(0)
        return taken, {finding["kind"]: finding["count"] for finding in json.load(said)["findings"]}


def pairs_found(folder: Path, planted: set[str]) -> tuple[int, int]:
    """How many pairs of the last check are nearly the same, and of how many planted pictures the pair is among them."""
    report = last_report(folder)
    if report is None:
        raise SystemExit("the check has left nothing behind")
    names = [Path(name).name for name in report.table.files]
    pairs = {tuple(sorted((names[first], names[second])))
             for first, second in zip(report.table.pairs.first, report.table.pairs.second, strict=True)}  # fmt: skip
    return len(pairs), sum((f"{int(name[:7]) - 1:07}.jpg", name) in pairs for name in planted)


def table(*names: str) -> None:
    """Prints the head of a table."""
    print("| " + " | ".join(names) + " |\n" + "|---" * len(names) + "|")


def row(*cells: object) -> None:
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def check_by_size(home: Path, sizes: list[int], jobs: list[int]) -> None:
    """Prints a row for each size and number of processes."""
    table("pictures", "processes", "seconds", "CPU, s", "CPU / (n log n), the first 1", "MB, all processes",
          "pairs nearly the same", "planted", "of these found", "copies")  # fmt: skip
    first = 0.0
    for size in sizes:
        folder = home / f"set{size}"
        planted = make_set(folder, size)
        for number in jobs:
            shutil.rmtree(home / "home", ignore_errors=True)
            taken, found = check_once(folder, number)
            share = taken.cpu / (size * math.log(size))
            first = first or share
            pairs, right = pairs_found(folder, planted)
            row(f"{size:,}", number, f"{taken.seconds:.0f}", f"{taken.cpu:.0f}", f"{share / first:.2f}",
                f"{taken.together:.0f}", f"{pairs:,}", f"{len(planted):,}", f"{right:,}",
                f"{found.get('duplicates', 0):,}")  # fmt: skip
        shutil.rmtree(folder)


def photos_by_size(home: Path, sizes: list[int], jobs: list[int]) -> None:
    """Prints a row for each kind of picture, number of them and number of processes, and what a million would take."""
    table("photos", "processes", "number", "seconds", "photos/s", "CPU a photo, ms", "MB a process")
    for what, photos, share, words in (("1280×960", small(make_photos()), 1, ()),
                                       ("faces of 48×48", [face()], FACES, ("--whole",))):  # fmt: skip
        for number in (share * size for size in sizes):
            folder = linked(photos, home / f"{share}x{number}", number)
            for some in jobs:
                out = folder.with_suffix(f".{some}.parquet")
                taken = cost("predict", str(folder), "--out", str(out), "--jobs", str(some), *words)
                each = taken.cpu / number
                row(what, some, f"{number:,}", f"{taken.seconds:.1f}", f"{number / taken.seconds:.1f}",
                    f"{each * 1e3:.1f}", f"{taken.largest:.0f}")  # fmt: skip
        for many in (1e6, 1e8):
            hours = many * each / 3600
            print(f"{many:,.0f} of {what}: {hours:,.1f} core hours, {hours * PRICE:,.2f} at {PRICE} a core hour, "
                  f"a table of {out.stat().st_size / number * many / 1e9:.2g} GB")  # fmt: skip


def runs_by_size(home: Path, sizes: list[int], jobs: list[int], runs: int) -> None:
    """Prints a row for each number of training pictures and of runs at a time."""
    table("pictures", "at a time", "runs", "seconds", "runs an hour", "CPU a run, s", "MB, all processes")
    for size in sizes:
        folder = home / f"set{size}"
        make_set(folder, size)
        for number in jobs:
            shutil.rmtree(home / "home", ignore_errors=True)
            taken = cost("tune", "--data", str(folder), "--recipe", "classic", "--vary", "learning_rate=0.001:0.002",
                         "--trials", str(runs), "--trial-epochs", str(EPOCHS), "--epochs", str(EPOCHS), "--no-pruning",
                         "--seed", "1", "--jobs", str(number))  # fmt: skip
            done = sum(run.status is Status.COMPLETED for run in list_runs())
            row(f"{size:,}", number, done, f"{taken.seconds:.0f}", f"{3600 * done / taken.seconds:.0f}",
                f"{taken.cpu / max(done, 1):.1f}", f"{taken.together:.0f}")  # fmt: skip
        shutil.rmtree(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--photos", default="300", metavar="SIZES")
    what.add_argument("--check", default="", metavar="SIZES")
    what.add_argument("--runs", default="", metavar="SIZES")
    parser.add_argument("--each", type=int, default=4, help="runs of each size")
    parser.add_argument("--jobs", default="1,2")
    asked = parser.parse_args()
    sizes = [int(size) for size in (asked.check or asked.runs or asked.photos).split(",")]
    jobs = [int(number) for number in asked.jobs.split(",")]
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        os.environ["EMOTION_HOME"] = str(home / "home")
        if asked.check:
            check_by_size(home, sizes, jobs)
        elif asked.runs:
            runs_by_size(home, sizes, jobs, asked.each)
        else:
            photos_by_size(home, sizes, jobs)


if __name__ == "__main__":
    main()
