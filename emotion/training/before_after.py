"""What retraining has brought: before and after, on the old test split and on the person's own pictures.

Letters: N faces, K classes.

Retraining the last layer alone, in NumPy: seconds become milliseconds, so that it can be done many times.

What is learned is a change of the last layer's logits, linear in the features: the same as going on with its weights.
A penalty holds the change near zero, that is the layer near what it was.
Letters: N faces, F features, K classes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from emotion import evaluation, metrics
from emotion.data import OWN_WEIGHT, folds
from emotion.images import as_batch
from emotion.metrics import SMALLEST, compare
from emotion.models import load_model
from emotion.system import EmotionError, ModelError, _
from emotion.training.start_from import back_from

if TYPE_CHECKING:
    from emotion.data import Examples, Material
    from emotion.evaluation import Evaluation
    from emotion.metrics import Floats, Labels, Right
    from emotion.models import Predictor
    from emotion.recipes import TrainingConfig

OLD_FACES = 2000  # of the old data are enough beside the own pictures to hold the last layer


def untouched(base: Predictor) -> Predictor:
    """The model itself, or that among those it goes back to that has not learned from own pictures.

    Raises:
        ModelError: when that one is gone, or there never was one.
    """
    for model, config in back_from(base):
        if config is None or not config.own:
            return model
    raise ModelError.of_file(model.path, _("it has known your own pictures from its start, so none can be held out"))


def compared(
    config: TrainingConfig, after: Predictor, learned: Material, test: Examples | None
) -> dict[str, Any] | None:
    """Before and after: on the old test split, and on the corrected pictures, each held out in turn.

    Args:
        config: of the run, with `start_from`.
        after: the model that it made.
        learned: what it has learned from.
        test: the old test split; None where there is none.

    Returns:
        None where the model before does not know the classes: it has no answer that could be better or worse. Else
        for `report.json`: "base" (the model before), "test" and "own", each {"before", "after": Evaluation,
        "comparison": Comparison} or None, and "warning", "" or why not all could be compared. In "own" also "base"
        (the last model that had seen no own picture), "how" (in words), "folds", and "seen": how many own pictures
        the new model itself answers right, which has learned from them.
    """
    facts: dict[str, Any] = {"base": config.start_from, "test": None, "own": None, "warning": ""}
    try:
        before = load_model(config.start_from)
        if not set(after.info.classes) <= set(before.info.classes):
            return None
        if test is not None:
            facts["test"] = _on_test(before, after, test)
        if learned.own is not None:
            facts["own"] = _on_own(config, untouched(before), after, learned, learned.own)
    except EmotionError as error:  # the model before is gone, or knows other classes
        facts["warning"] = str(error)
    return facts


def _on_test(before: Predictor, after: Predictor, test: Examples) -> dict[str, Any]:
    was, probabilities_before = evaluation.evaluate_model(before, test)
    now, probabilities_after = evaluation.evaluate_model(after, test)
    return _pair(was, now, _right(probabilities_before, test, was), _right(probabilities_after, test, now))


def _pair(before: Evaluation, after: Evaluation, before_right: Right, after_right: Right) -> dict[str, Any]:
    comparison = compare(before_right, after_right).to_json()
    return {"before": before.to_json(), "after": after.to_json(), "comparison": comparison}


def _right(probabilities: Floats, examples: Examples, scores: Evaluation) -> Right:
    positive = scores.classes.index(scores.positive)
    right: Right = metrics.answers(probabilities, scores.threshold, positive) == examples.labels
    return right


def _on_own(
    config: TrainingConfig, before: Predictor, after: Predictor, learned: Material, own: Examples
) -> dict[str, Any]:
    was, probabilities = evaluation.evaluate_model(before, own)
    seen = evaluation.evaluate_model(after, own)[1]
    place = folds(own, config.seed)
    held_out = answer_held_out(before, own, learned.old, place, config.seed)
    info = evaluation.narrow(after.info, own.classes)
    now = evaluation.evaluate(held_out, own.labels, info)
    pair = _pair(was, now, _right(probabilities, own, was), _right(held_out, own, now))
    parts = int(place.max()) + 1
    told = {"base": before.reference, "how": _how(learned, parts), "folds": parts}
    return pair | told | {"seen": int(_right(seen, own, now).sum())}


def _how(learned: Material, parts: int) -> str:
    if learned.old is None:
        return _(
            "Your pictures were cut into {n} parts. Each part was answered by a model that has not seen it: the one "
            "before "
            "any of your pictures, its last layer retrained on the other parts. The new model has learned from all "
            "parts, "
            "like these in its last layer only, so its own answers to them prove nothing.",
            n=parts,
        )
    return _(
        "Your pictures were cut into {n} parts. Each part was answered by a model that has not seen it: the one "
        "before any "
        "of your pictures, its last layer retrained on {old} of the old faces and the other parts. The new model has "
        "learned from all parts, unlike these in all its layers, so its own answers to them prove nothing.",
        n=parts,
        old=min(OLD_FACES, len(learned.old.labels)),
    )


def answer_held_out(base: Predictor, own: Examples, old: Examples | None, place: Labels, seed: int) -> Floats:
    """Answers each own picture with a last layer that was retrained without it.

    Args:
        base: the model before; its features and its last layer are where the retraining starts.
        own: N pictures of the person.
        old: training faces that the model has seen before; None where they are not on this machine.
        place: (N,) the part of each picture, from `folds`.
        seed: chooses among the old faces where there are many.

    Returns:
        Probabilities (N, K).
    """
    examples, weights = [own], [np.full(len(own.labels), float(OWN_WEIGHT))]
    if old is not None:
        n = min(OLD_FACES, len(old.labels))
        chosen = np.sort(np.random.default_rng([seed, n]).permutation(len(old.labels))[:n])
        examples.append(old.take(chosen))
        weights.append(np.full(n, len(old.labels) / n))  # few old faces stand for all of them
    features = np.concatenate([base.features(as_batch(part.images)) for part in examples])
    probabilities = np.concatenate([evaluation.evaluate_model(base, part)[1] for part in examples])
    labels, counts = np.concatenate([part.labels for part in examples]), np.concatenate(weights)
    parts = np.concatenate([place, np.full(len(labels) - len(place), -1)])
    answers = probabilities[: len(place)].astype(np.float64)
    for part in range(int(place.max()) + 1):
        learn, held = parts != part, np.flatnonzero(parts == part)
        if learn.any():
            change = learn_last_layer(features[learn], probabilities[learn], labels[learn], counts[learn])
            answers[held] = change.answer(features[held], probabilities[held])
    return answers


PENALTY = 0.01  # on half the squared change, against the mean loss a face; features count in standard deviations
STILL = 1e-5  # a slope below this everywhere is the bottom
STEPS = 100  # of Newton's method at most; 2 to 15 were needed
TURNS = 200  # of conjugate gradients for each of these at most; 1 to 14 were needed in the mean
SHORTEST = 1e-3  # of a step of Newton's: where even that leads up, numbers are no more exact


@dataclass(frozen=True)
class LayerChange:
    """A change of the last layer.

    Attributes:
        mean, scale: (F,), of the features that it was learned on.
        weights: (F + 1, K); its last row is the bias.
    """

    mean: Floats
    scale: Floats
    weights: Floats

    def answer(self, features: Floats, probabilities: Floats) -> Floats:
        """Probabilities (N, K) after the change, of faces with these features (N, F) and probabilities (N, K)."""
        return _softmax(_logits(probabilities) + _columns(features, self.mean, self.scale) @ self.weights)


def learn_last_layer(
    features: Floats,
    probabilities: Floats,
    labels: Labels | Floats,
    weights: Floats,
    penalty: float = PENALTY,
    stretch: Floats | None = None,
    precision: type[np.floating[Any]] = np.float64,
) -> LayerChange:
    """Finds the change that answers these faces best, by Newton's method.

    Args:
        features: (N, F) before the last layer.
        probabilities: (N, K) that the layer answers with now.
        labels: (N,) int, the truth; or (N, K), the probabilities that are to be answered.
        weights: (N,) how much each face counts, above 0.
        penalty: on half the squared change, above 0. With equal probabilities for all classes what is learned is a
            logistic regression.
        stretch: (F,) above 0, how much each feature counts beside the others: one that is stretched is held less by
            the penalty. None: all the same.
        precision: of the steps. Those of many faces wait for memory, which float32 halves.
    """
    share = (weights / weights.sum())[:, np.newaxis]
    mean = (share * features).sum(axis=0)
    scale = np.sqrt((share * (features - mean) ** 2).sum(axis=0))
    scale = np.where(scale > SMALLEST, scale, 1.0)  # a feature that never changes says nothing
    scale = scale if stretch is None else scale / stretch
    x = _columns(features, mean, scale)  # (N, F + 1)
    start = _logits(probabilities)  # (N, K)
    truth = (labels if labels.ndim == 2 else np.eye(probabilities.shape[1])[labels]).astype(np.float64)  # (N, K)
    x, share, start, truth = (part.astype(precision) for part in (x, share, start, truth))
    change = np.zeros((x.shape[1], truth.shape[1]), precision)

    def loss(logits: Floats, change: Floats) -> float:
        top = logits.max(axis=1)
        wrong = top + np.log(np.exp(logits - top[:, np.newaxis]).sum(axis=1)) - (truth * logits).sum(axis=1)
        return float(share[:, 0] @ wrong + penalty / 2 * (change**2).sum())

    logits, now = start, loss(start, change)
    for _newton in range(STEPS):
        answers = _softmax(logits)
        slope = x.T @ (share * (answers - truth)) + penalty * change
        if np.abs(slope).max() < STILL:
            break
        step = _newton_step(x, answers, share, penalty, slope)
        moved, far = x @ step, 1.0
        while (then := loss(logits - far * moved, change - far * step)) > now and far > SHORTEST:
            far /= 2
        if then > now:
            break
        change, logits, now = change - far * step, logits - far * moved, then
    return LayerChange(mean, scale, change)


def _newton_step(x: Floats, answers: Floats, share: Floats, penalty: float, slope: Floats) -> Floats:
    """Where the slope would be zero if the loss went on bending as it does here; the less exact, the steeper it is.

    By conjugate gradients, which multiply by the bend without writing it down (Nocedal & Wright 2006, Numerical
    Optimization, algorithms 5.2 and 7.1).
    """
    step, left, along = np.zeros_like(slope), slope, slope
    size = first = float((left**2).sum())
    weighed = share * answers
    for _turn in range(TURNS):
        if size <= first * min(0.01, math.sqrt(first)):
            break
        moved = x @ along
        bent = x.T @ (weighed * (moved - (answers * moved).sum(axis=1, keepdims=True))) + penalty * along
        far = size / float((along * bent).sum())
        step, left = step + far * along, left - far * bent
        before, size = size, float((left**2).sum())
        along = left + (size / before) * along
    return step


def _columns(features: Floats, mean: Floats, scale: Floats) -> Floats:
    standard = (features.astype(np.float64) - mean) / scale
    return np.concatenate([standard, np.ones((len(features), 1))], axis=1)


def _logits(probabilities: Floats) -> Floats:
    logits: Floats = np.log(np.clip(probabilities.astype(np.float64), SMALLEST, None))
    return logits


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares
