"""How much a model's answers suffer when faces are turned, blurred, darkened or covered.

Measured on demand, on a part of the faces, and kept on disk by model and data.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from msgspec import Meta

from emotion import metrics
from emotion.evaluation import corruptions, network_outputs
from emotion.evaluation.scores import narrow
from emotion.models import preferences
from emotion.system import N_, StoredFileError, cache_dir, disk, files, stored

if TYPE_CHECKING:
    from emotion.data import Examples
    from emotion.metrics import Floats, Labels
    from emotion.models import Predictor
    from emotion.recipes import ModelInfo


FORMAT = 1  # raised when faces are corrupted in another way
FACES = 1000  # of the split: a share of them is known to 3 points
SEED = 0

Progress = Callable[[str, int, int], None]  # what is tried, how many trials are done, of how many


@dataclass(frozen=True)
class CorruptionScore:
    """One strength of one corruption.

    Attributes:
        strength: in the unit of its kind; None for the faces as they are.
        n, right: faces, and how many are answered right.
        interval: where their share may truly lie with 95 % confidence (Wilson).
    """

    strength: stored.Figure | None
    n: Annotated[int, Meta(ge=1, le=2**53)]
    right: stored.Number
    interval: tuple[stored.Share, stored.Share]

    @property
    def accuracy(self) -> float:
        return self.right / self.n

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"interval": list(self.interval)}


@dataclass(frozen=True)
class Robustness:
    """All trials.

    Attributes:
        plain: the same faces as they are.
        kinds: name of the kind → its trials, from faint to strong.
    """

    plain: CorruptionScore
    kinds: dict[str, tuple[CorruptionScore, ...]]

    def to_json(self) -> dict[str, Any]:
        kinds = {name: [trial.to_json() for trial in trials] for name, trials in self.kinds.items()}
        return {"plain": self.plain.to_json(), "kinds": kinds}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Robustness:
        """The inverse of `to_json`. ValueError for what is none."""
        return stored.typed(values, cls)


def sample(labels: Labels, count: int = FACES, seed: int = SEED) -> Labels:
    """Indices of at most `count` faces, each class by its share, rising."""
    if len(labels) <= count:
        return np.arange(len(labels))
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(labels))
    by_class = order[np.argsort(labels[order], kind="stable")]
    picked = by_class[np.linspace(0, len(labels) - 1, count).round().astype(int)]
    return np.sort(picked).astype(np.int64)


def location(predictor: Predictor, info: ModelInfo, examples: Examples) -> Path:
    """Where the trials of a model on these faces are kept. Threshold and classes matter, too."""
    kinds = [(kind.name, kind.strengths) for kind in corruptions.KINDS]
    words = f"{FORMAT} {kinds} {info.classes} {info.positive} {info.threshold} {examples.labels.tobytes().hex()}"
    asked = network_outputs.digest_of(words, examples.images)
    return cache_dir() / f"robustness-{preferences.digest(predictor.path)[:16]}-{asked[:16]}.json"


def kept(predictor: Predictor, examples: Examples) -> Robustness | None:
    """What was measured before, or None."""
    try:
        found = stored.read(location(predictor, narrow(predictor.info, examples.classes), examples), Robustness)
    except StoredFileError:
        return None
    return found if set(found.kinds) == {kind.name for kind in corruptions.KINDS} else None


def measure(
    predictor: Predictor, examples: Examples, progress: Progress | None = None, on: str | None = None
) -> Robustness:
    """Tries every corruption at every strength, or reads what came of it before.

    Args:
        predictor: the model.
        examples: faces whose classes the model knows; at most FACES of them are used.
        progress: called before each trial; what it raises ends the measuring.
        on: a cluster of Ray whose processes ask the network.

    Raises:
        ModelError: when the model does not know a class of the examples.
        EmotionError: where the cluster cannot be asked.
    """
    known = kept(predictor, examples)
    if known is not None:
        return known
    info, used = narrow(predictor.info, examples.classes), examples.take(sample(examples.labels))
    total, done = 1 + sum(len(kind.strengths) for kind in corruptions.KINDS), 0

    def trial(name: str, strength: float | None, faces: corruptions.Faces) -> CorruptionScore:
        nonlocal done
        if progress is not None:
            progress(name, done, total)
        done += 1
        said = network_outputs.ask(predictor, faces, keep=False, on=on).of_classes(predictor.info, info.classes)
        return _judged(said, info, used.labels, strength)

    plain = trial(N_("as they are"), None, used.images)
    kinds = {
        kind.name: tuple(trial(kind.name, by, kind.apply(used.images, by)) for by in kind.strengths)
        for kind in corruptions.KINDS
    }
    found = Robustness(plain, kinds)
    with contextlib.suppress(OSError):  # a full or read-only disk: it is measured again next time
        path = location(predictor, info, examples)
        disk.make_folder(path.parent)
        files.write_json(path, found.to_json())
    return found


def _judged(said: Floats, info: ModelInfo, labels: Labels, strength: float | None) -> CorruptionScore:
    right = int((metrics.answers(said, info.threshold, info.positive_label) == labels).sum())
    return CorruptionScore(strength, len(labels), right, metrics.wilson_interval(right, len(labels)))
