"""What a report says around its figures, in the reader's language; `report.html` says where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emotion.evaluation.report.tables import between, percent
from emotion.system import _, ngettext, number, pgettext

if TYPE_CHECKING:
    from emotion.evaluation.report.content import Content


def said(content: Content) -> dict[str, Any]:
    """All of it but the captions of the figures: headings, those of tables, paragraphs."""
    return {
        "title": _("How good “{name}” is", name=content.title),
        "lead": _lead(content),
        "unsure": _unsure(content),
        "card": _card(content),
        "honest": _("The honest score: {words}", words=content.both.words) if content.both else "",
        "figures": _("The figures"), "classes": _("Class by class"), "threshold": _("The threshold"),
        "sure": _("How sure it is"), "weak": _("Where it is weak"), "faces": _("The faces"),
        "groups": _("Mistakes that look alike to the network"), "mean": _("mean face"),
        "origin": _("Where it comes from"), "model_card": _("Model card"),
        "foot": _("It compares pictures with labelled ones. It does not read feelings."),
        "figure_heads": [pgettext("head of a table", "figure"), _("value"), _("95 % interval")],
        "class_heads": [_("class"), _("faces"), _("recall"), _("precision"), "F1", _("ROC AUC")],
        "threshold_heads": [_("costs"), _("threshold"), _("precision"), _("recall"), _("got right")],
        "origin_heads": [_("what"), _("value")],
    }  # fmt: skip


def mistakes(n: int) -> str:
    """Below the mean face of a group."""
    return ngettext("{n} mistake, mean", "{n} mistakes, mean", n)


def _lead(content: Content) -> tuple[str, str, str]:
    """What stands before the share that is got right, the share, what stands behind it."""
    scores = content.study.evaluation
    share = percent(scores.accuracy)
    return ngettext(
        "{share} of {n} face got right ({between}). Always saying “{answer}” would get {baseline}. "
        "Test faces: {data}. Made {made}.",
        "{share} of {n} faces got right ({between}). Always saying “{answer}” would get {baseline}. "
        "Test faces: {data}. Made {made}.",
        scores.n, share=share, between=between(*scores.accuracy_interval),
        answer=scores.baseline["answer"], baseline=percent(scores.baseline["accuracy"]),
        data=content.data, made=content.made,
    ).partition(share)  # fmt: skip


def _unsure(content: Content) -> str:
    band = content.band
    if not band:
        return ""
    low, high = content.study.info.unsure_band
    return ngettext(
        "Answers between {low} and {high} are given as unsure: {n} face of {all}. Of these {within} are right "
        "({reach}), of the others {outside} ({reach_outside}).",
        "Answers between {low} and {high} are given as unsure: {n} faces of {all}. Of these {within} are right "
        "({reach}), of the others {outside} ({reach_outside}).",
        band.unsure, low=percent(low), high=percent(high), all=number(band.n), within=percent(band.right_within),
        reach=between(*band.interval_within), outside=percent(band.right_outside),
        reach_outside=between(*band.interval_outside),
    )  # fmt: skip


def _card(content: Content) -> list[str]:
    """What stands in the place of a card of the model's own, a paragraph each."""
    scores, info = content.study.evaluation, content.whole
    return [
        ngettext(
            "It says which of these a face looks most like in photos labelled so: {classes}. It was made with the "
            "recipe {recipe} and has {weights} weights. On {n} test face it got {share} right. How it does for people "
            "of different age, sex or skin colour has not been measured.",
            "It says which of these a face looks most like in photos labelled so: {classes}. It was made with the "
            "recipe {recipe} and has {weights} weights. On {n} test faces it got {share} right. How it does for people "
            "of different age, sex or skin colour has not been measured.",
            scores.n, classes=", ".join(info.classes), recipe=info.recipe, weights=number(info.parameters),
            share=percent(scores.accuracy),
        ),
        _("It compares pictures; it does not read feelings. It is not for deciding about people: not at work, at "
          "school, in hiring, in policing or in health."),
    ]  # fmt: skip
