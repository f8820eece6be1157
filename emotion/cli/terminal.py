"""What the command line says to a person, as text."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from emotion.system import count, duration, stored, tasks

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
        text = f"{self._what} [{'#' * round(BAR_WIDTH * share):<{BAR_WIDTH}}]".lstrip()
        if total > 1:
            text += f" {done:,} of {total:,},"
        return text + (f" {duration(seconds / share * (1 - share))} left" if share else "").removesuffix(",")


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
            return f"waiting: {count(row['ahead'], 'run')} before this one"
        case "phase":
            return str(row["phase"])
        case "step":
            return (
                f"epoch {row['epoch']} of {epochs}  step {row['step']} of {row['steps']}  "
                f"loss {row['loss']:.4f}  right {row['accuracy']:.1%}"
            )
        case "note":
            return str(row["text"])
        case "begun":
            return f"as it begins  validation loss {row['val_loss']:.4f}  right {row['val_accuracy']:.1%}"
        case "epoch":
            return (
                f"epoch {row['epoch']} of {epochs}  loss {row['loss']:.4f}  right {row['accuracy']:.1%}  "
                f"validation loss {row['val_loss']:.4f}  right {row['val_accuracy']:.1%}  {row['seconds']:.0f} s"
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
    said = given.error or ("; " if all_classes else ", ").join(faces) or given.note or ""
    note = f"  ({given.note})" if given.faces and given.note else ""
    return f"{safe(given.file)}: {said}{note}"


def _face(face: Face, all_classes: bool) -> str:
    said = face.headline(all_classes)
    return f"{said.words} (P = {said.share:.2f})"


def _all_classes(face: Face) -> str:
    """Such as ", of all 3: sad 0.72, angry 0.20, happy 0.08": the likeliest first."""
    falling = sorted(face.probabilities.items(), key=lambda pair: -pair[1])
    return f", of all {len(falling)}: " + ", ".join(f"{name} {share:.2f}" for name, share in falling)


def evaluation(scores: Evaluation) -> str:
    """The figures of a test split in a few lines."""
    lines = _summary(scores)
    if len(scores.classes) > 2:
        return "\n".join([*lines, "", *_matrix(scores), "", *_each_class(scores)])
    lines += [
        "",
        f"{'truth':<12}{'faces':>7}"
        + "".join(f"{'called ' + name:>16}" for name in scores.classes)
        + f"{'precision':>12}{'recall':>9}{'F1':>8}",
    ]
    return "\n".join(lines + [_class_line(scores, label) for label in range(len(scores.classes))])


def _summary(scores: Evaluation) -> list[str]:
    from emotion.metrics import shown_metrics

    low, high = scores.accuracy_interval
    many = len(scores.classes) > 2
    return [
        f"got right (accuracy)    {scores.accuracy:.1%} of {scores.n:,} faces, between {low:.1%} and {high:.1%} "
        "with 95 % confidence",
        f"always {scores.baseline['answer']:<16} {scores.baseline['accuracy']:.1%}",
        *(
            f"{metric.term:<23} {_metric(metric, scores.figure(metric), many)}"
            for metric in shown_metrics(len(scores.classes))
        ),
        *([said] if (said := scores.doubt or scores.no_better) else []),
    ]


def _metric(metric: Metric, value: float | None, many: bool) -> str:
    written = "not defined (one class only)" if value is None else f"{value:{metric.written}}"
    return f"{written} ({metric.of_many})" if many and metric.of_many else written


def _matrix(scores: Evaluation) -> list[str]:
    """Rows are the truth, columns what was called; each column as narrow as its widest entry."""
    first = max(len("truth, called"), *map(len, scores.classes))
    widths = [
        max(len(name), *(len(f"{row[column]:,}") for row in scores.confusion_matrix)) + 2
        for column, name in enumerate(scores.classes)
    ]
    heads = "".join(f"{name:>{width}}" for name, width in zip(scores.classes, widths, strict=True))
    rows = [
        f"{name:<{first}}" + "".join(f"{cell:>{width},}" for cell, width in zip(row, widths, strict=True))
        for name, row in zip(scores.classes, scores.confusion_matrix, strict=True)
    ]
    return [f"{'truth, called':<{first}}{heads}", *rows]


def _each_class(scores: Evaluation) -> list[str]:
    """Precision, recall, F1 and ROC AUC of each class, and their means."""
    first = max(len("mean (macro)"), *map(len, scores.classes))
    head = f"{'class':<{first}}{'faces':>8}{'precision':>11}{'recall':>9}{'F1':>8}{'ROC AUC':>9}"
    rows = [*((name, scores.per_class[name]) for name in scores.classes), ("mean (macro)", scores.macro)]
    return [head, *(_figures_line(name, figures, first) for name, figures in rows)]


def _figures_line(name: str, figures: dict[str, Any], first: int) -> str:
    faces = f"{figures['n']:,}" if "n" in figures else ""
    shares = "".join(f"{_share(figures[key]):>{width}}" for key, width in (("precision", 11), ("recall", 9), ("f1", 8)))
    auc = "-" if figures["auc"] is None else f"{figures['auc']:.3f}"
    return f"{name:<{first}}{faces:>8}{shares}{auc:>9}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _class_line(scores: Evaluation, label: int) -> str:
    name = scores.classes[label]
    figures = scores.per_class[name]
    cells = "".join(f"{cell:>16,}" for cell in scores.confusion_matrix[label])
    shares = [("precision", 12), ("recall", 9), ("f1", 8)]
    tail = "".join(f"{_share(figures[key]):>{width}}" for key, width in shares)
    return f"{name:<12}{figures['n']:>7,}{cells}{tail}"


def run(row: dict[str, Any]) -> str:
    """One line a run: the share of the validation faces at the epoch that is kept, and of the test faces."""
    kept, test = (row[name] for name in ("kept_validation_accuracy", "test_accuracy"))
    tags = "".join(f" #{tag}" for tag in row["tags"])
    return (
        f"{row['id']:<22} {row['status']:<10} {row['recipe']:<10} {count(row['epochs_done'], 'epoch'):>11} "
        f"{_share(kept):>7} {_share(test):>7}  {safe(row['name'] or row['data'])}{safe(tags)}"
    )
