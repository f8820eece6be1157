"""A model that is ready to answer, on LiteRT: no TensorFlow here.

`load_model` finds a model by the words that a person uses for it; `Predictor` turns faces into probabilities.
Letters: N faces, K classes, F features.
"""

from __future__ import annotations

import os
import platform
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from emotion import images, metrics
from emotion.models import preferences
from emotion.recipes import ModelInfo
from emotion.runs import RunPaths, find_run, list_runs, read_run
from emotion.system import (
    IMAGE_SIZE,
    ConfigError,
    ModelError,
    RunMissingError,
    StoredFileError,
    StoredFileMissingError,
    UnsupportedPlatformError,
    _,
    expanded,
    runs_dir,
    stored,
)

if TYPE_CHECKING:
    from PIL import Image

Faces = npt.NDArray[np.float32]  # (N, 48, 48, 1) in [0, 1]
Values = npt.NDArray[np.float32]

PRETRAINED = Path(__file__).resolve().parents[1] / "pretrained"
ELSEWHERE = frozenset({".h5", ".hdf5", ".keras", ".onnx", ".pt", ".pth", ".pb"})  # of files that other programs write
BATCH = 32  # faces at once: as fast a face as 16 or 64 (0.3 ms for classic), with half the memory of 64
SLACK = 1e-3  # how far above 1 or below 0 a grey value may be: rounding


def all_classes(outputs: Values) -> Values:
    """Probabilities (N, K) from what a network gives: two classes share one sigmoid (N, 1) = P(label 1)."""
    return np.concatenate([1 - outputs, outputs], axis=1) if outputs.shape[1] == 1 else outputs


def positive_probability(probabilities: Values, info: ModelInfo) -> Values:
    """P(positive) (N,) from the probabilities (N, K) of all classes: the answer to "happy or not?"."""
    if info.pair is None or len(info.classes) == 2:
        return probabilities[:, info.positive_label]
    return metrics.restrict(probabilities, [info.classes.index(name) for name in info.pair])[:, 1]


class Predictor:
    """A model that is ready to answer.

    Safe to use from several threads: one batch at a time passes through the network.

    Attributes:
        info: what travels with the model: its classes, threshold, temperature, input size.
        path: of the `model.tflite` it was read from.
        reference: how to name it to `load_model` again: "pretrained", a run id, or a path.
    """

    def __init__(self, path: Path, info: ModelInfo, reference: str, network: bytes | None = None) -> None:
        """Reads the network.

        Args:
            path, info, reference: see above.
            network: the bytes to be used in place of those of the file.

        Raises:
            ModelError: when the file is no whole LiteRT model, or not one for what `info` says.
            UnsupportedPlatformError: where LiteRT is not to be had.
        """
        self.info, self.path, self.reference = info, path, reference
        self._lock = threading.Lock()
        self._network, self._input = _open_network(path, network)
        self._check_network()

    def see(self, faces: Sequence[Image.Image]) -> npt.NDArray[np.uint8]:
        """Cut-out faces as the network sees them: (N, S, S) uint8, of a network that sees colours (N, S, S, 3)."""
        return np.stack([images.to_input(face, self.info.input_size, self.info.channels) for face in faces])

    def predict(self, faces: Faces) -> Values:
        """P(positive) for each face.

        With more than two classes, among which are happy and sad, it is P(happy) / (P(happy) + P(sad)).

        Args:
            faces: (N, 48, 48, 1) float32 in [0, 1]; a model that was made elsewhere takes faces of its own size and
                channels, and grey ones of any size, which are fitted.

        Returns:
            (N, 1) float32 in [0, 1].

        Raises:
            ModelError: for another shape, type or range.
        """
        return positive_probability(self.predict_classes(faces), self.info)[:, np.newaxis]

    def predict_classes(self, faces: Faces) -> Values:
        """Probabilities (N, K) float32 of all classes, in label order; rows sum to one. Otherwise as `predict`."""
        return metrics.temper(all_classes(*self._run(faces, "probability")), self.info.temperature)

    def features(self, faces: Faces) -> Values:
        """What the network sees before its last layer, (N, F) float32: faces that look alike to it lie near."""
        return self._run(faces, "features")[0]

    def outputs(self, faces: Faces) -> tuple[Values, Values]:
        """Probabilities (N, K) of all classes at temperature 1, and features (N, F), at the cost of one of them."""
        probabilities, features = self._run(faces, "probability", "features")
        return all_classes(probabilities), features

    def _run(self, faces: Faces, *outputs: str) -> list[Values]:
        faces = self._checked(faces)
        if len(faces) == 0:  # LiteRT takes no empty batch
            return [values[:0] for values in self._run(np.zeros((1, *faces.shape[1:]), np.float32), *outputs)]
        parts, most = [], self._at_once()
        for start in range(0, len(faces), most):
            some = self._fitted(faces[start : start + most])
            with self._lock:  # for one batch, so that a long evaluation does not hold up a single answer
                given = self._network(**{self._input: some})
            parts.append([given[output] for output in outputs])
        return parts[0] if len(parts) == 1 else [np.concatenate(part) for part in zip(*parts, strict=True)]

    def _at_once(self) -> int:
        """Faces that pass through the network together: fewer of large ones, one where its file says so."""
        shape = self._network.get_input_details()[self._input]["shape_signature"]
        size, channels = self.info.input_size, self.info.channels
        return 1 if shape[0] == 1 else max(1, BATCH * IMAGE_SIZE**2 // (size**2 * channels))

    def _fitted(self, faces: Faces) -> Faces:
        size, channels = self.info.input_size, self.info.channels
        same = faces.shape[1:] == (size, size, channels)
        return faces if same else np.ascontiguousarray(images.fitted(faces, size, channels), np.float32)

    def _takes(self, shape: tuple[int, ...]) -> bool:
        """Its own shape; a model that was made elsewhere takes grey faces of another size too."""
        own = (self.info.input_size, self.info.input_size, self.info.channels)
        return shape == own or (self.info.was_made_elsewhere and shape[0] == shape[1] and shape[2] == 1)

    def _checked(self, faces: Faces) -> Faces:
        size, channels = self.info.input_size, self.info.channels
        each = f"({size}, {size}, {channels})"
        expected = _("float32 {shape} each, from 0 to 1, together {all}", shape=each, all=f"(N, {each[1:]}")
        if not isinstance(faces, np.ndarray) or faces.ndim != 4 or not self._takes(faces.shape[1:]):
            raise _not_faces(expected, _("shape {shape}", shape=getattr(faces, "shape", type(faces).__name__)))
        if not np.issubdtype(faces.dtype, np.floating):
            raise _not_faces(expected, str(faces.dtype))
        if faces.size and not (faces.min() >= -SLACK and faces.max() <= 1 + SLACK):  # so put, nan is refused too
            low, high = f"{faces.min():g}", f"{faces.max():g}"
            raise _not_faces(expected, _("values from {low} to {high}", low=low, high=high))
        return np.ascontiguousarray(faces, dtype=np.float32)

    def _check_network(self) -> None:
        """Runs one black face: a network for another input or other classes is found out here, not at an answer."""
        size, channels, classes = self.info.input_size, self.info.channels, len(self.info.classes)
        takes = tuple(self._network.get_input_details()[self._input]["shape"][1:].tolist())
        if takes != (size, size, channels):
            wanted = f"({size}, {size}, {channels})"
            raise ModelError.of_file(
                self.path, _("its input is {shape}, expected {wanted}", shape=takes, wanted=wanted)
            )
        try:
            outputs = self._network(**{self._input: np.zeros((1, size, size, channels), np.float32)})
        except (ValueError, RuntimeError) as error:
            raise ModelError.of_file(self.path, _("LiteRT cannot run it")) from error
        width = outputs["probability"].shape[-1] if "probability" in outputs else 0
        if width != (1 if classes == 2 else classes) or "features" not in outputs:
            why = _("its answers do not fit the {n} classes of its model.json", n=classes)
            raise ModelError.of_file(self.path, why)


def _not_faces(expected: str, received: str) -> ModelError:
    return ModelError(
        _(
            "Expected faces as {expected}. Received: {received}. `load_and_preprocess_image(path)` makes them.",
            expected=expected,
            received=received,
        )
    )


def _open_network(path: Path, network: bytes | None) -> tuple[Any, str]:
    """The network as a function of its one named input, and that name.

    The file is read into memory: a path would keep it open, and Windows could not replace it then.
    """
    interpreter_class = _interpreter_class()
    try:
        interpreter = interpreter_class(model_content=network or path.read_bytes(), num_threads=1)
        signature = interpreter.get_signature_list()["serving_default"]
        (name,) = signature["inputs"]
        return interpreter.get_signature_runner("serving_default"), name
    except OSError as error:
        raise ModelError.of_file(path, _("it cannot be read")) from error
    except (ValueError, RuntimeError, KeyError) as error:
        raise ModelError.of_file(path, _("it is not a whole LiteRT model of this program")) from error


def _interpreter_class() -> Any:
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        here = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
        raise UnsupportedPlatformError(_("ai-edge-litert, which answers for the network,"), here) from error
    return Interpreter


def load_model(reference: str | Path = "pretrained") -> Predictor:
    """Loads a model for use.

    Args:
        reference: "pretrained" (the model that ships with this program), a run id, "latest" (the newest run that
            has a model), or the path of a run folder or of a `model.tflite` with its `model.json` beside it.

    Raises:
        ModelError: when there is no such model, that run has none so far, or there is one but it cannot be used.
        UnsupportedPlatformError: where LiteRT is not to be had.
    """
    path, name = _find_model(str(reference))
    return Predictor(path, read_info(path), name)


def load_quietly(reference: str | Path = "pretrained") -> Predictor:
    """`load_model` without the line about processors that LiteRT writes straight to file descriptor 2.

    For a process of which nothing else writes there meanwhile.
    """
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        return load_model(reference)
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _made_elsewhere(path: Path) -> ModelError:
    return ModelError(
        _(
            "{path} was made elsewhere: there is no readable model.json beside it. Bring it in first: "
            "`python -m emotion import {name} --labels labels.txt` makes a run of it, used like any other.",
            path=path,
            name=path.name,
        )
    )


def read_info(path: Path) -> ModelInfo:
    """What stands in the `model.json` beside a `model.tflite`, with what the person has changed since.

    Raises:
        ModelError: when it is missing, does not say what it must, or the model learned from faces that were cut out
            by a rule which is not known here.
    """
    try:
        said = stored.read(path.with_name("model.json"), dict[str, Any])
    except StoredFileMissingError as error:
        raise _made_elsewhere(path) from error
    except StoredFileError as error:
        raise ModelError.of_file(path, _("there is no readable model.json beside it ({why})", why=error.why)) from error
    if not said.get("classes"):
        raise ModelError.of_file(path, _("there is no readable model.json beside it (it names no classes)"))
    try:
        info = preferences.applied(ModelInfo.from_json(said), path)
    except (ConfigError, ValueError) as error:
        raise ModelError.of_file(path, _("its model.json is not valid ({why})", why=str(error).rstrip("."))) from error
    if not images.knows(info.crop):
        raise ModelError(
            _(
                "{path} cannot be used as a model: it has learned from faces that were cut out by a rule which this "
                "version of the program does not know ({rule}). Update the program, choose another model or train "
                "again.",
                path=path,
                rule=info.crop,
            )
        )
    return info


def _find_model(reference: str) -> tuple[Path, str]:
    """The `model.tflite` that is meant, and the name that finds it again."""
    if reference == "pretrained":
        return _existing(PRETRAINED / "model.tflite", reference), reference
    if reference == "latest":
        newest = next((run for run in list_runs() if run.has_model), None)
        if newest is None:
            raise ModelError(_(preferences.NO_MODEL, name=repr(reference)))
        return newest.paths.model, newest.id
    try:
        paths = find_run(reference)
    except RunMissingError:
        return _find_by_path(reference)
    except (OSError, ValueError) as error:  # a name that no file can have
        raise ModelError(_(preferences.NO_MODEL, name=repr(reference))) from error
    if not paths.model.is_file():
        raise ModelError(
            _(
                "Run {run} has no model to use; it is {status}. Wait until it ends, choose another run, or try "
                "`python -m emotion export {run}`.",
                run=paths.id,
                status=read_run(paths).status,
            )
        )
    return paths.model, paths.id if paths.root.parent == runs_dir().resolve() else str(paths.root)


def _find_by_path(reference: str) -> tuple[Path, str]:
    path = expanded(reference)
    if path.suffix.lower() in ELSEWHERE and os.path.isfile(path):
        raise _made_elsewhere(path)
    model = path if path.suffix == ".tflite" else RunPaths(path).model
    return _existing(model, reference).resolve(), str(model.resolve())


def _existing(path: Path, reference: str) -> Path:
    if not reference.strip() or not os.path.isfile(path):
        raise ModelError(_(preferences.NO_MODEL, name=repr(reference)))
    return path
