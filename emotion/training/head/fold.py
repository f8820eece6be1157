"""Another last layer for a finished network, put into its LiteRT file: no TensorFlow, some milliseconds.

Its operations up to `features` stay, those that only led to the old answer go. Where the new layer also uses the
earlier stage (`emotion.training.head.stage`), `features` are both one after the other from then on: what it sees.
Letters: F features, S of the earlier stage, K classes.
"""

from __future__ import annotations

import numpy as np

from emotion.system import _
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
    return _answered(graph, logits, "head", width)


def adjust(network: bytes, weights: Floats, bias: Floats) -> bytes:
    """The network with something added to what its last layer gives before it becomes probabilities.

    Args:
        network: a `model.tflite` of this program.
        weights: (F, K) float32, on its features.
        bias: (K,) float32.

    Returns:
        The bytes of a whole `model.tflite`.

    Raises:
        ValueError: when the network has another number of features or classes, or its answer is of another kind.
    """
    graph = Graph(network)
    answer = int(graph.outputs[ANSWER].tensorIndex)
    width = graph.shape(answer)[-1]
    if width == 1:  # P(label 1) is a sigmoid of the difference
        weights, bias = weights[:, 1:] - weights[:, :1], bias[1:] - bias[:1]
    if weights.shape != (graph.shape(graph.features)[-1], width):
        raise ValueError(
            _(
                "Expected {features} by {width} weights. Received: {shape}",
                features=graph.shape(graph.features)[-1],
                width=width,
                shape=weights.shape,
            )
        )
    logits = graph.before(answer)
    kernel = graph.constant("change/kernel", np.ascontiguousarray(weights.T))
    shift = graph.constant("change/bias", bias)
    change = graph.add("FULLY_CONNECTED", [graph.features, kernel, shift], "change/logits", width, "FullyConnected")
    both = graph.add("ADD", [logits, change], "change/sum", width, "Add")
    return _answered(graph, both, "change", width)


def _answered(graph: Graph, logits: int, prefix: str, width: int) -> bytes:
    """The whole network with these logits as its answer: a sigmoid of one, a softmax of several."""
    if width == 1:
        answer = graph.add("LOGISTIC", [logits], f"{prefix}/probability", 1)
    else:
        answer = graph.add("SOFTMAX", [logits], f"{prefix}/probability", width, "Softmax", beta=1.0)
    graph.give(ANSWER, answer)
    return graph.packed()


def _seen(graph: Graph, width: int) -> int:
    """The tensor (N, width) that the new layer looks at: the features, or these and the earlier stage."""
    own = graph.shape(graph.features)[-1]
    if own == width:
        return graph.features
    earlier = stage.add(graph) if width > own else None
    if earlier is None or own + graph.shape(earlier)[-1] != width:
        raise ValueError(_("Expected weights for {width} features. Received: {n}", width=own, n=width))
    both = graph.add("CONCATENATION", [graph.features, earlier], "head/features", width, "Concatenation", axis=1)
    graph.give(FEATURES, both)
    return both
