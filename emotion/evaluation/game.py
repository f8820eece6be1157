"""Beat the model: a person labels some test faces, and is scored against the labels and the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emotion.metrics import wilson_interval
from emotion.system import _

if TYPE_CHECKING:
    from emotion.evaluation.study import Study
    from emotion.metrics import Labels


ROUNDS = 20


@dataclass(frozen=True, eq=False)
class GameScore:
    """How a game ended.

    Attributes:
        n: faces that were played; `person` and `model` of them right each.
        both_fail: indices of the faces that both got wrong; `only_person`, `only_model`: that only the other did.
    """

    n: int
    person: int
    model: int
    both_fail: Labels
    only_person: Labels
    only_model: Labels

    @property
    def interval(self) -> tuple[float, float]:
        """Where the person's share may truly lie with 95 % confidence: 20 faces tell little."""
        return wilson_interval(self.person, self.n)

    @property
    def verdict(self) -> str:
        if self.person == self.model:
            return _("A draw.")
        return _("You beat the model.") if self.person > self.model else _("The model beats you.")


def deal(labels: Labels, seed: int, count: int = ROUNDS) -> Labels:
    """Faces to play with: as many of each class as can be, in a random order.

    Args:
        labels: (N,) the truth.
        seed: same faces and seed, same game.

    Returns:
        At most `count` indices.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(labels))
    nth = np.empty(len(labels), np.int64)  # how many faces of the same class come before
    for label in np.unique(labels):
        mine = order[labels[order] == label]
        nth[mine] = np.arange(len(mine))
    first = order[np.argsort(nth[order], kind="stable")][:count]
    return rng.permutation(first)


def score(study: Study, faces: Labels, said: Labels) -> GameScore:
    """Counts who was right.

    Args:
        study: the model on its faces.
        faces: (M,) indices that were played.
        said: (M,) labels that the person gave.
    """
    person, model = said == study.examples.labels[faces], study.right[faces]
    return GameScore(
        n=len(faces),
        person=int(person.sum()),
        model=int(model.sum()),
        both_fail=faces[~person & ~model],
        only_person=faces[person & ~model],
        only_model=faces[~person & model],
    )
