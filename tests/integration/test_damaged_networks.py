"""`model.keras` files that are damaged or were written elsewhere: one sentence, whatever Keras raises for them."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emotion.models import PRETRAINED
from emotion.system import ModelError
from emotion.training.network import load_whole

Layer = dict[str, Any]


@pytest.fixture(scope="module")
def whole() -> bytes:
    return (PRETRAINED / "model.keras").read_bytes()


def with_layer(whole: bytes, change: Callable[[Layer], object]) -> bytes:
    """The network with another description of its first convolution."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as kept, zipfile.ZipFile(written, "w") as new:
        for name in kept.namelist():
            part = kept.read(name)
            if name == "config.json":
                described = json.loads(part)
                change(next(layer for layer in described["config"]["layers"] if layer["class_name"] == "Conv2D"))
                part = json.dumps(described).encode()
            new.writestr(name, part)
    return written.getvalue()


TORCH = {"module": "keras.layers", "class_name": "TorchModuleWrapper", "config": {"module": "x", "name": "t"},
         "registered_name": "TorchModuleWrapper"}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        lambda layer: layer.update(TORCH),
        lambda layer: layer.update(module="torch.nn", class_name="Linear", registered_name=None),
        lambda layer: layer.update(config=None),
        lambda layer: layer.update(inbound_nodes=[{"args": 7}]),
        lambda layer: layer.clear(),
    ],
)
def test_a_network_with_a_foreign_layer_is_refused(
    whole: bytes, tmp_path: Path, change: Callable[[Layer], object]
) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(with_layer(whole, change))

    with pytest.raises(ModelError, match="it is not a whole network of this program"):
        load_whole(path)


def test_a_network_with_wrong_bytes_is_refused_or_read(whole: bytes, tmp_path: Path) -> None:
    path, rng = tmp_path / "model.keras", random.Random(0)
    for _ in range(6):
        place = rng.randrange(len(whole) - 100)
        path.write_bytes(whole[:place] + rng.randbytes(100) + whole[place + 100 :])
        try:
            load_whole(path)
        except ModelError:
            continue
