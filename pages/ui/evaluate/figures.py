"""The figures of an evaluation, each with one sentence on what it means. The field's own term stands in brackets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from emotion.metrics import shown_metrics
from emotion.system import N_, _, decimal, ngettext, number
from pages.ui.shared import pick, plot, text

if TYPE_CHECKING:
    from emotion.evaluation import Evaluation, RunReport
    from emotion.metrics import Metric


HEADS = (
    ("n", N_("faces"), N_("asked about")),
    ("recall", N_("found"), N_("of its faces, called so (recall)")),
    ("precision", N_("trusted"), N_("of those called so, truly so (precision)")),
    ("f1", N_("both"), N_("found and trusted in one (F1)")),
)
TOLD_APART = ("auc", N_("told apart"), N_("from all others (ROC AUC)"))


def show_classes(evaluation: Evaluation, choose: Callable[[str], None]) -> None:
    """The table of the classes; a click on a name chooses its faces."""

    def picked(word: str) -> None:
        choose(evaluation.classes[int(word)])

    pick.show_markup("class_table", class_table(evaluation), _("Class by class"), picked)


def headline(evaluation: Evaluation) -> str:
    """The share of right answers with its N, its interval and what always giving one answer would get."""
    always = text.markup(str(evaluation.baseline["answer"]))
    said = evaluation.doubt or evaluation.no_better
    doubt = f"<br><b>{text.markup(said)}</b>" if said else ""
    right = ngettext(
        "of <b>{n} face</b> got right (accuracy).", "of <b>{n} faces</b> got right (accuracy).", evaluation.n
    )
    baseline = _("Always saying “{answer}” would get {share} (baseline).",
                 answer=always, share=text.percent(evaluation.baseline["accuracy"], 1))  # fmt: skip
    return (
        f'<div class="headline"><span class="big">{text.percent(evaluation.accuracy, 1)}</span>'
        f"<p>{right} {_interval(evaluation)}<br>{baseline}{doubt}</p></div>"
    )


def others(evaluation: Evaluation) -> str:
    """What every metric says beside the accuracy, each with what it means."""
    shown = "".join(_figure(metric, evaluation) for metric in shown_metrics(len(evaluation.classes)))
    return f'<dl class="figures">{shown}</dl>'


def _figure(metric: Metric, evaluation: Evaluation) -> str:
    value = evaluation.figure(metric)
    written = _share(value) if metric.is_share or value is None else decimal(value, 3)
    term = (_(metric.term_of_many) if len(evaluation.classes) > 2 else "") or metric.term
    sentence = text.markup(f"{metric.says(evaluation.classes, evaluation.positive)} ({term}).")
    return f'<div><dt>{_(metric.title)}</dt><dd class="value">{written}</dd><dd class="quiet">{sentence}</dd></div>'


def class_table(evaluation: Evaluation) -> str:
    """Recall, precision and F1 a class, as a table whose heads say what they mean.

    With more than two classes ROC AUC of each against the rest too, and a last row with the means.
    """
    many = len(evaluation.classes) > 2
    heads = [*HEADS, TOLD_APART] if many else HEADS
    cells = "".join(f'<th scope="col">{_(name)}<small>{_(meaning)}</small></th>' for _key, name, meaning in heads)
    keys = [key for key, _name, _meaning in heads]
    rows = "".join(
        _row(
            plot.button(_title(name, evaluation.classes), str(label), _("Show the faces of {name}", name=name)),
            evaluation.per_class[name],
            keys,
        )
        for label, name in enumerate(evaluation.classes)
    )
    if many:
        rows += _row(_("mean (macro)"), {"n": evaluation.n} | evaluation.macro, keys)
    return (
        '<div class="scroll" tabindex="0"><table class="classes">'
        f'<thead><tr><th scope="col">{_("class")}</th>{cells}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def from_training(report: RunReport) -> str:
    """What the end of the training said of the best and the last epoch, in one line; "" where it said nothing."""
    best, last = report.best, report.last
    if best is None or last is None:
        return ""
    said = {
        "best_epoch": _number(report.best_epoch),
        "best": text.percent(best.accuracy, 1),
        "last_epoch": _number(report.epochs),
        "last": text.percent(last.accuracy, 1),
    }
    if len(best.classes) > 2:
        return ngettext(
            "When its training ended: best epoch ({best_epoch}, the one that is kept) {best}, last epoch "
            "({last_epoch}) {last} of {n} test face, asked for all {classes} classes.",
            "When its training ended: best epoch ({best_epoch}, the one that is kept) {best}, last epoch "
            "({last_epoch}) {last} of {n} test faces, asked for all {classes} classes.",
            best.n,
            classes=len(best.classes),
            **said,
        )
    return ngettext(
        "When its training ended: best epoch ({best_epoch}, the one that is kept) {best}, last epoch ({last_epoch}) "
        "{last} of {n} test face.",
        "When its training ended: best epoch ({best_epoch}, the one that is kept) {best}, last epoch ({last_epoch}) "
        "{last} of {n} test faces.",
        best.n,
        **said,
    )


def _number(epoch: int | None) -> str:
    return "?" if epoch is None else str(epoch)


def _interval(evaluation: Evaluation) -> str:
    low, high = evaluation.accuracy_interval
    return _("On other faces like these it would lie between {low} and {high} (95 % interval).",
             low=decimal(low * 100), high=text.percent(high, 1))  # fmt: skip


def _title(name: str, among: Sequence[str]) -> str:
    sign = f'<span class="{text.colour_class(name, among)}">{text.sign(name, among)}</span>'
    return f"{sign}\N{NO-BREAK SPACE}{text.markup(name)}"


def _row(title: str, figures: dict[str, Any], keys: list[str]) -> str:
    shown = "".join(f"<td>{number(figures[key]) if key == 'n' else _share(figures.get(key))}</td>" for key in keys)
    return f'<tr><th scope="row">{title}</th>{shown}</tr>'


def _share(value: float | None) -> str:
    return "–" if value is None else text.percent(value, 1)
