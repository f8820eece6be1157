"""How the learning rate moves over a training: from the share of the steps done to the share of the highest rate."""

from __future__ import annotations

import math


def one_cycle(done: float, warmup: float) -> float:
    """The share of the highest learning rate, 0.1 to 1 and down to 0, when this share of all steps is done."""
    if done < warmup:
        return 0.1 + 0.9 * done / warmup
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (done - warmup) / (1 - warmup))))


def hold(done: float, rise: float) -> float:
    """The same for a rate that rises for that share of all steps, stays, and falls evenly in the last third."""
    return min(0.1 + 0.9 * done / rise, 1.0, max(0.0, (1 - done) * 3))
