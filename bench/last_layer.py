"""What fitting a last layer costs, beside the gradient steps that one would write for it.

    python bench/last_layer.py [--rounds 5]

Drawn faces as the shipped model sees them, two classes, loosely held. `emotion.training.before_after.learn_last_layer`
takes turns with 300 steps of Nesterov's method on the same loss, as long as they are by the bend that they allow for.
Milliseconds of the processor, medians, with their part in the system; and how far the answers of each lie from those of
6,000 such steps.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import ThreadpoolController

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.begin_and_export import turns
from emotion.data.drawn import write
from emotion.images import as_batch
from emotion.models import load_model
from emotion.training.before_after import LayerChange, learn_last_layer

if TYPE_CHECKING:
    from emotion.metrics import Floats, Labels

FACES, STEPS, LONG, PENALTY = (10, 40, 160), 300, 6000, 0.015
TIMES = 20  # in a row: the system counts hundredths of a second


def nesterov(
    features: Floats, even: Floats, labels: Labels, weights: Floats, penalty: float, steps: int
) -> LayerChange:
    """The change of `learn_last_layer` from equal answers, by gradient steps."""
    mean, scale = features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64)
    scale[scale < 1e-12] = 1
    x = np.concatenate([(features - mean) / scale, np.ones((len(features), 1))], axis=1)
    truth = np.eye(even.shape[1])[labels]
    steepest = 0.5 * float(np.linalg.eigvalsh(x @ x.T)[-1]) / len(x) + penalty
    momentum = (1 - math.sqrt(penalty / steepest)) / (1 + math.sqrt(penalty / steepest))
    change = ahead = np.zeros((x.shape[1], truth.shape[1]))
    for _step in range(steps):
        raised = np.exp(x @ ahead - (x @ ahead).max(axis=1, keepdims=True))
        slope = x.T @ (raised / raised.sum(axis=1, keepdims=True) - truth) / len(x) + penalty * ahead
        following = ahead - slope / steepest
        change, ahead = following, following + momentum * (following - change)
    return LayerChange(mean, scale, change)


def repeated(work: Callable[[], object]) -> None:
    for _time in range(TIMES):
        work()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds, rng = parser.parse_args().rounds, np.random.default_rng(0)
    happiness = rng.uniform(-1, 1, max(FACES))
    drawn = np.stack([np.asarray(write.draw_face(rng, float(happy))) for happy in happiness])
    seen, labels = load_model("pretrained").features(as_batch(drawn)), (happiness > 0).astype(np.int64)
    for n in FACES:
        given = (seen[:n], np.full((n, 2), 0.5), labels[:n], np.ones(n), PENALTY)
        ways = {"learn_last_layer": partial(learn_last_layer, *given), "300 steps": partial(nesterov, *given, STEPS)}
        exact = nesterov(*given, LONG).answer(*given[:2])
        with ThreadpoolController().limit(limits=1, user_api="blas"):
            took = turns(rounds, **{name: partial(repeated, way) for name, way in ways.items()})
        for name, both in took.items():
            far = np.abs(ways[name]().answer(*given[:2]) - exact).max()
            whole, system = (1000 * seconds / TIMES for seconds in both)
            print(f"{n:4} faces, {name:16}: {whole:5.1f} ms, {system:4.1f} of them in the system; off by {far:.0e}")
        one, other = took.values()
        print(f"{n:4} faces: {one[0] / other[0]:.2f} of the time")


if __name__ == "__main__":
    main()
