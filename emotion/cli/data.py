"""`python -m emotion data …`: data sets by name. Progress goes to stderr, what was asked for to stdout."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from typing import TYPE_CHECKING, Any

from emotion.cli.options import OK, REFUSED
from emotion.system import ConfigError, _, ngettext, number, retold, tasks

if TYPE_CHECKING:
    from emotion.data import DataSet


EXAMPLE = "python -m emotion data add ~/Downloads/archive.zip --name fer2013"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command `data` with its own commands; nothing heavy is imported for it."""
    summary = _(
        "Bring data in under a name: a folder, a zip or tar, fer2013.csv, a download; list, show and remove it."
    )
    data = commands.add_parser(
        "data", help=summary, description=summary, epilog=_("example: {command}", command=EXAMPLE)
    )
    data.set_defaults(run="emotion.cli.data")
    verbs = data.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help=_("all data sets with their counts, newest first"))
    listing.add_argument("--json", action="store_true", help=_("print one JSON list"))
    _add_add(verbs)
    show = verbs.add_parser("show", help=_("what is known of one, and what is in it now"))
    show.add_argument("name", metavar="NAME")
    show.add_argument("--json", action="store_true", help=_("print one JSON object"))
    rename = verbs.add_parser("rename", help=_("call its classes otherwise; no file is changed"))
    rename.add_argument("name", metavar="NAME")
    _add_names(rename)
    remove = verbs.add_parser("remove", help=_("forget one; pictures that were unpacked go, a folder of yours stays"))
    remove.add_argument("name", metavar="NAME")
    fetch = verbs.add_parser("get-fer2013", help=_("download FER-2013 from Kaggle (needs the package kagglehub)"))
    fetch.add_argument("--name", default="fer2013", metavar="NAME", help="default: fer2013")
    fetch.add_argument("--accept", action="store_true", help=_("you have read its terms, which are shown without this"))


def _add_add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    add = verbs.add_parser(
        "add",
        help=_("bring in a folder (it stays where it is), a zip or tar, or a csv file"),
        epilog=_("example: {command}", command=EXAMPLE),
    )
    add.add_argument("source", metavar="PATH", help=_("a folder, a zip or tar, or fer2013.csv"))
    add.add_argument("--name", default="", metavar="NAME", help=_("default: made from the name of the folder or file"))
    add.add_argument(
        "--share",
        type=float,
        default=0.2,
        metavar="X",
        help=_("of class folders without train/ and test/: the share for test (default: 0.2)"),
    )
    add.add_argument("--seed", type=int, default=0, metavar="N", help=_("of that split (default: 0)"))
    add.add_argument(
        "--test",
        choices=("public", "private", "both"),
        default="public",
        help=_("of fer2013.csv: which of its two test parts is taken (default: public)"),
    )
    add.add_argument(
        "--code-page",
        default="",
        metavar="NAME",
        help=_("of the names in an old zip, such as gbk or cp850 (default: found out)"),
    )
    table = _("a table of the labels: csv, tsv, jsonl (default: found where folders say no classes)")
    add.add_argument("--labels", default="", metavar="FILE", help=table)
    add.add_argument("--file-column", default="", metavar="NAME", help=_("of that table: which names the pictures"))
    add.add_argument("--label-column", default="", metavar="NAME", help=_("of that table: which names the classes"))
    add.add_argument(
        "--label-pattern",
        default="",
        metavar="PATTERN",
        help=_("where the class stands in file names, such as '*.{label}*.*' for JAFFE"),
    )
    add.add_argument(
        "--leave-out",
        action="append",
        default=[],
        metavar="CLASS",
        help=_("a class that is not taken, such as contempt; may be given several times"),
    )
    _add_names(add)


def _add_names(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--call",
        action="append",
        default=[],
        metavar="OLD=NEW",
        help=_("call a class otherwise, such as happiness=happy; may be given several times"),
    )
    parser.add_argument(
        "--usual", action="store_true", help=_("call all classes by their usual names where one is known")
    )


def run(chosen: argparse.Namespace) -> int:
    """Does what `python -m emotion data …` asks for."""
    from emotion.cli import terminal
    from emotion.data.bring import staging
    from emotion.data.bring.errors import ClassNamesUnknownError

    staging.sweep()
    verbs = {
        "list": _list,
        "add": _add,
        "show": _show_set,
        "rename": _rename,
        "remove": _remove,
        "get-fer2013": _fetch,
    }
    try:
        return verbs[chosen.verb](chosen)
    except ClassNamesUnknownError as error:  # the command is right, and what it names is not there
        print(terminal.safe(f"emotion: {error}"), file=sys.stderr)
        return REFUSED


def _list(chosen: argparse.Namespace) -> int:
    from emotion.cli.terminal import tell_unreadable
    from emotion.data import registry

    known = registry.list_sets()
    tell_unreadable(registry.unreadable_sets())
    if chosen.json:
        print(json.dumps([_facts(record) for record in known], indent=1))
    elif not known:
        print(_("No data sets yet. Bring one in: python -m emotion data add FOLDER|ZIP|CSV"), file=sys.stderr)
    else:
        for record in known:
            print(_line(record))
    return OK


def _facts(record: DataSet) -> dict[str, Any]:
    when = datetime.datetime.fromtimestamp(record.created).astimezone()
    return record.to_json() | {"folder": str(record.folder), "created": when.isoformat(timespec="seconds")}


def _line(record: DataSet) -> str:
    from emotion.cli import terminal

    parts = [f"{number(sum(counts.values()))} {split}" for split, counts in record.counts.items() if counts]
    classes = len(next(iter(record.counts.values()), {}))
    state = "" if record.folder.is_dir() else "  " + _("FOLDER MISSING")
    known = ngettext("{n} class", "{n} classes", classes)
    return terminal.safe(f"{record.name:<20} {', '.join(parts):<26} {known}  {retold(record.source)}{state}")


def _names(chosen: argparse.Namespace) -> dict[str, str]:
    pairs = [text.rpartition("=") for text in chosen.call]  # the name of a folder may hold a = itself
    if any(not (old.strip() and new.strip()) for old, _equals, new in pairs):
        raise ConfigError("--call", _("OLD=NEW, such as happiness=happy"), " ".join(chosen.call))
    return {old: new for old, _equals, new in pairs}


def _add(chosen: argparse.Namespace) -> int:
    from emotion.cli import terminal
    from emotion.data.bring import add as data_sets
    from emotion.data.bring.layout import Options
    from emotion.data.bring.tables.labels import Asked

    options = Options(
        share=chosen.share,
        seed=chosen.seed,
        test=chosen.test,
        names=_names(chosen),
        code_page=chosen.code_page,
        leave_out=tuple(chosen.leave_out),
        labels=Asked(chosen.labels, chosen.file_column, chosen.label_column, chosen.label_pattern),
    )
    return _brought_in(data_sets.add(chosen.source, chosen.name, options, terminal.progress()), chosen.usual)


def _brought_in(record: DataSet, usual: bool) -> int:
    """Says what came, what did not, and which other names of classes there are; the name is printed last."""
    from emotion.cli import terminal
    from emotion.data import disagreements
    from emotion.data.bring import add as data_sets

    terminal.clear()
    better = data_sets.usual_names(record)
    if better and usual:
        record = data_sets.rename_classes(record.name, record.names | better)
    elif better:
        pairs = ", ".join(f"{old} → {new}" for old, new in better.items())
        print(
            _(
                "emotion: usual names of its classes: {pairs}. To take them: python -m emotion data rename {name} "
                "--usual",
                pairs=pairs,
                name=repr(record.name),
            ),
            file=sys.stderr,
        )
    for note in record.notes:
        print(terminal.safe(f"emotion: {retold(note)}"), file=sys.stderr)
    for what, n in record.left_out.items():
        print(terminal.safe(_("emotion: left out: {n} {what}", n=n, what=retold(what))), file=sys.stderr)
    for said in disagreements(record.counts):
        print(terminal.safe(f"emotion: {said}"), file=sys.stderr)
    _print_counts(record.counts, sys.stderr)
    print(record.name)
    tasks.hand_over(record.name)
    return OK


def _print_counts(counts: dict[str, dict[str, int]], stream: Any) -> None:
    from emotion.cli import terminal

    for split, classes in counts.items():
        if classes:
            parts = ", ".join(f"{number(n)} {f'“{name}”' if ',' in name else name}" for name, n in classes.items())
            print(terminal.safe(f"{split}: {number(sum(classes.values()))} ({parts})"), file=stream)


def _show_set(chosen: argparse.Namespace) -> int:
    from emotion.cli import terminal
    from emotion.data import listing, registry

    record = registry.get(chosen.name)
    now = listing.scan(listing.resolve(record.name))
    changed = listing.on_disk(record.folder).fingerprint != record.fingerprint
    if chosen.json:
        print(json.dumps(_facts(record) | {"now": now.counts, "changed": changed}, indent=1))
        return OK
    print(
        terminal.safe(
            _(
                "{name}, from {source}, in {folder}",
                name=record.name,
                source=retold(record.source),
                folder=record.folder,
            )
        )
    )
    _print_counts(now.counts, sys.stdout)
    for what, n in record.left_out.items():
        print(_("left out: {n} {what}", n=n, what=retold(what)))
    if changed:
        print(_("Its files have changed since it was brought in."))
    return OK


def _rename(chosen: argparse.Namespace) -> int:
    from emotion.data import registry
    from emotion.data.bring import add as data_sets

    record = registry.get(chosen.name)
    usual = data_sets.usual_names(record) if chosen.usual else {}
    folders = {called: folder for folder, called in record.names.items() if called}
    wanted = {
        folders.get(old.strip().casefold(), old): new for old, new in _names(chosen).items()
    }  # also as it is called by now
    data_sets.check_names(wanted, record)
    record = data_sets.rename_classes(record.name, record.names | usual | wanted)
    _print_counts(record.counts, sys.stdout)
    return OK


def _remove(chosen: argparse.Namespace) -> int:
    from emotion.cli import terminal
    from emotion.data.bring import add as data_sets

    record = data_sets.remove(chosen.name)
    said = _("Removed {name}; the pictures stay in {folder}", name=record.name, folder=record.folder)
    if record.is_ours:
        said = _("Removed {name} and its pictures", name=record.name)
    print(terminal.safe(said))
    return OK


def _fetch(chosen: argparse.Namespace) -> int:
    from emotion.cli import terminal
    from emotion.data.bring import kaggle

    if not chosen.accept:
        print(_(kaggle.TERMS))
        print(_("To download it: {command}", command="python -m emotion data get-fer2013 --accept"))
        return REFUSED
    print(_("Downloading about 60 MB …"), file=sys.stderr)
    return _brought_in(kaggle.get_fer2013(chosen.name, terminal.progress()), usual=False)
