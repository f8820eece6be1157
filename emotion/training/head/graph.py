"""A network's LiteRT file as something that can be changed: a flatbuffer of tensors and operations.

No TensorFlow, some milliseconds. Letters: F features, S of an earlier stage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion.system import _

SIGNATURE, FEATURES, ANSWER = b"serving_default", b"features", b"probability"
MARK = b"TFL3"  # what a LiteRT file is known by

Floats = NDArray[np.float32]


def _name_of(numbers: Any, number: int) -> str:
    """The name that a class of numbers has for one of them; "" for none."""
    return next((name for name, value in vars(numbers).items() if value == number and name.isupper()), "")


class Graph:
    """The one graph of a `model.tflite`. Operations are added behind those that are there, or before them all.

    Attributes:
        outputs: of its signature, by name.
        tensors: all, by number.
    """

    def __init__(self, network: bytes, *, signed: bool = True) -> None:
        """Reads it.

        Args:
            network: the file.
            signed: whether it has the signature of this program; else it gets an empty one.

        Raises:
            ValueError: when it has no signature.
        """
        from ai_edge_litert import schema_py_generated as schema

        self._schema = schema
        self.model = schema.ModelT.InitFromPackedBuf(network, 0)
        self._graph = self.model.subgraphs[0]
        self.tensors: list[Any] = self._graph.tensors
        if not signed:
            self.model.signatureDefs = [self._new_signature()]
        found = [one for one in self.model.signatureDefs or [] if one.signatureKey == SIGNATURE]
        if not found:
            raise ValueError(_("Expected a network with a signature. Received: one without."))
        self._signature = found[0]
        self.outputs: dict[bytes, Any] = {output.name: output for output in self._signature.outputs}

    def _new_signature(self) -> Any:
        signature = self._schema.SignatureDefT()
        signature.signatureKey, signature.subgraphIndex = SIGNATURE, 0
        signature.inputs, signature.outputs = [], []
        return signature

    @property
    def inputs(self) -> list[int]:
        """The numbers of the tensors that are given to it."""
        return [int(index) for index in self._graph.inputs]

    @property
    def results(self) -> list[int]:
        """The numbers of the tensors that it gives."""
        return [int(index) for index in self._graph.outputs]

    @property
    def operations(self) -> list[Any]:
        """In the order in which they are done."""
        operations: list[Any] = self._graph.operators
        return operations

    @property
    def features(self) -> int:
        """The number of the tensor `features`; KeyError where there is none."""
        return int(self.outputs[FEATURES].tensorIndex)

    def kind(self, operation: Any) -> int:
        """Which operation it is, a number of `BuiltinOperator`."""
        code = self.model.operatorCodes[operation.opcodeIndex]
        return max(int(code.builtinCode), int(code.deprecatedBuiltinCode))

    def kind_name(self, operation: Any) -> str:
        """The name of that, such as "SOFTMAX"; "" for one that is not known."""
        return _name_of(self._schema.BuiltinOperator, self.kind(operation))

    def type_of(self, tensor: int) -> str:
        """What its values are, such as "FLOAT32"; "" for what is not known."""
        return _name_of(self._schema.TensorType, int(self.tensors[tensor].type))

    def is_constant(self, tensor: int) -> bool:
        """Whether the file holds its values."""
        data = self.model.buffers[self.tensors[tensor].buffer].data
        return data is not None and len(data) > 0

    def value_of(self, tensor: int) -> float | None:
        """The one float32 that it holds; None for anything else."""
        if not self.is_constant(tensor) or self.type_of(tensor) != "FLOAT32":
            return None
        data = np.asarray(self.model.buffers[self.tensors[tensor].buffer].data, np.uint8).tobytes()
        return float(np.frombuffer(data, "<f4")[0]) if len(data) == 4 else None

    def towards(self, tensor: int, steps: int) -> Iterator[Any]:
        """The operations that lead to a tensor along their first inputs, the last one first.

        Args:
            steps: how many at most.
        """
        makers = {int(output): operation for operation in self.operations for output in operation.outputs}
        for _step in range(steps):
            if (operation := makers.get(tensor)) is None or not len(operation.inputs):
                return
            yield operation
            tensor = int(operation.inputs[0])

    def shape(self, tensor: int) -> tuple[int, ...]:
        shape = self.tensors[tensor].shape
        return () if shape is None else tuple(int(side) for side in shape)

    def before(self, answer: int) -> int:
        """The tensor of logits that a softmax or a sigmoid turns into this answer.

        Raises:
            ValueError: when the answer comes from something else.
        """
        kinds = (self._schema.BuiltinOperator.SOFTMAX, self._schema.BuiltinOperator.LOGISTIC)
        for operation in self.operations:
            if answer in map(int, operation.outputs) and self.kind(operation) in kinds:
                return int(operation.inputs[0])
        raise ValueError(_("Expected an answer by softmax or sigmoid. Received: another."))

    def constant(self, name: str, values: NDArray[Any]) -> int:
        """Adds float32 or int32 values; returns their number."""
        whole = np.issubdtype(values.dtype, np.integer)
        buffer = self._schema.BufferT()
        buffer.data = np.frombuffer(values.astype("<i4" if whole else "<f4").tobytes(), np.uint8)
        self.model.buffers.append(buffer)
        types = self._schema.TensorType
        kind = types.INT32 if whole else types.FLOAT32
        return self._add(name, list(values.shape), len(self.model.buffers) - 1, kind)

    def lead_in(
        self, name: str, shape: tuple[int, ...], steps: Sequence[tuple[str, NDArray[Any] | None, str]], *, many: bool
    ) -> None:
        """Puts operations before all others: what the signature calls `name` passes through them.

        Args:
            name: of the new input, float32 (N, *shape).
            shape: of what is given for a face.
            steps: kind, constant and options of each operation, as `add` takes them; the last one gives what the
                network took before. None at all: the network takes what is given as it is.
            many: whether several faces may be given at once.
        """
        (old,) = self.inputs
        first = last = old
        if steps:
            first = last = self._add(name, [1, *shape], 0, self._schema.TensorType.FLOAT32)
        begun = len(self.operations)
        for number, (kind, values, options) in enumerate(steps):
            inputs = [last] if values is None else [last, self.constant(f"{name}/{number}", values)]
            last = self.add(kind, inputs, f"{name}/{kind.lower()}", shape, options)
        added = self._graph.operators[begun:]
        if added:
            added[-1].outputs = [old]
        self._graph.operators = [*added, *self._graph.operators[:begun]]
        for tensor in (first, old):
            own = [1, *self.shape(tensor)[1:]]
            self.tensors[tensor].shape = own
            self.tensors[tensor].shapeSignature = [-1 if many else 1, *own[1:]]
        self._graph.inputs = [first]
        given = self._schema.TensorMapT()
        given.name, given.tensorIndex = name.encode(), first
        self._signature.inputs = [given]

    def add(
        self, kind: str, inputs: list[int], name: str, width: int | tuple[int, ...], options: str = "", **values: Any
    ) -> int:
        """Adds an operation with one answer a face, (N, width); returns the number of that tensor.

        Args:
            kind: a name of `BuiltinOperator`.
            width: of an answer, or the shape of one, without N.
            options: the name of its table of options without "Options", with their values; "" for none.
        """
        schema = self._schema
        shape = (width,) if isinstance(width, int) else width
        tensor = self._add(name, [1, *shape], 0, schema.TensorType.FLOAT32)  # buffer 0 is the empty one
        self.tensors[tensor].shapeSignature = [-1, *shape]
        code = schema.OperatorCodeT()
        number = getattr(schema.BuiltinOperator, kind)
        code.builtinCode, code.deprecatedBuiltinCode, code.version = number, number, 1
        self.model.operatorCodes.append(code)
        operation = schema.OperatorT()
        operation.opcodeIndex = len(self.model.operatorCodes) - 1
        operation.inputs, operation.outputs = inputs, [tensor]
        if options:
            operation.builtinOptionsType = getattr(schema.BuiltinOptions, f"{options}Options")
            operation.builtinOptions = getattr(schema, f"{options}OptionsT")()
            for field, value in values.items():
                setattr(operation.builtinOptions, field, value)
        self._graph.operators.append(operation)
        return tensor

    def give(self, name: bytes, tensor: int) -> None:
        """Lets an output of the signature, new or old, be this tensor."""
        if name in self.outputs:
            old, self.outputs[name].tensorIndex = self.outputs[name].tensorIndex, tensor
            still = {int(output.tensorIndex) for output in self.outputs.values()}
            kept = [int(index) for index in self._graph.outputs if int(index) != old or int(old) in still]
        else:
            output = self._schema.TensorMapT()
            output.name, output.tensorIndex = name, tensor
            self.outputs[name] = output
            self._signature.outputs.append(output)
            kept = [int(index) for index in self._graph.outputs]
        self._graph.outputs = kept if tensor in kept else [*kept, tensor]

    def packed(self) -> bytes:
        """The bytes of a whole file, without the operations that no output needs and what only they used."""
        import flatbuffers  # type: ignore[import-untyped]

        self._drop_unused()
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(self.model.Pack(builder), MARK)
        return bytes(builder.Output())

    def _add(self, name: str, shape: list[int], buffer: int, kind: int) -> int:
        tensor = self._schema.TensorT()
        tensor.name, tensor.shape, tensor.buffer, tensor.type = name.encode(), shape, buffer, kind
        # A name of an earlier head is free again: its tensors are no longer used.
        for old in self.tensors:
            if old.name == tensor.name:
                old.name = b"unused/" + old.name
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def _drop_unused(self) -> None:
        graph = self._graph
        needed = {int(index) for index in graph.outputs}
        kept = []
        for operation in reversed(graph.operators):
            outputs = {int(index) for index in operation.outputs}
            if needed & outputs or not outputs:  # one without outputs sets variables
                kept.append(operation)
                needed |= {int(index) for index in operation.inputs}
        graph.operators = kept[::-1]
        used = {graph.tensors[index].buffer for index in needed | set(map(int, graph.inputs)) if index >= 0}
        for tensor in graph.tensors:
            if tensor.buffer not in used:
                self.model.buffers[tensor.buffer].data = None
                tensor.buffer = 0
