"""Where the seconds of a training go, phase by phase, cold and with the warm worker.

    python bench/phases.py FOLDER [--recipes classic quick] [--rounds 3]

Each run starts as the button Train starts it, in an empty home; the clock runs from the click. Cold, a process is
started first; warm, one has TensorFlow imported and the default recipe traced already. The medians of the rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import itertools

from emotion import recipes, runs
from emotion.runs import queue

WARM_UP = 25.0  # seconds for TensorFlow's import and tracing; nothing tells the page when they are done
BEFORE = "until its process works"
END = "whole"


def run_phases(data: Path, recipe: str, *, warm: bool) -> dict[str, float]:
    """Seconds of each phase of one run, in order; `whole` from the click to the end of the last."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"EMOTION_HOME": home, "EMOTION_WARM": str(int(warm))}
        if warm:
            queue.warm_up()
            time.sleep(WARM_UP)
        click = time.time()
        paths = queue.start(recipes.config(recipe, data=str(data))).paths
        while not (run := runs.read_run(paths)).status.has_ended:
            time.sleep(0.05)
        if not run.has_model:
            raise SystemExit(f"{run.status}: {run.reason}")
        end = time.time()
        rows = [json.loads(line) for line in paths.history.read_text(encoding="utf-8").splitlines()]
    steps = [(BEFORE, click), *((row["phase"], row["time"]) for row in rows if row["event"] == "phase"), (END, end)]
    taken = {name: following - at for (name, at), (_, following) in itertools.pairwise(steps)}
    return taken | {END: end - click}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="train/ and test/, happy/ and sad/ in each")
    parser.add_argument("--recipes", nargs="+", default=["classic", "quick"])
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    ways = [(recipe, warm) for recipe in chosen.recipes for warm in (False, True)]
    found: dict[tuple[str, bool], list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(chosen.rounds):
        for recipe, warm in ways:
            found[recipe, warm].append(run_phases(chosen.folder, recipe, warm=warm))
    names = list(next(iter(found.values()))[0])
    print("| seconds | " + " | ".join(f"{recipe}, {'warm' if warm else 'cold'}" for recipe, warm in ways) + " |")
    print("|---" * (len(ways) + 1) + "|")
    for name in names:
        cells = (f"{median(run.get(name, 0.0) for run in found[way]):.2f}" for way in ways)
        print(f"| {name} | " + " | ".join(cells) + " |")
    ratios = (f"{median(run[END] / run['training'] for run in found[way]):.2f}" for way in ways)
    print("| whole / training | " + " | ".join(ratios) + " |")


if __name__ == "__main__":
    main()
