"""The command line: `python -m emotion train | evaluate | predict | runs | export …`, installed also as `emotion`.

Reads the arguments, calls one function of `emotion.cli.commands`, and turns its outcome into an exit status:
0 all answered, 1 something was refused, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from emotion import __version__
from emotion.cli import app, bundle, check, data, options, serve, terminal, tune
from emotion.recipes import A_MODEL, TrainingConfig
from emotion.system import (
    ENGLISH,
    LANGUAGES,
    N_,
    EmotionError,
    _,
    cache_dir,
    container,
    disk,
    home,
    retold,
    speaking,
    tasks,
)

LOG = "last-error.txt"  # in the cache
UNFORESEEN = 1  # exit status
DATA_HELP = N_(
    "a folder with train/ and test/, the name of a data set (`data list`), or demo for the drawn faces "
    "(default: archive/, else the newest data set, else demo)"
)


def parser() -> argparse.ArgumentParser:
    """All commands with their options; each `--help` ends in an example."""
    options.speak()
    top = argparse.ArgumentParser(
        prog=_called(),
        description=_("Train a small network to tell happy from sad faces, test it, and try it on pictures."),
        epilog=_("example: {command}", command="python -m emotion predict photo.jpg"),
    )
    top.add_argument("--version", action="version", version=f"emotion {__version__}",
                     help=_("show program's version number and exit"))  # fmt: skip
    top.add_argument("--task", metavar="FOLDER", help=argparse.SUPPRESS)  # for the page, see `emotion.system.tasks`
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_train(commands)
    _add_evaluate(commands)
    _add_predict(commands)
    _add_runs(commands)
    _add_export(commands)
    bundle.add_parsers(commands)
    data.add_parser(commands)
    check.add_parser(commands)
    tune.add_parser(commands)
    serve.add_parser(commands, _(A_MODEL))
    app.add_parser(commands)
    return top


def _called() -> str:
    """How the person has started the program: `emotion`, or Python with the package's name."""
    return "emotion" if os.path.basename(sys.argv[0]).partition(".")[0] == "emotion" else "python -m emotion"


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, summary: str, example: str
) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=summary, description=summary, epilog=_("example: {command}", command=example))


def _turn(text: str) -> int | None:
    if text not in ("0", "90", "180", "270", "auto"):
        raise argparse.ArgumentTypeError(_("expected 0, 90, 180, 270 or auto. Received: {text}", text=text))
    return None if text == "auto" else int(text)


def _add_train(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    train = _add(
        commands,
        "train",
        _("Train a network. Progress goes to stderr; the run id is printed last."),
        "python -m emotion train --data archive --epochs 5",
    )
    train.add_argument("--data", type=options.data, help=_(DATA_HELP))
    options.add_classes(train, _("class folders to learn, or all (default: happy,sad)"))
    train.add_argument(
        "--recipe",
        help=_(
            "what to train: head (for a few pictures), classic, quick-s, quick, quick-l, strong, full (default: head "
            "for few training faces, else quick)"
        ),
    )
    train.add_argument(
        "--backbone", metavar="MODEL", help=_("what head builds on (default: pretrained): {model}", model=_(A_MODEL))
    )
    options.add_settings(train, TrainingConfig)
    options.add_cluster(train, _("who trains it"))
    where = train.add_mutually_exclusive_group()
    where.add_argument("--run-dir", metavar="DIR", help=_("the run's folder: a new one, or one that is queued"))
    where.add_argument("--resume", metavar="RUN", help=_("go on with a stopped, lost or failed run"))


def _add_evaluate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    evaluate = _add(
        commands,
        "evaluate",
        _("Test a model on all faces of a test split."),
        "python -m emotion evaluate pretrained --data archive --json",
    )
    evaluate.add_argument("model", metavar="MODEL", help=_(A_MODEL))
    evaluate.add_argument("--data", type=options.data, help=_(DATA_HELP))
    options.add_classes(
        evaluate, _("classes to test, or all (default: the model's two, or happy,sad where it has more)"), "A,B|all"
    )
    evaluate.add_argument(
        "--labels",
        choices=("folders", "votes"),
        default="folders",
        help=_(
            "what counts as right: the folder (default), or what at least 6 of 10 people say of a picture; then "
            "pictures without such a majority are left out"
        ),
    )
    evaluate.add_argument("--json", action="store_true", help=_("print one JSON object"))
    evaluate.add_argument("--report", metavar="DIR", help=_("write a report too: report.html and one PNG a figure"))
    evaluate.add_argument(
        "--report-language", choices=LANGUAGES, help=_("language of the report (default: the one that this is said in)")
    )
    options.add_cluster(evaluate, _("who asks the network"))


def _add_predict(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    predict = _add(
        commands,
        "predict",
        _("Say what the faces in pictures look like."),
        "python -m emotion predict photo.jpg holiday/ --json",
    )
    predict.add_argument(
        "files",
        nargs="+",
        metavar="FILE|DIR",
        help=_(
            "pictures, folders to walk, s3://bucket/folder in an object store, or .txt files with the path of a "
            "picture a line"
        ),
    )
    predict.add_argument("--model", default="pretrained", help=_("{model} (default: pretrained)", model=_(A_MODEL)))
    predict.add_argument("--json", action="store_true", help=_("print one JSON object a line"))
    predict.add_argument(
        "--all-classes", action="store_true", help=_("also say the probability of every class that the model knows")
    )
    predict.add_argument(
        "--min-face", type=options.whole(1, of=N_("pixels")), metavar="N", help=_("leave out faces lower than N pixels")
    )
    predict.add_argument(
        "--turn",
        type=_turn,
        metavar="DEGREES",
        help=_(
            "turn each picture to the right first, by 0, 90, 180 or 270 degrees; auto: as much as puts it upright, "
            "where that is clear (default: auto)"
        ),
    )
    given = predict.add_mutually_exclusive_group()
    given.add_argument(
        "--out",
        metavar="FILE",
        help=_(
            "write a table, .parquet or .jsonl, a row a picture, with all cores; the same call goes on after a stop"
        ),
    )
    who = predict.add_mutually_exclusive_group()
    options.add_cluster(who, _("with --out: who looks at the pictures"))
    who.add_argument("--jobs", type=options.whole(1, 256, N_("processes")), metavar="N",
                     help=_("with --out: processes (default: one a core)"))  # fmt: skip
    given.add_argument(
        "--annotate",
        metavar="DIR",
        help=_("write marked copies (JPEG, with the answers in words) into this folder; it is made, and never walked"),
    )
    where = predict.add_mutually_exclusive_group()
    where.add_argument("--whole", action="store_true", help=_("take each picture for one face; look for none in it"))
    where.add_argument(
        "--small-faces", action="store_true", help=_("look at large pictures twice, for small faces too")
    )


def _add_runs(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    summary = _("List all runs, newest first; delete runs into a bin, or have them back.")
    listing = _add(commands, "runs", summary, "python -m emotion runs --find glasses")
    listing.add_argument("--json", action="store_true", help=_("print one JSON list"))
    listing.add_argument(
        "--find",
        metavar="WORDS",
        default="",
        help=_("only runs in whose name, note, tags, data, recipe or id all these words stand"),
    )
    listing.add_argument("--bin", action="store_true", help=_("list what lies in the bin instead"))
    instead = listing.add_mutually_exclusive_group()
    instead.add_argument("--delete", nargs="+", metavar="RUN", help=_("move runs into the bin, where they lie 30 days"))
    instead.add_argument("--restore", nargs="+", metavar="RUN", help=_("take runs out of the bin again, by id"))
    instead.add_argument("--empty-bin", action="store_true", help=_("remove what lies in the bin for good"))
    listing.set_defaults(run="emotion.cli.runs")


def _add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    export = _add(
        commands,
        "export",
        _("Pack a model to take along, or make the best weights of an unfinished run usable."),
        "python -m emotion export latest --to smiles.zip",
    )
    export.add_argument(
        "run_id", metavar="RUN", help=_("{model}; without --to a run that was cut off", model=_(A_MODEL))
    )
    export.add_argument(
        "--to",
        metavar="ZIP",
        help=_("pack network, labels, self-test, a Python example and a web page into this zip"),
    )
    export.add_argument(
        "--offline",
        action="store_true",
        help=_("put what the web page needs from the internet into the zip too (5 MB)"),
    )


def _run(chosen: argparse.Namespace) -> int:
    """Calls `run(chosen)` of the module that the parser names by `set_defaults(run=…)`, else a function of `commands`.

    The module is imported only now, so that `--help` of one command never waits for another.
    """
    if module := getattr(chosen, "run", ""):
        return int(importlib.import_module(module).run(chosen))
    commands = importlib.import_module("emotion.cli.commands")
    return int(getattr(commands, chosen.command)(chosen))


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit status."""
    chosen = parser().parse_args(arguments)
    if single := getattr(chosen, "single_classes", None):
        chosen.classes = (*(chosen.classes or ()), *single)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a test's own stream
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    with _language(chosen):
        return _outcome(chosen)


def _outcome(chosen: argparse.Namespace) -> int:
    try:
        with tasks.taking_part(chosen.task), disk.full_in_words(home()):
            return _run(chosen)
    except EmotionError as error:
        print(f"emotion: {retold(str(error))}", file=sys.stderr)  # said in English where it is kept too
        return 2
    except KeyboardInterrupt:  # training has a handler of its own
        print(_("emotion: stopped."), file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        terminal.silence(sys.stdout)
        return 0


def _language(chosen: argparse.Namespace) -> contextlib.AbstractContextManager[None]:
    """What programs read is English, whoever has started it."""
    is_for_programs = getattr(chosen, "json", False) or getattr(chosen, "run", None) == "emotion.cli.serve"
    return speaking(ENGLISH) if is_for_programs else contextlib.nullcontext()


def entry() -> int:
    """`main` as a person calls it: what nobody foresaw is told too, in one sentence."""
    container.lead()
    try:
        return main()
    except Exception as error:  # noqa: BLE001 - the last place where a person can be told
        return _told(error)


def _told(error: Exception) -> int:
    """Says that something went wrong that nobody foresaw; the whole of it goes into a file for whoever mends it."""
    said = _("Something went wrong inside the program ({kind}).", kind=type(error).__name__)
    text = "".join(traceback.format_exception(error))
    for place in (cache_dir(), Path(tempfile.gettempdir())):
        log = place / LOG
        try:
            disk.make_folder(place)
            log.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError:
            continue
        print(_("emotion: {said} All of it is in {log}.", said=said, log=log), file=sys.stderr)
        return UNFORESEEN
    print(f"{text}emotion: {said}", file=sys.stderr)
    return UNFORESEEN


if __name__ == "__main__":
    sys.exit(entry())
