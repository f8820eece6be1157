"""From a recipe to a Keras network.

No `tf.*` inside, so that they also train under `KERAS_BACKEND=jax` or `torch`. Each takes float32
`(N, 48, 48, 1)` in [0, 1] and ends in one sigmoid (two classes: P(label 1)) or a softmax over K classes.
The layer called `features` is what neighbours and clusters are found in.

A network that goes on from an earlier one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emotion.models import load_model
from emotion.recipes.layers.backend import keras
from emotion.recipes.layers.convolution import StandardizedConv2D
from emotion.system import IMAGE_SIZE, ConfigError, ModelError, _
from emotion.training.elsewhere import described
from emotion.training.start_from import keras_file

if TYPE_CHECKING:
    from emotion.recipes import Recipe, TrainingConfig


layers, ops = keras.layers, keras.ops
FEATURES = "features"
OWN_LAYERS = {"StandardizedConv2D": StandardizedConv2D}
LAST = "probability"  # the name of the last layer of every network
SAID = "votes"  # and of the one beside it that learns what people have said, where both are learned


def network(recipe: Recipe, classes: int, width: float = 1.0) -> keras.Model:
    """A new, uncompiled network.

    Args:
        recipe: whose architecture it gets.
        classes: number of classes K, 2 or more.
        width: channels times this.

    Returns:
        `(N, 48, 48, 1)` -> `(N, 1)` for two classes, else `(N, K)`.

    Raises:
        ConfigError: when the recipe's last layer is not called `features`.
    """
    inputs = keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1), name="image")
    features = recipe.body(inputs, width)
    model = keras.Model(inputs, head(features, classes), name=recipe.name)
    if FEATURES not in [layer.name for layer in model.layers]:
        raise ConfigError("recipe", _("a body whose last layer is named {name}", name=repr(FEATURES)), recipe.name)
    return model


def load_whole(path: Path, *, compiled: bool = True, classes: int = 0) -> keras.Model:
    """A network from one of this project's own files, with its optimiser where that was saved.

    Args:
        classes: that it has to tell apart; 0: any number.

    Raises:
        ModelError: when the file is damaged or is none of this program. A description of layers that was written
            elsewhere may raise whatever those layers do: ImportError for one of PyTorch.
    """
    try:
        if path.is_file() and not described.beyond(path):  # a pipe would be waited for
            model = keras.models.load_model(path, OWN_LAYERS, compile=compiled, safe_mode=True)
            if _is_ours(model, classes):
                return model
    except Exception as error:
        raise ModelError.of_file(path, _("it is not a whole network of this program")) from error
    raise ModelError.of_file(path, _("it is not a whole network of this program"))


def _is_ours(model: keras.Model, classes: int) -> bool:
    """Whether it takes faces, has the layers that all of ours have, the last for so many classes, and numbers in them.

    Raises:
        Exception: of any kind, where it has no such layers.
    """
    model.get_layer(FEATURES)
    told = model.get_layer(LAST).units
    takes = [tuple(one.shape[1:]) for one in model.inputs]
    fits = takes == [(IMAGE_SIZE, IMAGE_SIZE, 1)] and (not classes or told == (1 if classes == 2 else classes))
    return fits and all(np.isfinite(weights).all() for weights in model.get_weights())


def head(x: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    """The last layer: one sigmoid for two classes, softmax beyond."""
    if classes == 2:
        return layers.Dense(1, activation="sigmoid", name=LAST)(x)
    return layers.Dense(classes, activation="softmax", name=LAST)(x)


def with_votes(model: keras.Model) -> keras.Model:
    """The network with a second last layer, which begins as the first one is and learns what people have said."""
    last = model.get_layer(LAST)
    said = layers.Dense(last.units, activation=last.activation, name=SAID)
    twin = keras.Model(model.inputs, [model.outputs[0], said(last.input)], name=model.name)
    said.set_weights(last.get_weights())
    return twin


def blended(model: keras.Model, share: float) -> keras.Model:
    """One last layer instead of two: the blend of their logits, which is a layer with the blend of their weights.

    Args:
        model: of `with_votes`; any other is given back as it is.
        share: of the layer that has learned the votes, 0 to 1.
    """
    if SAID not in [layer.name for layer in model.layers]:
        return model
    last, said = model.get_layer(LAST), model.get_layer(SAID)
    one = layers.Dense(last.units, activation=last.activation, name=LAST)
    whole = keras.Model(model.inputs, one(last.input), name=model.name)
    pairs = zip(last.get_weights(), said.get_weights(), strict=True)
    one.set_weights([(1 - share) * folder + share * vote for folder, vote in pairs])
    return whole


def served(model: keras.Model, *, mirrored: bool) -> keras.Model:
    """The network as it answers: the dictionary of `probability` and `features`.

    Args:
        model: from `network`, trained.
        mirrored: takes the mean of the features of the face and of its mirror image. The last layer is linear
            up to its activation, so that this is the mean of the two logits.
    """
    inputs = keras.Input(model.inputs[0].shape[1:], name="image")
    to_features = keras.Model(model.inputs, model.get_layer(FEATURES).output)
    features = to_features(inputs)
    if mirrored:
        features = (features + to_features(ops.flip(inputs, axis=2))) / 2
    return keras.Model(inputs, {LAST: model.get_layer(LAST)(features), FEATURES: features})


def continued(config: TrainingConfig) -> keras.Model:
    """The network of `config.start_from` with its weights, not yet compiled.

    Its last layer is replaced when the classes, or their order, are others; what it knew of classes that are still
    there stays. With `config.freeze` only that layer learns.

    Raises:
        ModelError: when there is no such model, or it cannot be gone on from.
    """
    base = load_model(config.start_from)
    path = keras_file(base)
    try:
        model = load_whole(path, compiled=False)
        last = model.get_layer(LAST)
    except ValueError as error:  # no such layer
        raise ModelError.of_file(path, _("it is not a whole network of this program")) from error
    _thaw(model, last)
    if base.info.classes != config.classes:
        model = keras.Model(model.inputs, head(last.input, len(config.classes)), name=model.name)
        new = model.get_layer(LAST)
        new.set_weights(_handed_on(base.info.classes, last.get_weights(), config.classes, new.get_weights()))
    if config.freeze:
        for layer in model.layers:
            layer.trainable = layer.name == LAST
    return model


def _thaw(model: keras.Model, last: keras.Layer) -> None:
    """Lets a network learn again of which an earlier run froze all but the last layer; others stay as they are."""
    if len(model.trainable_weights) == len(last.trainable_weights):
        for layer in model.layers:
            layer.trainable = True


def _handed_on(
    before: tuple[str, ...], old: list[np.ndarray], classes: tuple[str, ...], new: list[np.ndarray]
) -> list[np.ndarray]:
    """Weights and biases of the new last layer: those of the old one where it knows the class, else random ones.

    A softmax over some classes of a model is that model's answer among these alone, so that seven emotions become
    happy or sad without a step of training.
    """
    handed = []
    for learned, random in zip(old, new, strict=True):
        known = dict(zip(before, _a_class_each(learned, len(before)), strict=True))
        logits = [
            known.get(name, begun) for name, begun in zip(classes, _a_class_each(random, len(classes)), strict=True)
        ]
        handed.append(np.stack(logits, axis=-1) if len(classes) > 2 else (logits[1] - logits[0])[..., None])
    return handed


def _a_class_each(weights: np.ndarray, classes: int) -> list[np.ndarray]:
    """What a last layer has for each class; its one sigmoid is a softmax over nothing and itself."""
    columns = list(np.moveaxis(weights, -1, 0))
    return [np.zeros_like(columns[0]), columns[0]] if classes == 2 else columns
