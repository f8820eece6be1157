"""Makes the tiny models of the tests: networks whose answer can be worked out by hand.

    python tests/data/make_models.py            needs TensorFlow; the result is committed, so tests do not
    python tests/data/make_models.py emotions   only that one

`brightness`     two classes: P(happy) = sigmoid(8 m - 4), where m is the mean of the picture.
`three_classes`  angry, happy, sad: softmax of (0, 8 m - 4, 4 - 8 m);
                 of these two alone P(happy) = P(happy) / (P(happy) + P(sad)) = sigmoid(16 m - 8).
`emotions`       the seven of FER-2013, from dark to bright as in `FROM_DARK_TO_BRIGHT`: softmax of 24 k m - 2 k², so
                 that number k is the likeliest where m is nearest to k / 6, there with 78 % (at either end 88 %);
                 of happy and sad alone P(happy) = sigmoid(144 m - 72).
`mouth`          two classes: P(happy) = sigmoid(8 m - 4), where m is the mean of rows 30 to 41, columns 12 to 35.

Features of all but the last: the means of the four quarters (top left, top right, bottom left, bottom right); of
`mouth` the means of the left and right half of its place.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np

from emotion.recipes.settings import ModelInfo

HERE = Path(__file__).resolve().parent
FROM_DARK_TO_BRIGHT = ("sad", "angry", "fear", "disgust", "neutral", "surprise", "happy")


def network(weights: list[float], bias: list[float], activation: str) -> keras.Model:
    """Quarter means, then one dense layer; `weights` and `bias` hold one value an output."""
    image = keras.Input((48, 48, 1), name="image")
    quarters = keras.layers.Flatten(name="quarters")(keras.layers.AveragePooling2D(24)(image))
    dense = keras.layers.Dense(len(weights), activation=activation)
    model = keras.Model(image, {"probability": dense(quarters), "features": quarters})
    dense.set_weights([np.tile(np.divide(weights, 4.0), (4, 1)), np.array(bias)])
    return model


def mouth_network() -> keras.Model:
    image = keras.Input((48, 48, 1), name="image")
    place = keras.layers.Cropping2D(((30, 6), (12, 12)))(image)
    halves = keras.layers.Flatten(name="halves")(keras.layers.AveragePooling2D(12)(place))
    dense = keras.layers.Dense(1, activation="sigmoid")
    model = keras.Model(image, {"probability": dense(halves), "features": halves})
    dense.set_weights([np.full((2, 1), 4.0), np.array([-4.0])])
    return model


def save(model: keras.Model, name: str, info: ModelInfo) -> None:
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    model.export(folder / "model.tflite", format="litert")
    (folder / "model.json").write_text(json.dumps(info.to_json(), indent=1) + "\n", encoding="utf-8")


def brightness() -> None:
    info = ModelInfo(data="patterns", recipe="brightness", parameters=5)
    save(network([8.0], [-4.0], "sigmoid"), "brightness", info)


def three_classes() -> None:
    info = ModelInfo(data="patterns", classes=("angry", "happy", "sad"), recipe="three_classes", parameters=15)
    save(network([0.0, 8.0, -8.0], [0.0, -4.0, 4.0], "softmax"), "three_classes", info)


def emotions() -> None:
    classes = tuple(sorted(FROM_DARK_TO_BRIGHT))
    places = [FROM_DARK_TO_BRIGHT.index(name) for name in classes]
    model = network([24.0 * k for k in places], [-2.0 * k * k for k in places], "softmax")
    save(model, "emotions", ModelInfo(data="patterns", classes=classes, recipe="emotions", parameters=35))


def mouth() -> None:
    save(mouth_network(), "mouth", ModelInfo(data="patterns", recipe="mouth", parameters=3))


if __name__ == "__main__":
    makers = {make.__name__: make for make in (brightness, three_classes, emotions, mouth)}
    for name in sys.argv[1:] or makers:
        makers[name]()
