"""The figures of a report in words, row by row; `report.html` says where they stand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from emotion.metrics import METRICS, wilson_interval
from emotion.system import ENGLISH, _, compact, decimal, language, ngettext, number
from emotion.system import percent as percentage

if TYPE_CHECKING:
    from emotion.evaluation.report.content import Content
    from emotion.metrics import Interval


def percent(share: float | None, digits: int = 1) -> str:
    return "–" if share is None else percentage(share, digits)


def between(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return _("{low} to {high}", low=decimal(100 * low), high=percent(high))


def _within(title: str) -> str:
    """A title where a sentence goes on; German keeps the capitals of its nouns."""
    return title.lower() if language() == ENGLISH else title


def figures(content: Content) -> Iterable[tuple[str, ...]]:
    """Rows: figure, value, interval."""
    scores = content.study.evaluation
    yield _("got right (accuracy)"), percent(scores.accuracy), between(*scores.accuracy_interval)
    if content.both is not None:
        for name, score in ((_("honest score"), content.both.honest), (_("naive score"), content.both.naive)):
            yield (
                ngettext("{name}, of {n} face", "{name}, of {n} faces", score.n, name=name),
                percent(score.accuracy),
                between(*score.interval),
            )
    for metric in METRICS:
        value, found = scores.figure(metric), content.study.intervals.get(metric.name)
        written = percent(value) if metric.is_share or value is None else metric.told(value)
        yield f"{_within(_(metric.title))} ({_(metric.term)})", written, between(found.low, found.high) if found else ""
    yield _("squared distance from the truth (Brier score)"), decimal(content.brier, 4), ""
    yield (
        _("its percentages are off by (expected calibration error)"),
        _("{n} points", n=decimal(100 * content.error)),
        "",
    )


def classes(content: Content) -> Iterable[tuple[str, ...]]:
    """Rows: class, faces, recall, precision, F1, ROC AUC, with intervals."""
    scores, matrix = content.study.evaluation, content.study.matrix
    for label, name in enumerate(scores.classes):
        figures, right = scores.per_class[name], int(matrix[label, label])
        of, called = int(matrix[label].sum()), int(matrix[:, label].sum())
        f1: Interval = content.study.intervals[f"f1 {label}"]
        yield (
            name,
            number(figures["n"]),
            f"{percent(figures['recall'])} ({between(*wilson_interval(right, of))})",
            f"{percent(figures['precision'])} ({between(*wilson_interval(right, called))})",
            f"{percent(f1.value)} ({between(f1.low, f1.high)})",
            "–" if figures.get("auc") is None else decimal(figures["auc"], 3),
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
    rows = [(_("in use now"), content.sweep.at(now))] + [
        (
            _(
                "wrong {one} {cost}, wrong {other} {other_cost}",
                one=positive,
                cost=compact(costs.wrong_positive),
                other=negative,
                other_cost=compact(costs.wrong_negative),
            ),
            best,
        )
        for costs, best in content.cheapest
    ]
    for words, one in rows:
        yield words, compact(one.threshold), percent(one.precision), percent(one.recall), percent(one.accuracy)


def origin(content: Content) -> Iterable[tuple[str, ...]]:
    """Rows: what, value, of run, model, data and versions."""
    info = content.whole
    model = {
        _("recipe"): info.recipe, _("weights"): number(info.parameters), _("classes"): ", ".join(info.classes),
        _("learned from"): info.data, _("fingerprint of that data"): info.fingerprint or _("not known"),
        _("threshold"): compact(content.study.info.threshold), _("temperature"): compact(info.temperature),
        _("test faces"): _("{data}, fingerprint {fingerprint}", data=content.data, fingerprint=content.fingerprint),
    }  # fmt: skip
    made = {_("trained with {name}", name=name): version for name, version in info.versions.items()}
    read = {_("reported with {name}", name=name): version for name, version in content.versions.items()}
    return (content.run | model | made | read).items()
