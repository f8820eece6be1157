"""An earlier stage of a network, pooled over the picture: what it saw before it cared only for what it has learned.

The stage is the last thing the network makes of a face at the resolution before its last one (of `strong` 12×12 with
80 channels, of `quick` 12×12 with 32). Its mean over the picture says much of hats, hair and glasses, which the
features of a network for emotions no longer do. Letters: N faces, F features, S channels of the stage.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from emotion.training.head.graph import Graph

STAGE = "stage"  # the name of the output


def exposed(network: bytes) -> bytes | None:
    """The network with one more output `stage`, float32 (N, S); None where it has no such stage."""
    graph = Graph(network)
    stage = add(graph)
    if stage is None:
        return None
    graph.give(STAGE.encode(), stage)
    return graph.packed()


def add(graph: Graph) -> int | None:
    """Adds the pooled stage to a graph; returns the number of its tensor, or None where there is none.

    Of a network that looks at a face and at its mirror image it is the mean of both; of two networks side by side it is
    theirs side by side, since the channels of one mean nothing to the other.
    """
    makers = {int(tensor): number for number, one in enumerate(graph.operations) for tensor in one.outputs}
    pooled, apart = _pooled(graph, makers, graph.features)
    places = [_stage_below(graph, makers, tensor) for tensor in pooled]
    found = [place for place in places if place is not None]
    if not found or len(found) != len(places) or len(found) > 2:
        return None
    widths = [graph.shape(place)[-1] for place in found]
    if not apart and len(set(widths)) > 1:
        return None
    axes = graph.constant("head/axes", np.array([1, 2], np.int32))
    means = [graph.add("MEAN", [place, axes], f"head/stage{number}", width, "Reducer", keepDims=False)
             for number, (place, width) in enumerate(zip(found, widths, strict=True))]  # fmt: skip
    if len(means) == 1:
        return means[0]
    if apart:
        return graph.add("CONCATENATION", means, "head/stage", sum(widths), "Concatenation", axis=1)
    both = graph.add("ADD", means, "head/stages", widths[0], "Add")
    half = graph.constant("head/half", np.array([0.5], np.float32))
    return graph.add("MUL", [both, half], "head/stage", widths[0], "Mul")


def _pooled(graph: Graph, makers: dict[int, int], features: int) -> tuple[list[int], bool]:
    """The pictures (N, H, W, C) whose means the features are, in their order, and whether they stand side by side.

    Else there is one, or one for a face and one for its mirror image.
    """
    from ai_edge_litert.schema_py_generated import BuiltinOperator

    found, open_, apart = [], [features], False
    while open_:
        tensor = open_.pop()
        if tensor not in makers:
            continue
        operation = graph.operations[makers[tensor]]
        inputs = [int(index) for index in operation.inputs if index >= 0]
        if graph.kind(operation) == BuiltinOperator.MEAN and len(graph.shape(inputs[0])) == 4:
            found.append(inputs[0])
        elif len(graph.shape(tensor)) == 2:
            apart |= graph.kind(operation) == BuiltinOperator.CONCATENATION
            open_ += inputs[::-1]
    return found, apart


def _stage_below(graph: Graph, makers: dict[int, int], pooled: int) -> int | None:
    """The last tensor on the way to a picture that is larger than it: the next resolution below."""
    seen: set[int] = set()
    open_ = [pooled]
    while open_:
        tensor = open_.pop()
        if tensor in seen or tensor not in makers:
            continue
        seen.add(tensor)
        open_ += [int(index) for index in graph.operations[makers[tensor]].inputs if index >= 0]
    pictures: list[Any] = [
        tensor for tensor in seen if len(graph.shape(tensor)) == 4 and _is_picture(graph, makers, tensor)
    ]
    larger = [tensor for tensor in pictures if graph.shape(tensor)[1] > graph.shape(pooled)[1]]
    if not larger:
        return None
    side = min(graph.shape(tensor)[1] for tensor in larger)
    return max((tensor for tensor in larger if graph.shape(tensor)[1] == side), key=makers.__getitem__)


def _is_picture(graph: Graph, makers: dict[int, int], tensor: int) -> bool:
    """Whether it depends on the face: weights that are unpacked on the way do not."""
    signature = graph.tensors[tensor].shapeSignature
    return signature is not None and int(signature[0]) == -1
