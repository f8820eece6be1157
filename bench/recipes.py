"""Accuracy against seconds: the recipes, the plain script that one would otherwise write, and PyTorch where it is.

All train on the same folder, in turn, each in a process of its own:

    python bench/recipes.py FOLDER [--rounds 3] [--epochs 10] [--picture docs/images/accuracy.svg]

Seconds are those of `fit`: TensorFlow's import and reading the pictures excluded, tracing and validation included.
"Whole" is the process from its start to its end; user and system time and minor page faults are of all of it.
Faults a step are those above a process that only imports TensorFlow, shared out among the steps. The bench ends with
status 1 where a way of 1,000 steps or more takes over three times the faults a step of the plain script.
Accuracy is that of the last epoch on the test part. Ratios are the medians of those of the rounds. `--epochs` is for
the classic network of both scripts; the other recipes keep their own number. Without FOLDER, faces are drawn, and the
accuracies mean nothing.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emotion.recipes import catalogue

HERE = Path(__file__).resolve().parent
PLAIN, CLASSIC, TORCH = "plain Keras script", "classic", "quick in a plain PyTorch script"
QUICK = ("quick-s", "quick", "quick-l")
BATCH = 64  # faces a step, of the plain script and of every recipe here
MOST_FAULTS = 3.0  # times those of the plain script
FEWEST_STEPS = 1000
# "fit", "whole", "user", "system": seconds; "faults"; "accuracy": 0 to 1; "curve": [[seconds, validation accuracy], …]
Row = dict[str, Any]


def ours(data: Path, recipe: str, *more: str) -> Row:
    """`python -m emotion train` in an empty home, so that nothing is read from a cache."""
    with tempfile.TemporaryDirectory() as home:
        words = ["train", "--data", str(data), "--recipe", recipe, *more]
        said, cost = _run([sys.executable, "-m", "emotion", *words], EMOTION_HOME=home)
        run_id = said.split()[-1]
        run = Path(home) / "runs" / run_id
        rows = [json.loads(line) for line in (run / "history.jsonl").read_text(encoding="utf-8").splitlines()]
        report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    curve = [[row["seconds"], row["val_accuracy"]] for row in rows if row["event"] == "epoch"]
    # The classic network is judged by its last epoch, as the plain script is; the others as a person gets them.
    judged = report["last" if recipe == CLASSIC else "best"]
    return cost | {"fit": curve[-1][0], "accuracy": judged["accuracy"], "curve": curve}


def script(name: str, *words: str) -> Row:
    """One of the plain scripts beside this file."""
    said, cost = _run([sys.executable, str(HERE / "scripts" / name), *words])
    return cost | json.loads(said.splitlines()[-1])


def torch_quick(data: Path) -> Row:
    settings = catalogue.find("quick")
    words = (
        settings.epochs,
        settings.batch_size,
        settings.learning_rate,
        settings.weight_decay,
        settings.label_smoothing,
    )
    return script("plain_torch.py", str(data), *map(str, words))


def imports_only() -> Row:
    """What it costs to import TensorFlow and to do nothing."""
    return _run([sys.executable, "-c", "import keras, tensorflow"])[1]


def _run(command: list[str], **environment: str) -> tuple[str, Row]:
    """What a process prints, and what it cost."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        command, cwd=HERE.parent, env=os.environ | quiet | environment, capture_output=True, encoding="utf-8"
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    whole, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, {
        "whole": whole,
        "user": after.ru_utime - before.ru_utime,
        "system": after.ru_stime - before.ru_stime,
        "faults": after.ru_minflt - before.ru_minflt,
    }


def measure(data: Path, rounds: int, epochs: int) -> dict[str, list[Row]]:
    """Every way to train, in turn; one row a round each."""
    ways = {PLAIN: lambda: script("plain_keras.py", str(data), str(epochs)),
            CLASSIC: lambda: ours(data, CLASSIC, "--epochs", str(epochs))}  # fmt: skip
    for name in QUICK:
        ways[name] = lambda name=name: ours(data, name)
    if importlib.util.find_spec("torch"):
        ways[TORCH] = lambda: torch_quick(data)
    found: dict[str, list[Row]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            found[name].append(way())
            print(
                f"{name}: {found[name][-1]['fit']:.1f} s, {found[name][-1]['accuracy']:.1%}",
                file=sys.stderr,
                flush=True,
            )
    return found


def ratio(found: dict[str, list[Row]], name: str, other: str, part: str = "fit") -> float:
    """The median over the rounds of how much of the other's time one takes."""
    return median(mine[part] / its[part] for mine, its in zip(found[name], found[other], strict=True))


def faults_a_step(rows: list[Row], idle: Row, faces: int) -> float:
    """Page faults above those of the imports, a step of training; the median of the rounds.

    Args:
        faces: in the training folder, of which 4 in 5 are learned from.
    """
    return max(0.0, median(row["faults"] for row in rows) - idle["faults"]) / steps(rows, faces)


def steps(rows: list[Row], faces: int) -> int:
    """Steps of a whole training."""
    return math.ceil(0.8 * faces / BATCH) * len(rows[0]["curve"])


def storms(found: dict[str, list[Row]], idle: Row, faces: int) -> list[str]:
    """The ways that take far more memory from the system at each step than the plain script.

    Of those with at least FEWEST_STEPS: among fewer, what tracing and export take outweighs the steps.
    """
    allowed = MOST_FAULTS * faults_a_step(found[PLAIN], idle, faces)
    long = [name for name, rows in found.items() if steps(rows, faces) >= FEWEST_STEPS]
    return [name for name in long if faults_a_step(found[name], idle, faces) > allowed]


def table(found: dict[str, list[Row]], idle: Row, faces: int) -> str:
    lines = [
        "| | fit, s | of classic's | whole, s | of the script's | user, s | system, s | faults a step | accuracy |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, rows in found.items():
        fit, whole, user, system, right = (
            median(row[part] for row in rows) for part in ("fit", "whole", "user", "system", "accuracy")
        )
        scores = [row["accuracy"] for row in rows]
        spread = "" if len(rows) == 1 else f" ({min(scores):.1%} to {max(scores):.1%})"
        lines.append(f"| {name} | {fit:.1f} | {ratio(found, name, CLASSIC):.2f} | {whole:.1f} | "
                     f"{ratio(found, name, PLAIN, 'whole'):.2f} | {user:.0f} | {system:.1f} | "
                     f"{faults_a_step(rows, idle, faces):.0f} | {right:.1%}{spread} |")  # fmt: skip
    return "\n".join(lines)


def draw(found: dict[str, list[Row]], path: Path) -> None:
    """Validation accuracy over seconds for each way, from the round in the middle; a dot for the test at the end."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "accuracy"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 4.2), layout="constrained")
    for name, rows in found.items():
        row = sorted(rows, key=lambda one: one["fit"])[len(rows) // 2]
        seconds, right = zip(*row["curve"], strict=True)
        (line,) = axes.plot(seconds, [100 * value for value in right], linewidth=1.6,
                            linestyle="--" if "script" in name else "-", label=name)  # fmt: skip
        axes.plot(seconds[-1], 100 * row["accuracy"], "o", color=line.get_color(), markersize=7)
    axes.set(xlabel="seconds of training on 2 CPU cores", ylabel="right, %", xlim=(0, None))
    axes.set_title("Validation accuracy while it trains; the dot is the test at the end", fontsize=10, loc="left")
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, fontsize=9)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Date": None} if path.suffix == ".svg" else None)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", nargs="?", type=Path, help="train/ and test/, happy/ and sad/ in each")
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--epochs", type=int, default=10)
    options.add_argument("--picture", type=Path, help="where the picture goes")
    options.add_argument("--json", type=Path, help="where the rows go, for bench/targets.py")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        data = chosen.folder
        if data is None:
            from emotion.data.drawn import write

            data = Path(scratch) / "faces"
            write.write(data)
        found, idle = measure(data.resolve(), chosen.rounds, chosen.epochs), imports_only()
        faces = sum(len(list((data / "train" / name).iterdir())) for name in ("happy", "sad"))
    print(table(found, idle, faces))
    if TORCH not in found:
        print("PyTorch is not installed here; its row is left out.")
    if chosen.picture:
        draw(found, chosen.picture)
    if chosen.json:
        chosen.json.write_text(json.dumps(found), encoding="utf-8")
    if hit := storms(found, idle, faces):
        raise SystemExit(
            f"More than {MOST_FAULTS:.0f} times the page faults a step of the plain script: {', '.join(hit)}"
        )


if __name__ == "__main__":
    main()
