"""Fix and retrain: the same recipe on mended data, and what that has brought on the same test pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from emotion import evaluation, metrics
from emotion.data import dataset, resolve, scan
from emotion.metrics import paired
from emotion.models import load_model, read_info
from emotion.recipes import MAX_NAME
from emotion.runs import find_run, list_runs, read_run
from emotion.system import N_, EmotionError, ModelError, RunError

if TYPE_CHECKING:
    from emotion.data import Examples, Listing
    from emotion.evaluation import Evaluation
    from emotion.metrics import Comparison, Labels
    from emotion.models import Predictor
    from emotion.recipes import TrainingConfig
    from emotion.runs import Run


Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class BeforeAfter:
    """Two models on the same test pictures, those in use now.

    Attributes:
        before, after: figures of each.
        comparison: of the two, picture by picture (McNemar).
        examples: the N test pictures.
        won, lost: int64, places in `examples` of those that only the new or only the old model answers right.
        answered_before, answered_after: int64 (N,) labels.
    """

    before: Evaluation
    after: Evaluation
    comparison: Comparison
    examples: Examples
    won: Labels
    lost: Labels
    answered_before: Labels
    answered_after: Labels

    def to_json(self) -> dict[str, Any]:
        return {
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "comparison": self.comparison.to_json(),
            "won": [self.examples.files[place] for place in self.won.tolist()],
            "lost": [self.examples.files[place] for place in self.lost.tolist()],
        }


def again(run: Run) -> TrainingConfig:
    """What was asked of a run, to be asked once more of the data as it is now."""
    name = N_("{name}, mended data").format(name=run.own_name or run.config.name or run.config.recipe)
    return replace(run.config, name=name[:MAX_NAME], repeats=run.id, decisions="")


def candidates(listing: Listing) -> list[Run]:
    """Runs with a model that learned from this folder when it was not as it is now, the newest first.

    What a run learned from is told by the fingerprint in its model.
    """
    return [
        run
        for run in list_runs()
        if run.has_model and not run.config.own and _is_of(run, listing) and _fingerprint(run) != listing.fingerprint
    ]


def _fingerprint(run: Run) -> str:
    """Of the data that a run's model has learned from; "" where the model does not say."""
    try:
        return read_info(run.paths.model).fingerprint
    except ModelError:
        return ""


def _is_of(run: Run, listing: Listing) -> bool:
    try:
        return bool(run.config.data) and resolve(run.config.data) == listing.root
    except EmotionError:
        return False


def repetitions(listing: Listing) -> list[tuple[Run, Run]]:
    """Pairs of a run and the one that repeats it on mended data, both with a model, the newest pair first."""
    pairs = []
    for run in list_runs():
        if run.config.repeats and run.has_model and _is_of(run, listing):
            try:
                first = read_run(find_run(run.config.repeats))
            except RunError:
                continue
            if first.has_model:
                pairs.append((first, run))
    return pairs


def compare(before: Predictor, after: Predictor, examples: Examples, tell: Tell | None = None) -> BeforeAfter:
    """Asks both models about the same pictures.

    Args:
        before, after: models that know the classes of the examples.
        examples: of the test split as it is now.
        tell: called with the answers so far and all of them.
    """
    n = len(examples.labels)
    was, old = evaluation.evaluate_model(before, examples, lambda done, _: tell(done, 2 * n) if tell else None)
    now, new = evaluation.evaluate_model(after, examples, lambda done, _: tell(n + done, 2 * n) if tell else None)
    answers = [
        metrics.answers(probabilities, figures.threshold, examples.classes.index(figures.positive))
        for probabilities, figures in ((old, was), (new, now))
    ]
    right_before, right_after = (given == examples.labels for given in answers)
    return BeforeAfter(
        was,
        now,
        paired.compare(right_before, right_after),
        examples,
        np.flatnonzero(~right_before & right_after),
        np.flatnonzero(right_before & ~right_after),
        *answers,
    )


def compared(first: Run, second: Run, tell: Tell | None = None) -> BeforeAfter:
    """Two runs on the test pictures of the second one's data as they are now.

    Raises:
        EmotionError: when a model or the data cannot be used.
    """
    listing = scan(resolve(second.config.data))
    examples = dataset.load(listing, "test", second.config.classes)
    return compare(load_model(first.id), load_model(second.id), examples, tell)
