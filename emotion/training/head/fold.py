"""Another last layer for a finished network, put into its LiteRT file: no TensorFlow, some milliseconds.

Its operations up to `features` stay, those that only led to the old answer go. Where the new layer also uses the
earlier stage (`emotion.training.head.stage`), `features` are both one after the other from then on: what it sees.
Letters: F features, S of the earlier stage, K classes.
"""

from __future__ import annotations

import numpy as np

from emotion.training.head import stage
from emotion.training.head.graph import ANSWER, FEATURES, Floats, Graph


def fold(network: bytes, weights: Floats, bias: Floats) -> bytes:
    """The network with this last layer: softmax, or one sigmoid for two classes.

    Args:
        network: a `model.tflite` of this program.
        weights: (F, K) or (F + S, K) float32.
        bias: (K,) float32.

    Returns:
        The bytes of a whole `model.tflite`, which needs nothing of the old one.

    Raises:
        ValueError: when the network has another number of features, or the file none.
    """
    graph = Graph(network)
    seen = _seen(graph, len(weights))
    if len(bias) == 2:  # P(label 1) is a sigmoid of the difference
        weights, bias = weights[:, 1:] - weights[:, :1], bias[1:] - bias[:1]
    width = len(bias)
    kernel = graph.constant("head/kernel", np.ascontiguousarray(weights.T))
    shift = graph.constant("head/bias", bias)
    logits = graph.add("FULLY_CONNECTED", [seen, kernel, shift], "head/logits", width, "FullyConnected")
    if width == 1:
        answer = graph.add("LOGISTIC", [logits], "head/probability", 1)
    else:
        answer = graph.add("SOFTMAX", [logits], "head/probability", width, "Softmax", beta=1.0)
    graph.give(ANSWER, answer)
    return graph.packed()


def _seen(graph: Graph, width: int) -> int:
    """The tensor (N, width) that the new layer looks at: the features, or these and the earlier stage."""
    own = graph.shape(graph.features)[-1]
    if own == width:
        return graph.features
    earlier = stage.add(graph) if width > own else None
    if earlier is None or own + graph.shape(earlier)[-1] != width:
        raise ValueError(f"Expected weights for {own} features. Received: {width}")
    both = graph.add("CONCATENATION", [graph.features, earlier], "head/features", width, "Concatenation", axis=1)
    graph.give(FEATURES, both)
    return both
