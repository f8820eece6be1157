"""What a run needs beside its folder, as it travels: its pictures as arrays, and the models that it goes on from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emotion.data import Examples, Material
from emotion.models import PRETRAINED, load_model
from emotion.runs import RunPaths
from emotion.system import ConfigError, DataError, _, arrays, files, runs_dir
from emotion.training.start_from import back_from

if TYPE_CHECKING:
    from emotion.recipes import TrainingConfig

Arrays = dict[str, NDArray[Any]]
WORDS = "words"  # the array that holds all that is text, as JSON
OF_A_MODEL = ("config.json", "status.json", "person.json", "model.keras", "model.tflite", "model.json")


@dataclass(frozen=True)
class Brought(Material):
    """What a run learns from, on a computer that has no data folder.

    Attributes:
        kept: the test split; None where there is none.
        why_not: why there is no test split, "" where nothing is wrong.
    """

    kept: Examples | None = None
    why_not: str = ""

    def test(self) -> Examples | None:
        """The test split as it was where the data lies.

        Raises:
            DataError: what was raised there.
        """
        if self.why_not:
            raise DataError(self.why_not)
        return self.kept


def pack(learned: Material) -> Arrays:
    """What a run learns from and is tested on, as arrays; pictures stay uint8."""
    why_not, test = "", None
    try:
        test = learned.test()
    except DataError as error:
        why_not = str(error)
    parts = {"train": learned.train, "validation": learned.validation, "own": learned.own, "test": test}
    if learned.old is not learned.train:
        parts["old"] = learned.old
    packed: Arrays = {}
    words: dict[str, Any] = {"fingerprint": learned.fingerprint, "why_not": why_not, "old": learned.old is not None}
    for name, examples in parts.items():
        if examples is None:
            continue
        packed |= {f"{name}_images": examples.images, f"{name}_labels": examples.labels}
        if examples.votes is not None:
            packed[f"{name}_votes"] = examples.votes
        words[name] = {field: getattr(examples, field) for field in _TEXT}
    return packed | {WORDS: np.frombuffer(json.dumps(words).encode(), np.uint8)}


_TEXT = ("classes", "files", "unreadable", "faceless", "fingerprint")


def unpack(packed: Arrays) -> Brought:
    """The inverse of `pack`; there is no data folder and no listing."""
    words = json.loads(packed[WORDS].tobytes())

    def part(name: str) -> Examples | None:
        if name not in words:
            return None
        text: dict[str, Any] = {
            key: value if isinstance(value, str) else tuple(value) for key, value in words[name].items()
        }
        votes = packed.get(f"{name}_votes")
        return Examples(images=packed[f"{name}_images"], labels=packed[f"{name}_labels"], votes=votes, **text)

    train, validation = part("train"), part("validation")
    if train is None or validation is None:
        raise ValueError(_("expected the training and the validation faces"))
    old = (part("old") if "old_images" in packed else train) if words["old"] else None
    return Brought(train, validation, old, part("own"), None, words["fingerprint"], part("test"), words["why_not"])


def key(packed: Arrays) -> str:
    """32 hex digits that say what is in it: a computer that has it needs it no second time."""
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(packed):
        digest.update(f"{name} {packed[name].dtype} {packed[name].shape}\0".encode())
        digest.update(np.ascontiguousarray(packed[name]).data)
    return digest.hexdigest()


def write(path: Path, packed: Arrays) -> None:
    """Keeps it in a file, whole or not at all."""
    with files.whole(path) as unfinished:
        np.savez(unfinished, **packed)  # type: ignore[arg-type]


def read(path: Path) -> Brought:
    """What `write` has kept.

    Raises:
        StoredFileError: when it is gone or damaged.
    """
    return unpack(arrays.read(path))


def models(config: TrainingConfig) -> dict[str, bytes]:
    """The models that a run goes on from, each with that which it went on from itself: name below the home → content.

    The shipped one is on every computer already.

    Raises:
        ConfigError: for a model that is no run of this computer's: it has no name on another one.
        ModelError: when there is no such model.
    """
    found: dict[str, bytes] = {}
    for base, _asked in back_from(load_model(config.start_from)) if config.start_from else ():
        folder = base.path.parent
        if folder == PRETRAINED:
            break
        if folder.parent != runs_dir().resolve():
            raise ConfigError("start_from", _("pretrained or the id of a run where --on is said"), base.reference)
        found |= {f"runs/{folder.name}/{name}": (folder / name).read_bytes()
                  for name in OF_A_MODEL if (folder / name).is_file()}  # fmt: skip
    return found


def folder_of(paths: RunPaths) -> dict[str, bytes]:
    """What a run's folder holds that another computer needs to go on from there: name → content."""
    needed = (paths.history, paths.film, paths.average, paths.last_checkpoint, paths.keras_model)
    return {path.name: path.read_bytes() for path in needed if path.is_file()}
