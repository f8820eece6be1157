"""The process that opens a model which was made elsewhere: `python -m emotion.training.elsewhere.work FOLDER`.

A file that was made to do harm may end the process that opens it, or keep it busy for ever; so it is a process of its
own. In the folder it finds `asked.json` and the file; it leaves `told.json`, and `model.tflite` where all went well.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion.system import N_, EmotionError, _, files, stored
from emotion.training.elsewhere import network
from emotion.training.elsewhere.errors import ElsewhereError
from emotion.training.elsewhere.file import LITERT
from emotion.training.head.graph import ANSWER, Graph

ASKED, TOLD, MODEL = "asked.json", "told.json", "model.tflite"
MOST_MEMORY = 8 * 2**30  # bytes that the process may have
PROBES = 4  # pictures of noise by which the network is compared with what is made of it
SAME, SAME_IN_8_BITS = 1e-3, 0.06  # how far two probabilities may differ
NEAR = 0.02  # how far from one the sum of probabilities may be
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Opening:
    """`asked.json`.

    Attributes:
        file: of the model, in the folder.
        name: how to call it in a refusal.
        kind: of `emotion.training.elsewhere.file`.
        labels: how many classes are named; None where nobody has named them.
        order: the place of each class in the order of this program among its answers.
        numbered: whether the classes came with numbers, as Teachable Machine writes them.
        value_range: of its input values, as the person says; None where they do not.
    """

    file: str
    name: str
    kind: str
    labels: int | None
    order: tuple[int, ...]
    numbered: bool
    value_range: tuple[float, float] | None


@dataclass(frozen=True)
class Opened:
    """`told.json`.

    Attributes:
        problem: why it cannot be used, in words; else "".
        size, channels: of its input.
        type: of its input values.
        value_range: of its input values.
        parameters: numbers that it keeps.
        teachable: whether Teachable Machine has made it.
    """

    problem: str = ""
    size: int = 0
    channels: int = 0
    type: str = ""
    value_range: tuple[float, float] = (0.0, 1.0)
    parameters: int = 0
    teachable: bool = False


def opened(folder: Path) -> Opened:
    """Does what `asked.json` asks for.

    Raises:
        ElsewhereError: with what is wrong with the file.
    """
    asked = stored.typed(files.read_json(folder / ASKED), Opening)
    path = folder / asked.file
    if asked.kind != LITERT:
        from emotion.training.elsewhere import keras_file  # only now: it imports TensorFlow

        content, takes_bytes = keras_file.converted(path, asked.name)
    else:
        content, takes_bytes = path.read_bytes(), False
    runner = _Runner(content, asked.name)
    try:
        graph = Graph(content, signed=False)
        takes, count = network.taken(graph, asked.name), network.answers(graph, asked.name)
        teachable = asked.numbered and (takes.size, takes.channels) == network.TEACHABLE
        _check_count(asked, count)
        as_bytes = takes_bytes or network.begins_with_bytes(graph)
        low_high = _value_range(asked, takes, as_bytes=as_bytes, teachable=teachable)
        shares = runner.gives_shares(takes, low_high)
        kind, noise = network.kind_of_answer(graph), _noise(takes)
        wanted = expected(runner.raw(noise, takes, low_high), kind, asked.order, shares=shares)
        near = SAME if takes.type == "float32" else SAME_IN_8_BITS
        for many in (True, False):
            made = network.ours(content, takes, low_high, asked.order, shares=shares, many=many)
            said = _answers(made, noise, many=many)
            if said is not None and said.shape == wanted.shape and np.allclose(said, wanted, rtol=0, atol=near):
                (folder / MODEL).write_bytes(made)
                return Opened("", takes.size, takes.channels, takes.type, low_high, network.weights(graph), teachable)
    except EmotionError:
        raise
    except Exception as error:  # a file that was made elsewhere may be broken in any way
        raise ElsewhereError(
            asked.name, _("it is damaged ({said})", said=type(error).__name__), N_("Export it again.")
        ) from error
    raise ElsewhereError(asked.name, _("put into the form of this program it answers otherwise"), network.CHOOSE)


def _value_range(asked: Opening, takes: network.Input, *, as_bytes: bool, teachable: bool) -> tuple[float, float]:
    if takes.value_range is not None:
        return takes.value_range
    if asked.value_range is not None:
        return asked.value_range
    if teachable:
        return network.TEACHABLE_RANGE
    if as_bytes:
        return 0.0, 255.0
    raise ElsewhereError(
        asked.name,
        _("nothing in it says which values it takes for black and white"),
        N_(
            "Say it: --range 0 1, --range -1 1 or --range 0 255 on the command line, or “Values of a pixel” on the "
            "page."
        ),
    )


def _check_count(asked: Opening, count: int) -> None:
    classes = max(count, 2)
    if asked.labels is None:
        raise ElsewhereError(
            asked.name,
            _("nothing says what its {classes} answers mean", classes=classes),
            _(
                "Give a labels.txt with {classes} class names, one a line, in their order (--labels FILE).",
                classes=classes,
            ),
        )
    if asked.labels != classes:
        raise ElsewhereError(
            asked.name,
            _("it tells {classes} classes apart, but {labels} are named", classes=classes, labels=asked.labels),
            _("Expected {classes} class names, one a line.", classes=classes),
        )


class _Runner:
    """The network as it came."""

    def __init__(self, content: bytes, name: str) -> None:
        from ai_edge_litert.interpreter import Interpreter

        try:
            self._network = Interpreter(model_content=content, num_threads=1)
            self._network.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ElsewhereError(name, _why(str(error)), N_("Export it again.")) from error
        self._name = name

    def raw(self, pictures: NDArray[np.uint8], takes: network.Input, low_high: tuple[float, float]) -> Floats:
        """What it gives for pictures (N, S, S, C), one after the other, as floats (N, K)."""
        (into,), (out,) = self._network.get_input_details(), self._network.get_output_details()
        given = []
        for picture in pictures:
            values: NDArray[Any] = np.moveaxis(picture, -1, 0) if takes.channels_first else picture
            if takes.type == "float32":
                values = np.float32(low_high[0]) + values.astype(np.float32) / 255 * (low_high[1] - low_high[0])
            elif takes.type == "int8":
                values = (values.astype(np.int16) - 128).astype(np.int8)
            self._network.set_tensor(into["index"], values[np.newaxis].astype(into["dtype"]))
            try:
                self._network.invoke()
            except (ValueError, RuntimeError) as error:
                raise ElsewhereError(self._name, _("LiteRT cannot run it"), network.CHOOSE) from error
            scale, zero = out["quantization"]
            answer = self._network.get_tensor(out["index"]).reshape(-1).astype(np.float32)
            given.append((answer - zero) * scale if scale else answer)
        return np.stack(given).astype(np.float32)

    def gives_shares(self, takes: network.Input, low_high: tuple[float, float]) -> bool:
        """Whether its answers to noise are probabilities: none below 0, together 1."""
        given = self.raw(_noise(takes), takes, low_high)
        return given.shape[1] > 1 and bool((given >= -NEAR).all() and (np.abs(given.sum(axis=1) - 1) < NEAR).all())


def _why(said: str) -> str:
    if "edgetpu" in said:
        return _("it is compiled for an Edge TPU, which this computer does not have")
    if any(words in said for words in {"custom op", "Select TensorFlow op", "Flex"}):
        return _("it needs operations that LiteRT does not have")
    return _("it is not a whole LiteRT model")


def _noise(takes: network.Input) -> NDArray[np.uint8]:
    shape = (PROBES, takes.size, takes.size, takes.channels)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def _answers(made: bytes, pictures: NDArray[np.uint8], *, many: bool) -> Floats | None:
    """What the network in our form says of pictures, one by one or all at once; None where it cannot."""
    from ai_edge_litert.interpreter import Interpreter

    faces = pictures.astype(np.float32) / 255
    parts = [faces] if many else [faces[number : number + 1] for number in range(len(faces))]
    try:
        signed = Interpreter(model_content=made, num_threads=1).get_signature_runner()
        return np.concatenate([signed(**{network.IMAGE: part})[ANSWER.decode()] for part in parts])
    except (ValueError, RuntimeError):
        return None


def expected(given: Floats, kind: str, order: Sequence[int], *, shares: bool) -> Floats:
    """What our form has to say where a network gives these numbers (N, K), worked out without it.

    Args:
        kind: "softmax", "sigmoid" or "", of `network.kind_of_answer`.
        order: of `Opening`.
        shares: of `network.ours`.
    """
    if given.shape[1] > 1:
        if not kind and not shares:
            given = np.exp(given - given.max(axis=1, keepdims=True))
        if kind == "sigmoid" or (not kind and not shares):
            given = given / given.sum(axis=1, keepdims=True)
        return given[:, list(order) if len(order) > 2 else [order[1]]]
    if not kind and not shares:
        given = (1 / (1 + np.exp(-given))).astype(np.float32)
    return given if order[1] == 1 else 1 - given


def main(folder: Path) -> None:
    """`tell`, with a limit to the memory of this process."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows has no such limit
        import resource

        # TensorFlow reserves more than it takes, and only what it takes can be limited.
        is_litert = stored.typed(files.read_json(folder / ASKED), Opening).kind == LITERT
        resource.setrlimit(resource.RLIMIT_AS if is_litert else resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    tell(folder)


def tell(folder: Path) -> None:
    """Leaves `told.json`, whatever comes of it."""
    try:
        told = opened(folder)
    except EmotionError as error:
        told = Opened(str(error))
    except MemoryError:
        told = Opened(_("It needs more memory than a model may have here. Choose a smaller one."))
    files.write_json(folder / TOLD, asdict(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
