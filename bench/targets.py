"""The speed that this project promises, six ratios and times, each measured now: `make bench`.

    python bench/targets.py [FOLDER] [--rounds 3]

FOLDER holds train/ and test/ with happy/ and sad/; without it archive/, or drawn faces, whose accuracies mean nothing.
What is compared takes turns, so that a busy machine slows all of it; times of a busy machine are too long.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from bench import load_speed, recipes
from bench.phases import WARM_UP
from bench.recipes import CLASSIC, PLAIN, Row
from emotion.data import listing
from emotion.models.predictor import Predictor, load_model

MATRIX = 2048  # side of the matrices whose product shows what the processor can do
# The curves are drawn on a canvas that tells nothing; the bar beside them says its first whole percent a little later.
MOVED = "Number(document.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow')) > 0"
Line = tuple[str, str, str, bool]  # what, aim, measured, whether reached


def training(found: dict[str, list[Row]]) -> Iterator[Line]:
    """Targets 1 to 3."""
    right = {name: median(row["accuracy"] for row in rows) for name, rows in found.items()}
    took = {name: recipes.ratio(found, name, CLASSIC) for name in recipes.QUICK}
    aims = (("quick-s", right[CLASSIC], 1 / 6), ("quick", 0.90, 1 / 2), ("quick-l", 0.92, 1.0))
    for number, (name, accuracy, share) in enumerate(aims):
        yield (f"{1 + (number > 0)}. {name}", f"at least {accuracy:.1%} in at most {share:.2f} of classic's time",
               f"{right[name]:.1%} in {took[name]:.2f}", right[name] >= accuracy and took[name] <= share)  # fmt: skip
    took_plain = recipes.ratio(found, CLASSIC, PLAIN)
    yield ("3. classic", "at most 0.90 of the plain script's time, as accurate",
           f"{took_plain:.2f}; {right[CLASSIC]:.1%} against {right[PLAIN]:.1%}",
           took_plain <= 0.9 and abs(right[CLASSIC] - right[PLAIN]) < 0.03)  # fmt: skip


def loading(folder: Path, rounds: int) -> Iterator[Line]:
    """Target 4."""
    seconds: dict[str, list[float]] = {"plain_loop": [], "first_read": [], "our_read": []}
    for turn in range(rounds + 1):
        for work in (load_speed.plain_loop, load_speed.first_read, load_speed.our_read):
            taken, n = load_speed.measure(work, folder, ("sad", "happy"))
            if turn:
                seconds[work.__name__].append(taken)
    first = median(a / b for a, b in zip(seconds["first_read"], seconds["plain_loop"], strict=True))
    again = median(seconds["our_read"])
    yield (f"4. loading {n:,} faces", "at most 0.45 of a PIL loop's time, then under 0.3 s",
            f"{first:.2f}, then {again:.2f} s", first <= 0.45 and again < 0.3)  # fmt: skip


def first_point(home: Path) -> Iterator[Line]:
    """Target 5, in the browser."""
    from playwright.sync_api import sync_playwright

    from tests.e2e.browser import Server, find_chromium, launch

    found, server = [], Server(home)
    try:
        with sync_playwright() as playwright:
            page = launch(playwright, find_chromium() or "").new_context(base_url=server.url).new_page()
            for _ in range(3):
                page.goto("/train?run=new")
                page.get_by_role("button", name="Train", exact=True).wait_for()
                time.sleep(WARM_UP)
                start = time.perf_counter()
                page.get_by_role("button", name="Train", exact=True).click()
                page.wait_for_function(MOVED, timeout=60_000)
                found.append(time.perf_counter() - start)
                page.get_by_role("button", name="Stop and keep").click()
                page.get_by_text("It got").first.wait_for(timeout=60_000)
    finally:
        server.stop()
    yield "5. click to first point", "under 2 s with the warm worker", f"{median(found):.2f} s", median(found) < 2


def serving() -> Iterator[Line]:
    """Target 6: one thread, medians."""
    with tempfile.TemporaryDirectory() as folder:
        models = {"quick": (_untrained_quick(Path(folder)), 0.5), "shipped": (load_model("pretrained"), 3.0)}
        for name, (model, aim) in models.items():
            one, many = _milliseconds(model, 1), _milliseconds(model, 64) / 64
            yield (f"6. serving a face, {name}", f"under {aim} ms, faster in batches of 64",
                   f"{one:.2f} ms, in batches {many:.2f} ms", one < aim and many < one)  # fmt: skip


def _untrained_quick(folder: Path) -> Predictor:
    """Its weights make no difference to its speed."""
    from emotion.recipes.catalogue import config
    from emotion.runs.run import new_run
    from emotion.training import export, fit

    paths = new_run(config("quick"), folder / "quick")
    model = fit.build(config("quick"))
    export.write_model(paths, model, export.describe(model, config("quick"), "", {}))
    return load_model(str(paths.root))


def _milliseconds(model: Predictor, faces: int) -> float:
    batch = np.random.default_rng(0).random((faces, 48, 48, 1), np.float32)
    model.predict_classes(batch)
    found = []
    for _ in range(1000 // faces + 20):
        start = time.perf_counter()
        model.predict_classes(batch)
        found.append(1000 * (time.perf_counter() - start))
    return median(found)


def compute(found: dict[str, list[Row]], faces: int) -> Iterator[str]:
    """How many floating-point operations a face takes, and what share of what the processor can do that comes to."""
    from emotion.recipes.catalogue import find
    from emotion.training.network import network

    a = np.random.default_rng(0).random((MATRIX, MATRIX), np.float32)
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        a @ a
        seconds.append(time.perf_counter() - start)
    can = 2 * MATRIX**3 / median(seconds) / 1e9
    yield f"NumPy's matrix product of {MATRIX}² float32: {can:.0f} GFLOP/s.\n"
    yield "| | MFLOP a face, forward | MFLOP a face, one step of training | GFLOP/s | of the matrix product |"
    yield "|---|---|---|---|---|"
    for name in (CLASSIC, *recipes.QUICK):
        forward = _flops(network(find(name), 2))
        done = forward * faces * (0.8 * 3 + 0.2) * len(found[name][0]["curve"])  # backward costs two forward passes
        speed = done / median(row["fit"] for row in found[name]) / 1e9
        yield f"| {name} | {forward / 1e6:.1f} | {3 * forward / 1e6:.1f} | {speed:.0f} | {speed / can:.0%} |"


def _flops(model: object) -> float:
    """Multiplications and additions of the convolutions and dense layers; the rest is memory, not arithmetic."""
    found = 0
    for layer in model.layers:  # type: ignore[attr-defined]
        if hasattr(layer, "kernel"):
            places = int(np.prod(layer.output.shape[1:3])) if layer.kernel.ndim == 4 else 1
            found += 2 * places * int(np.prod(layer.kernel.shape))
    return float(found)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", nargs="?", help="train/ and test/, happy/ and sad/ in each")
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--rows", type=Path, help="what `bench/recipes.py --json` wrote, instead of training anew")
    options.add_argument("--picture", type=Path, help="where the picture of accuracy against seconds goes")
    chosen = options.parse_args()
    folder = listing.resolve(chosen.folder or listing.default_data())
    found = json.loads(chosen.rows.read_text()) if chosen.rows else recipes.measure(folder, chosen.rounds, epochs=10)
    faces = sum(listing.scan(folder).counts["train"][name] for name in ("sad", "happy"))
    print(recipes.table(found, recipes.imports_only(), faces) + "\n", flush=True)
    if chosen.picture:
        recipes.draw(found, chosen.picture)
    print("\n".join(compute(found, faces)) + "\n", flush=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["EMOTION_HOME"] = home
        print("| target | aim | measured | |\n|---|---|---|---|")
        for lines in (training(found), loading(folder, chosen.rounds + 2), first_point(Path(home)), serving()):
            for what, aim, measured, reached in lines:
                print(f"| {what} | {aim} | {measured} | {'reached' if reached else '**not reached**'} |", flush=True)


if __name__ == "__main__":
    main()
