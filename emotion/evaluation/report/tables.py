"""The figures of a report in words, row by row; `report.html` says where they stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from emotion.metrics import METRICS, wilson_interval
from emotion.system import count

if TYPE_CHECKING:
    from emotion.evaluation.report.content import Content
    from emotion.metrics import Interval


def percent(share: float | None, digits: int = 1) -> str:
    return "–" if share is None else f"{100 * share:.{digits}f}\N{NO-BREAK SPACE}%"


def between(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{100 * low:.1f} to {percent(high)}"


def figures(content: Content) -> Iterable[tuple[str, ...]]:
    """Rows: figure, value, interval."""
    scores = content.study.evaluation
    yield "got right (accuracy)", percent(scores.accuracy), between(*scores.accuracy_interval)
    if content.both is not None:
        for name, score in (("honest score", content.both.honest), ("naive score", content.both.naive)):
            yield f"{name}, of {count(score.n, 'face')}", percent(score.accuracy), between(*score.interval)
    for metric in METRICS:
        value, found = scores.figure(metric), content.study.intervals.get(metric.name)
        written = percent(value) if metric.is_share or value is None else f"{value:{metric.written}}"
        yield f"{metric.title.lower()} ({metric.term})", written, between(found.low, found.high) if found else ""
    yield "squared distance from the truth (Brier score)", f"{content.brier:.4f}", ""
    yield "its percentages are off by (expected calibration error)", f"{100 * content.error:.1f} points", ""


def classes(content: Content) -> Iterable[tuple[str, ...]]:
    """Rows: class, faces, recall, precision, F1, ROC AUC, with intervals."""
    scores, matrix = content.study.evaluation, content.study.matrix
    for label, name in enumerate(scores.classes):
        figures, right = scores.per_class[name], int(matrix[label, label])
        of, called = int(matrix[label].sum()), int(matrix[:, label].sum())
        f1: Interval = content.study.intervals[f"f1 {label}"]
        yield (
            name,
            f"{figures['n']:,}",
            f"{percent(figures['recall'])} ({between(*wilson_interval(right, of))})",
            f"{percent(figures['precision'])} ({between(*wilson_interval(right, called))})",
            f"{percent(f1.value)} ({between(f1.low, f1.high)})",
            "–" if figures.get("auc") is None else f"{figures['auc']:.3f}",
        )


def thresholds(content: Content) -> Iterable[tuple[str, ...]]:
    """Rows: the threshold in use, then the cheapest for some costs."""
    if content.question is None or content.sweep is None:
        return
    positive, negative, now = (
        content.question.positive_name,
        content.question.negative_name,
        content.study.info.threshold,
    )
    rows = [("in use now", content.sweep.at(now))] + [
        (f"wrong {positive} {costs.wrong_positive:g}, wrong {negative} {costs.wrong_negative:g}", best)
        for costs, best in content.cheapest
    ]
    for words, one in rows:
        yield words, f"{one.threshold:g}", percent(one.precision), percent(one.recall), percent(one.accuracy)


def origin(content: Content) -> Iterable[tuple[str, ...]]:
    """Rows: what, value, of run, model, data and versions."""
    info = content.whole
    model = {
        "recipe": info.recipe, "weights": f"{info.parameters:,}", "classes": ", ".join(info.classes),
        "learned from": info.data, "fingerprint of that data": info.fingerprint or "not known",
        "threshold": f"{content.study.info.threshold:g}", "temperature": f"{info.temperature:g}",
        "test faces": f"{content.data}, fingerprint {content.fingerprint}",
    }  # fmt: skip
    made = {f"trained with {name}": version for name, version in info.versions.items()}
    read = {f"reported with {name}": version for name, version in content.versions.items()}
    return (content.run | model | made | read).items()
