"""The run of the recipe `head`: few pictures, a last layer of its own, all files of a run, no TensorFlow.

`model.keras` comes last: nothing that answers needs it, but export and runs that go on from this one do.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emotion import evaluation, runs
from emotion.data import class_key, collection, dataset, material, resolve, scan
from emotion.models import load_model, preferences
from emotion.runs import Status
from emotion.system import N_, DataError, ModelError, RunError, _, files, ngettext, percent
from emotion.training.head import correct, keras_file, teach
from emotion.training.head.teach import Backbone

if TYPE_CHECKING:
    from emotion.data import Examples, Listing
    from emotion.evaluation import HeldOut
    from emotion.models import Predictor
    from emotion.recipes import TrainingConfig
    from emotion.runs import RunPaths
    from emotion.training.head.teach import Taught


HELD_OUT, TEST_SPLIT = N_("held out in turn"), N_("test split")
ENOUGH_TEST_FACES = 50  # of each class: with fewer, held-out training faces say more
LITTLE = N_("One picture of a class is very little: none can be held out to say how good it is.")


def work(
    paths: RunPaths, config: TrainingConfig, enter: Callable[[str], None], tell: Callable[[dict[str, Any]], None]
) -> None:
    """Reads the faces, teaches, and writes the model and its report.

    Args:
        paths: the run folder.
        config: with the recipe head; `start_from` is the model that is built on.
        enter: is called with the name of each phase after that of loading the data, which it begins with.
        tell: is called with {"event": "note", "text": …}, what there is to say of the outcome.

    Raises:
        DataError, ModelError: what is missing.
    """
    began = time.monotonic()
    if config.own:
        _correct(paths, config, began, enter, tell)
        return
    listing = scan(resolve(config.data))
    train = dataset.load(listing, "train", config.classes)
    test = _test(listing, config)
    if config.drop_twins and test is not None:
        train = material.without(train, test)
    runs.write_status(paths, Status.RUNNING, fingerprint=listing.fingerprint)
    enter("training")
    backbone = Backbone(load_model(config.start_from))
    taught = teach.teach(backbone, train.images, train.labels, train.classes, config.seed)
    taught = teach.with_data(taught, material.title(config), listing.fingerprint)
    enter("exporting")
    report = _report(train, test, taught)
    _write_model(paths, taught, report)
    if taught.head.held_out is not None:
        evaluation.study.keep_held_out(paths, train, taught.head.held_out)
    report |= {
        "seconds": round(time.monotonic() - began, 1),
        "left_out": {"unreadable": len(train.unreadable), "faceless": len(train.faceless)},
        "data": material.title(config),
        "fingerprint": listing.fingerprint,
    }
    files.write_json(paths.report, report)
    head = taught.head
    below = taught.predictor.backbone
    written = _write_keras(paths, below, lambda file: keras_file.with_head(file, head.weights, head.bias))
    for line in [*sentences(taught), *written]:
        tell({"event": "note", "text": line})


def _correct(
    paths: RunPaths,
    config: TrainingConfig,
    began: float,
    enter: Callable[[str], None],
    tell: Callable[[dict[str, Any]], None],
) -> None:
    """The run of corrections: the model before with its last layer changed, as the page has shown it.

    Raises:
        ModelError: where what the model has learned from is not on this computer.
        DataError: without a picture to learn from.
    """
    material.check_own(config)
    found = correct.ground(config.start_from)
    if found is None:
        raise ModelError.of_file(
            load_model(config.start_from).path, _("what it has learned from is not on this computer")
        )
    own = collection.examples(found.base.info.classes)
    runs.write_status(paths, Status.RUNNING, fingerprint=own.fingerprint)
    enter("training")
    effect = correct.effect(found, own)
    enter("exporting")
    before, after = effect.evaluations
    was = found.base.info
    info = replace(was, recipe=config.recipe, backbone=was.backbone or _stood_on(found), scores={
        f"test_{name}": after.to_json()[name] for name in evaluation.KEPT_WITH_MODEL
    })  # fmt: skip
    files.write_json(paths.model_info, info.to_json())
    with files.whole(paths.model) as temporary:
        temporary.write_bytes(effect.network())
    pair = {"before": before.to_json(), "after": after.to_json(), "comparison": effect.test.to_json()}
    report = {"method": TEST_SPLIT, "best": after.to_json(), "data": material.title(config)}
    compared = {"base": config.start_from, "test": pair, "own": None, "warning": ""}
    files.write_json(
        paths.report,
        report | {"compared": compared, "seconds": round(time.monotonic() - began, 1), "fingerprint": own.fingerprint},
    )
    written = _write_keras(paths, found.base, lambda file: keras_file.with_change(file, *effect.added))
    for line in [_("on the test faces: {words}", words=effect.test.words), *written]:
        tell({"event": "note", "text": line})


def _stood_on(found: correct.Ground) -> dict[str, Any]:
    """What a model says of the one below its last layer, as `teach` writes it: the export asks for its recipe."""
    base = found.base
    return {"model": base.reference, "fingerprint": preferences.digest(base.path), "recipe": base.info.network_recipe,
            "data": base.info.data}  # fmt: skip


def judged_by_training(paths: RunPaths, listing: Listing) -> HeldOut | None:
    """The score of a run that has learned from this data and was judged by its training faces, each held out in turn.

    Returns:
        None for any other model, and where what the run has learned from is gone.
    """
    held_out = evaluation.read_held_out(paths)
    if held_out is None or held_out.method != HELD_OUT:
        return None
    try:
        return held_out if resolve(runs.read_run(paths).config.data) == listing.root else None
    except (RunError, DataError):
        return None


def sentences(taught: Taught) -> list[str]:
    """What there is to say of the outcome: the score of held-out faces, what is too little, what looks alike."""
    if taught.score is None:
        return [_(LITTLE)]
    score = taught.score
    low, high = score.accuracy_interval
    right = sum(row[label] for label, row in enumerate(score.confusion_matrix))
    said = [ngettext(
        "held out in turn: {right} of {n} face right, between {low} and {high} with 95 % confidence",
        "held out in turn: {right} of {n} faces right, between {low} and {high} with 95 % confidence",
        score.n, right=right, low=percent(low, 1, gap=""), high=percent(high, 1, gap=""),
    )]  # fmt: skip
    said += [
        _(
            "It cannot tell {first} from {second}: {right} of {n} right, which may be luck.",
            first=pair.first,
            second=pair.second,
            right=pair.right,
            n=pair.n,
        )
        for pair in taught.alike
    ]
    if taught.weakest:
        said.append(_("Ten more of {name} would help most.", name=taught.weakest))
    return said


def _test(listing: Listing, config: TrainingConfig) -> Examples | None:
    """The test split where it is large enough to say how good a model is."""
    there = listing.counts["test"]
    if min(there.get(class_key(name), 0) for name in config.classes) < ENOUGH_TEST_FACES:
        return None
    return dataset.load(listing, "test", config.classes)


def _report(train: Examples, test: Examples | None, taught: Taught) -> dict[str, Any]:
    report: dict[str, Any] = {"folds": taught.head.folds, "rounds": taught.head.rounds, "notes": sentences(taught)}
    report["wrong"] = [train.files[place] for place in taught.wrong]
    report["held_out"] = taught.score.to_json() if taught.score else None
    if test is not None:
        best, probabilities = evaluation.evaluate_model(taught.predictor, test)
        info = evaluation.narrow(taught.predictor.info, test.classes)
        mistakes = evaluation.worst_mistakes(test, probabilities, info)
        return report | {"method": TEST_SPLIT, "best": best.to_json(), "mistakes": mistakes}
    if taught.score is None:
        return report | {"warning": LITTLE}
    return report | {"method": HELD_OUT, "best": report["held_out"]}


def _write_model(paths: RunPaths, taught: Taught, report: dict[str, Any]) -> None:
    """`model.json` first, so that a `model.tflite` is never without it."""
    info = taught.predictor.info.to_json()
    prefix = "test" if report.get("method") == TEST_SPLIT else "held_out"
    if best := report.get("best"):
        info["scores"] = {f"{prefix}_{name}": best[name] for name in evaluation.KEPT_WITH_MODEL}
    files.write_json(paths.model_info, info)
    with files.whole(paths.model) as temporary:
        temporary.write_bytes(taught.network())


def _write_keras(paths: RunPaths, below: Predictor, changed: Callable[[bytes], bytes]) -> list[str]:
    """Writes `model.keras`; a sentence where that cannot be, which is no reason to lose the model.

    Args:
        below: the model whose `model.keras` gets another last layer.
        changed: from the bytes of that to those of this run's.
    """
    beside = below.path.with_name(paths.keras_model.name)
    try:
        network = changed(beside.read_bytes())
    except FileNotFoundError:
        return [_("{model} has no model.keras, so this run has none to go on from.", model=below.reference)]
    except Exception:  # noqa: BLE001 - a damaged network raises whatever the readers of zips and HDF5 do
        return [
            _("{path} is not a network of this program, so this run has no model.keras to go on from.", path=beside)
        ]
    with files.whole(paths.keras_model) as temporary:
        temporary.write_bytes(network)
    return []
