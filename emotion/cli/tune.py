"""`python -m emotion tune`: its options, and what it does with them."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from emotion.cli import options, terminal
from emotion.cli.options import OK, REFUSED
from emotion.recipes import TrainingConfig
from emotion.system import N_, ConfigError, _, ngettext, processes, retold
from emotion.tuning import MOST_JOBS, Settings, fields

if TYPE_CHECKING:
    from emotion.tuning import Range, Trial, Tuning, TuningPaths


SUMMARY = N_("Try many settings of a recipe and keep the best. Progress goes to stderr; the id is printed last.")
COMMAND = "python -m emotion tune"
EXAMPLE = "python -m emotion tune --data archive --trials 20 --vary learning_rate,width=0.5:1.5"
REFERENCE = N_("an id, latest, or the path of its folder")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command to the command line."""
    tune = commands.add_parser(
        "tune", help=_(SUMMARY), description=_(SUMMARY), epilog=_("example: {command}", command=EXAMPLE)
    )
    tune.set_defaults(run="emotion.cli.tune")
    tune.add_argument(
        "--data",
        type=options.data,
        help=_("a folder with train/ and test/, or demo (default: archive/, or demo without it)"),
    )
    options.add_classes(tune, _("class folders to learn (default: happy,sad)"))
    tune.add_argument("--recipe", help=_("whose settings are varied (default: quick)"))
    tune.add_argument(
        "--vary",
        type=_ranges,
        metavar="NAME[=LOW:HIGH],…",
        help=_("what to vary, among {names}; without a range in the usual one", names=", ".join(fields.FIELDS)),
    )
    options.add_settings(tune, Settings, ("trials", "minutes", "jobs"))
    options.add_cluster(tune, _("who trains the trials, without --jobs as many at once as it can"))
    options.add_settings(tune, Settings, ("trial_epochs",))
    options.add_settings(
        tune,
        TrainingConfig,
        ("epochs", "batch_size", "validation_split"),
        epochs=_("epochs at full length (default: the recipe's)"),
        validation_split=_("share of train that trials are judged by"),
    )
    options.add_settings(tune, Settings, ("goal",))
    tune.add_argument("--no-pruning", action="store_true", help=_("let trials finish that do worse than most"))
    options.add_settings(tune, Settings, ("seed", "name"))
    tune.add_argument("--json", action="store_true", help=_("with --show or --list: print JSON"))
    what = tune.add_mutually_exclusive_group()
    what.add_argument(
        "--resume", metavar="ID", help=_("go on with a tuning that has ended: {reference}", reference=_(REFERENCE))
    )
    what.add_argument("--join", metavar="ID", help=_("work on a tuning beside the process that does already"))
    what.add_argument("--stop", metavar="ID", help=_("ask a tuning to stop; its trials are kept"))
    what.add_argument("--train-best", metavar="ID", help=_("train with the best settings found, at full length"))
    what.add_argument("--show", metavar="ID", help=_("print its trials"))
    what.add_argument("--list", action="store_true", help=_("list all tunings, newest first"))  # fmt: skip


def _ranges(text: str) -> dict[str, Range | None]:
    return dict(_range(part.strip()) for part in text.split(",") if part.strip())


def _range(text: str) -> tuple[str, Range | None]:
    name, _equals, given = text.partition("=")
    if not given:
        return name.strip(), None
    low, _colon, high = given.partition(":")
    try:
        return name.strip(), (_number(low), _number(high))
    except ValueError:
        raise argparse.ArgumentTypeError(
            _("expected {expected}. Received: {text}", expected=_("NAME=LOW:HIGH, such as width=0.5:1.5"), text=text)
        ) from None


def _number(text: str) -> float:
    """Whole where it is written so: epochs take no others."""
    return int(text) if text.strip().lstrip("-").isdecimal() else float(text)


def run(chosen: argparse.Namespace) -> int:
    """Does what the options ask for; returns the exit status."""
    from emotion.tuning import control, folder

    if chosen.list:
        return _list(chosen.json)
    if chosen.show:
        return _show_tuning(folder.read(folder.find(chosen.show)), chosen.json)
    if chosen.stop:
        _out(control.stop(chosen.stop).state.said)
        return OK
    if chosen.train_best:
        return _train_best(folder.find(chosen.train_best))
    reference = chosen.resume or chosen.join
    paths = folder.find(reference) if reference else folder.new(_settings(chosen))
    return _work(paths, chosen, is_new=not reference)


def _settings(chosen: argparse.Namespace) -> Settings:
    from emotion import recipes
    from emotion.data import listing
    from emotion.tuning import control

    return control.plan(
        chosen.data or listing.default_data(),
        chosen.recipe or recipes.DEFAULT,
        classes=chosen.classes,
        vary=chosen.vary,
        base={name: getattr(chosen, name) for name in ("epochs", "batch_size", "validation_split", "seed")},
        trial_epochs=chosen.trial_epochs,
        trials=chosen.trials,
        minutes=chosen.minutes,
        goal=chosen.goal,
        prune=not chosen.no_pruning,
        seed=chosen.seed,
        name=chosen.name,
        **_where(chosen),
    )


def _where(chosen: argparse.Namespace) -> dict[str, Any]:
    """How many trials at once and on which computers; None leaves it."""
    jobs = chosen.jobs
    if chosen.on:
        from emotion.training import cluster

        room = cluster.room(chosen.on)
        jobs = jobs or min(room, MOST_JOBS)
    return {"jobs": jobs, "on": chosen.on}


def _work(paths: TuningPaths, chosen: argparse.Namespace, *, is_new: bool) -> int:
    from emotion import tuning
    from emotion.tuning import TuningState, folder, work

    if not is_new and (chosen.vary or chosen.data or chosen.recipe):
        raise ConfigError(
            "tune", _("only --trials, --minutes, --jobs or --on for one that goes on"), _("other settings")
        )
    processes.ask_when_told(paths.stop.touch)
    settings = folder.read(paths).settings
    _say(_("tuning {name}: varies {names}", name=paths.id, names=", ".join(settings.vary)))
    limits = {"trials": chosen.trials, "minutes": chosen.minutes}
    changes: dict[str, Any] = {} if is_new else limits | _where(chosen)
    state = work.work(paths, join=bool(chosen.join), tell=lambda trial: _say(_line(trial, settings)), **changes)
    found = folder.read(paths)
    for sentence in (found.reason, tuning.budget_sentence(found.trials, found.settings),
                     tuning.best_sentence(found.trials, found.settings),
                     tuning.doubt_sentence(found.trials, found.settings)):  # fmt: skip
        if sentence:
            _say(retold(sentence))
    if found.best:
        _say(_("Train with the best settings at full length: {command}", command=f"{COMMAND} --train-best {paths.id}"))
    if state is not TuningState.FINISHED:
        _say(_("Go on: {command}", command=f"{COMMAND} --resume {paths.id}"))
    _out(paths.id)
    return REFUSED if state is TuningState.FAILED else OK


def _train_best(paths: TuningPaths) -> int:
    from emotion import runs
    from emotion.cli import commands
    from emotion.tuning import control, folder

    config = control.best_config(folder.read(paths))
    run = runs.new_run(config)
    control.note_full_run(paths, run.id)
    return commands.train(argparse.Namespace(resume=None, run_dir=str(run.root)))


def _line(trial: Trial, settings: Settings) -> str:
    from emotion import tuning
    from emotion.system import duration

    value = tuning.shown(trial.value, settings.goal)
    epochs = ngettext("{n} epoch", "{n} epochs", trial.epochs_done)
    way = _("{state} after {epochs}, {time}", state=trial.state.said, epochs=epochs, time=duration(trial.seconds))
    why = f" ({retold(trial.why)})" if trial.why else ""
    said = _("trial {number}: {value}", number=trial.number, value=value)
    return f"{said}  {fields.in_words(trial.values)}  {way}{why}"


def _show_tuning(found: Tuning, as_json: bool) -> int:
    from emotion import tuning

    if as_json:
        _out(json.dumps(_facts(found) | {"all_trials": [trial.to_json() for trial in found.trials]}, indent=1))
        return OK
    for trial in found.trials:
        _out(_line(trial, found.settings))
    _out(tuning.best_sentence(found.trials, found.settings))
    return OK


def _list(as_json: bool) -> int:
    from emotion import tuning
    from emotion.tuning import folder

    everything = folder.list_all()
    terminal.tell_unreadable(folder.unreadable())
    if as_json:
        _out(json.dumps([_facts(found) for found in everything], indent=1))
        return OK
    if not everything:
        _say(_("No tunings yet. Start one: python -m emotion tune"))
    for found in everything:
        value = tuning.shown(found.best.value if found.best else None, found.settings.goal)
        used = tuning.budget_sentence(found.trials, found.settings)
        name = terminal.safe(found.settings.name)
        _out(f"{found.id:<22} {found.state.said:<11} {value:>7}  {used}  {name}".rstrip())
    return OK


def _facts(found: Tuning) -> dict[str, Any]:
    best = found.best
    return {
        "id": found.id,
        "name": found.settings.name,
        "state": str(found.state),
        "goal": found.settings.goal,
        "trials": len(found.trials),
        "best": best.to_json() if best else None,
    }


def _say(text: str) -> None:
    """Progress, for a person."""
    terminal.say(_plain(text), sys.stderr)


def _out(text: str) -> None:
    """What was asked for."""
    sys.stdout.write(f"{_plain(text)}\n")
    sys.stdout.flush()


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")
