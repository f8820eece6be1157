"""Training a network, in a process of its own: the only room that imports TensorFlow.

May import `evaluation` and the rooms below it. What stands in `__all__` can be imported without TensorFlow.
"""

from __future__ import annotations

from emotion.training import cluster, elsewhere, head, repeat, start_from, worker
from emotion.training.repeat import BeforeAfter
from emotion.training.start_from import FEW, HEAD_BELOW, StartingPoint

__all__ = [
    "FEW",
    "HEAD_BELOW",
    "BeforeAfter",
    "StartingPoint",
    "cluster",
    "elsewhere",
    "head",
    "repeat",
    "start_from",
    "worker",
]
