"""Accuracy against seconds: the recipes, the plain script that one would otherwise write, and PyTorch where it is.

All train on the same folder, in turn, each in a process of its own:

    python bench/recipes.py FOLDER [--rounds 3] [--epochs 10] [--picture docs/images/accuracy.svg]

Seconds are those of `fit`: TensorFlow's import and reading the pictures excluded, tracing and validation included.
Accuracy is that of the last epoch on the test part. Ratios are the medians of those of the rounds. `--epochs` is for
the classic network of both scripts; the other recipes keep their own number. Without FOLDER, faces are drawn, and the
accuracies mean nothing.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emotion import recipes

HERE = Path(__file__).resolve().parent
PLAIN, CLASSIC, TORCH = "plain Keras script", "classic", "quick in a plain PyTorch script"
QUICK = ("quick-s", "quick", "quick-l")
Row = dict[str, Any]  # {"fit", "whole": seconds, "accuracy": 0 to 1, "curve": [[seconds, validation accuracy], …]}


def ours(data: Path, recipe: str, *more: str) -> Row:
    """`python -m emotion train` in an empty home, so that nothing is read from a cache."""
    with tempfile.TemporaryDirectory() as home:
        words = ["train", "--data", str(data), "--recipe", recipe, *more]
        start = time.perf_counter()
        run_id = _run([sys.executable, "-m", "emotion", *words], EMOTION_HOME=home).split()[-1]
        whole = time.perf_counter() - start
        run = Path(home) / "runs" / run_id
        rows = [json.loads(line) for line in (run / "history.jsonl").read_text(encoding="utf-8").splitlines()]
        report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    curve = [[row["seconds"], row["val_accuracy"]] for row in rows if row["event"] == "epoch"]
    # The classic network is judged by its last epoch, as the plain script is; the others as a person gets them.
    judged = report["last" if recipe == CLASSIC else "best"]
    return {"fit": curve[-1][0], "whole": whole, "accuracy": judged["accuracy"], "curve": curve}


def script(name: str, *words: str) -> Row:
    """One of the plain scripts beside this file."""
    start = time.perf_counter()
    said = _run([sys.executable, str(HERE / "scripts" / name), *words])
    return {"whole": time.perf_counter() - start} | json.loads(said.splitlines()[-1])


def torch_quick(data: Path) -> Row:
    settings = recipes.find("quick")
    words = (
        settings.epochs,
        settings.batch_size,
        settings.learning_rate,
        settings.weight_decay,
        settings.label_smoothing,
    )
    return script("plain_torch.py", str(data), *map(str, words))


def _run(command: list[str], **environment: str) -> str:
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        command, cwd=HERE.parent, env=os.environ | quiet | environment, capture_output=True, encoding="utf-8"
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


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


def table(found: dict[str, list[Row]]) -> str:
    lines = ["| | fit, s | of classic's | whole process, s | test accuracy |", "|---|---|---|---|---|"]
    for name, rows in found.items():
        fit, whole, right = (median(row[part] for row in rows) for part in ("fit", "whole", "accuracy"))
        spread = f" ({min(row['accuracy'] for row in rows):.1%} to {max(row['accuracy'] for row in rows):.1%})"
        lines.append(f"| {name} | {fit:.1f} | {ratio(found, name, CLASSIC):.2f} | {whole:.1f} | "
                     f"{right:.1%}{spread if len(rows) > 1 else ''} |")  # fmt: skip
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
            from emotion import demo_faces

            data = Path(scratch) / "faces"
            demo_faces.write(data)
        found = measure(data.resolve(), chosen.rounds, chosen.epochs)
    print(table(found))
    if TORCH not in found:
        print("PyTorch is not installed here; its row is left out.")
    if chosen.picture:
        draw(found, chosen.picture)
    if chosen.json:
        chosen.json.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
