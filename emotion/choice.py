"""Which model the person uses: their choice, kept in `choice.json`."""

from __future__ import annotations

from pathlib import Path

from emotion import files
from emotion.config import home
from emotion.errors import EmotionError, ModelMissingError
from emotion.runs import find_run, read_run

PRETRAINED = "pretrained"


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
    reference = files.read_json(_location()).get("model")
    return reference if isinstance(reference, str) and reference and _is_there(reference) else PRETRAINED


def choose_model(reference: str) -> None:
    """Keeps the person's choice until the next one.

    Raises:
        ModelMissingError: when there is no such model; the choice stays as it was.
    """
    if not reference or not _is_there(reference):
        raise ModelMissingError(reference)
    home().mkdir(parents=True, exist_ok=True)
    files.write_json(_location(), {"model": reference})
