"""How much more work costs how much more: photos into one table with one process and with two.

    python bench/scale.py [--photos 300] [--jobs 1,2]

Asks `predict --out` for a folder of photos of 1280×960 (200 kB) and for one of faces of 48×48, each time anew, and
prints photos/s, the CPU that a photo takes, and the memory of the largest process. Other work on the same cores makes
the first worse and leaves the second alone.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil
from PIL import Image
from skimage import data

from bench.crowd import make_photos
from bench.serve import small

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=300)
    parser.add_argument("--jobs", default="1,2")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        os.environ["EMOTION_HOME"] = str(home / "home")
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
