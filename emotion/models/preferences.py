"""What the person has changed about a model after its training: threshold, temperature, unsure band.

A run's `model.json` is written by its worker alone. The person's own words about a run stand in its `person.json`;
these are some of them, and they go before those of `model.json` wherever the model is loaded. The shipped model has its
`pretrained.json` among the person's own files. Each is kept with a digest of the network it was chosen for: another
network under the same name, such as that of a run that went on, starts with its own words again.

Which model the person uses: their choice, kept in `choice.json`. Whether they have put away the words that greet
a newcomer.
"""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emotion.runs import find_run, read_run
from emotion.system import N_, ConfigError, EmotionError, ModelError, _, disk, files, home, stored

if TYPE_CHECKING:
    from emotion.recipes import ModelInfo


SHIPPED = Path(__file__).resolve().parents[1] / "pretrained"
KEY = "adjusted"  # of person.json


@dataclass(frozen=True)
class Adjustment:
    """What goes before the words of `model.json`; None leaves them as they are. See `config.ModelInfo`."""

    threshold: float | None = None
    temperature: float | None = None
    unsure_band: tuple[float, float] | None = None

    @property
    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in dataclasses.asdict(self).items() if value is not None}

    def apply(self, info: ModelInfo) -> ModelInfo:
        """The model's words with these changes; the unsure band is stretched so that it holds the threshold.

        Raises:
            ConfigError: for a value outside its range.
        """
        changed = dataclasses.replace(info, **self.changes)
        low, high = changed.unsure_band
        if low == high:  # it is never unsure, whatever the threshold
            return dataclasses.replace(changed, unsure_band=(changed.threshold, changed.threshold))
        band = (min(low, changed.threshold), max(high, changed.threshold))
        return dataclasses.replace(changed, unsure_band=band)


@dataclass(frozen=True)
class _Adjusted:
    """The adjustment as it is stored, with the digest of its network."""

    model: str
    threshold: stored.Share | None = None
    temperature: stored.Figure | None = None
    unsure_band: tuple[stored.Share, stored.Share] | None = None


@dataclass(frozen=True)
class _Words:
    """What a `person.json` or `pretrained.json` says of the model."""

    adjusted: _Adjusted | None = None


@dataclass(frozen=True)
class _Choice:
    """`choice.json`."""

    model: str = ""


def location(model: Path) -> Path:
    """The file that holds the person's words about the model in this `model.tflite`."""
    if model.resolve().parent == SHIPPED:
        return home() / "pretrained.json"
    return model.with_name("person.json")


def changed(model: Path) -> int:
    """A number that is another one as soon as the network or the person's words about it are; 0 without a model."""
    times = [path.stat().st_mtime_ns for path in (model, location(model)) if path.is_file()]
    return max(times, default=0)


def read(model: Path) -> Adjustment:
    """The person's changes for this very network; none where there are none or they are not valid."""
    said = stored.read_or(location(model), _Words, _Words()).adjusted
    if said is None or said.model != digest(model):
        return Adjustment()
    return Adjustment(said.threshold, said.temperature, said.unsure_band)


def applied(info: ModelInfo, model: Path) -> ModelInfo:
    """What a model says of itself, with the person's changes; changes that are not valid are left aside."""
    try:
        return read(model).apply(info)
    except ConfigError:
        return info


def save(model: Path, info: ModelInfo, adjustment: Adjustment) -> None:
    """Keeps changes for a network; earlier ones that are not named stay.

    Args:
        model: its `model.tflite`.
        info: what the model says of itself.
        adjustment: the changes.

    Raises:
        ConfigError: for a value outside its range; nothing is kept then.
        OutputFolderError: where the file cannot be written.
    """
    kept = read(model).changes | adjustment.changes
    Adjustment(**kept).apply(info)
    _write(model, {"model": digest(model), **kept})


def forget(model: Path) -> None:
    """Goes back to what the model was trained with.

    Raises:
        OutputFolderError: where the file cannot be written.
    """
    _write(model, None)


def _write(model: Path, words: dict[str, Any] | None) -> None:
    path = location(model)
    disk.make_folder(path.parent)
    files.update_json(path, {} if words is None else {KEY: words}, without=KEY)


def digest(model: Path) -> str:
    """Of the network's bytes: 32 hex digits; 6.7 MB take 10 ms.

    Raises:
        ModelError: when it cannot be read.
    """
    try:
        return hashlib.blake2b(model.read_bytes(), digest_size=16).hexdigest()
    except OSError as error:
        raise ModelError.of_file(model, _("it cannot be read")) from error


PRETRAINED = "pretrained"
NO_MODEL = N_(
    "No model called {name}. Expected a run id, latest, pretrained, or the path of a run folder or of its "
    "model.tflite. `python -m emotion runs` lists the runs."
)


def _location() -> Path:
    return home() / "choice.json"


def _is_there(reference: str) -> bool:
    if reference == PRETRAINED:
        return True
    try:
        return read_run(find_run(reference)).has_model
    except (EmotionError, OSError, ValueError):  # ValueError: a name that no file can have
        return Path(reference).suffix == ".tflite" and Path(reference).is_file()


def chosen_model() -> str:
    """The model to use: "pretrained", a run id or a path; "pretrained" too when the chosen one is gone."""
    reference = stored.read_or(_location(), _Choice, _Choice()).model
    return reference if reference and _is_there(reference) else PRETRAINED


def choose_model(reference: str) -> None:
    """Keeps the person's choice until the next one.

    Raises:
        ModelError: when there is no such model; the choice stays as it was.
        OutputFolderError: where it cannot be written.
    """
    if not reference or not _is_there(reference):
        raise ModelError(_(NO_MODEL, name=repr(reference)))
    disk.make_folder(home())
    files.write_json(_location(), {"model": reference})


def _greeted() -> Path:
    return home() / ".greeted"


def is_new_here() -> bool:
    """Whether nobody has put away the words that greet a newcomer."""
    return not _greeted().exists()


def put_greeting_away() -> None:
    """Keeps for good that the newcomer's words were read.

    Raises:
        OutputFolderError: where that cannot be kept.
    """
    with disk.writing(disk.make_folder(home())):
        _greeted().touch()
