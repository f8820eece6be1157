"""Makes models as other programs write them, whose answer can be worked out by hand; r, g, b are the means of a picture
in the range that the network takes, m is that of a grey one.

    python tests/data/make_elsewhere.py         needs TensorFlow; the result is committed, so tests do not

`model_unquant`  as Teachable Machine exports it, 224×224×3 in [-1, 1], one picture at a time: happy and sad, softmax of
                 (4 r, -4 r), so that P(happy) = sigmoid(8 r).
`model`          the same in 8 bits: takes bytes.
`first`          channels before height and width, 32×32×3 in [0, 1]: softmax of (4 r, 4 b).
`logits`         48×48×1 in [0, 1], three numbers that are no probabilities: (8 m - 4, 0, 4 - 8 m).
`one`            48×48×1 in [0, 1], one sigmoid(8 m - 4) of the second class.
`each`           48×48×1 in [0, 1], three sigmoids, each by itself: of (8 m - 4, 0, 4 - 8 m).
`two_inputs`, `picture`, `wide`: no classifier of one square picture.
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf

HERE = Path(__file__).resolve().parent / "elsewhere"
L = keras.layers
THREE = ([[8.0, 0.0, -8.0]], [-4.0, 0.0, 4.0])


def classifier(shape: tuple[int, ...], weights: list[list[float]], bias: list[float], last: str | None) -> keras.Model:
    """One picture at a time: its means, one a channel, and one dense layer on them."""
    image = keras.Input(batch_shape=(1, *shape))
    last_first = L.Permute((2, 3, 1))(image) if shape[0] == 3 else image
    dense = L.Dense(len(bias), activation=last)
    model = keras.Model(image, dense(L.GlobalAveragePooling2D()(last_first)))
    dense.set_weights([np.array(weights, np.float32), np.array(bias, np.float32)])
    return model


def write(name: str, model: keras.Model, *, in_8_bits: bool = False) -> None:
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if in_8_bits:
        seen = [np.full((1, 224, 224, 3), value, np.float32) for value in np.linspace(-1, 1, 41)]
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([one] for one in seen)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.uint8
    (HERE / f"{name}.tflite").write_bytes(converter.convert())


def main() -> None:
    HERE.mkdir(exist_ok=True)
    (HERE / "labels.txt").write_text("0 Happy\n1 Sad\n", encoding="utf-8")
    machine = classifier((224, 224, 3), [[4.0, -4.0], [0.0, 0.0], [0.0, 0.0]], [0.0, 0.0], "softmax")
    write("model_unquant", machine)
    write("model", machine, in_8_bits=True)
    write("first", classifier((3, 32, 32), [[4.0, 0.0], [0.0, 0.0], [0.0, 4.0]], [0.0, 0.0], "softmax"))
    write("logits", classifier((48, 48, 1), *THREE, None))
    write("one", classifier((48, 48, 1), [[8.0]], [-4.0], "sigmoid"))
    write("each", classifier((48, 48, 1), *THREE, "sigmoid"))
    write("wide", classifier((48, 64, 1), [[8.0]], [-4.0], "sigmoid"))
    left, right = (keras.Input(batch_shape=(1, 48, 48, 1)) for _ in range(2))
    dense = L.Dense(2, activation="softmax")
    write("two_inputs", keras.Model([left, right], dense(L.GlobalAveragePooling2D()(L.Add()([left, right])))))
    image = keras.Input(batch_shape=(1, 48, 48, 1))
    write("picture", keras.Model(image, L.Conv2D(2, 3)(image)))


if __name__ == "__main__":
    main()
