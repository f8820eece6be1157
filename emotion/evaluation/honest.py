"""Two scores instead of one: on the test folder as it lies there, and on those of its pictures that prove something.

Left out of the second are test pictures with a twin in train (identical, or nearly the same), those of which an
identical picture carries another label, and what was left out by a decision (`emotion.data.edits`). Labels that a model
merely doubts stay in: a score without the pictures that models find hard would praise every model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from emotion import metrics
from emotion.checks import OUT, TEST, TRAIN, check
from emotion.checks.rules import twins
from emotion.data import class_key
from emotion.evaluation import scores as evaluation
from emotion.images import load
from emotion.metrics import wilson_interval
from emotion.system import ENGLISH, N_, _, ngettext, number, percent, speaking, stored

if TYPE_CHECKING:
    from emotion.checks import Places, Report, Table
    from emotion.data import Examples
    from emotion.metrics import Floats, Labels
    from emotion.models import Predictor


RULES = {"twins": twins.twins, "near_twins": twins.near_twins, "contradicted": twins.conflicts}
REASONS = {
    "twins": N_("with an identical twin in train"),
    "near_twins": N_("with nearly the same picture in train"),
    "contradicted": N_("whose identical picture has another label"),
    "decided": N_("left out, moved or relabelled by a decision"),
}

Answers = Mapping[str, str]  # file → class that was answered


@dataclass(frozen=True)
class Score:
    """A share of right answers.

    Attributes:
        n: pictures; right: how many of them.
        interval: where the share may truly lie, with 95 % confidence (Wilson).
    """

    n: stored.Number
    right: stored.Number
    interval: tuple[stored.Share, stored.Share]

    @property
    def accuracy(self) -> float:
        return self.right / self.n if self.n else 0.0

    def to_json(self) -> dict[str, Any]:
        return {"n": self.n, "right": self.right, "accuracy": self.accuracy, "interval": list(self.interval)}


@dataclass(frozen=True)
class Honest:
    """Both scores of a model on a test split.

    Attributes:
        naive: on all pictures of the test folder, with the labels of their folders.
        honest: on those that are left, with the labels that were decided.
        left_out: reason (see `REASONS`) → how many; each picture is counted once, for the first reason that it has.
    """

    naive: Score
    honest: Score
    left_out: dict[str, int]

    @property
    def words(self) -> str:
        """Why some are left out, in one sentence."""
        told = ", ".join(f"{number(n)} {_(REASONS[why])}" for why, n in self.left_out.items() if n)
        if not told:
            return _("With the test pictures and labels that were decided.")
        left_out = sum(self.left_out.values())
        return ngettext("Without {n} test picture: {reasons}.", "Without {n} test pictures: {reasons}.", left_out,
                        reasons=told)  # fmt: skip

    @property
    def line(self) -> str:
        """Both scores with N and interval, for the command line."""
        return "\n".join(
            (
                f"{_('naive score'):<24}{_told(self.naive)}",
                f"{_('honest score'):<24}{_told(self.honest)}",
                f"{'':<24}{self.words}",
            )
        )

    def to_json(self) -> dict[str, Any]:
        scores = {"naive": self.naive.to_json(), "honest": self.honest.to_json()}
        with speaking(ENGLISH):  # as all sentences that are kept
            words = self.words
        return scores | {"left_out": self.left_out, "words": words}


def _told(score: Score) -> str:
    low, high = score.interval
    return _(
        "{share} of {n} faces, between {low} and {high} with 95 % confidence",
        share=percent(score.accuracy, 1, gap=""),
        n=score.n,
        low=percent(low, 1, gap=""),
        high=percent(high, 1, gap=""),
    )


def score(report: Report, classes: Sequence[str], answers: Answers, trained_on: str = "") -> Honest | None:
    """Both scores.

    Args:
        report: of a check of the data folder.
        classes: that the model was asked about; other test pictures do not count.
        answers: of test pictures, those on the disk and those in use.
        trained_on: fingerprint in the model's `model.json`. Where it is that of the report, the model has learned from
            what train holds now; else perhaps also from what lay in train on the disk.

    Returns:
        None where the two would be of the same pictures: there is one score then, and it is honest.
    """
    table, asked = report.table, [class_key(name) for name in classes]
    on_disk = replace(table, split=table.first, label=table.first_label)
    naive = _answered(on_disk, asked, answers)
    now = _answered(table, asked, answers)
    bad = _bad(table, trained_on == report.fingerprint)
    good = {name: label for name, label in now.items() if not any(name in names for names in bad.values())}
    if naive == good:
        return None
    return Honest(_score(naive, answers), _score(good, answers), _reasons(naive, good, bad, _bad(on_disk, True)))


def _answered(table: Table, asked: Sequence[str], answers: Answers) -> dict[str, str]:
    """The test pictures that were asked for and answered, with their labels."""
    places = np.flatnonzero(table.inside(TEST))
    labels = [table.classes[label] for label in table.label[places].tolist()]
    named = zip(table.names(places), labels, strict=True)
    return {name: label for name, label in named if label in asked and name in answers}


def _bad(table: Table, up_to_date: bool) -> dict[str, set[str]]:
    """Test pictures by what speaks against them.

    Args:
        up_to_date: whether the model has learned from train as the table has it. Else pictures that were taken out of
            train, and those that were moved from there to test, count as known to it.
    """
    test = table.split == TEST
    in_test = set(table.names(np.flatnonzero(test)))
    if not up_to_date:
        back = (table.split == OUT) & (table.first == TRAIN)
        twins_of_train = table.names(np.flatnonzero(test & (table.first == TRAIN)))
        table = replace(table, split=np.where(back, np.int8(TRAIN), table.split))
    bad = {why: in_test.intersection(found.files if (found := rule(table)) else ()) for why, rule in RULES.items()}
    if not up_to_date:
        bad["twins"].update(twins_of_train)
    return bad


def _reasons(
    naive: Iterable[str], good: Mapping[str, str], bad: dict[str, set[str]], on_disk: dict[str, set[str]]
) -> dict[str, int]:
    left_out = dict.fromkeys(REASONS, 0)
    for name in naive:
        if name not in good:
            why = next((why for why in RULES if name in bad[why] or name in on_disk[why]), "decided")
            left_out[why] += 1
    return left_out


def _score(truth: Mapping[str, str], answers: Answers) -> Score:
    right = sum(class_key(answers[name]) == label for name, label in truth.items())
    return Score(len(truth), right, wilson_interval(right, len(truth)))


def score_by_last_check(root: Path, predictor: Predictor, examples: Examples, answered: Labels) -> Honest | None:
    """Both scores as far as the last check of the data folder knows; None without a check, or where one is enough.

    Args:
        predictor: the model; it is asked about test pictures that were left out or moved.
        examples: the N test pictures in use; answered: int64 (N,), what the model said of them.
    """
    report = check.last_report(root)
    if report is None:
        return None
    answers = dict(zip(examples.files, (examples.classes[label] for label in answered.tolist()), strict=True))
    answers |= _ask_others(root, report.table, predictor, examples)
    return score(report, examples.classes, answers, predictor.info.fingerprint)


def of_model(root: Path, predictor: Predictor, examples: Examples, probabilities: Floats) -> Honest | None:
    """The same for the model's probabilities (N, K), in the order of the classes of its examples."""
    return score_by_last_check(root, predictor, examples, _answers(predictor, examples, probabilities))


def _ask_others(root: Path, table: Table, predictor: Predictor, examples: Examples) -> dict[str, str]:
    """What the model says of pictures of the test folder that are not in use as such."""
    asked = [class_key(name) for name in examples.classes]
    labels = np.array([name in asked for name in table.classes], dtype=np.bool_)
    places: Places = np.flatnonzero(table.facts.ok & (table.first == TEST) & labels[table.first_label])
    here = set(examples.files)
    names = [name for name in table.names(places) if name not in here]
    if not names:
        return {}
    pixels = load.read_all(root, names)
    lost = set(pixels.lost.tolist())
    files = tuple(name for place, name in enumerate(names) if place not in lost)
    if not files:
        return {}
    others = replace(examples, images=pixels.images, labels=np.zeros(len(files), np.int64), files=files)
    said = _answers(predictor, others, evaluation.evaluate_model(predictor, others)[1])
    return {name: others.classes[label] for name, label in zip(files, said.tolist(), strict=True)}


def _answers(predictor: Predictor, examples: Examples, probabilities: Floats) -> Labels:
    info = evaluation.narrow(predictor.info, examples.classes)
    return metrics.answers(probabilities, info.threshold, info.positive_label)
