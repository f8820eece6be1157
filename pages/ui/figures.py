"""The figures of an evaluation, each with one sentence on what it means. The field's own term stands in brackets."""

from __future__ import annotations

from typing import Any

import streamlit as st

from emotion.evaluation import Evaluation
from emotion.progress import count
from pages.ui import words

COIN_TOSS = 0.693  # the loss of saying 50 % to every face, with two classes: ln 2


def show(evaluation: Evaluation) -> None:
    """The share it got right, large, then the others."""
    st.html(headline(evaluation))
    st.html(others(evaluation))


def show_classes(evaluation: Evaluation) -> None:
    st.html(class_table(evaluation))


def headline(evaluation: Evaluation) -> str:
    """The share of right answers with its N, its interval and what always giving one answer would get."""
    always = words.markup(str(evaluation.baseline["answer"]))
    return (
        f'<div class="headline"><span class="big">{words.percent(evaluation.accuracy, 1)}</span>'
        f"<p>of <b>{count(evaluation.n, 'face')}</b> got right (accuracy). {_interval(evaluation)}<br>"
        f"Always saying “{always}” would get {words.percent(evaluation.baseline['accuracy'], 1)} (baseline).</p></div>"
    )


def others(evaluation: Evaluation) -> str:
    """Balanced accuracy, ROC AUC and loss."""
    positive = words.markup(evaluation.positive)
    two = len(evaluation.classes) == 2
    pairs = f"one {positive} face and one other" if two else "one face of a class and one of another class"
    auc = "–" if evaluation.auc is None else words.percent(evaluation.auc, 1)
    scale = f"0 is perfect; a coin toss has {COIN_TOSS:.2f}" if two else "0 is perfect, and lower is better"
    return "".join(
        (
            '<dl class="figures">',
            _figure(
                "Every class counted the same", words.percent(evaluation.balanced_accuracy, 1),
                "The share got right in each class, averaged, so that a large class cannot hide a small one "
                "(balanced accuracy).",
            ),
            _figure(
                "Told apart", auc,
                f"Take {pairs}: so often the right one gets the higher probability. 50 % is guessing (ROC AUC).",
            ),
            _figure(
                "How far off it is", f"{evaluation.loss:.3f}",
                f"How far its probabilities lie from the truth; sure and wrong costs most. {scale} (loss).",
            ),
            "</dl>",
        )
    )  # fmt: skip


def class_table(evaluation: Evaluation) -> str:
    """Recall, precision and F1 a class, as a table whose heads say what they mean."""
    heads = (
        ("faces", "in the test"),
        ("found", "of its faces, called so (recall)"),
        ("trusted", "of those called so, truly so (precision)"),
        ("both", "found and trusted in one (F1)"),
    )
    cells = "".join(f'<th scope="col">{name}<small>{meaning}</small></th>' for name, meaning in heads)
    rows = "".join(_row(name, evaluation.per_class[name]) for name in evaluation.classes)
    return (
        '<div class="scroll" tabindex="0"><table class="classes">'
        f'<thead><tr><th scope="col">class</th>{cells}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def from_training(report: dict[str, Any]) -> str:
    """What the end of the training said of the best and the last epoch, in one line; "" where it said nothing."""
    best, last = report.get("best") or {}, report.get("last") or {}
    if "accuracy" not in best or "accuracy" not in last:
        return ""
    return (
        f"When its training ended: best epoch ({report.get('best_epoch', '?')}, the one that is kept) "
        f"{words.percent(best['accuracy'], 1)}, last epoch ({report.get('epochs', '?')}) "
        f"{words.percent(last['accuracy'], 1)} of {count(best['n'], 'test face')}."
    )


def _interval(evaluation: Evaluation) -> str:
    low, high = evaluation.accuracy_interval
    return (
        f"On other faces like these it would lie between {low * 100:.1f} and {words.percent(high, 1)} (95 % interval)."
    )


def _figure(name: str, value: str, sentence: str) -> str:
    return f'<div><dt>{name}</dt><dd class="value">{value}</dd><dd class="quiet">{sentence}</dd></div>'


def _row(name: str, figures: dict[str, Any]) -> str:
    shown = "".join(f"<td>{_share(figures[key])}</td>" for key in ("recall", "precision", "f1"))
    head = f'<span class="{words.colour_class(name)}">{words.sign(name)}</span> {words.markup(name)}'
    return f'<tr><th scope="row">{head}</th><td>{figures["n"]:,}</td>{shown}</tr>'


def _share(value: float | None) -> str:
    return "–" if value is None else words.percent(value, 1)
