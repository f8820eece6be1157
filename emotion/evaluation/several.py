"""Several runs on the same test faces: which of them gets most right, and whether the others may be as good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotion.data import dataset, resolve, scan
from emotion.evaluation import study
from emotion.metrics import Interval, paired, wilson_interval
from emotion.models import load_model
from emotion.system import N_, EmotionError, _

if TYPE_CHECKING:
    from emotion.data import Examples
    from emotion.evaluation.study import Truths
    from emotion.metrics import Comparison
    from emotion.models import Predictor
    from emotion.runs import Run

Tell = Callable[[str, int, int], None]  # what is done, how many, of how many


@dataclass(frozen=True, eq=False)
class Standing:
    """One run among the others.

    Attributes:
        right: faces that it answers right; None where it could not be asked, and `why_not` says why.
        share: of all faces, with its 95 % interval.
        behind: the leader ("before") against this run ("after") with McNemar's test; None for the leader itself.
        p_value: of that test, raised for so many comparisons at once (Holm).
    """

    right: int | None = None
    share: Interval | None = None
    behind: Comparison | None = None
    p_value: float | None = None
    why_not: str = ""

    @property
    def words(self) -> str:
        """How it stands to the leader, in one sentence; "" where it was not asked."""
        if self.right is None:
            return ""
        if self.behind is None or self.p_value is None:
            return _("most right")
        fewer = self.behind.before - self.behind.after
        if not fewer:
            return _("as many right")
        return _("{n} fewer right; {chance}", n=fewer, chance=paired.chance_in_words(self.p_value))


@dataclass(frozen=True, eq=False)
class Several:
    """Runs compared on one test split.

    Attributes:
        n: faces.
        classes: that all were asked about.
        standings: of each run, in their order.
    """

    n: int
    classes: tuple[str, ...]
    standings: tuple[Standing, ...]


def compare(runs: Sequence[Run], data: str, tell: Tell | None = None) -> Several:
    """Asks the models of runs about the same test faces, or reads what they said before.

    They are asked about the classes that all of them know; where those are fewer than two, about those of the first,
    and a model that does not know them is left out.

    Args:
        runs: two or more.
        data: whose test faces, as `resolve` understands it.
        tell: called with what is done.

    Raises:
        EmotionError: when the data cannot be used.
    """
    models, why_not = _models(runs)
    listing = scan(resolve(data))
    known = [model.info for model in models if model]
    if not known:
        return Several(0, (), tuple(Standing(why_not=why) for why in why_not))
    common = tuple(name for name in known[0].classes if all(name in info.classes for info in known))
    asked = common if len(common) > 1 else known[0].usual.classes
    examples = dataset.load(listing, "test", dataset.testable(listing, asked), _told(tell, N_("Reading faces")))
    right: list[Truths | None] = []
    for place, model in enumerate(models):
        answered, why = _asked(model, examples, tell) if model else (None, why_not[place])
        why_not[place] = why
        right.append(answered)
    return Several(len(examples.labels), examples.classes, _standings(right, why_not))


def _models(runs: Sequence[Run]) -> tuple[list[Predictor | None], list[str]]:
    models: list[Predictor | None] = []
    why_not = []
    for run in runs:
        try:
            models.append(load_model(run.id))
            why_not.append("")
        except EmotionError as error:
            models.append(None)
            why_not.append(str(error) if run.has_model else N_("It has no model."))
    return models, why_not


def _asked(model: Predictor, examples: Examples, tell: Tell | None) -> tuple[Truths | None, str]:
    try:
        return study.look(model, examples, _told(tell, _("Asking {model}", model=model.reference))).right, ""
    except EmotionError as error:
        return None, str(error)


def _told(tell: Tell | None, what: str) -> Callable[[int, int], None] | None:
    return None if tell is None else lambda done, total: tell(what, done, total)


def _standings(right: Sequence[Truths | None], why_not: Sequence[str]) -> tuple[Standing, ...]:
    """Each against the one with most right, of equals the first."""
    counts = [-1 if one is None else int(one.sum()) for one in right]
    leader = counts.index(max(counts))
    best = right[leader]
    pairs = {
        place: paired.compare(best, one)
        for place, one in enumerate(right)
        if place != leader and one is not None and best is not None
    }
    raised = dict(zip(pairs, paired.holm([pair.p_value for pair in pairs.values()]), strict=True))
    return tuple(
        Standing(why_not=why_not[place])
        if one is None
        else Standing(counts[place], _share(counts[place], len(one)), pairs.get(place), raised.get(place))
        for place, one in enumerate(right)
    )


def _share(right: int, n: int) -> Interval:
    return Interval(right / n, *wilson_interval(right, n))
