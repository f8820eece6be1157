"""What Evaluate shows, worked out once for a model and a state of the data, and kept for all sessions."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from emotion.data import class_key, dataset, decided, resolve
from emotion.data.bring import add
from emotion.evaluation import study
from emotion.models import Adjustment, changed, predictor
from emotion.system import DEMO, _, archive_dir
from emotion.training.head.run import judged_by_training
from pages.ui.shared import listings, text

if TYPE_CHECKING:
    from emotion.data import Examples, Listing
    from emotion.evaluation import Evaluation, Study, Truths
    from emotion.metrics import Labels
    from emotion.models import Predictor
    from emotion.recipes import ModelInfo
    from emotion.runs import Run, RunPaths


SHIPPED = "pretrained"
OWN, ARCHIVE = "own", "archive"  # words of the address for data; a path never stands there
KEPT = 4  # results; one of 7,000 faces takes 17 MB

Tell = Callable[[str, int, int], None]  # what is done, how many, of how many


@dataclass(frozen=True, eq=False)
class Result:
    """One model on one test split.

    Attributes:
        study: what the model says of the faces, with the threshold that is looked at.
        model: as it was loaded, with the threshold that it answers with elsewhere.
        listing: of the data folder.
        base: changes when model, faces or classes do; `token` when the threshold that is looked at does, too.
        is_held_out: whether there is no test split, and the faces are those of training, each answered by a last layer
            that had not learned from it.
    """

    study: Study
    model: Predictor
    listing: Listing
    base: str
    token: str
    is_held_out: bool = False

    @property
    def evaluation(self) -> Evaluation:
        return self.study.evaluation

    @property
    def info(self) -> ModelInfo:
        """Of the model, with the classes of the examples only."""
        return self.study.info

    @property
    def examples(self) -> Examples:
        return self.study.examples

    @property
    def answered(self) -> Labels:
        return self.study.answered

    @property
    def unsure(self) -> Truths:
        return self.study.unsure

    @property
    def root(self) -> Path:
        return self.listing.root


@dataclass(frozen=True, eq=False)
class Question:
    """A model, and the faces that it can be asked about.

    Attributes:
        model: as it was loaded.
        listing: of the data folder.
        held_out: the run, where it has learned from this data, which has no test split, and was judged by its training
            faces, each held out in turn.
    """

    model: Predictor
    listing: Listing
    held_out: RunPaths | None = None

    @property
    def info(self) -> ModelInfo:
        """What the model knows, which may be more than it is asked for."""
        return self.model.info

    @property
    def missing(self) -> tuple[str, ...]:
        """Classes of the model of which the faces that are asked about show none."""
        there = self.listing.counts.get("train" if self.held_out else "test", {})
        return tuple(name for name in self.info.classes if not there.get(class_key(name)))


def data_choices(run: Run | None) -> dict[str, str]:
    """Word for the address → data, as `dataset.resolve` understands it; the first one is the default."""
    choices = {} if run is None else {OWN: run.config.data}
    words = {str(archive_dir()): ARCHIVE, DEMO: DEMO}
    others = {words.get(data, f"set-{data}"): data for data in add.options()}
    return choices | {word: data for word, data in others.items() if data not in choices.values()}


def model_file(run: Run | None) -> Path:
    return predictor.PRETRAINED / "model.tflite" if run is None else run.paths.model


def question(run: Run | None, data: str, tell: Tell) -> Question:
    """A model (None: the shipped one) and some data.

    Raises:
        EmotionError: when the model or the data cannot be used; the text says what to do.
    """
    model = _model(SHIPPED if run is None else run.id, str(model_file(run)), changed(model_file(run)))
    root = resolve(data, lambda done, total: tell(_("Drawing faces"), done, total))
    listing = decided(listings.on_disk(root))
    return Question(model, listing, _judged_by_training(run, listing))


def _judged_by_training(run: Run | None, listing: Listing) -> RunPaths | None:
    if run is None or any(listing.counts["test"].values()):
        return None
    return run.paths if judged_by_training(run.paths, listing) else None


def load(asked: Question, classes: tuple[str, ...], tell: Tell) -> Result:
    """The result for the faces of some classes of the test split.

    Raises:
        EmotionError: when the data cannot be used; the text says what to do.
    """
    path, listing = asked.model.path, asked.listing
    key = (str(path), changed(path), listing.fingerprint, str(listing.root), classes)
    return _results().get(key, lambda: _evaluate(asked, classes, repr(key), tell))


def _evaluate(asked: Question, classes: tuple[str, ...], key: str, tell: Tell) -> Result:
    token = hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
    reading = partial(tell, _("Reading faces"))
    if asked.held_out is not None:
        learned = dataset.load(asked.listing, "train", classes, reading)
        answered = study.look_held_out(asked.held_out, asked.model, learned)
        if answered is not None:
            return Result(answered, asked.model, asked.listing, token, token, is_held_out=True)
    examples = dataset.load(asked.listing, "test", classes, reading)
    looked = study.look(asked.model, examples, partial(tell, _("Asking the network")))
    return Result(looked, asked.model, asked.listing, token, token)


def at(result: Result, threshold: float | None) -> Result:
    """The same faces, looked at with another threshold; None: that of the model."""
    if threshold is None or threshold == result.info.threshold:
        return result
    return _at(result.base, threshold, result)


@st.cache_resource(max_entries=4 * KEPT, show_spinner=False)
def _at(base: str, threshold: float, _result: Result) -> Result:
    info = Adjustment(threshold=threshold).apply(_result.info)
    before = _result.study
    moved = study.judged(_result.model, info, before.examples, before.probabilities, before.features)
    return replace(_result, study=moved, token=f"{base}-{threshold:g}")


@st.cache_resource(max_entries=KEPT, show_spinner=False, hash_funcs=text.NAMES)
def _model(reference: str, path: str, changed: int) -> Predictor:
    return predictor.load_model(reference)


@dataclass
class _LastResults:
    """The last few results. Not a cached function: one of those cannot report its progress to the page."""

    results: OrderedDict[object, Result] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: object, make: Callable[[], Result]) -> Result:
        with self.lock:
            if key in self.results:
                self.results.move_to_end(key)
                return self.results[key]
        made = make()  # without the lock: two sessions that ask at once both see their progress
        with self.lock:
            self.results[key] = made
            while len(self.results) > KEPT:
                self.results.popitem(last=False)
        return made


@st.cache_resource(show_spinner=False)
def _results() -> _LastResults:
    return _LastResults()


def index_of(result: Result, file: str) -> int | None:
    """The number of the face with that name, or None."""
    return _numbers(result.token, result.examples.files).get(file)


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _numbers(token: str, _files: tuple[str, ...]) -> dict[str, int]:
    return {file: number for number, file in enumerate(_files)}


def truth(result: Result, number: int) -> str:
    """The class that a face truly has."""
    return result.info.classes[result.examples.labels[number]]


def answer(result: Result, number: int) -> str:
    """The class that a face was given."""
    return result.info.classes[result.answered[number]]


def share(result: Result, number: int) -> float:
    """The probability of the class that a face was given."""
    return float(result.study.probabilities[number, result.answered[number]])


def is_mistake(result: Result, number: int) -> bool:
    return bool(result.answered[number] != result.examples.labels[number])
