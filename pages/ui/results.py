"""What Evaluate shows, worked out once for a model and a state of the data, and kept for all sessions."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from emotion import dataset, evaluation, gallery, metrics, prediction, predictor
from emotion.config import DEMO, ModelInfo, archive_dir
from emotion.dataset import Examples, Listing
from emotion.evaluation import Evaluation
from emotion.metrics import Floats, Labels
from emotion.predictor import Predictor
from emotion.runs import Run

SHIPPED = "pretrained"
OWN, ARCHIVE = "own", "archive"  # words of the address for data; a path never stands there
KEPT = 4  # results; one of 7,000 faces takes 17 MB
LOOK_AGAIN = 20.0  # seconds until a data folder is listed anew

Tell = Callable[[str, int, int], None]  # what is done, how many, of how many


@dataclass(frozen=True, eq=False)
class Result:
    """One model on one test split.

    Attributes:
        evaluation: its figures.
        info: of the model, with the classes of the examples only.
        examples: N faces with their truth.
        probabilities: (N, K) in the order of the classes.
        answered: (N,) labels.
        judged: for each face P(positive), the class answered, and whether that is unsure.
        token: changes when any of this does.
    """

    evaluation: Evaluation
    info: ModelInfo
    examples: Examples
    probabilities: Floats
    answered: Labels
    judged: list[tuple[float, str, bool]]
    token: str


def data_choices(run: Run | None) -> dict[str, str]:
    """Word for the address → data, as `dataset.resolve` understands it; the first one is the default."""
    choices = {} if run is None else {OWN: run.config.data}
    others = {ARCHIVE: str(archive_dir()), DEMO: DEMO}
    if dataset.default_data() == DEMO:
        del others[ARCHIVE]
    return choices | {word: data for word, data in others.items() if data not in choices.values()}


def model_file(run: Run | None) -> Path:
    return predictor.PRETRAINED / "model.tflite" if run is None else run.paths.model


def load(run: Run | None, data: str, tell: Tell) -> Result:
    """The result for a model (None: the shipped one) on the test split of some data.

    Raises:
        EmotionError: when the model or the data cannot be used; the text says what to do.
    """
    model = _model(SHIPPED if run is None else run.id, str(model_file(run)), _changed(model_file(run)))
    root = dataset.resolve(data, lambda done, total: tell("Drawing faces", done, total))
    listing = _listing(str(root))
    classes = evaluation.default_classes(model.info)
    key = (str(model.path), _changed(model.path), listing.fingerprint, str(root), classes)
    return _results().get(key, lambda: _evaluate(model, listing, classes, repr(key), tell))


def _evaluate(model: Predictor, listing: Listing, classes: tuple[str, ...], key: str, tell: Tell) -> Result:
    examples = dataset.load(listing, "test", classes, lambda done, total: tell("Reading faces", done, total))
    figures, probabilities = evaluation.evaluate_model(
        model, examples, lambda done, total: tell("Asking the network", done, total)
    )
    info = evaluation.narrow(model.info, classes)
    answered = metrics.answers(probabilities, info.threshold, info.positive_label)
    token = hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
    judged = prediction.judge(probabilities, info)
    return Result(figures, info, examples, probabilities, answered, judged, token)


def _changed(path: Path) -> int:
    """When the file was changed last, in ns; 0 where there is none (the loading of it says so)."""
    return path.stat().st_mtime_ns if path.is_file() else 0


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _model(reference: str, path: str, changed: int) -> Predictor:
    return predictor.load_model(reference)


@st.cache_resource(ttl=LOOK_AGAIN, max_entries=KEPT, show_spinner=False)
def _listing(root: str) -> Listing:
    return dataset.scan(Path(root))


@dataclass
class _Kept:
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
def _results() -> _Kept:
    return _Kept()


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


def is_mistake(result: Result, number: int) -> bool:
    return bool(result.answered[number] != result.examples.labels[number])


def order(result: Result, kind: str, show: str, truth: str, answer: str) -> Labels:
    """Indices of the faces that fit, in order; see `gallery.order_faces`."""
    return gallery.order_faces(
        result.probabilities, result.examples.labels, result.info, kind, show, truth=truth, answer=answer
    )
