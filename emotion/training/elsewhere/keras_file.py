"""From a Keras file of another program to LiteRT. Nothing in the file is run: no Lambda, no classes of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from emotion.recipes.layers.backend import keras
from emotion.system import N_, _
from emotion.training.elsewhere import described
from emotion.training.elsewhere.errors import ElsewhereError

NEAR = 0.02
RESAVE = N_("Save it again with a recent Keras and with its own layers only, or export it as .tflite.")


class _Depthwise(keras.layers.DepthwiseConv2D):
    """As Keras 2 has written it, with a number of groups that was always 1: Teachable Machine's files have it."""

    def __init__(self, *, groups: int = 1, **kept: Any) -> None:
        if groups != 1:
            raise ValueError(_("Expected 1 group. Received: {n}", n=groups))
        super().__init__(**kept)


def converted(path: Path, name: str) -> tuple[bytes, bool]:
    """The network of a `.keras` or `.h5` file as a LiteRT file, and whether it takes bytes, 0 to 255.

    Args:
        path: of the file, whose ending says which of the two it is.
        name: how to call it in a refusal.

    Raises:
        ElsewhereError: when Keras cannot open it safely, or it cannot be converted.
        MemoryError: when it wants more than this process may have.
    """
    own = {"DepthwiseConv2D": _Depthwise} if path.suffix == ".h5" else None
    try:
        if beyond := described.beyond(path):
            raise ElsewhereError(name, _no_part(beyond), RESAVE)
        model = keras.models.load_model(path, own, compile=False, safe_mode=True)
    except ElsewhereError:
        raise
    except Exception as error:  # a description that was written elsewhere may raise whatever its layers do
        said = str(error)
        if any(words in said for words in {"OOM when allocating", "bad_alloc"}):
            raise MemoryError(said) from error
        if any(words in said for words in {"Could not locate", "not registered", "Unknown layer"}):
            why = _("it holds a layer that is not one of Keras' own, and no code of a file is run here")
        elif any(words in said for words in {"No model config", "model_config"}):
            why = _("it holds weights without their network")
        else:
            why = _(
                "Keras {version} cannot open it ({why})",
                version=keras.__version__,
                why=_first_line(said) or type(error).__name__,
            )
        raise ElsewhereError(name, why, RESAVE) from error
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "model.tflite"
        try:
            model.export(target, format="litert", verbose=False)
            return target.read_bytes(), _takes_bytes(model)
        except Exception as error:
            why = _("it cannot be converted ({why})", why=_first_line(str(error)) or type(error).__name__)
            raise ElsewhereError(name, why, RESAVE) from error


def _no_part(beyond: str) -> str:
    if "lambda" in beyond.lower():
        return _("it holds a Lambda layer, which is code, and no code of a file is run here")
    return _("it asks for {name}, which is not run for a file here", name=beyond)


def _takes_bytes(layer: keras.Layer) -> bool:
    """Whether the first thing it does is to make [0, 1] or [-1, 1] of bytes."""
    inner = [one for one in getattr(layer, "layers", []) if not isinstance(one, keras.layers.InputLayer)]
    if inner:
        return _takes_bytes(inner[0])
    scale = getattr(layer, "scale", None) if isinstance(layer, keras.layers.Rescaling) else None
    return isinstance(scale, float) and any(abs(scale * width - 1) < NEAR for width in (255, 127.5))


def _first_line(text: str) -> str:
    return next((line.strip().rstrip(".")[:160] for line in text.splitlines() if line.strip()), "")
