"""What it costs until several processes have looked at a photo each: forked from one that has loaded what they need, as
`predict --out` and `check` start them on Linux, and started anew each, as elsewhere.

    python bench/pool_start.py [--jobs 2,8] [--rounds 5]

Both take turns, each in a fresh process. Seconds by the clock and of all processors of this computer, medians; nothing
else should run on it meanwhile.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emotion.models import Looking
from emotion.models.many.pool import Pool
from emotion.models.many.worker import PhotoTask

ROOT = Path(__file__).resolve().parent.parent
WAYS = {"forked": "forkserver", "anew": "spawn"}
MODEL, PHOTO = (ROOT / "tests" / "data" / "brightness" / "model.tflite", ROOT / "emotion" / "pretrained" / "model.json")


def look(method: str, jobs: int) -> None:
    """Has as many processes look at a file each; it is no picture, which they say."""
    of_python = multiprocessing.get_context
    multiprocessing.get_context = lambda _method=None: of_python(method)  # type: ignore[assignment]
    with Pool(jobs, PhotoTask(str(MODEL), Looking(whole=True), False)) as pool:
        list(pool.rows(iter([[str(PHOTO)]] * 3 * jobs)))


def busy() -> tuple[float, float]:
    """Seconds that the processors have worked since the computer began: in programs, and in the system."""
    spent = psutil.cpu_times()
    return spent.user + spent.nice, spent.system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", default="2,8")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way:
        look(WAYS[asked.way], int(asked.jobs))
    else:
        compare(asked.jobs.split(","), asked.rounds)


def compare(sizes: list[str], rounds: int) -> None:
    for jobs in sizes:
        took: dict[str, list[tuple[float, ...]]] = {way: [] for way in WAYS}
        for _round in range(rounds + 1):  # the first loads files from the disk
            for way, rows in took.items():
                before, began = busy(), time.perf_counter()
                subprocess.run([sys.executable, __file__, "--way", way, "--jobs", jobs], check=True)
                clock = time.perf_counter() - began
                rows.append((clock, *(after - first for after, first in zip(busy(), before, strict=True))))
        middle = {way: [statistics.median(part) for part in zip(*rows[1:], strict=True)] for way, rows in took.items()}
        for way, (clock, user, system) in middle.items():
            print(
                f"{jobs} processes {way}: {clock:.2f} s, {user:.2f} s of the processors and {system:.2f} in the system"
            )
        (one, *_), (other, *_) = middle.values()
        print(f"{jobs} processes: {one / other:.2f} of the time")


if __name__ == "__main__":
    main()
