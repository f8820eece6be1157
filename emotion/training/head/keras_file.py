"""The `model.keras` of a run with the recipe head: the backbone's, with another last layer. No TensorFlow, no Keras.

A `.keras` file is a zip of a description in JSON and the weights in HDF5 (Keras 3). Only its last layer is changed, and
where the earlier stage is used too, the layers that bring it there are added; all others stay as they are, so that a
run can go on from it and `export` can read it. The weights of the last layer are those for what the network is served
with: features that are means over a face and its mirror image where the backbone takes both.
Letters: F features, S of the earlier stage, K classes.
"""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion.system import _, stored

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
FEATURES, LAST, ALONE, STAGE = "features", "probability", "features_of_the_network", "features_of_the_stage"
Layer = dict[str, Any]
Floats = NDArray[np.float32]
Values = tuple[Floats, Floats]  # of the last layer: kernel and bias


def with_head(backbone: bytes, weights: Floats, bias: Floats) -> bytes:
    """The bytes of the backbone's `model.keras` with this last layer.

    Args:
        backbone: of a network of this program, whose last two layers are called `features` and `probability`.
        weights: (F, K) or (F + S, K) float32.
        bias: (K,) float32.

    Raises:
        ValueError, KeyError: when it is no such network, or has another number of features. A file that another
            program wrote, or a damaged one, may raise anything.
    """
    parts = _parts(backbone)
    described = stored.parse(parts[CONFIG].decode("utf-8"))
    network = described["config"]
    layers = {layer["config"]["name"]: layer for layer in network["layers"]}
    width = _shapes(network)[FEATURES][-1]
    if len(weights) > width:
        _add_stage(network, layers, len(weights))
    elif len(weights) != width:
        raise ValueError(_("Expected weights for {width} features. Received: {n}", width=width, n=len(weights)))
    weights, bias = _as_kept(weights, bias)
    last = layers[LAST]
    last["config"] |= {"units": len(bias), "activation": "sigmoid" if len(bias) == 1 else "softmax"}
    last["build_config"] = {"input_shape": [None, len(weights)]}
    described["compile_config"] = {}
    parts[CONFIG] = json.dumps(described).encode()
    parts[WEIGHTS] = _with_last(parts[WEIGHTS], lambda kernel, shift: (weights, bias))
    return _packed(parts)


def with_change(before: bytes, weights: Floats, bias: Floats) -> bytes:
    """The bytes of a `model.keras` with something added to its last layer: what `fold.adjust` does to a `model.tflite`.

    Args:
        before: of a network of this program, whose last layer is called `probability`.
        weights: (F, K) float32, to be added to its kernel.
        bias: (K,) float32.

    Raises:
        ValueError, KeyError: when it is no such network, or has another number of features or classes. A file that
            another program wrote, or a damaged one, may raise anything.
    """
    added = _as_kept(weights, bias)

    def change(kernel: Floats, shift: Floats) -> Values:
        if (kernel.shape, shift.shape) != (added[0].shape, added[1].shape):
            raise ValueError(
                _("Expected {shape} weights to be changed. Received: {other}", shape=kernel.shape, other=added[0].shape)
            )
        return kernel + added[0], shift + added[1]

    parts = _parts(before)
    described = stored.parse(parts[CONFIG].decode("utf-8"))
    parts[CONFIG] = json.dumps(described | {"compile_config": {}}).encode()
    parts[WEIGHTS] = _with_last(parts[WEIGHTS], change)
    return _packed(parts)


def _parts(file: bytes) -> dict[str, bytes]:
    """What lies in a `.keras` file, by name."""
    with zipfile.ZipFile(io.BytesIO(file)) as kept:
        return {name: kept.read(name) for name in kept.namelist()}


def _packed(parts: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return written.getvalue()


def _as_kept(weights: Floats, bias: Floats) -> Values:
    """As a network keeps them: of two classes the difference, of which P(label 1) is a sigmoid."""
    return (weights[:, 1:] - weights[:, :1], bias[1:] - bias[:1]) if len(bias) == 2 else (weights, bias)


def _inputs(layer: Layer) -> list[Layer]:
    """The tensors that a layer takes, as they are described."""
    return [found for node in layer["inbound_nodes"] for found in _tensors(node["args"])]


def _tensors(described: Any) -> list[Layer]:
    if isinstance(described, list):
        return [found for part in described for found in _tensors(part)]
    return [described["config"]] if isinstance(described, dict) and "config" in described else []


def _shapes(network: dict[str, Any]) -> dict[str, list[int]]:
    """The shape of what each layer gives, but of the last one, by its name: it stands with those that take it."""
    taken = [tensor for layer in network["layers"] for tensor in _inputs(layer)]
    return {tensor["keras_history"][0]: tensor["shape"] for tensor in taken}


def _add_stage(network: dict[str, Any], layers: dict[str, Layer], width: int) -> None:
    """Lets `features` be those of the network and the pooled earlier stage, one after the other."""
    shapes = _shapes(network)
    own = layers[FEATURES]
    apart = own["class_name"] == "Concatenate"  # two networks side by side, each with a stage
    pooling = [layers[tensor["keras_history"][0]] for tensor in _inputs(own)] if apart else [own]
    own["name"] = own["config"]["name"] = ALONE
    added, parts = [], [_tensor(shapes[FEATURES], ALONE)]
    for number, pool in enumerate(pooling):
        stage = _stage_below(layers, shapes, _inputs(pool)[0]["keras_history"][0])
        mean = copy.deepcopy(pool)
        mean["name"] = mean["config"]["name"] = f"{STAGE}_{number}" if apart else STAGE
        mean["inbound_nodes"] = [{"args": [_tensor(shapes[stage], stage)], "kwargs": {}}]
        added.append(mean)
        parts.append(_tensor([None, shapes[stage][-1]], mean["name"]))
    joined = {
        "module": "keras.layers",
        "class_name": "Concatenate",
        "config": {"name": FEATURES, "trainable": True, "dtype": own["config"]["dtype"], "axis": -1},
        "registered_name": None,
        "build_config": {"input_shape": [part["config"]["shape"] for part in parts]},
        "name": FEATURES,
        "inbound_nodes": [{"args": [parts], "kwargs": {}}],
    }
    widths = [part["config"]["shape"][-1] for part in parts]
    if sum(widths) != width:
        raise ValueError(
            _("Expected weights for {width} features. Received: {n}", width=" + ".join(map(str, widths)), n=width)
        )
    layers[LAST]["inbound_nodes"] = [{"args": [_tensor([None, width], FEATURES)], "kwargs": {}}]
    network["layers"][-1:] = [*added, joined, layers[LAST]]


def _stage_below(layers: dict[str, Layer], shapes: dict[str, list[int]], picture: str) -> str:
    """The layer that gives the last thing made of a face at the resolution before that of this picture."""
    above = _above(layers, picture)
    larger = [
        name for name in layers if name in above and len(shapes[name]) == 4 and shapes[name][1] > shapes[picture][1]
    ]
    side = min(shapes[name][1] for name in larger)
    return [name for name in larger if shapes[name][1] == side][-1]


def _above(layers: dict[str, Layer], name: str) -> set[str]:
    """The names of the layers that this one depends on."""
    found: set[str] = set()
    open_ = [name]
    while open_:
        new = {tensor["keras_history"][0] for tensor in _inputs(layers[open_.pop()])} - found
        found |= new
        open_ += new
    return found


def _tensor(shape: list[Any], layer: str) -> Layer:
    described = {"shape": shape, "dtype": "float32", "keras_history": [layer, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": described}


def _with_last(before: bytes, change: Callable[[Floats, Floats], Values]) -> bytes:
    """The same HDF5 file with other values for the last layer, and without what an optimiser has left there.

    Args:
        change: from kernel and bias, float32, to those that take their place.
    """
    import h5py

    file = io.BytesIO(before)
    with h5py.File(file, "r+") as kept:
        if "optimizer" in kept:
            del kept["optimizer"]
        places = [group for group in kept["layers"].values() if _name_of(group) == LAST]
        if len(places) != 1:
            raise ValueError(_("Expected one layer named {name}. Received: {n}", name=repr(LAST), n=len(places)))
        values = places[0]["vars"]
        for number, new in enumerate(change(values["0"][()], values["1"][()])):
            del values[str(number)]
            values[str(number)] = np.ascontiguousarray(new, dtype=np.float32)
    return file.getvalue()


def _name_of(group: Any) -> str:
    named = group["vars"].attrs.get("name", "") if "vars" in group else ""
    return named.decode() if isinstance(named, bytes) else str(named)
