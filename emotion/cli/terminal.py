"""What the command line says to a person, as text."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from emotion.system import _, decimal, duration, ngettext, number, percent, retold, stored, tasks

if TYPE_CHECKING:
    from emotion.evaluation import Evaluation
    from emotion.metrics import Metric
    from emotion.models import Answer, Face
    from emotion.system import Tell


BAR_WIDTH = 24  # letters
BAR_EVERY = 0.1  # seconds
LINE_WIDTH = 79  # letters: the bar and what stands behind it


def say(text: str, stream: TextIO, end: str = "\n") -> None:
    """Prints a line of a long work, which goes on where nobody reads any more, as after `| head`."""
    try:
        print(text, end=end, file=stream, flush=True)
    except BrokenPipeError:
        silence(stream)


def silence(stream: TextIO) -> None:
    """Lets go nowhere what is printed from now on, as its reader has seen enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class Bar:
    """How far a long command is, on one line that is written again and again.

    Args:
        stream: a terminal.
        total: how many steps there are, for `step`.
    """

    def __init__(self, stream: TextIO, total: int = 0) -> None:
        self._stream, self._total = stream, total
        self._what, self._done, self._began, self._drawn = "", 0, time.monotonic(), 0.0

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        self.tell("", self._done, self._total)

    def tell(self, what: str, done: float, total: float) -> None:
        """So much of what is done now is done. Drawn ten times a second at most."""
        now = time.monotonic()
        if what != self._what:
            self._what, self._began, self._drawn = what, now, 0.0
        if now - self._drawn >= BAR_EVERY:
            self._drawn = now
            self._stream.write(f"\r{self._text(done, total, now - self._began):<{LINE_WIDTH}.{LINE_WIDTH}}")
            self._stream.flush()

    def clear(self) -> None:
        """Makes room for a line of something else, or for good."""
        self._drawn = 0.0
        self._stream.write(f"\r{'':<{LINE_WIDTH}}\r")
        self._stream.flush()

    def _text(self, done: float, total: float, seconds: float) -> str:
        share = min(done / max(total, 1), 1.0)
        text = f"{retold(self._what)} [{'#' * round(BAR_WIDTH * share):<{BAR_WIDTH}}]".lstrip()
        if total > 1:
            text += " " + _("{done} of {all}", done=f"{done:,}", all=f"{total:,}") + ","
        left = _("{time} left", time=duration(seconds / share * (1 - share))) if share else ""
        return f"{text} {left}".rstrip(" ,")


def progress() -> Tell:
    """How a command tells how far it is: to the page that has started it, or on a line that somebody watches."""
    watched = Bar(sys.stderr).tell if sys.stderr.isatty() else lambda what, done, total: None
    return tasks.own() or watched


def clear() -> None:
    """Takes the line of `progress` away."""
    if sys.stderr.isatty():
        Bar(sys.stderr).clear()


def safe(text: str) -> str:
    """A file name that cannot steer the terminal: control and invisible characters are written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def tell_unreadable(found: Sequence[stored.Unreadable]) -> None:
    """Says on stderr how many were left out of a list and why."""
    if found:
        print(f"emotion: {safe(stored.unreadable_sentence(found))}", file=sys.stderr)


def history_row(row: dict[str, Any], epochs: int) -> str | None:
    """One line about a row of the history; None where there is nothing to say."""
    match row.get("event"):
        case "waiting":
            return ngettext("waiting: {n} run before this one", "waiting: {n} runs before this one", row["ahead"])
        case "phase":
            return _(str(row["phase"]))
        case "step":
            return _(
                "epoch {epoch} of {epochs}  step {step} of {steps}  loss {loss}  right {right}",
                epoch=row["epoch"],
                epochs=epochs,
                step=row["step"],
                steps=row["steps"],
                loss=decimal(row["loss"], 4),
                right=_share(row["accuracy"]),
            )
        case "note":
            return retold(str(row["text"]))
        case "begun":
            return _(
                "as it begins  validation loss {loss}  right {right}",
                loss=decimal(row["val_loss"], 4),
                right=_share(row["val_accuracy"]),
            )
        case "epoch":
            return _(
                "epoch {epoch} of {epochs}  loss {loss}  right {right}  validation loss {val_loss}  right {val_right}  "
                "{seconds} s",
                epoch=row["epoch"],
                epochs=epochs,
                loss=decimal(row["loss"], 4),
                right=_share(row["accuracy"]),
                val_loss=decimal(row["val_loss"], 4),
                val_right=_share(row["val_accuracy"]),
                seconds=decimal(row["seconds"], 0),
            )
        case _:
            return None


def answer(given: Answer, all_classes: bool = False) -> str:
    """One line a picture: what it looks like, or why it was refused; on request with all classes of the model."""
    many = len(given.faces) > 1
    faces = [
        f"{f'{number}: ' if many else ''}{_face(face, all_classes)}{_all_classes(face) if all_classes else ''}"
        for number, face in enumerate(given.faces, start=1)
    ]
    said = retold(given.error or "") or ("; " if all_classes else ", ").join(faces) or retold(given.note or "")
    note = f"  ({retold(given.note)})" if given.faces and given.note else ""
    return f"{safe(given.file)}: {said}{note}"


def _face(face: Face, all_classes: bool) -> str:
    said = face.headline(all_classes)
    return f"{said.words} (P = {decimal(said.share, 2)})"


def _all_classes(face: Face) -> str:
    """Such as ", of all 3: sad 0.72, angry 0.20, happy 0.08": the likeliest first."""
    falling = sorted(face.probabilities.items(), key=lambda pair: -pair[1])
    return _(
        ", of all {n}: {shares}",
        n=len(falling),
        shares=", ".join(f"{name} {decimal(share, 2)}" for name, share in falling),
    )


def evaluation(scores: Evaluation) -> str:
    """The figures of a test split in a few lines."""
    lines = _summary(scores)
    if len(scores.classes) > 2:
        return "\n".join([*lines, "", *_matrix(scores), "", *_each_class(scores)])
    called = [_("called {name}", name=name) for name in scores.classes]
    head = [_("truth"), _("faces"), *called, _("precision"), _("recall"), "F1"]
    rows = [_of_two(scores, label) for label in range(len(scores.classes))]
    return "\n".join([*lines, "", *_table([head, *rows], (12, 7, *[16] * len(called), 12, 9, 8))])


def _table(rows: Sequence[Sequence[str]], least: Sequence[int], gap: int = 1) -> list[str]:
    """Cells below one another, each column as wide as its widest cell needs.

    Args:
        rows: the heads first.
        least: how wide each column is at least.
        gap: letters between columns at least.
    """
    widths = [max(low, *(len(row[k]) + (gap if k else 0) for row in rows)) for k, low in enumerate(least)]
    return [
        "".join(
            f"{cell:>{width}}" if k else f"{cell:<{width}}"
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def _summary(scores: Evaluation) -> list[str]:
    from emotion.metrics import shown_metrics

    low, high = scores.accuracy_interval
    many = len(scores.classes) > 2
    always = _("always {name}", name=scores.baseline["answer"])
    return [
        f"{_('got right (accuracy)'):<23} "
        + _(
            "{share} of {n} faces, between {low} and {high} with 95 % confidence",
            share=_share(scores.accuracy),
            n=scores.n,
            low=_share(low),
            high=_share(high),
        ),
        f"{always:<23} {_share(scores.baseline['accuracy'])}",
        *(
            f"{_(metric.term):<23} {_metric(metric, scores.figure(metric), many)}"
            for metric in shown_metrics(len(scores.classes))
        ),
        *([said] if (said := scores.doubt or scores.no_better) else []),
    ]


def _metric(metric: Metric, value: float | None, many: bool) -> str:
    written = _("not defined (one class only)") if value is None else metric.told(value)
    return f"{written} ({_(metric.of_many)})" if many and metric.of_many else written


def _matrix(scores: Evaluation) -> list[str]:
    """Rows are the truth, columns what was called; each column as narrow as its widest entry."""
    rows = [[_("truth, called"), *scores.classes]]
    for name, counts in zip(scores.classes, scores.confusion_matrix, strict=True):
        rows.append([name, *map(number, counts)])
    return _table(rows, [0] * len(rows[0]), gap=2)


def _each_class(scores: Evaluation) -> list[str]:
    """Precision, recall, F1 and ROC AUC of each class, and their means."""
    head = [_("class"), _("faces"), _("precision"), _("recall"), "F1", _("ROC AUC")]
    rows = [*((name, scores.per_class[name]) for name in scores.classes), (_("mean (macro)"), scores.macro)]
    return _table([head, *(_figures_of(name, figures) for name, figures in rows)], (12, 8, 11, 9, 8, 9))


def _figures_of(name: str, figures: dict[str, Any]) -> list[str]:
    faces = number(figures["n"]) if "n" in figures else ""
    shares = [_share(figures[key]) for key in ("precision", "recall", "f1")]
    return [name, faces, *shares, "-" if figures["auc"] is None else decimal(figures["auc"], 3)]


def _share(value: float | None) -> str:
    return "-" if value is None else percent(value, 1, gap="")


def _of_two(scores: Evaluation, label: int) -> list[str]:
    name, counts = scores.classes[label], scores.confusion_matrix[label]
    figures = scores.per_class[name]
    shares = [_share(figures[key]) for key in ("precision", "recall", "f1")]
    return [name, number(figures["n"]), *map(number, counts), *shares]


def run(row: dict[str, Any], state: str) -> str:
    """One line a run: the share of the validation faces at the epoch that is kept, and of the test faces."""
    kept, test = (row[name] for name in ("kept_validation_accuracy", "test_accuracy"))
    tags = "".join(f" #{tag}" for tag in row["tags"])
    epochs = ngettext("{n} epoch", "{n} epochs", row["epochs_done"])
    return (
        f"{row['id']:<22} {state:<18} {row['recipe']:<10} {epochs:>11} "
        f"{_share(kept):>7} {_share(test):>7}  {safe(row['name'] or row['data'])}{safe(tags)}"
    )
