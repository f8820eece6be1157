"""Puts a LiteRT image classifier of another program into the form of this program's own.

That form takes `image` float32 (N, S, S, C) in [0, 1] and gives `probability` (N, 1) = P(label 1) for two classes, else
(N, K), and `features` (N, F). So operations are added before the network's own, which give it values of the range and
the type that it wants, and behind them, which make probabilities of what it gives. Letters: N faces, K answers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from emotion.recipes import CHANNELS, LARGEST_INPUT, SMALLEST_INPUT
from emotion.system import N_, _
from emotion.training.elsewhere.errors import ElsewhereError
from emotion.training.head.graph import ANSWER, FEATURES, Graph

IMAGE = "image"
TEACHABLE = (224, 3)  # side and channels of what Teachable Machine exports
TEACHABLE_RANGE = (-1.0, 1.0)
KINDS = {"SOFTMAX": "softmax", "LOGISTIC": "sigmoid"}
PASSING = ("RESHAPE", "SQUEEZE", "QUANTIZE", "DEQUANTIZE", "CAST")  # that leave what the numbers are
LAYERS = ("FULLY_CONNECTED", "BATCH_MATMUL")
MOST_STEPS = 6  # operations between the last layer and the answer: reshaping, other types


def kind_of_answer(graph: Graph) -> str:
    """What its numbers are by the last operation that says so: "softmax", "sigmoid", or "" for neither."""
    for operation in graph.towards(graph.results[0], MOST_STEPS):
        kind = graph.kind_name(operation)
        if kind in KINDS:
            return KINDS[kind]
        if kind not in PASSING:
            break
    return ""


@dataclass(frozen=True)
class Input:
    """What a network takes.

    Attributes:
        size, channels: of the square picture.
        channels_first: whether they come before height and width, as PyTorch has them.
        type: "float32", "uint8" or "int8".
        value_range: of its input values for black and white; None where the file does not say.
    """

    size: int
    channels: int
    channels_first: bool
    type: str
    value_range: tuple[float, float] | None


def taken(graph: Graph, name: str) -> Input:
    """What a network takes.

    Raises:
        ElsewhereError: when that is not one square picture of 8-bit or float values, or its weights are not there.
    """
    kinds = {graph.kind_name(operation) for operation in graph.operations}
    if "VAR_HANDLE" in kinds and "CALL_ONCE" not in kinds:
        raise ElsewhereError(
            name, _("its weights are variables without values"), N_("Freeze them and convert it again.")
        )
    if len(graph.inputs) != 1:
        raise ElsewhereError(name, _("it takes {n} inputs, expected one picture", n=len(graph.inputs)), CHOOSE)
    tensor = graph.tensors[graph.inputs[0]]
    shape = graph.shape(graph.inputs[0])
    first = len(shape) == 4 and shape[1] in CHANNELS and shape[3] not in CHANNELS
    height, width, channels = (shape[2], shape[3], shape[1]) if first else (*shape[1:4], 0, 0, 0)[:3]
    if len(shape) != 4 or shape[0] not in (-1, 1) or channels not in CHANNELS:
        raise ElsewhereError(
            name, _("its input has the shape {shape}, expected (1, side, side, 1 or 3)", shape=shape), CHOOSE
        )
    if height != width or not SMALLEST_INPUT <= height <= LARGEST_INPUT:
        side = f"{SMALLEST_INPUT} to {LARGEST_INPUT}"
        raise ElsewhereError(
            name,
            _(
                "it takes pictures of {width}×{height} pixels, expected a square of {side}",
                width=width,
                height=height,
                side=side,
            ),
            CHOOSE,
        )
    kind = graph.type_of(graph.inputs[0])
    if kind not in ("FLOAT32", "UINT8", "INT8"):
        raise ElsewhereError(
            name, _("its input values are {kind}, expected float32, uint8 or int8", kind=kind.lower()), CHOOSE
        )
    return Input(int(height), int(channels), first, kind.lower(), _range(tensor, kind))


CHOOSE = N_("Choose a model that answers one picture with a number for each class.")


def _range(tensor: Any, kind: str) -> tuple[float, float] | None:
    """Values for black and white of an input in 8 bits: these are the bytes 0 and 255, or -128 and 127."""
    if kind == "FLOAT32":
        return None
    scale, zero = quantisation(tensor)
    lowest = 0 if kind == "UINT8" else -128
    return (lowest - zero) * scale, (lowest + 255 - zero) * scale


def quantisation(tensor: Any) -> tuple[float, int]:
    """Scale and zero point of values in 8 bits; (1, 0) where the file tells none."""
    told = tensor.quantization
    if told is None or told.scale is None or len(told.scale) != 1:
        return 1.0, 0
    return float(told.scale[0]), int(told.zeroPoint[0]) if told.zeroPoint is not None and len(told.zeroPoint) else 0


def answers(graph: Graph, name: str) -> int:
    """How many numbers K a network gives for a picture.

    Raises:
        ElsewhereError: when that is not one row of them.
    """
    if len(graph.results) != 1:
        raise ElsewhereError(
            name, _("it gives {n} outputs, expected one number for each class", n=len(graph.results)), CHOOSE
        )
    shape = graph.shape(graph.results[0])
    if not shape or shape[-1] < 1 or int(np.prod(np.abs(shape), dtype=np.int64)) != shape[-1]:
        raise ElsewhereError(
            name, _("its output has the shape {shape}, expected a number for each class", shape=shape), CHOOSE
        )
    if graph.type_of(graph.results[0]) not in ("FLOAT32", "UINT8", "INT8"):
        raise ElsewhereError(name, _("its output is neither float32 nor in 8 bits"), CHOOSE)
    return int(shape[-1])


def ours(
    network: bytes,
    takes: Input,
    value_range: tuple[float, float],
    columns: Sequence[int],
    *,
    shares: bool,
    many: bool,
) -> bytes:
    """The network in the form of this program.

    Args:
        network: a LiteRT file that `taken` and `answers` have found to be an image classifier.
        takes: from `taken`.
        value_range: its input values for black and white.
        columns: the place of each class among its answers, in the order in which they are to be given. A single
            answer counts as those of label 0 and 1.
        shares: whether what it gives was seen to be probabilities, whatever operation they come from.
        many: whether several pictures may pass at once.
    """
    graph = Graph(network, signed=False)
    _lead_in(graph, takes, value_range, many=many)
    given = graph.results[0]
    features = _features(graph, given)
    _answered(graph, given, columns, features, shares=shares)
    return graph.packed()


def _lead_in(graph: Graph, takes: Input, value_range: tuple[float, float], *, many: bool) -> None:
    """Adds what makes the network's own input of `image`."""
    low, high = value_range
    steps: list[tuple[str, Any, str]] = []
    if high - low != 1:
        steps.append(("MUL", np.array([high - low], np.float32), "Mul"))
    if low != 0:
        steps.append(("ADD", np.array([low], np.float32), "Add"))
    if takes.channels_first:
        steps.append(("TRANSPOSE", np.array([0, 3, 1, 2], np.int32), "Transpose"))
    if takes.type != "float32":
        steps.append(("QUANTIZE", None, "Quantize"))
    graph.lead_in(IMAGE, (takes.size, takes.size, takes.channels), steps, many=many)


def _features(graph: Graph, given: int) -> int | None:
    """What the last fully connected layer sees, (N, F); None where there is none."""
    for operation in graph.towards(given, MOST_STEPS):
        if graph.kind_name(operation) in LAYERS:
            seen = int(operation.inputs[0])
            known = len(graph.shape(seen)) == 2 and graph.type_of(seen) in ("FLOAT32", "UINT8", "INT8")
            return seen if known else None
    return None


def _answered(graph: Graph, given: int, columns: Sequence[int], features: int | None, *, shares: bool) -> None:
    count = graph.shape(given)[-1]
    kind = kind_of_answer(graph)
    row = _as_floats(graph, given, "elsewhere/given")
    shape = graph.constant("elsewhere/row", np.array([-1, count], np.int32))
    row = graph.add("RESHAPE", [row, shape], "elsewhere/answers", count, "Reshape", newShape=[-1, count])
    seen = row if features is None else _as_floats(graph, features, "elsewhere/features")
    if count > 1 and kind == "sigmoid":  # each by itself: as shares of all of them
        axis = graph.constant("elsewhere/axis", np.array([1], np.int32))
        total = graph.add("SUM", [row, axis], "elsewhere/sum", 1, "Reducer", keepDims=True)
        row = graph.add("DIV", [row, total], "elsewhere/shares", count, "Div")
    elif not kind and not shares and count > 1:
        row = graph.add("SOFTMAX", [row], "elsewhere/probabilities", count, "Softmax", beta=1.0)
    elif not kind and not shares:
        row = graph.add("LOGISTIC", [row], "elsewhere/probabilities", count)
    graph.give(ANSWER, _in_order(graph, row, count, columns))
    graph.give(FEATURES, seen)


def _in_order(graph: Graph, row: int, count: int, columns: Sequence[int]) -> int:
    """The probabilities in our order of the classes; of two only that of label 1."""
    if len(columns) > 2:
        picked, shift = np.eye(count, dtype=np.float32)[list(columns)], np.zeros(count, np.float32)
    elif count > 1:
        picked, shift = np.eye(count, dtype=np.float32)[[columns[1]]], np.zeros(1, np.float32)
    else:  # P(its second class), which is our label 1 or our label 0
        sign = 1.0 if columns[1] == 1 else -1.0
        picked, shift = np.array([[sign]], np.float32), np.array([(1 - sign) / 2], np.float32)
    kernel, bias = graph.constant("elsewhere/order", picked), graph.constant("elsewhere/shift", shift)
    return graph.add("FULLY_CONNECTED", [row, kernel, bias], "elsewhere/probability", len(picked), "FullyConnected")


def _as_floats(graph: Graph, tensor: int, name: str) -> int:
    if graph.type_of(tensor) == "FLOAT32":
        return tensor
    return graph.add("DEQUANTIZE", [tensor], name, graph.shape(tensor)[1:], "Dequantize")


def begins_with_bytes(graph: Graph) -> bool:
    """Whether the first thing it does is to make [0, 1] or [-1, 1] of bytes, as Keras' Rescaling does."""
    image = graph.inputs[0]
    for operation in graph.operations:
        others = [int(index) for index in operation.inputs if int(index) != image]
        if len(others) == len(operation.inputs) or len(others) != 1:
            continue
        value, kind = graph.value_of(others[0]), graph.kind_name(operation)
        factor = 1 / value if kind == "DIV" and value else value if kind == "MUL" else None
        if factor is not None and any(abs(factor * width - 1) < 0.02 for width in (255, 127.5)):
            return True
    return False


def weights(graph: Graph) -> int:
    """How many numbers it keeps."""
    return sum(math.prod(graph.shape(number)) for number in range(len(graph.tensors)) if graph.is_constant(number))
