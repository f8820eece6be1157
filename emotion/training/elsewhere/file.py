"""Which file of what a person gives is the model, of which kind it is, and where its class names are."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from emotion.data import class_names
from emotion.system import N_, _
from emotion.training.elsewhere import labels
from emotion.training.elsewhere.described import MOST_UNPACKED
from emotion.training.elsewhere.errors import ElsewhereError
from emotion.training.elsewhere.labels import Labels

LITERT, KERAS, HDF5 = "LiteRT", "Keras", "HDF5"
MODELS = (".tflite", ".lite", ".keras", ".h5", ".hdf5")
NAMES = (*class_names.LISTS, "labels.json", "class_indices.json", "class_names.json")
MOST_BYTES = 500 * 2**20  # of a model
MOST_LABEL_BYTES = 2**20
UNQUANTISED = "unquant"  # in the name of the one of Teachable Machine's two that keeps all digits
AS_KERAS = N_("Save it from Keras as .keras or .tflite, and bring that in with a labels.txt.")
ONNX = N_(
    "Convert it to .tflite first (`pip install onnx2tf`, then `onnx2tf -i model.onnx`), and bring that in with a "
    "labels.txt."
)
TORCH = N_("Convert it to .tflite first (with Google's package ai-edge-torch), and bring that in with a labels.txt.")
UNREAD = {
    ".onnx": (N_("an ONNX model is not read here"), ONNX),
    ".pt": (N_("a PyTorch file may run code when it is opened, so it is not"), TORCH),
    ".pth": (N_("a PyTorch file may run code when it is opened, so it is not"), TORCH),
    ".pb": (N_("a SavedModel is not read here"), AS_KERAS),
    ".pkl": (N_("a pickle may run code when it is opened, so it is not"), AS_KERAS),
    ".bin": (N_("weights alone are no model"), AS_KERAS),
    ".json": (N_("a description without weights is no model"), AS_KERAS),
}
CODE = (".pt", ".pth", ".pkl")  # whatever their bytes: some of them are zips
EXPECTED = N_(
    "Expected a zip made by Take it with you, a .tflite, .keras or .h5 image classifier, or the zip of one with its "
    "labels.txt, as Teachable Machine exports it."
)


@dataclass(frozen=True)
class ModelFile:
    """A model as it came.

    Attributes:
        name: of the file.
        kind: `LITERT`, `KERAS` or `HDF5`.
        content: its bytes.
        labels: the class names that came with it, or None.
    """

    name: str
    kind: str
    content: bytes
    labels: Labels | None


def is_ours(path: Path) -> bool:
    """Whether a file is, or was meant to be, a zip made by this program: other models have no self-test."""
    try:
        with zipfile.ZipFile(path) as packed:
            names = set(packed.namelist())
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return False
    return "selftest.json" in names or {"model.tflite", "model.json"} <= names


def find(path: Path, name: str, *, with_labels: bool = True) -> ModelFile:
    """The model that a person means.

    Args:
        path: of the file, or of a zip that holds it.
        name: how to call it in a refusal.
        with_labels: whether to look for its class names too.

    Raises:
        ElsewhereError: when it is no model that can be read here.
    """
    if (ending := path.suffix.lower()) in CODE:
        raise ElsewhereError(name, *_unread(ending))
    if path.is_dir():
        if (path / "saved_model.pb").is_file():
            raise ElsewhereError(name, _("a SavedModel folder is not read here"), AS_KERAS)
        raise ElsewhereError(name, _("a folder is not read here"), EXPECTED)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ElsewhereError(
                name, _("it is larger than {size} MB", size=MOST_BYTES // 2**20), N_("Choose a smaller model.")
            )
        content = path.read_bytes()
    except OSError as error:
        raise ElsewhereError(
            name, error.strerror or _("it cannot be read"), N_("Look at its name and place.")
        ) from error
    found = _of_zip(content, name, with_labels=with_labels) if content.startswith(b"PK\x03\x04") else None
    if found is None:
        found = ModelFile(name, kind_of(content, name), content, _within(content) if with_labels else None)
    if found.labels or not with_labels:
        return found
    return ModelFile(found.name, found.kind, found.content, _beside(path))


def _unread(ending: str) -> tuple[str, str]:
    """Why a file with this ending is not read, and what to do."""
    why, remedy = UNREAD[ending]
    return _(why), remedy


def kind_of(content: bytes, name: str) -> str:
    """Which kind of model these bytes are.

    Raises:
        ElsewhereError: for none that is read here.
    """
    if content[4:8] == b"TFL3":
        return LITERT
    if content.startswith(b"\x89HDF\r\n\x1a\n"):
        return HDF5
    if content.startswith(b"PK\x03\x04"):
        return KERAS
    ending = PurePosixPath(name).suffix.lower()
    if not content:
        raise ElsewhereError(name, _("it is empty"), N_("Export it again."))
    if ending in UNREAD:
        raise ElsewhereError(name, *_unread(ending))
    if ending in MODELS:
        raise ElsewhereError(name, _("it is not a whole {ending} file", ending=ending), N_("Export it again."))
    raise ElsewhereError(name, _("it is no model"), EXPECTED)


def _of_zip(content: bytes, name: str, *, with_labels: bool) -> ModelFile | None:
    """The model in a zip; None where the zip is the model itself, as a .keras file is."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = {entry.filename: entry for entry in packed.infolist() if not entry.is_dir()}
            if sum(entry.file_size for entry in entries.values()) > MOST_UNPACKED:
                raise ElsewhereError(
                    name, _("it unpacks to more than {size} GB", size=MOST_UNPACKED // 2**30), EXPECTED
                )
            if {"config.json", "model.weights.h5"} <= entries.keys():
                return None
            chosen = _chosen(name, list(entries))
            model = _read(packed, entries[chosen], MOST_BYTES)
            told = next((one for one in entries if with_labels and PurePosixPath(one).name.lower() in NAMES), None)
            names = labels.read(_read(packed, entries[told], MOST_LABEL_BYTES), told) if told else _within(model)
            return ModelFile(PurePosixPath(chosen).name, kind_of(model, chosen), model, names)
    except ElsewhereError:
        raise
    except Exception as error:  # a reader that is fed a broken zip may raise anything
        raise ElsewhereError(
            name, _("the zip is damaged ({why})", why=error or type(error).__name__), EXPECTED
        ) from error


def _chosen(name: str, entries: list[str]) -> str:
    entries = [
        one for one in entries if not one.startswith("__MACOSX/") and not PurePosixPath(one).name.startswith(".")
    ]
    models = [one for one in entries if PurePosixPath(one).suffix.lower() in MODELS]
    models = [one for one in models if UNQUANTISED in one] or models
    if len(models) == 1:
        return models[0]
    if len(models) > 1:
        first = ", ".join(models[:3])
        raise ElsewhereError(
            name, _("it holds {n} models ({first})", n=len(models), first=first), N_("Bring in one of them alone.")
        )
    files = {PurePosixPath(one).name for one in entries}
    if {"model.json", "weights.bin"} <= files:
        raise ElsewhereError(
            name, _("a TensorFlow.js model is not read here"), N_("Export it for TensorFlow Lite instead.")
        )
    for ending in UNREAD:
        if ending not in (".json", ".bin") and any(one.endswith(ending) for one in files):
            raise ElsewhereError(name, *_unread(ending))
    raise ElsewhereError(name, _("it holds no model"), EXPECTED)


def _read(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    with packed.open(entry) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise ValueError(_("{name} is larger than {size} MB", name=entry.filename, size=most // 2**20))
    return content


def _within(model: bytes) -> Labels | None:
    """Class names in the metadata of a LiteRT file, which are a zip at its end."""
    if model[4:8] != b"TFL3" or not zipfile.is_zipfile(io.BytesIO(model)):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(model)) as packed:
            told = [entry for entry in packed.infolist() if entry.filename.lower().endswith(".txt")]
            return labels.read(_read(packed, told[0], MOST_LABEL_BYTES), told[0].filename) if len(told) == 1 else None
    except (zipfile.BadZipFile, zlib.error, ElsewhereError, EOFError, NotImplementedError, OSError, RuntimeError,
            ValueError):  # fmt: skip  # broken metadata are none
        return None


def _beside(path: Path) -> Labels | None:
    """Class names in a file beside the model."""
    stem = path.name.partition(".")[0]
    for one in (f"{stem}_labels.txt", f"{stem}.txt", *NAMES):
        beside = path.with_name(one)
        if beside.is_file() and beside.stat().st_size <= MOST_LABEL_BYTES:
            return labels.read(beside.read_bytes(), one)
    return None
