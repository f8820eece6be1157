"""The charts of Evaluate as markup: score histograms, calibration, coverage, slices, robustness. No Streamlit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from emotion.evaluation import Range
from emotion.system import _, compact, decimal, ngettext, number
from pages.ui.shared import plot, text

if TYPE_CHECKING:
    from emotion.evaluation import Corruption, CorruptionScore, Robustness
    from emotion.metrics import BandFigures, Bin, Coverage, Figures, Histogram, Numbers, Slice, Slicing, Sweep


POINTS = 200  # of a curve, at most
APART = 0.06  # of the box, so that each dot can be hit
QUARTERS = [(place / 4, text.percent(place / 4)) for place in range(5)]


def histogram(bars: Histogram, names: tuple[str, str], threshold: float, band: tuple[float, float]) -> str:
    """How the probabilities of two kinds of faces are spread: one upwards, one downwards, and the threshold.

    Args:
        bars: the counts.
        names: of the negative and the positive class.
        threshold: a line is drawn there.
        band: answers between are unsure; drawn where it has a width.
    """
    negative, positive = names
    top = max(*bars.positive, *bars.negative, 1)
    inside = [_band(band)] if band[1] > band[0] else []
    last = len(bars.positive) - 1
    for k, (low, high) in enumerate(zip(bars.edges, bars.edges[1:], strict=False)):
        within = Range(low if k else None, high if k < last else None).word
        shares = text.percent(low), text.percent(high)
        pieces = [
            (text.colour_class(name, names), f"{name}:{within}", _bar_words(n, name, *shares, positive))
            for name, n in ((positive, bars.positive[k]), (negative, bars.negative[k]))
        ]
        inside.append(plot.bars(low, high - low, bars.positive[k] / top, bars.negative[k] / top, pieces))
    inside += [plot.level(0.5, "ink"), plot.upright(threshold, "ink")]
    ends = [(1.0, number(top)), (0.5, "0"), (0.0, number(top))]
    legend = "".join(
        f'<span class="block {text.colour_class(name, names)}">{text.sign(name, names)} {text.markup(said)}</span>'
        for name, said in (
            (positive, _("truth: {name} (up)", name=positive)),
            (negative, _("truth: {name} (down)", name=negative)),
        )
    )
    across = _("probability of {positive}; the line is the threshold, {threshold}",
               positive=positive, threshold=compact(threshold))  # fmt: skip
    return f'<div class="legend">{legend}</div>' + plot.box("".join(inside), across, _("faces"), QUARTERS, ends, 15)


def _bar_words(n: int, name: str, low: str, high: str, positive: str) -> str:
    return ngettext(
        "{n} face with truth {name} and {low} to {high} {positive}",
        "{n} faces with truth {name} and {low} to {high} {positive}",
        n,
        name=name,
        low=low,
        high=high,
        positive=positive,
    )


def _band(band: tuple[float, float]) -> str:
    low, high = band
    return f'<b class="band" style="left:{low:.3%};width:{high - low:.3%}"></b>'


def calibration(bins: tuple[Bin, ...]) -> str:
    """What was said of the answers against how often they were right; a dot shows the faces of its bin."""
    inside = [plot.line([(0, 0), (1, 1)], "faint thin dashed")]
    known = [(k, one) for k, one in enumerate(bins) if one.said is not None and one.right is not None]
    inside.append(plot.line([(one.said or 0, one.right or 0) for _k, one in known], "accent thin"))
    for k, one in known:
        within = Range(one.low if k else None, one.high if k < len(bins) - 1 else None).word
        said = ngettext(
            "{n} answer with {low} to {high}: {right} right",
            "{n} answers with {low} to {high}: {right} right",
            one.n,
            low=text.percent(one.low),
            high=text.percent(one.high),
            right=text.percent(one.right or 0, 1),
        )
        at, part = (one.said or 0, one.right or 0), (one.low, one.high)
        inside.append(plot.dot(*at, "accent", one.interval, f"sure:{within}", said, part))
    return plot.box("".join(inside), _("how sure it said it was"), _("got right"), QUARTERS, QUARTERS, 16)


def coverage(curve: Coverage, band: BandFigures | None) -> str:
    """What is gained by answering the surest only."""
    low = max(0.0, min(0.9, (min(curve.accuracy) // 0.1) * 0.1))
    points = [(share, (right - low) / (1 - low)) for share, right in zip(curve.share, curve.accuracy, strict=True)]
    inside = plot.line(points, "accent")
    if band is not None and band.right_outside is not None:
        inside += plot.dot(band.coverage, (band.right_outside - low) / (1 - low), "ink")
    marks = plot.percent_marks(low, 1, 0.1)
    return plot.box(inside, _("share of the faces that are answered"), _("got right"), QUARTERS, marks, 16)


def roc(
    lines: Sequence[tuple[Sweep, str]],
    dotted: Sweep | None = None,
    dots: Sequence[float] = (),
    threshold: float | None = None,
    positive: str = "",
) -> str:
    """Recall over the false positive rate, for every threshold.

    Args:
        lines: what is drawn, and its tone; the last one on top.
        dotted: whose thresholds `dots` can be picked, and at whose `threshold` a diamond stands.
        positive: the class in question, for the labels.
    """
    inside = plot.line([(0, 0), (1, 1)], "faint thin dashed")
    for sweep, tone in lines:
        inside += plot.line([(1, 1), *_thinned(sweep.false_positive_rate, sweep.recall), (0, 0)], tone)
    inside += _dots(dotted, dots, threshold, positive, lambda one: (one.false_positive_rate, one.recall))
    return plot.box(inside, _("of the others wrongly called so"), _("found (recall)"), QUARTERS, QUARTERS, 16)


def precision_recall(
    lines: Sequence[tuple[Sweep, str]],
    dotted: Sweep | None = None,
    dots: Sequence[float] = (),
    threshold: float | None = None,
    positive: str = "",
) -> str:
    """Precision over recall, for every threshold; arguments as for `roc`."""
    inside = "".join(plot.line(_thinned(sweep.recall, sweep.precision), tone) for sweep, tone in lines)
    inside += _dots(dotted, dots, threshold, positive, lambda one: (one.recall, one.precision))
    return plot.box(inside, _("found (recall)"), _("trusted (precision)"), QUARTERS, QUARTERS, 16)


def _thinned(across: Numbers, up: Numbers) -> list[tuple[float, float]]:
    """At most `POINTS` points of a curve, without those that have no value."""
    places = np.unique(np.linspace(0, len(across) - 1, POINTS).round().astype(int))
    return [(x, y) for x, y in zip(across[places].tolist(), up[places].tolist(), strict=True) if x == x and y == y]


def _dots(
    sweep: Sweep | None,
    thresholds: Sequence[float],
    now: float | None,
    positive: str,
    place: Callable[[Figures], tuple[float | None, float | None]],
) -> str:
    drawn = ""
    taken: list[tuple[float, float]] = []
    if sweep is None:
        return drawn
    for threshold in (*([] if now is None else [now]), *thresholds):
        one = sweep.at(threshold)
        x, y = place(one)
        if x is None or y is None or any(abs(x - left) + abs(y - up) < APART for left, up in taken):
            continue
        taken.append((x, y))
        here = threshold == now
        said = _dot_words(sweep, one, threshold, positive)
        drawn += plot.point(x, y, "ink" if here else "accent", "" if here else f"{threshold:g}", said)
    return drawn


def _dot_words(sweep: Sweep, one: Figures, threshold: float, positive: str) -> str:
    """What is found and what is wrongly called so, which are two counts and therefore two halves."""
    found = ngettext(
        "above {threshold}: {n} {positive} face of {all} found",
        "above {threshold}: {n} {positive} faces of {all} found",
        one.true_positive,
        threshold=compact(threshold),
        positive=positive,
        all=sweep.positives,
    )
    wrong = ngettext(
        "{n} other of {all} wrongly called {positive}",
        "{n} others of {all} wrongly called {positive}",
        one.false_positive,
        positive=positive,
        all=sweep.negatives,
    )
    return f"{found}, {wrong}"


def slicing(one: Slicing, overall: float, pick: str, across: str) -> str:
    """How often it is right in each slice; a dot shows the faces of its slice.

    Args:
        overall: share of all faces that it got right.
        pick: name of the filter that a dot sets, "" where there is none.
        across: what lies at both ends of the quantity, in words.
    """
    low, high = _frame([part.interval for part in one.slices], overall)
    inside, ticks = [plot.level((overall - low) / (high - low), "faint")], []
    for k, part in enumerate(one.slices):
        edges = k / len(one.slices), (k + 1) / len(one.slices)
        x = (k + 0.5) / len(one.slices)
        within = Range(part.low if k else None, part.high if k < len(one.slices) - 1 else None).word
        reach = ((part.interval[0] - low) / (high - low), (part.interval[1] - low) / (high - low))
        word = f"{pick}:{within}" if pick else ""
        tone = "bad" if part.weak else "accent"
        y, said = (part.accuracy - low) / (high - low), _slice_words(one.name, part)
        inside.append(plot.dot(x, y, tone, reach, word, said, edges))
        ticks.append((x, f"{'≤ ' if k == 0 else ''}{decimal(part.high, 0)}"))
    return plot.box("".join(inside), across, _("got right"), ticks, plot.percent_marks(low, high, 0.1), 9)


def _slice_words(name: str, part: Slice) -> str:
    low, high = part.interval
    said = {
        "quantity": _(name),
        "end": decimal(part.high, 0),
        "share": text.percent(part.accuracy, 1),
        "low": decimal(low * 100),
        "high": text.percent(high, 1),
    }
    if part.weak:
        return ngettext(
            "{quantity} up to {end}: {share} of {n} face right ({low}–{high}), surely worse than the others",
            "{quantity} up to {end}: {share} of {n} faces right ({low}–{high}), surely worse than the others",
            part.n,
            **said,
        )
    return ngettext(
        "{quantity} up to {end}: {share} of {n} face right ({low}–{high})",
        "{quantity} up to {end}: {share} of {n} faces right ({low}–{high})",
        part.n,
        **said,
    )


def _frame(intervals: list[tuple[float, float]], overall: float) -> tuple[float, float]:
    """Round ends of an axis that holds the intervals."""
    low = min(overall, *(one[0] for one in intervals))
    high = max(overall, *(one[1] for one in intervals))
    return max(0.0, (low * 10 // 1) / 10), min(1.0, -(-high * 10 // 1) / 10)


def robustness(found: Robustness, kind: Corruption) -> str:
    """How often it is right on faces that are corrupted in one way, from not at all to strongly."""
    trials = [found.plain, *found.kinds.get(kind.name, ())]
    everything = [found.plain.interval, *(one.interval for trials_ in found.kinds.values() for one in trials_)]
    low, high = _frame(everything, found.plain.accuracy)
    places = [(k + 0.5) / len(trials) for k in range(len(trials))]
    scaled = [(one.accuracy - low) / (high - low) for one in trials]
    inside = [plot.line(list(zip(places, scaled, strict=True)), "accent thin")]
    for x, y, one in zip(places, scaled, trials, strict=True):
        reach = ((one.interval[0] - low) / (high - low), (one.interval[1] - low) / (high - low))
        inside.append(plot.dot(x, y, "accent", reach))
    ticks = [(x, _strength(one)) for x, one in zip(places, trials, strict=True)]
    return plot.box("".join(inside), _(kind.unit), "", ticks, plot.percent_marks(low, high, 0.2), 8)


def _strength(one: CorruptionScore) -> str:
    return _("as is") if one.strength is None else compact(one.strength)
