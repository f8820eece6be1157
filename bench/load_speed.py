"""How long a folder of pictures takes to read: a plain Pillow loop, the first read, and the read from the cache.

    python bench/load_speed.py FOLDER [--classes sad,happy] [--rounds 5]

The three take turns in one process, so that a busy machine slows all of them; the ratios are of the medians.
The first turn of each is not counted: it warms up the disk. Listing the folder is part of both our reads.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emotion.data import dataset, listing
from emotion.system.paths import IMAGE_SIZE, cache_dir


def plain_loop(root: Path, classes: tuple[str, ...]) -> int:
    """What one writes without this project: open, grey, resize, one after the other."""
    images = []
    for name in classes:
        for path in sorted((root / "train" / name).glob("*.*")):
            image = Image.open(path).convert("L").resize((IMAGE_SIZE, IMAGE_SIZE))
            images.append(np.asarray(image))
    return len(np.stack(images))


def our_read(root: Path, classes: tuple[str, ...]) -> int:
    return len(dataset.load(listing.scan(root), "train", classes).images)


def first_read(root: Path, classes: tuple[str, ...]) -> int:
    shutil.rmtree(cache_dir(), ignore_errors=True)
    return our_read(root, classes)


def measure(work: Callable[[Path, tuple[str, ...]], int], root: Path, classes: tuple[str, ...]) -> tuple[float, int]:
    """Seconds and number of pictures."""
    start = time.perf_counter()
    n = work(root, classes)
    return time.perf_counter() - start, n


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="holds train/<class>/")
    parser.add_argument("--classes", default="sad,happy")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    root, classes = listing.resolve(options.folder), tuple(options.classes.split(","))
    seconds: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as home:
        os.environ["EMOTION_HOME"] = home
        for turn in range(options.rounds + 1):
            for work in (plain_loop, first_read, our_read):
                taken, n = measure(work, root, classes)
                if turn:
                    seconds.setdefault(work.__name__, []).append(taken)
    median = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"{n} pictures, {options.rounds} rounds, median seconds (fastest)")
    for name, label in (("plain_loop", "plain Pillow loop"), ("first_read", "first read"), ("our_read", "cached read")):
        ratio = median[name] / median["plain_loop"]
        print(f"{label:18} {median[name]:7.3f} ({min(seconds[name]):.3f})   {ratio:.3f} of the plain loop")


if __name__ == "__main__":
    main()
