"""What each command does: one function a command, from parsed arguments to an exit status.

Heavy modules are imported inside the functions, so that a run can say that it starts before they load.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emotion import recipes, runs
from emotion.cli import bundle, terminal
from emotion.cli.options import OK, REFUSED, names_of
from emotion.recipes import DEFAULT_CLASSES, FOLDERS, VOTES, Augmentation, TrainingConfig, label_order
from emotion.runs import Run, RunPaths, Status, queue
from emotion.system import (
    DEMO,
    ConfigError,
    ModelError,
    RunError,
    _,
    disk,
    expanded,
    language,
    ngettext,
    percent,
    processes,
    retold,
    speaking,
)

if TYPE_CHECKING:
    from emotion.data import Examples
    from emotion.models import Answer


def train(chosen: argparse.Namespace) -> int:
    """Trains in this process, when its turn comes; Ctrl-C stops and keeps what there is."""
    from emotion.training import worker

    paths = _run_to_train(chosen)
    run = runs.read_run(paths)
    epochs = run.config.epochs
    processes.ask_when_told(lambda: runs.request_stop(paths))
    if run.on:
        from emotion.training import cluster

        cluster.run(paths, run.on, lambda row: _tell(row, epochs))
    else:
        worker.run(paths, lambda row: _tell(row, epochs), goodbye=lambda: terminal.say(paths.id, sys.stdout))
    terminal.say(paths.id, sys.stdout)
    run = runs.read_run(paths)
    from emotion import evaluation  # only now: it would hold up the first step

    report = evaluation.read_report(paths)
    doubt = report.best.doubt or report.best.no_better if report.best else report.warning
    for said in (run.reason if run.status in (Status.DIVERGED, Status.FAILED) else "", doubt):
        if said:
            terminal.say(retold(said), sys.stderr)
    return OK if run.status in (Status.COMPLETED, Status.STOPPED) else REFUSED


def _run_to_train(chosen: argparse.Namespace) -> RunPaths:
    on = getattr(chosen, "on", None)
    if on:
        from emotion.models import many

        many.connect(on)  # before a run is made that could not be trained
    if chosen.resume:
        return queue.requeue(runs.find_run(chosen.resume), on or "")
    paths = _new_or_queued(chosen)
    if on is not None:
        runs.write_status(paths, Status.QUEUED, on=on)
    return paths


def _new_or_queued(chosen: argparse.Namespace) -> RunPaths:
    if chosen.run_dir:
        paths = RunPaths(expanded(chosen.run_dir).resolve())
        if paths.config.exists():
            run = runs.read_run(paths)
            if run.status is not Status.QUEUED:
                raise RunError.in_state(
                    run.id, str(run.status), _("a queued run or a new folder; --resume goes on with one")
                )
            return paths
        return runs.new_run(_config(chosen), paths.root)
    return runs.new_run(_config(chosen))


def _config(chosen: argparse.Namespace) -> TrainingConfig:
    """The settings from the command line, checked against the data before a run is made of them."""
    from emotion.cli import head
    from emotion.data import NO_TEST, dataset, default_data, disagreements, resolve, scan, votes

    changes = {name: getattr(chosen, name) for name in ("classes", *names_of(TrainingConfig)) if name != "start_from"}
    changes["freeze"] = chosen.freeze or None
    changes["augmentation"] = Augmentation.parse(chosen.augmentation) if chosen.augmentation else None
    if chosen.start_from:
        return _retraining(chosen, changes)
    data = chosen.data or default_data()
    if changes["classes"] == ("all",):
        changes["classes"] = scan(resolve(data)).classes
    data = dataset.checked(data, changes["classes"] or DEFAULT_CLASSES)
    told = disagreements(scan(resolve(data)).counts, changes["classes"] or DEFAULT_CLASSES) if data != DEMO else ()
    few = head.config(chosen, data, changes)
    for said in told:
        if not (few and said == _(NO_TEST)):  # few faces are held out in turn: there will be a score
            print(terminal.safe(f"emotion: {said}"), file=sys.stderr)
    if few:
        return few
    if changes["labels"] not in (None, FOLDERS):
        votes.check(resolve(data), changes["classes"] or DEFAULT_CLASSES)
    return recipes.config(chosen.recipe or recipes.DEFAULT, data=data, **changes)


def _retraining(chosen: argparse.Namespace, changes: dict[str, Any]) -> TrainingConfig:
    from emotion.data import kept_as
    from emotion.training import start_from

    if changes["classes"]:
        changes["classes"] = label_order(changes["classes"])
    data = kept_as(chosen.data) if chosen.data else None
    return start_from.plan(chosen.start_from, data=data, **changes)


def _tell(row: dict[str, Any], epochs: int) -> None:
    """Progress on stderr; the live rows within an epoch only where a person watches, on one line."""
    text = terminal.history_row(row, epochs)
    watched = sys.stderr.isatty()
    if text is None or (row["event"] == "step" and not watched):
        return
    end = "\r" if row["event"] == "step" else "\n"
    terminal.say(f"{text:<110}" if watched else text, sys.stderr, end)


def evaluate(chosen: argparse.Namespace) -> int:
    """Prints the figures of a model on a whole test split."""
    from emotion import evaluation
    from emotion.cli import head
    from emotion.data import dataset, default_data, resolve, scan, title
    from emotion.evaluation import honest, study
    from emotion.evaluation.report import write
    from emotion.models import load_quietly, many

    predictor = load_quietly(chosen.model)
    if chosen.on:
        many.connect(chosen.on)  # before pictures are read; all that is asked goes through this connection
    classes = evaluation.asked_classes(predictor.info, chosen.classes or ())
    data = chosen.data or default_data()
    listing = scan(resolve(data))
    if "test" not in listing.files and head.told_instead(predictor, listing, as_json=chosen.json):
        return OK
    if not chosen.classes or len(chosen.classes) == 1:  # by default or all: what is there; by name: what is named
        there = dataset.testable(listing, classes)
        if missing := [name for name in classes if name not in there]:
            print(
                terminal.safe(
                    _(
                        "emotion: test has no picture of {names}: this is the score of the other classes",
                        names=", ".join(missing),
                    )
                ),
                file=sys.stderr,
            )
        classes = there
    examples = dataset.load(listing, "test", classes)
    if chosen.labels == VOTES:
        examples = _by_votes(examples, listing.root)
    looked = study.look(predictor, examples, on=chosen.on)
    scores = looked.evaluation
    both = None
    if chosen.labels != VOTES:  # what the check knows is about the folders' labels
        both = honest.of_model(listing.root, predictor, examples, looked.probabilities)
    if examples.unreadable:
        n = len(examples.unreadable)
        lost, first = ngettext("{n} picture", "{n} pictures", n), terminal.safe(examples.unreadable[0])
        print(
            _("emotion: {lost} could not be read and left out, such as {first}", lost=lost, first=first),
            file=sys.stderr,
        )
    if chosen.json:
        print(json.dumps(scores.to_json() | {"honest": both.to_json() if both else None}))
    else:
        print(terminal.evaluation(scores) + (f"\n\n{both.line}" if both else ""))
    if chosen.report:
        tell, faces = terminal.progress(), title(data)
        with speaking(chosen.report_language or language()):
            written = write.write(
                predictor, examples, faces, chosen.report, root=listing.root, both=both, tell=tell, on=chosen.on
            )
        terminal.clear()
        print(f"emotion: {written}", file=sys.stderr)
    return OK


def _by_votes(examples: Examples, root: Path) -> Examples:
    """The examples of which a clear majority says what they are; how many are left out is told."""
    from emotion.data import material

    clear = material.by_majority(examples, root)
    without = len(examples.labels) - len(clear.labels)
    print(
        _(
            "emotion: {pictures} by what at least {majority} of the people say; {without} without such a majority left "
            "out",
            pictures=ngettext("{n} picture", "{n} pictures", len(clear.labels)),
            majority=percent(material.MAJORITY, gap=""),
            without=without,
        ),
        file=sys.stderr,
    )
    return clear


def predict(chosen: argparse.Namespace) -> int:
    """Answers every picture; one that is refused never keeps the others from being answered."""
    from emotion.cli import many
    from emotion.models import load_quietly
    from emotion.models.many import answers

    if chosen.out:
        return many.run(chosen)
    for option in ("jobs", "on"):
        if said := getattr(chosen, option):
            raise ConfigError(f"--{option}", _("--out FILE beside it"), said)
    copies = _folder_for_copies(chosen.annotate) if chosen.annotate else None
    predictor, looking = load_quietly(chosen.model), many.looking(chosen)
    bar = terminal.Bar(sys.stderr, many.number(chosen.files, copies)) if sys.stderr.isatty() else None
    refused, none = 0, list[str]()
    pictures = many.pictures(chosen.files, copies, none)
    for given in (given for name in pictures for given in answers([name], predictor, looking)):
        refused += given.error is not None
        if bar and sys.stdout.isatty():
            bar.clear()
        everything = chosen.all_classes
        print(json.dumps(given.to_json(everything)) if chosen.json else terminal.answer(given, everything), flush=True)
        if copies:
            _write_copy(given, copies, everything)
        if bar:
            bar.step()
    if bar:
        bar.clear()
    return REFUSED if refused or none else OK


def _folder_for_copies(name: str) -> Path:
    return disk.make_folder(expanded(name))


def _write_copy(given: Answer, folder: Path, all_classes: bool) -> None:
    from emotion.models import marking

    if given.picture is None or not given.faces:
        return
    marked = marking.draw(given.picture, given.faces, given.scale, in_words=True, all_classes=all_classes)
    with disk.writing(folder):
        marking.write_copy(marked, folder, given.file)


def export(chosen: argparse.Namespace) -> int:
    """Turns a run's best `model.keras` into `model.tflite`, or packs a model to take along."""
    if chosen.to:
        return bundle.write(chosen.run_id, expanded(chosen.to), offline=chosen.offline)
    paths = runs.find_run(chosen.run_id)
    run = runs.read_run(paths)
    if run.status.is_active:
        raise RunError.in_state(
            paths.id, _("being trained"), _("a run that is not at work; it makes its model usable itself")
        )
    if _has_finished_model(run):
        print(_("emotion: run {run} has its model, nothing is written over it.", run=run.id), file=sys.stderr)
    else:
        from emotion.training import worker

        if doubt := worker.rescue(paths):
            print(f"emotion: {retold(doubt)}", file=sys.stderr)
    print(paths.model)
    return OK


def _has_finished_model(run: Run) -> bool:
    """Whether a run has come to its own end with a model that can be used: it knows its test score, a rescued one not.

    One that was cut off after it was gone on with may hold the model of an earlier sitting.
    """
    from emotion.models import load_model

    if run.status not in (Status.COMPLETED, Status.STOPPED):
        return False
    try:
        load_model(run.paths.root)
    except ModelError:
        return False
    return True
