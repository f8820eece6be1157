"""`model.keras` files that are damaged or were written elsewhere: one sentence, whatever Keras raises for them."""

from __future__ import annotations

import io
import json
import os
import random
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emotion.data import Examples
from emotion.models import PRETRAINED
from emotion.recipes import config, find
from emotion.runs import RunPaths
from emotion.system import ModelError
from emotion.training.elsewhere import ElsewhereError
from emotion.training.elsewhere.keras_file import converted
from emotion.training.network import FEATURES, LAST, load_whole

Layer = dict[str, Any]
NO_FACES = Examples(np.zeros((0, 48, 48), np.uint8), np.zeros(0, np.int64), ("sad", "happy"), (), (), "none")


@pytest.fixture(scope="module")
def whole() -> bytes:
    return (PRETRAINED / "model.keras").read_bytes()


def changed(whole: bytes, change: Callable[[Layer], Layer]) -> bytes:
    """The network with another description of itself."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as kept, zipfile.ZipFile(written, "w") as new:
        for name in kept.namelist():
            part = kept.read(name)
            if name == "config.json":
                part = json.dumps(change(json.loads(part))).encode()
            new.writestr(name, part)
    return written.getvalue()


def with_layer(whole: bytes, change: Callable[[Layer], object]) -> bytes:
    """The network with another description of its first convolution."""

    def of_the_first(described: Layer) -> Layer:
        change(next(layer for layer in described["config"]["layers"] if layer["class_name"] == "Conv2D"))
        return described

    return changed(whole, of_the_first)


def function(name: str, module: str) -> Layer:
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


CODE = {"class_name": "__lambda__", "config": {"value": ["", None, None]}}
BEYOND: list[Layer] = [
    function("load_data", "keras.datasets.california_housing"),
    function("datasets.california_housing.load_data", "keras"),
    function("decode_predictions", "keras.applications.imagenet_utils"),
    function("get_file", "keras.utils"),
    function("set_floatx", "keras.config"),
    function("system", "os"),
    CODE,
    {"module": "keras.layers", "class_name": "TimeDistributed", "registered_name": None, "config": {"layer": {
        "module": "keras.layers", "class_name": "Lambda", "registered_name": None, "config": {"function": CODE}}}},
    {"module": "keras.layers", "class_name": "TFSMLayer", "registered_name": None, "config": {"filepath": "/tmp"}},
    {"module": "keras.layers", "class_name": "StringLookup", "registered_name": None,
     "config": {"vocabulary": "/etc/hostname"}},
    {"class_name": "__typespec__", "spec_name": "system", "registered_name": None, "module": "os", "config": ["true"]},
]  # fmt: skip


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


def test_no_network_reaches_beyond_its_layers_wherever_it_was_made(
    whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **_kept: asked_for.append(asked) or [])
    path = tmp_path / "model.keras"
    for part in BEYOND:

        def change(layer: Layer, hostile: Layer = part) -> None:
            layer["config"]["activation"] = hostile

        path.write_bytes(with_layer(whole, change))
        with pytest.raises(ModelError, match="it is not a whole network of this program"):
            load_whole(path)
        with pytest.raises(ElsewhereError, match=r"it (asks for|holds a Lambda layer|holds a layer that is not)"):
            converted(path, path.name)
    assert asked_for == []


def test_a_layer_alone_is_no_network(whole: bytes, tmp_path: Path) -> None:
    alone = {"module": "keras.layers", "class_name": "Flatten", "registered_name": None, "config": {}}
    path = tmp_path / "model.keras"
    path.write_bytes(changed(whole, lambda described: alone))

    with pytest.raises(ModelError, match="it is not a whole network of this program"):
        load_whole(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes in folders")
def test_a_pipe_in_the_place_of_a_network_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "last.keras")

    with pytest.raises(ModelError, match="it is not a whole network of this program"):
        load_whole(tmp_path / "last.keras")


def test_a_network_of_other_classes_or_another_size_is_refused(tmp_path: Path) -> None:
    import keras

    path, pool, told = tmp_path / "model.keras", keras.layers.GlobalAveragePooling2D, keras.layers.Dense
    keras.Sequential([keras.Input((48, 48, 1)), pool(name=FEATURES), told(7, name=LAST)]).save(path)
    assert load_whole(path, classes=7).count_params() == 14
    with pytest.raises(ModelError, match="it is not a whole network of this program"):
        load_whole(path, classes=2)

    keras.Sequential([keras.Input((64, 64, 3)), pool(name=FEATURES), told(1, name=LAST)]).save(path)
    with pytest.raises(ModelError, match="it is not a whole network of this program"):
        load_whole(path, classes=2)

    keras.Sequential([keras.Input((48, 48, 1)), pool(), told(1)]).save(path)
    with pytest.raises(ModelError, match="it is not a whole network of this program"):
        load_whole(path, classes=2)


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    import keras

    path = tmp_path / "model.keras"
    network = keras.Sequential(
        [
            keras.Input((48, 48, 1)),
            keras.layers.GlobalAveragePooling2D(name=FEATURES),
            keras.layers.Dense(1, bias_initializer=keras.initializers.Constant(float("nan")), name=LAST),
        ]
    )
    network.save(path)

    with pytest.raises(ModelError, match="it is not a whole network of this program"):
        load_whole(path)


def test_an_epoch_that_cannot_be_gone_on_from_is_told(tmp_path: Path) -> None:
    from emotion.training import fit

    paths = RunPaths(tmp_path)
    network = fit.network(find("classic"), 2)
    network.save(paths.last_checkpoint)

    with pytest.raises(ModelError, match="it does not say how far its training has come"):
        fit.fit(config("classic"), NO_FACES, NO_FACES, paths)
    with pytest.raises(ModelError, match="it is not a whole network of this program"):
        fit.fit(config("classic", classes=("happy", "neutral", "sad")), NO_FACES, NO_FACES, paths)
