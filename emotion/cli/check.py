"""`python -m emotion check DIR`: what is wrong with a data folder. Exit status 0: nothing found, 1: something."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from emotion.cli import options, terminal
from emotion.system import N_, _, ngettext, number, percent, retold

if TYPE_CHECKING:
    from emotion.checks import LabelErrors, Report
    from emotion.system import Tell


NOTHING, FOUND = 0, 1
SHOWN = 3  # groups of pictures named for each finding
LABELS_SHOWN = 20


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command `check`; nothing heavy is imported for it."""
    summary = _(
        "Say what is wrong with a data folder: twins of train in test, duplicates, contradictions, damage, and more."
    )
    check = commands.add_parser(
        "check",
        help=summary,
        description=summary,
        epilog=_("example: {command}", command="python -m emotion check archive --json"),
    )
    check.set_defaults(run="emotion.cli.check")
    check.add_argument("data", metavar="DIR", help=_("a folder with train/ and test/, the name of a data set, or demo"))
    check.add_argument("--json", action="store_true", help=_("print one JSON object"))
    which = check.add_mutually_exclusive_group()
    which.add_argument(
        "--faces",
        action="store_true",
        help=_("also look for pictures without a face, among those of more than 96 pixels"),
    )
    which.add_argument("--labels", action="store_true", help=_("look for labels that the other pictures contradict"))
    check.add_argument(
        "--model",
        default="pretrained",
        metavar="MODEL",
        help=_("whose view of the pictures --labels goes by (default: pretrained)"),
    )
    who = check.add_mutually_exclusive_group()
    options.add_cluster(who, _("who looks at the pictures"))
    who.add_argument("--jobs", type=options.whole(1, 256, N_("processes")), metavar="N",
                     help=_("processes that look at many thousand pictures (default: one a core)"))  # fmt: skip
    options.add_classes(check, _("classes for --labels (default: the model's)"))


def run(chosen: argparse.Namespace) -> int:
    """Checks a folder and prints what is found."""
    from emotion.data import listing

    tell, root = terminal.progress(), listing.resolve(chosen.data)
    if chosen.labels:
        return _labels(chosen, root, tell)
    from emotion.checks import check
    from emotion.checks.rules import faceless
    from emotion.data import on_disk

    report = check.check(root, tell, chosen.jobs, chosen.on)
    if chosen.faces:
        names = faceless.askable(root, report.table)
        looking = N_("looking for faces")
        faceless.look(on_disk(root), names, lambda done, total: tell(looking, done, total), chosen.jobs, chosen.on)
        report = check.check(root, tell)
    terminal.clear()
    print(json.dumps(report.to_json(), indent=1) if chosen.json else _text(report))
    return FOUND if report.findings else NOTHING


def _labels(chosen: argparse.Namespace, root: Path, tell: Tell) -> int:
    from emotion.checks import label_errors

    outcome = label_errors.search(root, chosen.model, chosen.classes or (), tell, chosen.on)
    terminal.clear()
    print(json.dumps(outcome.to_json(), indent=1) if chosen.json else _label_errors_text(outcome))
    return FOUND if outcome.found else NOTHING


def _text(report: Report) -> str:
    lines = [
        f"{split}: {ngettext('{n} picture', '{n} pictures', sum(inside.values()))} ("
        + ", ".join(f"{number(n)} {name}" for name, n in inside.items())
        + ")"
        for split, inside in report.counts.items()
    ]
    if decided := [f"{number(n)} {what}" for n, what in _decided(report) if n]:
        lines.append(_("Decided earlier: {changes}.", changes=", ".join(decided)))
    for finding in report.findings:
        lines += ["", f"{'!!' if finding.damage else ' -'} {retold(finding.title)}", f"   {retold(finding.why)}"]
        lines += [f"     {_group(group, finding.notes)}" for group in finding.groups[:SHOWN]]
        if len(finding.groups) > SHOWN:
            lines.append("     " + _("… and {n} more (--json names them)", n=len(finding.groups) - SHOWN))
    if not report.findings:
        lines += ["", _("Nothing was found.")]
    return "\n".join(terminal.safe(line) for line in lines)


def _decided(report: Report) -> list[tuple[int, str]]:
    return [(report.excluded, _("left out")), (report.relabelled, _("relabelled")), (report.moved, _("moved"))]


def _group(group: tuple[str, ...], notes: dict[str, str]) -> str:
    named = [f"{name} ({retold(notes[name])})" if name in notes else name for name in group[:4]]
    return " = ".join(named) + (" = " + _("{n} more", n=len(group) - 4) if len(group) > 4 else "")


def _label_errors_text(outcome: LabelErrors) -> str:
    lines = [
        _(
            "{n} of {all} labels are contradicted by the other pictures, worst first. Classifiers on the features of "
            "{model} agree with {share} of all labels of pictures that they had not seen.",
            n=len(outcome.found),
            all=outcome.n,
            model=outcome.model,
            share=percent(outcome.accuracy, 1, gap=""),
        ),
    ]
    if outcome.drawn_from:
        lines[0] += " " + _("They were drawn at random from {n} pictures.", n=outcome.drawn_from)
    lines += [f"  {one.file}  {one.label} → {one.likely}?  {one.doubt:.2f}" for one in outcome.found[:LABELS_SHOWN]]
    if len(outcome.found) > LABELS_SHOWN:
        lines.append("  " + _("… and {n} more (--json names them)", n=len(outcome.found) - LABELS_SHOWN))
    return "\n".join(terminal.safe(line) for line in lines)
