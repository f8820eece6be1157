"""Labels that the other pictures contradict: k-fold out-of-sample probabilities, and the rule of confident learning.

A small linear classifier on what a network sees in the pictures (its features, through LiteRT) is learned five times,
each time without a fifth of them; identical pictures are in one fifth. By Northcutt, Jiang and Chuang ("Confident
Learning: Estimating Uncertainty in Dataset Labels", JAIR 2021) a picture is suspected when another class reaches the
mean probability that this class has among its own pictures: classes that are hard as a whole need less to be believed.

Measured on the 13,593 happy and sad faces of FER-2013 with 5 % of the labels turned round, on the features of a network
that had learned from the right ones of train: 73 % of the turned labels of train are suspected and 56 % of those of
test; of all these at least 64 % are turned ones (the data has wrong labels of its own), of the 400 worst 84 %.
A network that has learned from the wrong labels has been bent to them, and fewer will be found.
Letters: N pictures, K classes, F features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emotion import metrics
from emotion.checks import cache
from emotion.data import Examples, class_names, dataset, decided, edits, folds, on_disk, scan
from emotion.images import as_batch
from emotion.models import load_model, many
from emotion.recipes import label_order
from emotion.system import N_, SplitMissingError, StoredFileError, disk, files, stored

if TYPE_CHECKING:
    from emotion.data import Files, Listing
    from emotion.metrics import Floats, Labels
    from emotion.models import Predictor
    from emotion.recipes import ModelInfo


CHUNK = 256  # faces turned to float at once
SEED = 0  # of the folds
STRENGTH, ROUNDS = 0.01, 200  # of the classifiers; ten times weaker a penalty finds as many (72 % instead of 70 %)
MOST = 5_000  # label errors that are kept, worst first
MOST_ASKED = 40_000  # pictures, drawn at random from more: they and their features are held in memory

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class LabelError:
    """A picture whose label is doubted.

    Attributes:
        file: its name; label: the class it carries; likely: the class that the others speak for.
        doubt: probability of `likely` less that of `label`, 0 to 1: the worst has the most.
    """

    file: str
    label: str
    likely: str
    doubt: float


@dataclass(frozen=True)
class LabelErrors:
    """The outcome of a search.

    Attributes:
        model: whose features were used; n: pictures; classes: names.
        accuracy: share of the labels that the classifiers, each asked about pictures it had not seen, agree with.
        found: worst first.
        drawn_from: how many files the pictures were drawn from; 0 where all were asked about.
    """

    model: str
    n: int
    classes: tuple[str, ...]
    accuracy: float
    found: tuple[LabelError, ...]
    drawn_from: int = 0

    def to_json(self) -> dict[str, Any]:
        found = [[one.file, one.label, one.likely, round(one.doubt, 4)] for one in self.found]
        return {"model": self.model, "n": self.n, "classes": list(self.classes), "accuracy": self.accuracy,
                "found": found, "drawn_from": self.drawn_from}  # fmt: skip

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> LabelErrors:
        """The inverse of `to_json`. ValueError for what is none."""
        said = stored.typed(values, _Found)
        found = tuple(LabelError(*row) for row in said.found)
        return cls(said.model, said.n, said.classes, said.accuracy, found, said.drawn_from)


@dataclass(frozen=True)
class _Found:
    """`LabelErrors` as they are stored: a suspect is a row."""

    model: str
    n: stored.Number
    classes: tuple[str, ...]
    accuracy: stored.Share
    found: list[tuple[str, str, str, stored.Difference]]  # the likelier class may still have the lower probability
    drawn_from: stored.Number = 0


def confident(probabilities: Floats, labels: Labels) -> tuple[NDArray[np.bool_], Labels]:
    """The rule of confident learning.

    Args:
        probabilities: (N, K) out of sample.
        labels: (N,) int, as given. Every class has a picture.

    Returns:
        bool (N,), whether a label is suspected, and int64 (N,), the class that is believed instead.
    """
    bounds = np.array([probabilities[labels == label, label].mean() for label in range(probabilities.shape[1])])
    reached = np.where(probabilities >= bounds, probabilities, -1.0)
    believed = reached.argmax(axis=1).astype(np.int64)
    return (reached.max(axis=1) >= 0) & (believed != labels), believed


def out_of_sample(features: Floats, examples: Examples, tell: Tell | None = None) -> Floats:
    """Probabilities (N, K) of every picture by a classifier that has not seen it. Not for the server: scikit-learn."""
    from sklearn.linear_model import LogisticRegression

    parts = folds(examples, SEED)
    x = (features - features.mean(axis=0)) / np.maximum(features.std(axis=0), metrics.SMALLEST)
    answers = np.zeros((len(parts), len(examples.classes)))
    for done, part in enumerate(np.unique(parts).tolist()):
        if tell:
            tell(N_("asking classifiers"), done, int(parts.max()) + 1)
        learn, held = parts != part, parts == part
        classifier = LogisticRegression(C=STRENGTH, max_iter=ROUNDS).fit(x[learn], examples.labels[learn])
        answers[np.ix_(held, classifier.classes_)] = classifier.predict_proba(x[held])
    return answers


def search(
    root: Path, reference: str, classes: Sequence[str] = (), tell: Tell | None = None, on: str | None = None
) -> LabelErrors:
    """Looks for label errors in train and test, and keeps what it has found for the page.

    Of more than MOST_ASKED pictures so many are drawn at random, the same share of each class of each split.

    Args:
        root: the data folder.
        reference: of the model whose features are used, as `load_model` takes it.
        classes: names; none = those of the model, or all of the folder where that lacks one of them.
        tell: called with what is done, how many and of how many.
        on: a cluster of Ray whose processes ask the network for the features.

    Raises:
        DataError, ModelError
        EmotionError: where the cluster cannot be asked.
    """
    predictor = load_model(reference)
    listing = scan(root)
    names = label_order(classes or default_classes(predictor.info, listing))
    asked, drawn_from = _drawn(listing, names)
    examples = _all_pictures(asked, names, tell)
    features = _features(predictor, examples, tell, on)
    probabilities = out_of_sample(features, examples, tell)
    outcome = replace(_label_errors(predictor.reference, examples, probabilities), drawn_from=drawn_from)
    place = _location(on_disk(root))
    disk.make_folder(place.parent)
    files.write_json(place, outcome.to_json())
    return outcome


def default_classes(info: ModelInfo, listing: Listing) -> tuple[str, ...]:
    """Those of the model where the folder has them all, its happy and sad, else all of the folder."""
    for names in (info.classes, info.pair or ()):
        if names and set(names) <= set(listing.classes):
            return tuple(names)
    return listing.classes


def _drawn(listing: Listing, classes: Sequence[str]) -> tuple[Listing, int]:
    """The listing with at most MOST_ASKED files of these classes, and how many there were; 0 for all of them."""
    files: Files = {}
    for split in ("train", "test"):
        there = listing.files.get(split, {})
        keys = {class_names.named_like(name, there) for name in classes}
        files |= {split: {key: there[key] for key in there if key in keys}} if split in listing.files else {}
    number = sum(len(names) for inside in files.values() for names in inside.values())
    if number <= MOST_ASKED:
        return listing, 0
    rng = np.random.default_rng(SEED)
    for inside in files.values():
        for key, names in inside.items():
            places = rng.permutation(len(names))[: -(-len(names) * MOST_ASKED // number)]
            inside[key] = tuple([names[place] for place in np.sort(places).tolist()])
    return replace(listing, files=files, fingerprint=f"{listing.fingerprint} {MOST_ASKED}"), number


def _all_pictures(listing: Listing, classes: tuple[str, ...], tell: Tell | None) -> Examples:
    """Train and test in one."""

    def reading(done: int, total: int) -> None:
        if tell:
            tell(N_("reading pictures"), done, total)

    parts = [dataset.load(listing, "train", classes, reading)]
    try:
        parts.append(dataset.load(listing, "test", classes, reading))
    except SplitMissingError:
        return parts[0]
    return Examples(
        images=np.concatenate([part.images for part in parts]),
        labels=np.concatenate([part.labels for part in parts]),
        classes=classes,
        files=tuple(name for part in parts for name in part.files),
        unreadable=(),
        fingerprint=listing.fingerprint,
    )


def _features(predictor: Predictor, examples: Examples, tell: Tell | None, on: str | None) -> Floats:
    images, parts, done = examples.images, [], 0
    if on:
        given = (features for _other, features in many.outputs(predictor, images, on))
    else:
        given = (predictor.features(as_batch(images[at : at + CHUNK])) for at in range(0, len(images), CHUNK))
    for part in given:
        parts.append(part)
        done += len(part)
        if tell:
            tell(N_("asking the network"), done, len(images))
    return np.concatenate(parts)


def _label_errors(reference: str, examples: Examples, probabilities: Floats) -> LabelErrors:
    suspected, believed = confident(probabilities, examples.labels)
    rows = np.arange(len(believed))
    doubt = probabilities[rows, believed] - probabilities[rows, examples.labels]
    places = np.flatnonzero(suspected)
    places = places[np.argsort(-doubt[places], kind="stable")][:MOST]
    found = tuple(
        LabelError(
            examples.files[place],
            examples.classes[examples.labels[place]],
            examples.classes[believed[place]],
            float(doubt[place]),
        )
        for place in places.tolist()
    )
    right = metrics.answers(probabilities, 0.5) if probabilities.shape[1] == 2 else probabilities.argmax(axis=1)
    agreed = float((right == examples.labels).mean())
    return LabelErrors(reference, len(examples.labels), examples.classes, agreed, found)


def _location(listing: Listing) -> Path:
    return cache.location(listing.root, listing.fingerprint, "labels.json")


def last_found(listing: Listing) -> LabelErrors | None:
    """What the last search over the files as they are has found; None before the first one.

    Those about which something was decided since (left out, relabelled, confirmed) are no longer among them.

    Args:
        listing: of what lies on the disk.
    """
    try:
        outcome = LabelErrors.from_json(stored.read(_location(listing), dict[str, Any]))
    except (StoredFileError, ValueError):
        return None  # it can be searched for again
    now = {
        name: label for inside in decided(listing).files.values() for label, names in inside.items() for name in names
    }
    looked_at = edits.confirmed(listing.root)
    found = tuple(one for one in outcome.found if now.get(one.file) == one.label and one.file not in looked_at)
    return replace(outcome, found=found)
