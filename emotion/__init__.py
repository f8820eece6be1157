"""Tell happy faces from sad ones with a small network that is trained on one's own pictures.

Example:
    from emotion import load_and_preprocess_image, load_model

    model = load_model("pretrained")
    image = load_and_preprocess_image("face.jpg")
    prediction = model.predict(image)  # (1, 1): P(happy)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emotion.images import load_and_preprocess_image
    from emotion.models import Predictor, load_model

__all__ = ["Predictor", "load_and_preprocess_image", "load_model"]
__version__ = "0.1.0"  # the one place: pyproject.toml and `emotion --version` read it

_HOMES = {
    "Predictor": "emotion.models",
    "load_and_preprocess_image": "emotion.images",
    "load_model": "emotion.models",
}


def __getattr__(name: str) -> Any:
    """Imports what is asked for when it is asked for (PEP 562): a worker can say "starting" before NumPy is there."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
