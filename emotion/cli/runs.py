"""`runs`: the list of runs, and the bin into which runs are deleted."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from typing import Any

from emotion import runs
from emotion.cli import terminal
from emotion.cli.options import OK, REFUSED
from emotion.runs import deleted
from emotion.system import EmotionError, _, ngettext, retold


def run(chosen: argparse.Namespace) -> int:
    """Lists, deletes or restores."""
    if chosen.delete:
        return _each(chosen.delete, _delete)
    if chosen.restore:
        return _each(chosen.restore, _restore)
    if chosen.empty_bin:
        print(
            ngettext("emotion: {n} run removed for good", "emotion: {n} runs removed for good", deleted.empty()),
            file=sys.stderr,
        )
        return OK
    deleted.sweep()
    return _list_bin(as_json=chosen.json) if chosen.bin else list_runs(chosen)


def _each(references: list[str], work: Any) -> int:
    """Does it with each run; one that is refused never keeps the others from it."""
    refused = 0
    for reference in dict.fromkeys(references):
        try:
            work(reference)
        except EmotionError as error:
            refused += 1
            print(f"emotion: {terminal.safe(retold(str(error)))}", file=sys.stderr)
    return REFUSED if refused else OK


def _delete(reference: str) -> None:
    run_id = deleted.delete(reference)
    print(
        _(
            "emotion: in the bin for {days} days; `runs --restore {run}` brings it back",
            days=deleted.DAYS,
            run=terminal.safe(run_id),
        ),
        file=sys.stderr,
    )
    print(run_id)


def _restore(reference: str) -> None:
    print(deleted.restore(reference).id)


def _list_bin(*, as_json: bool) -> int:
    found = deleted.in_bin()
    if as_json:
        rows = [{"id": one.id, "name": one.title, "days_left": one.days_left()} for one in found]
        print(json.dumps(rows, indent=1))
    elif not found:
        print(_("The bin is empty."), file=sys.stderr)
    else:
        for one in found:
            left = ngettext("{n} day left", "{n} days left", one.days_left())
            print(f"{one.id:<22} {left:>13}  {terminal.safe(one.title)}")
    return OK


def list_runs(chosen: argparse.Namespace) -> int:
    """Prints the runs that are asked for, newest first."""
    found = runs.table.matching(runs.table.rows(runs.list_runs()), runs.table.Wanted(find=chosen.find))
    rows = [(_summary(row.run), row.run.said) for row in found]
    terminal.tell_unreadable(runs.unreadable_runs())
    if chosen.json:
        print(json.dumps([row for row, _said in rows], indent=1))
        return OK
    if not rows:
        none = (
            _("No run holds all these words.") if chosen.find else _("No runs yet. Start one: python -m emotion train")
        )
        print(none, file=sys.stderr)
    for row, said in rows:
        print(terminal.run(row, said))
    return OK


def _summary(run: runs.Run) -> dict[str, Any]:
    summary = runs.summarize(run.paths)
    created = datetime.datetime.fromtimestamp(run.created).astimezone()
    test = summary.test
    return {
        "id": run.id,
        "name": run.own_name or run.config.name,
        "note": run.words.note,
        "tags": list(run.words.tags),
        "status": str(run.status),
        "recipe": run.config.recipe,
        "data": run.config.data,
        "created": created.isoformat(timespec="seconds"),
        "epochs_done": len(summary.accuracies),
        "best_validation_accuracy": max(summary.accuracies, default=None),
        "kept_epoch": summary.kept_epoch,
        "kept_validation_accuracy": summary.kept,
        "test_accuracy": test.accuracy if test else None,
        "test_accuracy_interval": list(test.accuracy_interval) if test else None,
    }
