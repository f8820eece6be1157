"""What the command line says to a person, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emotion.progress import count

if TYPE_CHECKING:
    from emotion.evaluation import Evaluation
    from emotion.prediction import Answer, Face


def safe(text: str) -> str:
    """A file name that cannot steer the terminal: control and invisible characters are written out."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


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
        case "epoch":
            return (
                f"epoch {row['epoch']} of {epochs}  loss {row['loss']:.4f}  right {row['accuracy']:.1%}  "
                f"validation loss {row['val_loss']:.4f}  right {row['val_accuracy']:.1%}  {row['seconds']:.0f} s"
            )
        case _:
            return None


def answer(given: Answer) -> str:
    """One line a picture: what it looks like, or why it was refused."""
    said = given.error or ", ".join(_face(face) for face in given.faces) or given.note or ""
    note = f"  ({given.note})" if given.faces and given.note else ""
    return f"{safe(given.file)}: {said}{note}"


def _face(face: Face) -> str:
    return f"{'unsure, perhaps' if face.unsure else 'looks'} {face.label} (P = {face.probability:.2f})"


def evaluation(scores: Evaluation) -> str:
    """The figures of a test split in a few lines."""
    low, high = scores.accuracy_interval
    auc = "not defined (one class only)" if scores.auc is None else f"{scores.auc:.3f}"
    lines = [
        f"got right (accuracy)    {scores.accuracy:.1%} of {scores.n:,} faces, between {low:.1%} and {high:.1%} "
        "with 95 % confidence",
        f"always {scores.baseline['answer']:<16} {scores.baseline['accuracy']:.1%}",
        f"balanced accuracy       {scores.balanced_accuracy:.1%}",
        f"loss                    {scores.loss:.4f}",
        f"ROC AUC                 {auc}",
        "",
        f"{'truth':<12}{'faces':>7}" + "".join(f"{'called ' + name:>16}" for name in scores.classes)
        + f"{'precision':>12}{'recall':>9}{'F1':>8}",
    ]
    return "\n".join(lines + [_class_line(scores, label) for label in range(len(scores.classes))])


def _class_line(scores: Evaluation, label: int) -> str:
    name = scores.classes[label]
    figures = scores.per_class[name]
    cells = "".join(f"{cell:>16,}" for cell in scores.confusion_matrix[label])
    shares = [("precision", 12), ("recall", 9), ("f1", 8)]
    tail = "".join(f"{'-' if figures[key] is None else format(figures[key], '.1%'):>{width}}" for key, width in shares)
    return f"{name:<12}{figures['n']:>7,}{cells}{tail}"


def run(row: dict[str, Any]) -> str:
    """One line a run."""
    best = row["best_validation_accuracy"]
    score = "-" if best is None else f"{best:.1%}"
    return (
        f"{row['id']:<22} {row['status']:<10} {row['recipe']:<10} {count(row['epochs_done'], 'epoch'):>11} "
        f"{score:>7}  {safe(row['name'] or row['data'])}"
    )
