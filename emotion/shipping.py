"""Makes the model that comes along, and its card, with one command (L3: trains).

    python -m emotion.shipping FOLDER                      the whole way, about an hour on 2 cores
    python -m emotion.shipping FOLDER --scale 0.01 --into DIR      the same way with every hundredth face and epoch

FOLDER is FER-2013 with train/ and test/, each with the seven class folders. It is an ordinary run: when it was
interrupted, the same command goes on with it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from emotion import dataset, evaluation, files, jobs, material, model_card, recipes, runs, worker
from emotion.class_choice import SEVEN_EMOTIONS
from emotion.config import TrainingConfig
from emotion.errors import EmotionError
from emotion.history import read_history
from emotion.model_card import Measured
from emotion.predictor import PRETRAINED, Predictor, load_model
from emotion.runs import RunPaths, Status

NAME = "shipped model"
VALIDATION = 0.1  # of train: chooses the epoch, the temperature and the unsure band
LEAST_A_CLASS = 5  # pictures, at any scale


def config(data: str, scale: float = 1.0) -> TrainingConfig:
    """The settings of the shipped model; at a smaller scale with so much fewer epochs."""
    whole = recipes.config("strong", data=data, classes=SEVEN_EMOTIONS, validation_split=VALIDATION, name=NAME)
    return replace(whole, drop_twins=True, epochs=max(1, round(whole.epochs * scale)))


def ship(data: str, into: Path, scale: float = 1.0) -> RunPaths:
    """Trains, and puts model, settings, history and card into a folder.

    Args:
        data: a folder as `emotion.dataset.resolve` takes it.
        into: gets `model.tflite`, `model.keras`, `model.json`, `config.json`, `history.jsonl` and the card `README.md`.
        scale: share of the pictures and of the epochs, above 0 and at most 1.

    Returns:
        The run that it came from.

    Raises:
        EmotionError: with what is missing.
    """
    with tempfile.TemporaryDirectory() as fewer:
        folder = dataset.resolve(data)
        if scale < 1:
            folder = _thinned(folder, Path(fewer), scale)
        paths = _run(config(dataset.checked(str(folder), SEVEN_EMOTIONS), scale))
        worker.run(paths, _tell)
        copy(paths, into)
    return paths


def copy(paths: RunPaths, into: Path) -> None:
    """Puts a finished run's model into a folder, with all that is needed to repeat it, and writes the card."""
    into.mkdir(parents=True, exist_ok=True)
    for path in (paths.model, paths.keras_model):
        shutil.copyfile(path, into / path.name)
    predictor = load_model(str(paths.root))
    settings, history = runs.read_run(paths).config, read_history(paths)
    files.write_json(into / paths.model_info.name, predictor.info.to_json())
    card = model_card.text(predictor.info, settings, history, _measured(predictor, settings))
    (into / "README.md").write_text(card, encoding="utf-8")
    # A path of one computer means nothing on another.
    files.write_json(into / paths.config.name, replace(settings, data=dataset.title(settings.data)).to_json())
    rows = "".join(json.dumps(row) + "\n" for row in history.epochs)
    (into / paths.history.name).write_text(rows, encoding="utf-8")


def _measured(predictor: Predictor, settings: TrainingConfig) -> Measured:
    learned = material.read(settings)
    test = dataset.load(dataset.scan(dataset.resolve(settings.data)), "test", settings.classes)
    every, _ = evaluation.evaluate_model(predictor, test)
    faces = material.of_classes(test, evaluation.default_classes(predictor.info))
    pair, probabilities = evaluation.evaluate_model(predictor, faces)
    low, high = predictor.info.unsure_band
    unsure = (probabilities[:, 1] >= low) & (probabilities[:, 1] <= high) & (low < high)
    right = (probabilities[:, 1] > predictor.info.threshold) == (faces.labels == 1)
    return Measured(
        pair=pair,
        every=every,
        unsure=float(unsure.mean()),
        right_outside=None if unsure.all() else float(right[~unsure].mean()),
        train=len(learned.train.labels),
        validation=len(learned.validation.labels),
        megabytes=predictor.path.stat().st_size / 1e6,
    )


def _run(wanted: TrainingConfig) -> RunPaths:
    """A new run, or the one of the same settings that was interrupted."""
    for run in runs.list_runs():
        if run.config == wanted and run.status in (Status.STOPPED, Status.LOST, Status.FAILED):
            return jobs.requeue(run.paths)
    return runs.new_run(wanted)


def _thinned(folder: Path, into: Path, scale: float) -> Path:
    """A folder with a share of the pictures of each class, taken at even steps."""
    for split, classes in dataset.scan(folder).files.items():
        for names in (classes[name] for name in SEVEN_EMOTIONS if name in classes):
            wanted = min(len(names), max(LEAST_A_CLASS, round(len(names) * scale)))
            for name in (names[place * len(names) // wanted] for place in range(wanted)):
                target = into / split / Path(name).relative_to(Path(name).parts[0])
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / name, target)
    return into


def _tell(row: dict[str, object]) -> None:
    if row["event"] == "epoch":
        print(
            f"epoch {row['epoch']}: right {row['accuracy']:.1%}, validation {row['val_accuracy']:.1%}", file=sys.stderr
        )


def main() -> int:
    """The command of this file; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m emotion.shipping", description=__doc__.split("\n")[0])
    parser.add_argument("data", metavar="FOLDER", help="FER-2013: train/ and test/ with seven class folders each")
    parser.add_argument("--scale", type=float, default=1.0, metavar="X", help="share of the pictures and the epochs")
    parser.add_argument("--into", type=Path, default=PRETRAINED, metavar="DIR", help="where the model goes")
    chosen = parser.parse_args()
    try:
        ship(chosen.data, chosen.into, chosen.scale)
    except EmotionError as error:
        print(f"emotion: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
