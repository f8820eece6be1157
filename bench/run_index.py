"""What a listing of runs costs: every file read anew, as it was before there was an index, and from the index.

    python bench/run_index.py [--runs 100 1000] [--rounds 7]

Two listings: that of the queue and of every page (`list_runs`), and that of the page Runs, which shows the figures of
each run besides, in its costliest case: searched, and in the order of a figure. The two ways take turns in one process,
so that a busy machine slows both; the figures are medians. System time is what the kernel spends for us.
Before, the page Runs read all figures ten times, once a column.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emotion.recipes import TrainingConfig
from emotion.runs import RunPaths, Status, append_history, list_runs, new_run, read_history, read_run
from emotion.runs import table as table_of_runs
from emotion.system import read_json

COLUMNS = 10
LONG_AGO = 1_700_000_000  # seconds since 1970: files that have just been written are not trusted yet


def make_runs(directory: Path, number: int) -> None:
    """Writes ended runs of ten epochs under `directory`."""
    for n in range(number):
        paths = new_run(TrainingConfig(name=f"run {n}"), directory / f"run-{n}")
        for epoch in range(1, 11):
            append_history(paths, event="epoch", epoch=epoch, loss=0.5, accuracy=0.7, val_loss=1 / epoch,
                           val_accuracy=0.8, seconds=3.0)  # fmt: skip
        paths.report.write_text('{"seconds": 30.0}', encoding="utf-8")
        paths.status.write_text(f'{{"status": "{Status.COMPLETED}", "created": {n}}}', encoding="utf-8")
        for path in paths.root.iterdir():
            os.utime(path, (LONG_AGO, LONG_AGO))


def listing_anew(directory: Path) -> int:
    runs = [read_run(RunPaths(status.parent)) for status in directory.glob("*/status.json")]
    return len(sorted(runs, key=lambda run: (run.created, run.id), reverse=True))


def listing(directory: Path) -> int:
    return len(list_runs(directory))


def table_anew(directory: Path) -> int:
    found = [RunPaths(status.parent) for status in directory.glob("*/status.json")]
    for _ in range(COLUMNS):
        for paths in found:
            read_history(paths)
            read_json(paths.report)
    return listing_anew(directory)


def table(directory: Path) -> int:
    """What the page Runs asks for where it costs most: rows searched, and put in the order of a figure of every run."""
    rows = table_of_runs.matching(table_of_runs.rows(list_runs(directory), {}), table_of_runs.Wanted(find="run"))
    return len(table_of_runs.grouped(table_of_runs.ordered(rows, table_of_runs.TESTED)))


def measure(work: Callable[[Path], int], directory: Path, number: int) -> tuple[float, float]:
    """Wall and system time of one call in milliseconds."""
    wall, system = time.perf_counter(), os.times().system
    found = work(directory)
    taken = time.perf_counter() - wall, os.times().system - system
    if found != number:
        raise SystemExit(f"{work.__name__} found {found} of {number} runs")
    return taken[0] * 1000, taken[1] * 1000


def compare(name: str, ways: tuple[Callable[[Path], int], ...], directory: Path, number: int, rounds: int) -> None:
    """Prints one line: the ratio, and both ways' times."""
    for work in ways:
        work(directory)  # the first call of each is not counted: it fills the index
    taken = [[measure(work, directory, number) for work in ways] for _ in range(rounds)]
    (before, before_system), (after, after_system) = (
        [statistics.median(times) for times in zip(*way, strict=True)] for way in zip(*taken, strict=True)
    )
    print(
        f"{name:8} {number:5} runs: {before / after:6.1f} times as fast; before {before:8.1f} ms "
        f"({before_system:.0f} in the system), after {after:6.1f} ms ({after_system:.0f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    for number in chosen.runs:
        with tempfile.TemporaryDirectory() as folder:
            make_runs(Path(folder), number)
            compare("listing", (listing_anew, listing), Path(folder), number, chosen.rounds)
            compare("Runs", (table_anew, table), Path(folder), number, chosen.rounds)


if __name__ == "__main__":
    main()
