"""Another last layer for a finished network, put into its LiteRT file: no TensorFlow, some milliseconds.

The file is a flatbuffer. Its operations up to `features` stay, those that only led to the old answer go.
Letters: F features, K classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SIGNATURE, FEATURES, ANSWER = b"serving_default", b"features", b"probability"
MARK = b"TFL3"  # what a LiteRT file is known by

Floats = NDArray[np.float32]


def fold(network: bytes, weights: Floats, bias: Floats) -> bytes:
    """The network with this last layer: softmax, or one sigmoid for two classes.

    Args:
        network: a `model.tflite` of this program.
        weights: (F, K) float32.
        bias: (K,) float32.

    Returns:
        The bytes of a whole `model.tflite`, which needs nothing of the old one.

    Raises:
        ValueError: when the network's features are not F numbers, or the file has none.
    """
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(network, 0)
    graph = model.subgraphs[0]
    outputs = _outputs(model)
    features = outputs[FEATURES].tensorIndex
    if int(graph.tensors[features].shape[-1]) != len(weights):
        raise ValueError(f"Expected weights for {graph.tensors[features].shape[-1]} features. Received: {len(weights)}")
    if len(bias) == 2:  # P(label 1) is a sigmoid of the difference
        weights, bias = weights[:, 1:] - weights[:, :1], bias[1:] - bias[:1]
    kernel = _tensor(schema, model, "head/kernel", np.ascontiguousarray(weights.T))
    shift = _tensor(schema, model, "head/bias", bias)
    logits, answer = (_answer_tensor(schema, model, name, len(bias)) for name in ("head/logits", "head/probability"))
    dense = _operator(schema, model, schema.BuiltinOperator.FULLY_CONNECTED, [features, kernel, shift], logits)
    dense.builtinOptionsType = schema.BuiltinOptions.FullyConnectedOptions
    dense.builtinOptions = schema.FullyConnectedOptionsT()
    if len(bias) == 1:
        last = _operator(schema, model, schema.BuiltinOperator.LOGISTIC, [logits], answer)
    else:
        last = _operator(schema, model, schema.BuiltinOperator.SOFTMAX, [logits], answer)
        last.builtinOptionsType = schema.BuiltinOptions.SoftmaxOptions
        last.builtinOptions = schema.SoftmaxOptionsT()
        last.builtinOptions.beta = 1.0
    graph.operators += [dense, last]
    old = outputs[ANSWER].tensorIndex
    graph.outputs = [answer if index == old else index for index in graph.outputs]
    outputs[ANSWER].tensorIndex = answer
    _drop_unused(model)
    return _packed(model)


def last_layer(network: bytes) -> tuple[Floats, Floats]:
    """Weights (F, K) and bias (K,) that `fold` has put into a network; of two classes (F, 1) and (1,)."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(network, 0)
    tensors = {tensor.name: tensor for tensor in model.subgraphs[0].tensors}
    kernel, bias = (
        np.frombuffer(bytes(model.buffers[tensors[name].buffer].data), np.float32).reshape(tensors[name].shape)
        for name in (b"head/kernel", b"head/bias")
    )
    return kernel.T, bias


def _outputs(model: Any) -> dict[bytes, Any]:
    for signature in model.signatureDefs or []:
        if signature.signatureKey == SIGNATURE:
            return {output.name: output for output in signature.outputs}
    raise ValueError("Expected a network with a signature. Received: one without.")


def _tensor(schema: Any, model: Any, name: str, values: Floats) -> int:
    """Adds a constant; returns its number."""
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(values.astype("<f4").tobytes(), np.uint8)
    model.buffers.append(buffer)
    return _add_tensor(schema, model, name, list(values.shape), len(model.buffers) - 1)


def _answer_tensor(schema: Any, model: Any, name: str, width: int) -> int:
    number = _add_tensor(schema, model, name, [1, width], 0)  # buffer 0 is the empty one
    model.subgraphs[0].tensors[number].shapeSignature = [-1, width]
    return number


def _add_tensor(schema: Any, model: Any, name: str, shape: list[int], buffer: int) -> int:
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.buffer, tensor.type = name.encode(), shape, buffer, schema.TensorType.FLOAT32
    tensors = model.subgraphs[0].tensors
    # A name of an earlier head is free again: its tensors are no longer used.
    for old in tensors:
        if old.name == tensor.name:
            old.name = b"unused/" + old.name
    tensors.append(tensor)
    return len(tensors) - 1


def _operator(schema: Any, model: Any, code: int, inputs: list[int], output: int) -> Any:
    kind = schema.OperatorCodeT()
    kind.builtinCode, kind.deprecatedBuiltinCode, kind.version = code, code, 1
    model.operatorCodes.append(kind)
    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = len(model.operatorCodes) - 1, inputs, [output]
    return operator


def _drop_unused(model: Any) -> None:
    """Takes out operations that no output needs, and empties the constants that only they used."""
    graph = model.subgraphs[0]
    needed = {int(index) for index in graph.outputs}
    kept = []
    for operator in reversed(graph.operators):
        if needed & {int(index) for index in operator.outputs}:
            kept.append(operator)
            needed |= {int(index) for index in operator.inputs}
    graph.operators = kept[::-1]
    used = {graph.tensors[index].buffer for index in needed | set(map(int, graph.inputs)) if index >= 0}
    for tensor in graph.tensors:
        if tensor.buffer not in used:
            model.buffers[tensor.buffer].data = None
            tensor.buffer = 0


def _packed(model: Any) -> bytes:
    import flatbuffers  # type: ignore[import-untyped]

    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), MARK)
    return bytes(builder.Output())
