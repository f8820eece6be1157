"""What a run says of itself at its end: `report.json` and the pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emotion import evaluation, runs
from emotion.data import material, of_classes
from emotion.evaluation import honest, recalibrate
from emotion.images import as_batch
from emotion.models import all_classes, load_model
from emotion.recipes import ModelInfo
from emotion.runs import read_history
from emotion.system import N_, DataError, _, files, ngettext
from emotion.training import before_after, fit, plots
from emotion.training.batches import Batches, feed
from emotion.training.network import load_whole

if TYPE_CHECKING:
    from emotion.data import Examples, Listing, Material
    from emotion.models import Predictor
    from emotion.runs import RunPaths
    from emotion.training.fit import Fitted


NO_TEST = N_("The data that this model comes from is not on this computer, so there is no test split to ask it about.")


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
    calibrate(paths, learned.validation)
    predictor = load_model(str(paths.root))
    test, warning = _test(learned)
    if test is None:
        report["warning"] = f"{warning} {_doubt_of_validation(predictor, learned.validation)}".rstrip()
    else:
        report |= _score(paths, predictor, test, fitted, learned.listing)
    if test is not None and (missing := [name for name in learned.train.classes if name not in test.classes]):
        report["warning"] = _(
            "The test has no picture of {missing}: its score is of the other classes.", missing=", ".join(missing)
        )
    if config.start_from:
        report["compared"] = before_after.compared(config, predictor, learned, test)
    files.write_json(paths.report, report)
    if test is not None:
        _tell_the_model(paths, predictor, test, report["best"])


def _test(learned: Material) -> tuple[Examples | None, str]:
    """The test split, or None and why there is no score: a class that it lacks is no reason to lose the model."""
    try:
        return learned.test(), NO_TEST
    except DataError as error:
        return None, _("There is no test score. {error}", error=error)


def _doubt_of_validation(predictor: Predictor, validation: Examples) -> str:
    """What the faces that chose the epoch say against a model without a test score: a sentence, or ""."""
    seen, _other = evaluation.evaluate_model(predictor, validation)
    said = seen.doubt or seen.no_better
    n = len(validation.labels)
    return (
        ngettext("By its {n} validation face: {said}", "By its {n} validation faces: {said}", n, said=said)
        if said
        else ""
    )


def _score(
    paths: RunPaths, predictor: Predictor, test: Examples, fitted: Fitted, listing: Listing | None
) -> dict[str, Any]:
    best, probabilities = evaluation.evaluate_model(predictor, test)
    info = evaluation.narrow(predictor.info, test.classes)
    plots.save_samples(test, probabilities, info, paths.samples_picture)
    mistakes = evaluation.worst_mistakes(test, probabilities, info)
    last = fitted.model
    if (fitted.stopped or fitted.diverged) and paths.last_checkpoint.exists():
        last = load_whole(paths.last_checkpoint)  # the latest weights are those of a part of an epoch
    known = predictor.info.classes
    answers = last.predict(feed(Batches(test.images, test.labels, fit.VALIDATION_BATCH, len(known))), verbose=0)
    last_scores = evaluation.evaluate_answers(all_classes(answers), test, predictor.info)
    both = honest.of_model(listing.root, predictor, test, probabilities) if listing else None
    scores = {"best": best.to_json(), "last": last_scores.to_json(), "honest": both.to_json() if both else None}
    return scores | {"mistakes": mistakes}


def calibrate(paths: RunPaths, validation: Examples) -> None:
    """Adds to `model.json` what makes its probabilities mean what they say, by faces that it did not learn from.

    A temperature and the band of probabilities in which it is not to be trusted: see `recalibrate.fitted`. What an
    earlier calibration or the person has said of the model does not count here.
    """
    files.update_json(paths.model_info, {"temperature": 1.0, "unsure_band": [0.5, 0.5]})
    predictor = load_model(str(paths.root))
    said, _other = predictor.outputs(as_batch(validation.images))
    info = ModelInfo.from_json(files.read_json(paths.model_info))
    found = recalibrate.fitted(said, validation.labels, info).adjustment
    band = {} if found.unsure_band is None else {"unsure_band": list(found.unsure_band)}
    files.update_json(paths.model_info, {"temperature": found.temperature} | band)


def _tell_the_model(paths: RunPaths, predictor: Predictor, test: Examples, best: dict[str, Any]) -> None:
    """Adds the test figures to `model.json`: they travel with the model, also where the report does not.

    `test_…` are those of the question that the model is usually asked, as `python -m emotion evaluate` gives them; a
    model of more classes than this question has `test_all_…` too.

    Args:
        best: the figures of all that it knows.
    """
    info, scores = predictor.info, dict(predictor.info.scores)
    usual = info.usual.classes
    for name, classes in (("test", usual), ("test_all", info.classes)):
        if set(classes) <= set(test.classes) and (name == "test" or set(classes) != set(usual)):
            all_of_it = set(classes) == set(test.classes) == set(info.classes)
            asked = best if all_of_it else evaluation.evaluate_model(predictor, of_classes(test, classes))[0].to_json()
            scores |= {f"{name}_{key}": asked[key] for key in evaluation.KEPT_WITH_MODEL}
    files.update_json(paths.model_info, {"scores": scores})
