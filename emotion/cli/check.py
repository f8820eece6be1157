"""`python -m emotion check DIR`: what is wrong with a data folder. Exit status 0: nothing found, 1: something."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from emotion.cli import options, terminal
from emotion.system import count

if TYPE_CHECKING:
    from emotion.checks import LabelErrors, Report
    from emotion.system import Tell


NOTHING, FOUND = 0, 1
SHOWN = 3  # groups of pictures named for each finding
LABELS_SHOWN = 20


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command `check`; nothing heavy is imported for it."""
    summary = (
        "Say what is wrong with a data folder: twins of train in test, duplicates, contradictions, damage, and more."
    )
    check = commands.add_parser(
        "check", help=summary, description=summary, epilog="example: python -m emotion check archive --json"
    )
    check.set_defaults(run="emotion.cli.check")
    check.add_argument("data", metavar="DIR", help="a folder with train/ and test/, the name of a data set, or demo")
    check.add_argument("--json", action="store_true", help="print one JSON object")
    which = check.add_mutually_exclusive_group()
    which.add_argument("--faces", action="store_true",
                       help="also look for pictures without a face, among those of more than 96 pixels")  # fmt: skip
    which.add_argument("--labels", action="store_true", help="look for labels that the other pictures contradict")
    check.add_argument("--model", default="pretrained", metavar="MODEL",
                       help="whose view of the pictures --labels goes by (default: pretrained)")  # fmt: skip
    options.add_classes(check, "classes for --labels (default: the model's)")


def run(chosen: argparse.Namespace) -> int:
    """Checks a folder and prints what is found."""
    from emotion.data import listing

    tell, root = terminal.progress(), listing.resolve(chosen.data)
    if chosen.labels:
        return _labels(chosen, root, tell)
    from emotion.checks import check
    from emotion.checks.rules import faceless
    from emotion.data import on_disk

    report = check.check(root, tell)
    if chosen.faces:
        names = faceless.askable(root, report.table)
        faceless.look(on_disk(root), names, lambda done, total: tell("looking for faces", done, total))
        report = check.check(root, tell)
    terminal.clear()
    print(json.dumps(report.to_json(), indent=1) if chosen.json else _text(report))
    return FOUND if report.findings else NOTHING


def _labels(chosen: argparse.Namespace, root: Path, tell: Tell) -> int:
    from emotion.checks import label_errors

    outcome = label_errors.search(root, chosen.model, chosen.classes or (), tell)
    terminal.clear()
    print(json.dumps(outcome.to_json(), indent=1) if chosen.json else _label_errors_text(outcome))
    return FOUND if outcome.found else NOTHING


def _text(report: Report) -> str:
    lines = [
        f"{split}: {count(sum(inside.values()), 'picture')} ("
        + ", ".join(f"{n:,} {name}" for name, n in inside.items())
        + ")"
        for split, inside in report.counts.items()
    ]
    if decided := [f"{n:,} {what}" for n, what in _decided(report) if n]:
        lines.append("Decided earlier: " + ", ".join(decided) + ".")
    for finding in report.findings:
        lines += ["", f"{'!!' if finding.damage else ' -'} {finding.title}", f"   {finding.why}"]
        lines += [f"     {_group(group, finding.notes)}" for group in finding.groups[:SHOWN]]
        if len(finding.groups) > SHOWN:
            lines.append(f"     … and {len(finding.groups) - SHOWN:,} more (--json names them)")
    if not report.findings:
        lines += ["", "Nothing was found."]
    return "\n".join(terminal.safe(line) for line in lines)


def _decided(report: Report) -> list[tuple[int, str]]:
    return [(report.excluded, "left out"), (report.relabelled, "relabelled"), (report.moved, "moved")]


def _group(group: tuple[str, ...], notes: dict[str, str]) -> str:
    named = [f"{name} ({notes[name]})" if name in notes else name for name in group[:4]]
    return " = ".join(named) + (f" = {len(group) - 4} more" if len(group) > 4 else "")


def _label_errors_text(outcome: LabelErrors) -> str:
    lines = [
        f"{len(outcome.found):,} of {outcome.n:,} labels are contradicted by the other pictures, worst first. "
        f"Classifiers on the features of {outcome.model} agree with {outcome.accuracy:.1%} of all labels "
        "of pictures that they had not seen.",
    ]
    lines += [f"  {one.file}  {one.label} → {one.likely}?  {one.doubt:.2f}" for one in outcome.found[:LABELS_SHOWN]]
    if len(outcome.found) > LABELS_SHOWN:
        lines.append(f"  … and {len(outcome.found) - LABELS_SHOWN:,} more (--json names them)")
    return "\n".join(terminal.safe(line) for line in lines)
