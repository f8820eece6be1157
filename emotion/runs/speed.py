"""How long a training takes on this computer: what its recipe was measured at, times how fast this one is beside that.

The factor is kept in `.cache/speed.json`. The warm worker finds it by some steps of the usual recipe; each training of
some seconds finds it anew by its epochs.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from emotion.recipes import MEASURED_FACES, START, expected_seconds, find
from emotion.system import cache_dir, disk, files, stored

if TYPE_CHECKING:
    from emotion.recipes import TrainingConfig
    from emotion.runs.history import History


ENOUGH = 2.0  # seconds of whole epochs: in less, what is the same for any number of faces outweighs the rest
LEARNED = 0.8  # share of the training faces that a recipe was measured with; the others were kept aside


@dataclass(frozen=True)
class _Speed:
    factor: Annotated[float, Meta(gt=0, le=1e4)] | None = None


def factor() -> float | None:
    """The seconds that a training takes here, over those of the computer that the recipes were measured on.

    Returns:
        None before anything was measured here.
    """
    known = stored.read_or(_path(), _Speed, _Speed())
    return known.factor


def seconds_here(config: TrainingConfig, faces: int) -> float | None:
    """Seconds that the epochs of a run take on this computer; as `expected_seconds` before anything was measured."""
    seconds = expected_seconds(config, faces)
    return None if seconds is None else seconds * (factor() or 1.0)


def learn_from_run(config: TrainingConfig, faces: int, history: History) -> None:
    """Keeps the factor that the whole epochs of a run show, all but the first, in which the network is traced.

    Args:
        config: of the run; one that goes on from another model tells nothing.
        faces: in its train split, those kept aside for validation too.
        history: of the run, in one sitting or the last of several.
    """
    whole = expected_seconds(config, faces)
    if whole is None or len(history.epochs) < 2:
        return
    first, last = history.epochs[0], history.epochs[-1]
    seconds, epochs = last["seconds"] - first["seconds"], last["epoch"] - first["epoch"]
    if seconds >= ENOUGH:
        _keep(seconds / epochs / ((whole - START) / config.epochs))


def learn_from_steps(config: TrainingConfig, seconds: float, steps: int) -> None:
    """Keeps the factor that some steps of a recipe's own settings show, where none is known yet.

    Args:
        config: with a recipe that was measured.
        seconds: that so many steps have taken, after the network was traced.
    """
    recipe = find(config.recipe)
    if factor() is None and recipe.seconds is not None and seconds > 0:
        measured = (recipe.seconds - START) / recipe.epochs / (LEARNED * MEASURED_FACES / recipe.batch_size)
        _keep(seconds / steps / measured)


def _keep(found: float) -> None:
    with contextlib.suppress(OSError):  # a full or read-only disk: the next run is timed again
        disk.make_folder(_path().parent)
        files.write_json(_path(), {"factor": round(min(max(found, 1e-3), 1e3), 4)})


def _path() -> Path:
    return cache_dir() / "speed.json"
