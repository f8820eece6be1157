"""Retraining the last layer alone, in NumPy: seconds become milliseconds, so that it can be done many times.

What is learned is a change of the last layer's logits, linear in the features: the same as going on with its weights.
A penalty holds the change near zero, that is the layer near what it was.
Letters: N faces, F features, K classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emotion.metrics import SMALLEST, Floats, Labels

PENALTY = 0.01  # on half the squared change, against the mean loss a face; features count in standard deviations
STEPS = 300  # of Nesterov's method: 2,700 more moved no probability by more than 0.002


@dataclass(frozen=True)
class Change:
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


def learn(features: Floats, probabilities: Floats, labels: Labels, weights: Floats) -> Change:
    """Finds the change that answers these faces best.

    Args:
        features: (N, F) before the last layer.
        probabilities: (N, K) that the layer answers with now.
        labels: (N,) int, the truth.
        weights: (N,) how much each face counts, above 0.
    """
    share = (weights / weights.sum())[:, np.newaxis]
    mean = (share * features).sum(axis=0)
    scale = np.sqrt((share * (features - mean) ** 2).sum(axis=0))
    scale = np.where(scale > SMALLEST, scale, 1.0)  # a feature that never changes says nothing
    x = _columns(features, mean, scale)  # (N, F + 1)
    start, truth = _logits(probabilities), np.eye(probabilities.shape[1])[labels]  # (N, K)
    # The loss bends by at most this much in any direction, and by at least the penalty.
    steepest = 0.5 * float(np.linalg.eigvalsh(x.T @ (share * x))[-1]) + PENALTY
    momentum = (1 - np.sqrt(PENALTY / steepest)) / (1 + np.sqrt(PENALTY / steepest))
    change = ahead = np.zeros((x.shape[1], truth.shape[1]))
    for _ in range(STEPS):
        slope = x.T @ (share * (_softmax(start + x @ ahead) - truth)) + PENALTY * ahead
        following = ahead - slope / steepest
        ahead = following + momentum * (following - change)
        change = following
    return Change(mean, scale, change)


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
