"""From Keras to what is used: `model.tflite` and `model.json`."""

from __future__ import annotations

import importlib.metadata
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emotion import runs
from emotion.images import CROP
from emotion.recipes import ModelInfo, find, positive_class
from emotion.recipes.layers.backend import keras
from emotion.system import files
from emotion.training.network import served
from emotion.training.start_from import model_data

if TYPE_CHECKING:
    from emotion.recipes import TrainingConfig


RECORDED = ("tensorflow", "tensorflow-cpu", "keras", "numpy", "pillow", "ai-edge-litert")


def write_tflite(model: keras.Model, path: Path, *, mirrored: bool = False, half: bool = False) -> None:
    """Writes the network for LiteRT with two outputs, `probability` and `features`.

    With the features, neighbours and clusters can be found later without TensorFlow.

    Args:
        mirrored: see `emotion.training.network.served`.
        half: weights are kept as float16, which halves the file; it is computed in float32 all the same.
    """
    import tensorflow as tf

    whole = served(model, mirrored=mirrored)
    (image,) = whole.inputs
    described = tf.TensorSpec((None, *image.shape[1:]), image.dtype, name=image.name)
    answer = tf.function(partial(whole, training=False), input_signature=[described], autograph=False)
    # Not by `Model.export`, which traces the network three times more and reads back all that it has written.
    holder = tf.Module()
    holder.answer, holder.weights = answer, [variable.value for variable in whole.variables]
    converter = tf.lite.TFLiteConverter.from_concrete_functions([answer.get_concrete_function()], holder)
    if half:
        converter.optimizations, converter.target_spec.supported_types = [tf.lite.Optimize.DEFAULT], [tf.float16]
    with files.whole(path) as temporary:
        temporary.write_bytes(converter.convert())


def describe(model: keras.Model, config: TrainingConfig, fingerprint: str, scores: dict[str, Any]) -> ModelInfo:
    """What has to travel with this network."""
    return ModelInfo(
        classes=config.classes,
        positive=positive_class(config.classes),
        crop=CROP,
        data=model_data(config),
        fingerprint=fingerprint,
        recipe=config.recipe,
        parameters=model.count_params(),
        scores=scores,
        versions=_versions(),
    )


def _versions() -> dict[str, str]:
    found = {}
    for name in RECORDED:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def write_model(paths: runs.RunPaths, model: keras.Model, info: ModelInfo) -> None:
    """Makes a run's best network usable: `model.json` first, so that a `model.tflite` is never without it."""
    files.write_json(paths.model_info, info.to_json())
    recipe = find(info.network_recipe)
    write_tflite(model, paths.model, mirrored=recipe.mirrored, half=recipe.half)
