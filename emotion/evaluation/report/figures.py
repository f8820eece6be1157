"""The figures of a report, drawn with matplotlib (imported here only inside functions: the server does without).

Each takes the content of a report and gives a figure of one width, white as paper, so that it can go into a document.
Colours and signs are those of the app: happy amber, sad blue; each class has its own stroke too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from emotion.evaluation import corruptions
from emotion.metrics import histogram, paired
from emotion.recipes import palette
from emotion.system import _, compact, decimal, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from emotion.evaluation.report.content import Content
    from emotion.metrics import Slice, Slicing


WIDTH = 7.2  # inches: the text of an A4 page
INK, QUIET, ACCENT, WRONG = "#1c2429", "#56616a", "#0f766e", "#b91c1c"
TRAINED, VALIDATED = ACCENT, "#8a5a9e"  # as on the page Train
STROKES = ("-", "--", "-.", ":")


def styles(classes: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Colour and stroke of each class."""
    return {
        name: {"color": palette.tone(name, classes).fill, "linestyle": STROKES[k % len(STROKES)]}
        for k, name in enumerate(classes)
    }


def figure(height: float) -> Figure:
    """An empty figure of that height in inches, white as paper."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH, height), layout="constrained", facecolor="white")


def tidy(axis: Axes, title: str = "", across: str = "", up: str = "") -> None:
    """Title, names of the axes and a faint grid."""
    axis.set_title(title, loc="left", fontsize=10)
    axis.set_xlabel(across)
    axis.set_ylabel(up)
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(alpha=0.25)
    axis.set_axisbelow(True)


def percent(*axes: Any) -> None:
    """Writes shares as percentages."""
    for axis in axes:
        axis.set_major_formatter(lambda value, _place: f"{100 * value:.0f} %")


def safe(name: str) -> str:
    """A class name that matplotlib does not read as a formula."""
    return name.replace("$", r"\$")


POINTS = 300  # of a curve


def matrix(content: Content) -> Figure:
    """Who was called what: counts, and the share of each row as shade."""
    counts, names = content.study.matrix, content.study.info.classes
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    drawn = figure(1.4 + 0.62 * len(names) + 0.8)
    axis = drawn.subplots()
    axis.imshow(shares, cmap="BuGn", vmin=0, vmax=1.15)
    for row, column in np.ndindex(counts.shape):
        cross = "" if row == column else "✗ "
        text = f"{cross}{number(int(counts[row, column]))}\n{shares[row, column]:.0%}"
        axis.text(
            column, row, text, ha="center", va="center", fontsize=8, color="white" if shares[row, column] > 0.7 else INK
        )
    labels = [safe(name) for name in names]
    axis.set_xticks(range(len(names)), labels, rotation=0 if len(names) < 5 else 35)
    axis.set_yticks(range(len(names)), labels)
    axis.set_xlabel(_("called"))
    axis.set_ylabel(_("truth"))
    return drawn


def curves(content: Content) -> Figure:
    """ROC and precision against recall, of each class against the rest."""
    drawn = figure(3.4)
    left, right = drawn.subplots(1, 2)
    looks, per_class = styles(content.study.info.classes), content.study.evaluation.per_class
    shown = content.against_rest
    if len(shown) == 2:  # the other curve says the same
        shown = {content.study.info.positive: shown[content.study.info.positive]}
    for name, sweep in shown.items():
        places = np.unique(np.linspace(0, len(sweep.thresholds) - 1, POINTS).round().astype(int))
        auc = per_class[name].get("auc")
        label = safe(name) if auc is None else f"{safe(name)} (AUC {decimal(auc, 3)})"
        rates = [np.concatenate([[1], rate[places], [0]]) for rate in (sweep.false_positive_rate, sweep.recall)]
        left.plot(*rates, label=label, **looks[name])
        right.plot(sweep.recall[places], sweep.precision[places], **looks[name])
    left.plot([0, 1], [0, 1], color=QUIET, linewidth=0.8, linestyle=":")
    left.legend(frameon=False, fontsize=7, loc=4)
    tidy(left, "ROC", _("false positive rate"), _("recall"))
    tidy(right, _("Precision and recall"), _("recall"), _("precision"))
    right.set_ylim(0, 1.03)
    percent(left.xaxis, left.yaxis, right.xaxis, right.yaxis)
    return drawn


def scores(content: Content) -> Figure | None:
    """How the probabilities of the two kinds are spread, and what each threshold would do."""
    question, sweep, threshold = content.question, content.sweep, content.study.info.threshold
    if question is None or sweep is None:
        return None
    drawn = figure(4.8)
    upper, lower = drawn.subplots(2, 1, sharex=True)
    bars, looks = (
        histogram(question.scores, question.positive),
        styles((question.negative_name, question.positive_name)),
    )
    edges = np.array(bars.edges)
    kinds = ((question.positive_name, np.array(bars.positive)), (question.negative_name, -np.array(bars.negative)))
    for name, counts in kinds:
        look = {"color": looks[name]["color"], "alpha": 0.8, "label": _("truth: {name}", name=safe(name))}
        upper.bar(edges[:-1], counts, np.diff(edges), align="edge", **look)
    upper.axhline(0, color=INK, linewidth=0.8)
    upper.yaxis.set_major_formatter(lambda value, _place: decimal(abs(value), 0))
    upper.legend(frameon=False, fontsize=8)
    tidy(upper, _("Faces by the probability they were given"), "", _("faces"))
    for name, values, stroke in (
        (_("precision"), sweep.precision, "-"),
        (_("recall"), sweep.recall, "--"),
        (_("accuracy"), sweep.accuracy, ":"),
    ):
        lower.step(
            np.append(sweep.thresholds, 1),
            np.append(values, values[-1]),
            where="post",
            color=ACCENT,
            linestyle=stroke,
            label=name,
        )
    for axis in (upper, lower):
        axis.axvline(threshold, color=INK, linewidth=1.2)
    lower.legend(frameon=False, fontsize=8)
    tidy(
        lower,
        _("What each threshold would do"),
        _(
            "P({name}); the line is the threshold, {threshold}",
            name=safe(question.positive_name),
            threshold=compact(threshold),
        ),
        _("share"),
    )
    lower.set_xlim(0, 1)
    percent(lower.yaxis, lower.xaxis)
    return drawn


def calibration(content: Content) -> Figure:
    """What was said against how often it came true; and what is gained by holding back the least sure answers."""
    drawn = figure(3.4)
    left, right = drawn.subplots(1, 2)
    bins = [one for one in content.bins if one.n]
    said, came = (np.array([getattr(one, name) for one in bins], float) for name in ("said", "right"))
    ends = np.array([one.interval for one in bins], float)
    reach = np.abs(ends.T - came)
    left.plot([0, 1], [0, 1], color=QUIET, linewidth=0.8, linestyle=":")
    left.errorbar(said, came, reach, fmt="o-", color=ACCENT, capsize=2, markersize=4)
    for one, place in zip(bins, said, strict=True):
        left.annotate(number(one.n), (place, 0.02), fontsize=6, color=QUIET, ha="center")
    tidy(
        left,
        _("Calibration (expected error {error} points)", error=decimal(100 * content.error, 1)),
        _("said"),
        _("got right"),
    )
    left.set_ylim(0, 1.03)
    right.plot(content.coverage.share, content.coverage.accuracy, color=ACCENT)
    if content.band is not None and content.band.right_outside is not None:
        right.plot(
            content.band.coverage, content.band.right_outside, "D", color=INK, label=_("without the unsure ones")
        )
        right.legend(frameon=False, fontsize=8)
    tidy(right, _("Answering only the surest"), _("share of the faces answered"), _("got right"))
    percent(left.xaxis, left.yaxis, right.xaxis, right.yaxis)
    return drawn


def slicing(content: Content) -> Figure | None:
    """How often it is right in each slice of each quantity."""
    if not content.slicings:
        return None
    rows = -(-len(content.slicings) // 2)
    drawn = figure(2.5 * rows)
    axes = np.atleast_1d(drawn.subplots(rows, 2, sharey=True)).ravel()
    for axis, one in zip(axes, content.slicings, strict=False):
        _slices(axis, one, content.study.evaluation.accuracy)
    for axis in axes[len(content.slicings) :]:
        axis.set_visible(False)
    return drawn


def _slices(axis: Axes, one: Slicing, overall: float) -> None:
    places = np.arange(len(one.slices))
    accuracy = np.array([part.accuracy for part in one.slices])
    reach = [[part.accuracy - part.interval[0], part.interval[1] - part.accuracy] for part in one.slices]
    colours = [WRONG if part.weak else ACCENT for part in one.slices]
    axis.errorbar(places, accuracy, np.maximum(np.array(reach).T, 0), fmt="none", ecolor=colours)
    axis.scatter(places, accuracy, c=colours, s=22, zorder=3)
    axis.axhline(overall, color=QUIET, linewidth=0.8, linestyle=":")
    axis.set_xticks(places, [_reach(part, one.slices) for part in one.slices], fontsize=7)
    tidy(
        axis, f"{_(one.name)}: {_('matters') if one.matters else _('may not matter')}\n({paired.by_luck(one.p_value)})"
    )
    percent(axis.yaxis)


def _reach(part: Slice, parts: tuple[Slice, ...]) -> str:
    high = decimal(part.high, 0)
    reach = _("up to {high}", high=high) if part is parts[0] else f"{decimal(part.low, 0)}–{high}"
    return f"{reach}\n{number(part.n)}"


def robustness(content: Content) -> Figure | None:
    """How often it is right on corrupted faces."""
    if content.robustness is None:
        return None
    kinds, plain = (
        [kind for kind in corruptions.KINDS if kind.name in content.robustness.kinds],
        content.robustness.plain,
    )
    rows = -(-len(kinds) // 4)
    drawn = figure(1.9 * rows)
    axes = np.atleast_1d(drawn.subplots(rows, 4, sharey=True)).ravel()
    for axis, kind in zip(axes, kinds, strict=False):
        trials = [plain, *content.robustness.kinds[kind.name]]
        places = range(len(trials))
        axis.fill_between(
            places, [one.interval[0] for one in trials], [one.interval[1] for one in trials], color=ACCENT, alpha=0.2
        )
        axis.plot(places, [one.accuracy for one in trials], "o-", color=ACCENT, markersize=3)
        axis.set_xticks(places, [_("as is"), *(compact(one.strength or 0.0) for one in trials[1:])], fontsize=6)
        tidy(axis, _(kind.name))
        axis.set_xlabel(_(kind.unit), fontsize=7)
        percent(axis.yaxis)
    for axis in axes[len(kinds) :]:
        axis.set_visible(False)
    return drawn


def history(content: Content) -> Figure | None:
    """Accuracy and loss over the epochs of the training."""
    if content.history is None:
        return None
    drawn = figure(3.0)
    epochs = [row["epoch"] for row in content.history.epochs]
    for axis, name, title in zip(drawn.subplots(1, 2), ("accuracy", "loss"), (_("Got right"), _("Loss")), strict=True):
        for prefix, stroke, colour in (("", "-", TRAINED), ("val_", "--", VALIDATED)):
            values = [row[f"{prefix}{name}"] for row in content.history.epochs]
            axis.plot(epochs, values, stroke, color=colour, label=_("validation") if prefix else _("train"))
        tidy(axis, title, _("epoch"))
        axis.legend(frameon=False, fontsize=8)
    return drawn


FIGURES: dict[str, Callable[[Content], Any]] = {
    "confusion-matrix": matrix,
    "curves": curves,
    "threshold": scores,
    "calibration": calibration,
    "slices": slicing,
    "robustness": robustness,
    "training": history,
}
