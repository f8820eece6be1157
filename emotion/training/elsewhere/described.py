"""What a Keras file says of its network, looked at before Keras reads it.

Keras finds by its name whatever a description asks for, among all that its package holds. That is more than networks
are made of: as an activation it would call what fetches a data set, or the names of ImageNet's classes, from the net.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emotion.system import _

MOST_UNPACKED = 2 * 2**30  # bytes of a .keras file
MOST_WORDS = 64 * 2**20  # bytes of the description in it
CODE = frozenset({"Lambda", "__lambda__", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"})
FILES = frozenset({"StringLookup", "IntegerLookup", "IndexLookup", "TextVectorization"})  # they may read others
PARTS = re.compile(
    r"keras(\.src)?(\.(activations|constraints|dtype_policies|initializers|layers|losses|metrics|models|ops|optimizers"
    r"|quantizers|random|regularizers)(\.\w+)*)?"
)


def beyond(path: Path) -> str:
    """The first thing that the description in a `.keras` or `.h5` file asks for and networks are not made of, or "".

    What is not of Keras at all is left to Keras, which knows nothing of it.

    Raises:
        Exception: of any kind, for a file that is damaged.
    """
    return next((name for part in _parts(_description(path)) if (name := _named_beyond(part))), "")


def _description(path: Path) -> Any:
    if path.suffix == ".h5":
        import h5py

        with h5py.File(path, "r") as file:
            return json.loads(file.attrs.get("model_config", "null"))
    with zipfile.ZipFile(path) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > MOST_UNPACKED:
            raise ValueError(_("it unpacks to more than {size} GB", size=MOST_UNPACKED // 2**30))
        with packed.open("config.json") as file:
            words = file.read(MOST_WORDS + 1)
    if len(words) > MOST_WORDS:
        raise ValueError(_("{name} is larger than {size} MB", name="config.json", size=MOST_WORDS // 2**20))
    return json.loads(words)


def _parts(description: Any) -> Iterator[dict[str, Any]]:
    """All that it names, at whatever depth."""
    left = [description]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left.extend(one.values())
            if "class_name" in one:
                yield one
        elif isinstance(one, list):
            left.extend(one)


def _named_beyond(part: dict[str, Any]) -> str:
    kind, module = str(part["class_name"]), part.get("module")
    name = str(part.get("config")) if kind == "function" else str(part.get("spec_name", kind))
    if name in CODE | FILES:
        return name
    if module is None or not str(module).startswith("keras"):
        return ""
    return "" if PARTS.fullmatch(str(module)) and name.isidentifier() else f"{module}.{name}"
