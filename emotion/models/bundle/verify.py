"""Reads a model that was taken along: asks the faces of its self-test again, and makes a run of it.

Nothing of the zip is trusted: only files of known names are read, each up to a size, and no code in it is run.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion.images import PictureError, decode, to_input
from emotion.models.bundle.pack import INFO, MODEL, SELFTEST, TOLD, said
from emotion.models.predictor import load_model
from emotion.recipes import TrainingConfig, config
from emotion.runs import RunPaths, Status, new_run, write_status
from emotion.system import EmotionError, _, files, stored

MOST_BYTES = 200 * 2**20  # of one file in the zip
MOST_FACES = 64


@dataclass(frozen=True)
class _Test:
    """One face, and what was said of it."""

    file: str
    answer: str
    probabilities: dict[str, float]


@dataclass(frozen=True)
class _SelfTest:
    """`selftest.json`."""

    faces: tuple[_Test, ...]
    tolerance: float


@dataclass(frozen=True)
class Verified:
    """What a self-test has found.

    Attributes:
        faces: that were asked.
        same: of these, that got the same answer, and each probability within the tolerance.
        furthest: the largest difference of a probability, 0 to 1.
    """

    faces: int
    same: int
    furthest: float

    @property
    def passed(self) -> bool:
        return self.same == self.faces


def verify(source: Path | bytes, name: str = "") -> Verified:
    """Asks the faces of a zip's self-test again.

    Args:
        source: the zip, or its bytes.
        name: how to call it in a refusal; "" takes that of the file.

    Raises:
        EmotionError: when it is not a zip of a model, or a damaged one.
        ModelError: when its network cannot be used.
    """
    name = name or _name(source)
    return _verified(name, _read(source, name))


def bring_back(source: Path | bytes, name: str = "") -> RunPaths:
    """Makes a run of a zip, so that it can be used, evaluated and gone on from like one that was trained here.

    Args:
        source, name: as for `verify`.

    Raises:
        EmotionError: when it is not a zip of a model, a damaged one, or one that answers otherwise than when it was
            packed.
        ModelError: when its network cannot be used.
    """
    name = name or _name(source)
    kept = _read(source, name)
    if not (found := _verified(name, kept)).passed:
        raise _no_bundle(
            name, _("only {same} of {n} faces are answered as when it was packed", same=found.same, n=found.faces)
        )
    run = new_run(_config(kept))
    _write(kept, run.root, (*(told for told in TOLD if told != "config.json"), INFO, MODEL))
    write_status(run, Status.COMPLETED)
    return run


def _verified(name: str, kept: dict[str, bytes]) -> Verified:
    with tempfile.TemporaryDirectory() as folder:
        _write(kept, Path(folder), (MODEL, INFO))
        predictor = load_model(Path(folder) / MODEL)
        tests, tolerance = _tests(name, kept)
        faces = np.stack([_face(name, kept, test.file, predictor.info.input_size) for test in tests])
        now = said(predictor, faces)
    same, furthest = 0, 0.0
    for test, (answer, probabilities) in zip(tests, now, strict=True):
        if set(test.probabilities) != set(probabilities):
            raise _no_bundle(name, _("its self-test speaks of other classes than its model"))
        away = max(abs(probabilities[label] - p) for label, p in test.probabilities.items())
        furthest = max(furthest, away)
        same += away <= tolerance and answer == test.answer
    return Verified(len(tests), same, furthest)


def _name(source: Path | bytes) -> str:
    return source.name if isinstance(source, Path) else _("This file")


def _read(source: Path | bytes, name: str) -> dict[str, bytes]:
    """The files of known names in the zip; pictures of the self-test by theirs."""
    try:
        with zipfile.ZipFile(source if isinstance(source, Path) else io.BytesIO(source)) as file:
            entries = [entry for entry in file.namelist() if entry in (MODEL, INFO, SELFTEST, *TOLD)]
            entries += [entry for entry in file.namelist() if entry.startswith("selftest/")][:MOST_FACES]
            kept = {entry: _limited(file, entry) for entry in entries}
    except Exception as error:  # a reader that is fed a broken zip may raise anything
        raise _no_bundle(name, str(error) or type(error).__name__) from error
    for needed in (MODEL, INFO, SELFTEST):
        if needed not in kept:
            raise _no_bundle(name, _("it holds no {name}", name=needed))
    return kept


def _limited(file: zipfile.ZipFile, entry: str) -> bytes:
    with file.open(entry) as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(_("{name} is larger than {most} MB", name=entry, most=MOST_BYTES // 2**20))
    return content


def _write(kept: dict[str, bytes], folder: Path, names: tuple[str, ...]) -> None:
    for name in names:
        if name in kept:
            with files.whole(folder / name) as temporary:
                temporary.write_bytes(kept[name])


def _tests(name: str, kept: dict[str, bytes]) -> tuple[tuple[_Test, ...], float]:
    try:
        said = stored.typed(stored.parse(kept[SELFTEST].decode("utf-8")), _SelfTest)
    except ValueError as error:
        raise _no_bundle(name, _("its {name} cannot be read", name=SELFTEST)) from error
    if not said.faces:
        raise _no_bundle(name, _("its {name} names no face", name=SELFTEST))
    return said.faces[:MOST_FACES], said.tolerance


def _face(name: str, kept: dict[str, bytes], entry: str, size: int) -> NDArray[np.uint8]:
    try:
        return to_input(decode.open_picture(kept[entry]).rgb, size)
    except (KeyError, PictureError) as error:
        raise _no_bundle(name, _("{name} is not a picture", name=entry)) from error


def _no_bundle(name: str, why: str) -> EmotionError:
    return EmotionError(
        _(
            "{name} is not a model that was taken along ({why}). Expected a zip made by `python -m emotion export "
            "RUN --to FILE.zip` or by the button Take it with you. Make it again.",
            name=name,
            why=why,
        )
    )


def _config(kept: dict[str, bytes]) -> TrainingConfig:
    """The settings that the model was trained with; those of its recipe where they do not come along."""
    try:
        return TrainingConfig.from_json(stored.parse(kept["config.json"].decode("utf-8")))
    except (KeyError, ValueError, TypeError, EmotionError):
        info = stored.parse(kept[INFO].decode("utf-8"))
        return config(classes=tuple(info["classes"]), data="")
