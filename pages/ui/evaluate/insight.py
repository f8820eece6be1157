"""What is worked out of a result only when somebody looks at it, and then kept for all sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from emotion.data import dataset
from emotion.evaluation import network_outputs, selection
from emotion.evaluation import study as studies
from emotion.metrics import neighbours as clusters
from emotion.metrics import slices, thresholds
from emotion.models import positive_probability
from pages.ui.shared import text

if TYPE_CHECKING:
    from emotion.data import Examples
    from emotion.evaluation.selection import Values
    from emotion.metrics import Cluster, Labels, Neighbours, Plane, Slicing, Sweep
    from pages.ui.evaluate.results import Result


KEPT = 12
NEAREST = 8  # neighbours of a face
BY_THRESHOLD = ("sure",)  # quantities that change with the threshold

Tell = Callable[[int, int], None]


def prepare(result: Result) -> None:
    """Works out, with the result, what most sections need: a third of a second for 7,000 faces, once."""
    _ = result.study.intervals
    groups(result)
    slicings(result)


def quantity(result: Result, name: str) -> Values:
    """Values (N,) of a quantity by which faces can be filtered: see `filters.TITLES`."""
    return _quantity(result.token if name in BY_THRESHOLD else result.base, name, result)


@st.cache_resource(max_entries=6 * KEPT, show_spinner=False)
def _quantity(token: str, name: str, _result: Result) -> Values:
    study = _result.study
    if name == "score":
        return positive_probability(study.probabilities, study.info).astype(np.float64)
    if name == "sure":
        return selection.probability_of_answer(study)
    return slices.quantities(study.examples.images)[name]


def groups(result: Result) -> tuple[Cluster, ...]:
    """The mistakes in groups that look alike to the network."""
    return _groups(result.token, result)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _groups(token: str, _result: Result) -> tuple[Cluster, ...]:
    study = _result.study
    return clusters.find(study.features, study.examples.images, np.flatnonzero(~study.right))


def slicings(result: Result) -> tuple[Slicing, ...]:
    """The faces cut by brightness, contrast, sharpness, and the size of their pictures."""
    return _slicings(result.token, result)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _slicings(token: str, _result: Result) -> tuple[Slicing, ...]:
    right = _result.study.right
    names = ("brightness", "contrast", "sharpness")
    found = [slices.by_quantity(name, quantity(_result, name), right) for name in names]
    found.append(slices.by_size(_result.root, _result.examples.files, right))
    return tuple(one for one in found if one)


def question(result: Result) -> tuple[studies.YesOrNo, Sweep] | None:
    """What the threshold is about, and all thresholds; None for a model without a yes-or-no answer."""
    return _question(result.base, result)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _question(token: str, _result: Result) -> tuple[studies.YesOrNo, Sweep] | None:
    asked = studies.yes_or_no(_result.study)
    return None if asked is None else (asked, asked.sweep())


def against_rest(result: Result) -> dict[str, Sweep]:
    """By class: all thresholds on its probability, against all other classes."""
    return _against_rest(result.base, result)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _against_rest(token: str, _result: Result) -> dict[str, Sweep]:
    names = _result.info.classes
    return {name: studies.against_rest(_result.study, label) for label, name in enumerate(names)}


def best(result: Result, costs: thresholds.Costs) -> thresholds.Figures | None:
    """The threshold that costs least."""
    asked = question(result)
    return None if asked is None else thresholds.cheapest(asked[1], costs)


def plane(result: Result) -> Plane:
    """The faces on a map of what the network sees in them."""
    return _plane(result.base, result)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _plane(token: str, _result: Result) -> Plane:
    return clusters.plane(_result.study.features)


def on_map(result: Result, most: int) -> Labels:
    """Which faces a map has room for, at most so many: the mistakes, then a random choice of the others."""
    return _on_map(result.token, most, result)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _on_map(token: str, most: int, _result: Result) -> Labels:
    chance = np.random.default_rng(0).permutation(len(_result.answered))
    return np.sort(chance[np.argsort(_result.study.right[chance], kind="stable")][:most])


def train_faces(result: Result) -> Examples:
    """The faces of train, of the classes that are asked about.

    Raises:
        DataError: when there are none.
    """
    return _train_faces(str(result.root), result.examples.fingerprint, result.info.classes, result)


@st.cache_resource(max_entries=2, show_spinner=False, hash_funcs=text.NAMES)
def _train_faces(root: str, fingerprint: str, classes: tuple[str, ...], _result: Result) -> Examples:
    return dataset.load(_result.listing, "train", classes)


def knows_train(result: Result, faces: Examples) -> bool:
    """Whether the network has been asked about the faces of train, so that neighbours come at once."""
    return network_outputs.location(result.model.path, faces.images).is_file()


def neighbours(result: Result, faces: Examples, number: int, tell: Tell | None = None) -> Neighbours:
    """The faces of train that look most like a test face to the network."""
    features = network_outputs.ask(result.model, faces.images, tell).features
    return clusters.nearest(result.study.features[[number]], features, NEAREST)
