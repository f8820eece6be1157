"""Two models on the same faces, and a person against one."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from emotion.evaluation import duel, game, study
from emotion.evaluation.study import Study
from emotion.models.predictor import load_model
from emotion.system.errors import ConfigError
from tests.patterns import examples

DATA = Path(__file__).resolve().parent.parent / "data"


@pytest.fixture
def looked(home: Path) -> Study:
    return study.look(load_model(DATA / "brightness"), examples())


def worse(looked: Study, count: int) -> Study:
    """The same model with some of its right answers turned round."""
    probabilities = looked.probabilities.copy()
    turned = np.flatnonzero(looked.right)[:count]
    probabilities[turned] = probabilities[turned][:, ::-1]
    return dataclasses.replace(looked, probabilities=probabilities, answered=probabilities.argmax(axis=1))


def test_names_the_faces_that_only_one_gets_right(looked: Study) -> None:
    found = duel.compare(looked, worse(looked, 9), drawings=50)

    assert len(found.only_first) == 9
    assert found.only_second.tolist() == []
    assert found.neither.tolist() == np.flatnonzero(~looked.right).tolist()


def test_differences_are_those_of_scikit_learn(looked: Study) -> None:
    other, labels = worse(looked, 9), looked.examples.labels

    found = duel.compare(looked, other, drawings=200)

    auc = [roc_auc_score(labels, one.probabilities[:, 1]) for one in (looked, other)]
    f1 = [f1_score(labels, one.answered, average="macro") for one in (looked, other)]
    assert found.auc.value == pytest.approx(auc[1] - auc[0])
    assert found.macro_f1.value == pytest.approx(f1[1] - f1[0])
    assert found.macro_f1.low <= found.macro_f1.value <= found.macro_f1.high


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (0, "“old” and “new” get as many right."),
        (2, "“old” gets 2 more right than “new”; this may be chance (about 50 in 100 times by luck alone)."),
        (9, "“old” gets 9 more right than “new”; this is hardly chance (about once in 260 times by luck alone)."),
        (
            30,
            "“old” gets 30 more right than “new”; this is hardly chance (less than once in 1,000 times by luck alone).",
        ),
    ],
)
def test_says_who_is_better_in_words(looked: Study, count: int, sentence: str) -> None:
    assert duel.compare(looked, worse(looked, count), drawings=5).in_words("old", "new") == sentence


def test_names_the_second_when_it_is_better(looked: Study) -> None:
    words = duel.compare(worse(looked, 9), looked, drawings=5).in_words("old", "new")

    assert words.startswith("“new” gets 9 more right than “old”")


def test_refuses_models_on_other_faces(looked: Study, home: Path) -> None:
    other = study.look(load_model(DATA / "brightness"), examples(count=40))

    with pytest.raises(ConfigError, match="same faces and classes"):
        duel.compare(looked, other)


def test_deals_each_class_alike() -> None:
    labels = np.repeat([0, 1, 2], [500, 40, 8])

    dealt = game.deal(labels, seed=1)

    assert np.bincount(labels[dealt]).tolist() in ([7, 7, 6], [7, 6, 7], [6, 7, 7])
    assert len(set(dealt.tolist())) == 20


@pytest.mark.parametrize(("there", "dealt"), [(0, 0), (19, 19), (20, 20), (21, 20)])
def test_deals_no_more_faces_than_there_are(there: int, dealt: int) -> None:
    assert len(game.deal(np.zeros(there, np.int64), seed=0)) == dealt


def test_the_same_seed_deals_the_same_game() -> None:
    labels = np.tile([0, 1], 50)

    assert game.deal(labels, 4).tolist() == game.deal(labels, 4).tolist() != game.deal(labels, 5).tolist()


def test_the_order_does_not_give_the_class_away() -> None:
    labels = np.tile([0, 1], 200)

    assert labels[game.deal(labels, 0)].tolist() not in ([0, 1] * 10, [1, 0] * 10, [0] * 10 + [1] * 10)


def test_scores_person_and_model(looked: Study) -> None:
    faces = np.concatenate([np.flatnonzero(looked.right)[:3], np.flatnonzero(~looked.right)[:2]])
    said = looked.examples.labels[faces].copy()
    said[[0, 3]] = 1 - said[[0, 3]]  # wrong where the model is right, and where it is wrong

    found = game.score(looked, faces, said)

    assert (found.n, found.person, found.model) == (5, 3, 3)
    assert found.both_fail.tolist() == [faces[3]]
    assert found.only_model.tolist() == [faces[0]]
    assert found.only_person.tolist() == [faces[4]]
    assert found.verdict == "A draw."


@pytest.mark.parametrize(
    ("person", "model", "verdict"), [(5, 4, "You beat the model."), (4, 4, "A draw."), (3, 4, "The model beats you.")]
)
def test_says_who_won(person: int, model: int, verdict: str) -> None:
    nothing = np.array([], np.int64)

    assert game.GameScore(5, person, model, nothing, nothing, nothing).verdict == verdict
