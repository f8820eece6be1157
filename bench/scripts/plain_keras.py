"""The classic network in a plain Keras script, as people write it: what this project is measured against."""

import json
import os
import sys
import time

import keras
import numpy as np
from keras import layers
from PIL import Image

root, epochs = sys.argv[1], int(sys.argv[2])


def read(split):
    images, labels = [], []
    for label, name in enumerate(["sad", "happy"]):
        folder = os.path.join(root, split, name)
        for file in sorted(os.listdir(folder)):
            images.append(np.array(Image.open(os.path.join(folder, file)).convert("L").resize((48, 48))))
            labels.append(label)
    return np.array(images)[..., None].astype("float32") / 255.0, np.array(labels)


x, y = read("train")
order = np.random.default_rng(0).permutation(len(x))
x, y = x[order], y[order]
model = keras.Sequential([
    keras.Input((48, 48, 1)),
    layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2),
    layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2),
    layers.Flatten(), layers.Dense(256, activation="relu"), layers.Dropout(0.2),
    layers.Dense(64, activation="relu"), layers.Dense(1, activation="sigmoid"),
])  # fmt: skip
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
curve = []
start = time.perf_counter()
note = keras.callbacks.LambdaCallback(
    on_epoch_end=lambda epoch, logs: curve.append([time.perf_counter() - start, logs["val_accuracy"]])
)
model.fit(x, y, epochs=epochs, batch_size=64, validation_split=0.2, verbose=0, callbacks=[note])
seconds = time.perf_counter() - start
x, y = read("test")
print(json.dumps({"fit": seconds, "accuracy": model.evaluate(x, y, verbose=0)[1], "curve": curve}))
