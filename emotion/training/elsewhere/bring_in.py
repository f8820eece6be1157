"""Makes a run of a model that was made elsewhere."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from emotion import recipes
from emotion.images import CROP, PICTURE
from emotion.recipes import MAX_NAME, ModelInfo, TrainingConfig, positive_class
from emotion.runs import RunPaths, Status, new_run, write_status
from emotion.system import N_, StoredFileError, _, disk, files, processes, retold, stored
from emotion.training.elsewhere import file as files_of_models
from emotion.training.elsewhere import labels
from emotion.training.elsewhere.errors import ElsewhereError
from emotion.training.elsewhere.file import HDF5, KERAS, LITERT, ModelFile
from emotion.training.elsewhere.labels import Labels
from emotion.training.elsewhere.work import ASKED, MODEL, TOLD, Opened, Opening

WAIT = {LITERT: 120.0, KERAS: 480.0, HDF5: 480.0}  # seconds; TensorFlow alone takes some to start
ENDINGS = {LITERT: ".tflite", KERAS: ".keras", HDF5: ".h5"}
FACE, WHOLE = "face", "picture"
LOOKS = (FACE, WHOLE)
UNKNOWN = N_("pictures that are not known here")  # what the model has learned from


@dataclass(frozen=True)
class Description:
    """What a person says of a model.

    Attributes:
        labels: a file with its class names; None takes those that come with it or lie beside it.
        value_range: of its input values for black and white, such as (-1, 1); None: what is known of it.
        looks_at: "face" or "picture" (the square in the middle of it); "" for what is usual: the picture for a model
            of Teachable Machine, which learns from whole pictures, else the face.
    """

    labels: Path | None = None
    value_range: tuple[float, float] | None = None
    looks_at: str = ""


NOTHING = Description()


def bring_in(path: Path, asked: Description = NOTHING) -> RunPaths:
    """Makes a run of a `.tflite`, `.keras` or `.h5` image classifier, or of a zip that holds one.

    Args:
        path: of the file.
        asked: what the person says of it.

    Raises:
        ElsewhereError: with one sentence on what is wrong or what has to be said.
        NoRoomError, OutputFolderError: when the disk takes no run.
    """
    found = files_of_models.find(path, path.name, with_labels=asked.labels is None)
    named = _named(asked.labels) if asked.labels else found.labels
    opened, network = _opened(found, named, asked)
    if named is None:  # the process has refused it
        raise ElsewhereError(found.name, _("nothing says what its answers mean"))
    looks_at = asked.looks_at or (WHOLE if opened.teachable else FACE)
    classes = named.ordered
    run = new_run(TrainingConfig(
        data="", classes=classes, recipe=recipes.ELSEWHERE.name, epochs=1, name=path.stem[:MAX_NAME]
    ))  # fmt: skip
    info = ModelInfo(
        classes=classes,
        positive=positive_class(classes),
        input_size=opened.size,
        channels=opened.channels,
        crop=PICTURE if looks_at == WHOLE else CROP,
        data=UNKNOWN,
        recipe=recipes.ELSEWHERE.name,
        parameters=opened.parameters,
        origin={"file": found.name, "kind": found.kind, "type": opened.type, "range": list(opened.value_range)},
    )
    files.write_json(run.model_info, info.to_json())
    with files.whole(run.model) as temporary:
        temporary.write_bytes(network)
    write_status(run, Status.COMPLETED)
    return run


def _named(path: Path) -> Labels:
    try:
        if path.stat().st_size > files_of_models.MOST_LABEL_BYTES:
            raise ElsewhereError(path.name, _("it is too large for a list of class names"), labels.REMEDY)
        return labels.read(path.read_bytes(), path.name)
    except OSError as error:
        raise ElsewhereError(
            path.name, error.strerror or _("it cannot be read"), N_("Look at its name and place.")
        ) from error


def _opened(found: ModelFile, named: Labels | None, asked: Description) -> tuple[Opened, bytes]:
    """What a process of its own finds in the file, and the network in our form."""
    order = tuple(named.names.index(name) for name in named.ordered) if named else ()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        question = Opening(
            f"came{ENDINGS[found.kind]}", found.name, found.kind, len(named.names) if named else None, order,
            named.numbered if named else False, asked.value_range,
        )  # fmt: skip
        with disk.writing(folder):
            (folder / question.file).write_bytes(found.content)
            files.write_json(folder / ASKED, asdict(question))
        _work(folder, found)
        try:
            told = stored.read(folder / TOLD, Opened)
            if told.problem:
                raise ElsewhereError.in_words(retold(told.problem))
            return told, (folder / MODEL).read_bytes()
        except (StoredFileError, OSError) as error:
            raise ElsewhereError(found.name, _("the process that opened it ended at once"), BROKEN) from error


BROKEN = N_("It is damaged, or the computer is out of memory. Export it again.")


def _work(folder: Path, found: ModelFile) -> None:
    process = processes.spawn(["-m", "emotion.training.elsewhere.work", str(folder)], folder / "log.txt")
    try:
        process.wait(WAIT[found.kind])
    except subprocess.TimeoutExpired as error:
        why = _("it was not opened within {wait} seconds", wait=f"{WAIT[found.kind]:.0f}")
        raise ElsewhereError(found.name, why, N_("Choose a smaller model.")) from error
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
