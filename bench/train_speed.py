"""What training costs here against the plain script that one would otherwise write.

Both train the classic network with the same settings on the same folder, in turn, each in a process of its own:

    python bench/train_speed.py DATA [--epochs 10] [--rounds 2]

Two ratios are printed: of `fit` alone (from the first step to the end of the last epoch), and of the whole process
with imports, reading, training and the test at the end. Without DATA, faces are drawn.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLAIN = """
import json, os, sys, time
import keras, numpy as np
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
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
start = time.perf_counter()
model.fit(x, y, epochs=epochs, batch_size=64, validation_split=0.2, verbose=0)
seconds = time.perf_counter() - start
x, y = read("test")
print(json.dumps({"fit": seconds, "accuracy": model.evaluate(x, y, verbose=0)[1]}))
"""


def plain(data: Path, epochs: int) -> dict[str, float]:
    """The plain script: {"whole", "fit" in seconds, "accuracy" on test}."""
    start = time.perf_counter()
    done = _run([sys.executable, "-c", PLAIN, str(data), str(epochs)], {})
    return {"whole": time.perf_counter() - start} | json.loads(done.splitlines()[-1])


def ours(data: Path, epochs: int) -> dict[str, float]:
    """`python -m emotion train` in an empty home, so that nothing is read from a cache."""
    with tempfile.TemporaryDirectory() as home:
        start = time.perf_counter()
        words = ["train", "--data", str(data), "--epochs", str(epochs)]
        run_id = _run([sys.executable, "-m", "emotion", *words], {"EMOTION_HOME": home}).split()[-1]
        whole = time.perf_counter() - start
        run = Path(home) / "runs" / run_id
        rows = [json.loads(line) for line in (run / "history.jsonl").read_text(encoding="utf-8").splitlines()]
        fit = max(row["seconds"] for row in rows if row["event"] == "epoch")
        report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    return {"whole": whole, "fit": fit, "accuracy": report["last"]["accuracy"]}


def _run(command: list[str], environment: dict[str, str]) -> str:
    here = Path(__file__).resolve().parent.parent
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, cwd=here, env=os.environ | quiet | environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path, help="a folder with train/ and test/, happy/ and sad/ in each")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=2)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        data = chosen.data
        if data is None:
            from emotion import demo_faces

            data = Path(scratch) / "faces"
            demo_faces.write(data)
        measure(data.resolve(), chosen.epochs, chosen.rounds)


def measure(data: Path, epochs: int, rounds: int) -> None:
    """Runs both in turn and prints the table."""
    print(f"| {epochs} epochs | fit, s | whole process, s | test accuracy, last epoch |\n|---|---|---|---|")
    ratios: dict[str, list[float]] = {"fit": [], "whole": []}
    for _ in range(rounds):
        pair = [("plain Keras script", plain(data, epochs)), ("this project's classic", ours(data, epochs))]
        for name, row in pair:
            print(f"| {name} | {row['fit']:.1f} | {row['whole']:.1f} | {row['accuracy']:.1%} |", flush=True)
        for part, found in ratios.items():
            found.append(pair[1][1][part] / pair[0][1][part])
    for part, found in ratios.items():
        print(
            f"ratio of {part}: median {statistics.median(found):.2f} of {rounds} rounds "
            f"({', '.join(f'{ratio:.2f}' for ratio in found)})"
        )


if __name__ == "__main__":
    main()
