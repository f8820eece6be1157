"""What a training costs before its first and after its last step, beside what plain Keras takes for the same.

    python bench/begin_and_export.py [--recipes classic,quick,duo] [--rounds 5]

Before: a process loads TensorFlow and Keras, by this program and by `import keras`; a network is built and traced
(`emotion.training.fit.trace`), with the variables of its metrics made first and without. After: it is written for
LiteRT, by this program and by `Model.export`. Both ways take turns. Seconds of the processor, medians, each with its
part in the system.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emotion.recipes import config, find
from emotion.recipes.layers.backend import keras
from emotion.training import export, fit, network

ROOT = Path(__file__).resolve().parent.parent
HERE = "import emotion.recipes.layers.backend"
WITHOUT_A_HOLD = f"""
import contextlib
from emotion.system import processes
processes.loading_modules = contextlib.nullcontext
{HERE}
"""


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the processor that something takes here and in processes: altogether, and of them in the system."""
    before = os.times()
    work()
    after = os.times()
    system = after.system - before.system + after.children_system - before.children_system
    return after.user - before.user + after.children_user - before.children_user + system, system


def turns(rounds: int, **ways: Callable[[], object]) -> dict[str, tuple[float, float]]:
    """Of each way, the median of its seconds; the first round, which loads code, does not count."""
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, work in ways.items():
            seconds[name].append(spent(work))
    return {
        name: tuple(statistics.median(part) for part in zip(*rows[1:], strict=True)) for name, rows in seconds.items()
    }


def with_optimizer_alone(model: keras.Model) -> keras.Model:
    model.optimizer.build(model.trainable_variables)
    return model


def measured(name: str, rounds: int, path: Path) -> dict[str, dict[str, tuple[float, float]]]:
    """Of tracing and of exporting this recipe, the seconds of both ways; `path` is written over."""
    recipe, settings, prepared = find(name), config(name), fit.to_be_traced_once

    def trace(way: Callable[[keras.Model], keras.Model]) -> None:
        fit.to_be_traced_once = way
        fit.trace(settings)

    model = fit.build(settings)
    whole = network.served(model, mirrored=recipe.mirrored)
    return {
        "tracing": turns(rounds, plain=lambda: trace(with_optimizer_alone), here=lambda: trace(prepared)),
        "export": turns(
            rounds,
            plain=lambda: whole.export(path, format="litert", verbose=False),
            here=lambda: export.write_tflite(model, path, mirrored=recipe.mirrored),
        ),
    }


def start(program: str) -> Callable[[], object]:
    """Starts a Python that runs this and ends."""
    quiet = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    return lambda: subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=quiet, check=True, capture_output=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipes", default="classic,quick,duo")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    print("| recipe | what | plain Keras, s | here, s | ratio |\n|---|---|---|---|---|")
    show("all", "start", turns(asked.rounds, plain=start("import keras"), here=start(HERE)))
    show("all", "start, garbage looked for", turns(asked.rounds, plain=start(WITHOUT_A_HOLD), here=start(HERE)))
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.recipes.split(","):
            for what, found in measured(name, asked.rounds, Path(folder) / "model.tflite").items():
                show(name, what, found)


def show(recipe: str, what: str, found: dict[str, tuple[float, float]]) -> None:
    (plain, plain_system), (here, here_system) = found["plain"], found["here"]
    print(
        f"| {recipe} | {what} | {plain:.2f} ({plain_system:.2f} in the system) "
        f"| {here:.2f} ({here_system:.2f}) | {here / plain:.2f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
