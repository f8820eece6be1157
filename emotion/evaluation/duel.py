"""Two models on the same faces: which is better, by how much, and the faces that only one of them gets right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emotion.metrics import bootstrap, paired
from emotion.system import ConfigError, _

if TYPE_CHECKING:
    from emotion.evaluation.study import Study
    from emotion.metrics import Comparison, Interval, Labels


@dataclass(frozen=True, eq=False)
class Duel:
    """Two models compared.

    Attributes:
        result: right answers of the first ("before") and the second ("after"), with McNemar's test.
        auc, macro_f1: of the second minus the first, with intervals (bootstrap).
        only_first, only_second, neither: indices of the faces that only one, or none, gets right.
    """

    result: Comparison
    auc: Interval
    macro_f1: Interval
    only_first: Labels
    only_second: Labels
    neither: Labels

    def in_words(self, first: str, second: str) -> str:
        """Who is better, and whether that may be chance, in one sentence.

        Args:
            first, second: names of the models.
        """
        gained = self.result.after - self.result.before
        if not gained:
            return _("“{first}” and “{second}” get as many right.", first=first, second=second)
        better, other = (second, first) if gained > 0 else (first, second)
        chance = paired.chance_in_words(self.result.p_value)
        return _("“{better}” gets {n} more right than “{other}”; {chance}.",
                 better=better, n=abs(gained), other=other, chance=chance)  # fmt: skip


def compare(first: Study, second: Study, drawings: int = 0) -> Duel:
    """Compares two models.

    Args:
        first, second: on the same faces, asked for the same classes in the same order.
        drawings: of the bootstrap; 0: as many as is usual.

    Raises:
        ConfigError: when they are not about the same faces and classes.
    """
    labels, classes = first.examples.labels, first.info.classes
    if first.examples.files != second.examples.files or classes != second.info.classes:
        raise ConfigError(
            _("the second model"), _("one that was asked about the same faces and classes"), second.reference
        )
    positive = first.info.positive_label
    return Duel(
        paired.compare(first.right, second.right),
        bootstrap.auc_difference(first.probabilities, second.probabilities, labels, positive, drawings),
        bootstrap.macro_f1_difference(
            labels, first.answered, second.answered, len(classes), drawings or bootstrap.DRAWINGS
        ),
        np.flatnonzero(first.right & ~second.right),
        np.flatnonzero(~first.right & second.right),
        np.flatnonzero(~first.right & ~second.right),
    )
