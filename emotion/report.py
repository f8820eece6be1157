"""What a run says of itself at its end: `report.json` and the pictures (L3: only a worker imports this)."""

from __future__ import annotations

from typing import Any

import numpy as np

from emotion import before_after, evaluation, files, material, metrics, plots, runs, training
from emotion.dataset import Examples
from emotion.errors import SplitMissingError
from emotion.history import read_history
from emotion.material import Material
from emotion.pipeline import Batches
from emotion.predictor import Predictor, all_classes, load_model, positive_probability
from emotion.runs import RunPaths
from emotion.training import Fitted

NO_TEST = "The data that this model comes from is not on this computer, so there is no test split to ask it about."


def write(paths: RunPaths, learned: Material, fitted: Fitted, seconds: float) -> None:
    """Writes `report.json` and the pictures: the figures of the shipped and of the last epoch on the test split.

    A run that started from another model gets "compared" too, see `before_after.compared`.

    Args:
        seconds: that the run took until here.
    """
    config, history = runs.read_run(paths).config, read_history(paths)
    plots.save_history(history, paths.history_picture)
    report: dict[str, Any] = {
        "seconds": seconds,
        "left_out": {"unreadable": len(learned.train.unreadable), "faceless": len(learned.train.faceless)},
        "data": material.title(config),
        "fingerprint": learned.fingerprint,
        "epochs": fitted.epochs,
        "best_epoch": history.best["epoch"] if history.best else 0,
    }
    predictor = load_model(str(paths.root))
    store_unsure_band(paths, predictor, learned.validation)
    test, warning = _test(learned)
    report |= {"warning": warning} if test is None else _score(paths, predictor, test, fitted)
    if config.start_from:
        report["compared"] = before_after.compared(config, predictor, learned, test)
    files.write_json(paths.report, report)
    if test is not None:
        _tell_the_model(paths, report["best"])


def _test(learned: Material) -> tuple[Examples | None, str]:
    """The test split, or None and why there is none."""
    try:
        return learned.test(), NO_TEST
    except SplitMissingError as error:
        return None, str(error)


def _score(paths: RunPaths, predictor: Predictor, test: Examples, fitted: Fitted) -> dict[str, Any]:
    best, probabilities = evaluation.evaluate_model(predictor, test)
    plots.save_samples(test, probabilities, predictor.info, paths.samples_picture)
    last = fitted.model
    if fitted.stopped and paths.last_checkpoint.exists():
        last = training.load_whole(paths.last_checkpoint)  # the latest weights are those of a part of an epoch
    answers = last.predict(Batches(test.images, test.labels, training.VALIDATION_BATCH), verbose=0)
    last_scores = evaluation.evaluate(all_classes(answers), test.labels, predictor.info)
    return {"best": best.to_json(), "last": last_scores.to_json()}


def store_unsure_band(paths: RunPaths, predictor: Predictor, validation: Examples) -> None:
    """Adds to `model.json` where the model is not to be trusted, by faces that it did not learn from."""
    info = predictor.info
    if info.pair is None:
        return
    _, probabilities = evaluation.evaluate_model(predictor, validation)
    asked = np.isin(validation.labels, [info.classes.index(name) for name in info.pair])
    positive = validation.labels[asked] == info.positive_label
    band = metrics.unsure_band(positive_probability(probabilities, info)[asked], positive, threshold=info.threshold)
    files.write_json(paths.model_info, files.read_json(paths.model_info) | {"unsure_band": list(band)})


def _tell_the_model(paths: RunPaths, best: dict[str, Any]) -> None:
    """Adds the test figures to `model.json`: they travel with the model, also where the report does not."""
    info = files.read_json(paths.model_info)
    info["scores"] |= {f"test_{name}": best[name] for name in ("n", "accuracy", "accuracy_interval", "auc", "loss")}
    files.write_json(paths.model_info, info)
