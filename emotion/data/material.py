"""What a run learns from: a data folder, the person's own pictures, or both.

Own pictures count `OWN_WEIGHT` times: they are repeated among the training faces, so that they come up in every
part of an epoch. Beside a data folder they are for training only, and validation and test stay the folder's; faces of
these that the person has corrected are left out there. Alone, a share of them is kept aside for validation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emotion.data import collection, dataset, listing, votes
from emotion.data.class_names import class_key, named_like
from emotion.data.splits import identical_groups
from emotion.recipes import FOLDERS
from emotion.system import N_, DataError, _, listed

if TYPE_CHECKING:
    from emotion.data.dataset import Examples
    from emotion.data.listing import Listing
    from emotion.recipes import TrainingConfig


OWN_WEIGHT = 10
MAJORITY = 0.6  # of all votes for a picture, from which on they say what it is
ENOUGH_ALONE = 5  # own pictures of each class, where there is nothing else to learn from
MINE = N_("my own pictures")


@dataclass(frozen=True)
class Material:
    """All that a run learns from.

    Attributes:
        train: what it learns, own pictures repeated.
        validation: what chooses the best epoch.
        old: the training faces of the data folder, None without one.
        own: the person's pictures, each once; None for a run without them.
        listing: of the data folder, None without one.
        fingerprint: of the listing and the own pictures together.
    """

    train: Examples
    validation: Examples
    old: Examples | None
    own: Examples | None
    listing: Listing | None
    fingerprint: str

    def test(self) -> Examples | None:
        """The test split of the data folder without the faces that the person has corrected; None without a folder.

        Its classes are those of train that are there, which may be fewer.

        Raises:
            DataError: when there are not even two of them.
        """
        if self.listing is None:
            return None
        test = dataset.load(self.listing, "test", dataset.testable(self.listing, self.train.classes))
        return test if self.own is None else without(test, self.own)


def without(examples: Examples, others: Examples) -> Examples:
    """The examples that are not, pixel by pixel, among the others."""
    groups = identical_groups(np.concatenate([others.images, examples.images]))
    known = np.isin(groups[len(others.images) :], groups[: len(others.images)])
    return examples.take(np.flatnonzero(~known)) if known.any() else examples


def of_classes(examples: Examples, classes: tuple[str, ...]) -> Examples:
    """The examples of these classes, labelled by their order."""
    labels = np.full(len(examples.classes), -1, np.int64)
    for label, name in enumerate(classes):
        labels[examples.classes.index(name)] = label
    places = np.flatnonzero(labels[examples.labels] >= 0)
    chosen = examples.take(places)
    return replace(chosen, classes=classes, labels=labels[chosen.labels])


def by_majority(examples: Examples, root: Path) -> Examples:
    """The examples of which a majority of people says that they are one of their classes, labelled so.

    Args:
        examples: of a data folder.
        root: the folder, with votes.

    Returns:
        Those with at least 6 of 10 votes for one class; pictures that are something else to most people are left out.

    Raises:
        VotesError: when there are no votes, they cannot be read, or no picture has such a majority.
    """
    said = votes.of(root, examples.files, examples.classes)
    # A hair less than asked for: 6 of 10 as float32.
    clear = said.counts.max(axis=1) >= (MAJORITY - 1e-6) * np.maximum(said.counts.sum(axis=1) + said.others, 1)
    if not clear.any():
        raise votes.unlike(root / votes.NAME, _("a picture on which most people agree"), _("none"))
    return replace(examples, labels=said.counts.argmax(axis=1).astype(np.int64)).take(np.flatnonzero(clear))


def title(config: TrainingConfig) -> str:
    """How the data of a run is called."""
    return listed(([listing.title(config.data)] if config.data else []) + ([_(MINE)] if config.own else []))


def _too_few_own(counts: Mapping[str, int], needed: str, why: str) -> DataError:
    """Args: counts: class name to the number of own pictures kept of it."""
    kept = ", ".join(f"{number} {name}" for name, number in counts.items())
    return DataError(
        _(
            "Kept of your own pictures: {kept}. Expected {needed}, because {why}. Correct more faces on the page “Try "
            "a photo” and try again.",
            kept=kept,
            needed=needed,
            why=why,
        )
    )


def check_own(config: TrainingConfig, why_alone: str = N_("they are all there is to learn from")) -> None:
    """Says whether enough own pictures are kept for a run with them.

    Raises:
        DataError: for none beside a data folder, or fewer than five of a class without one.
    """
    counts = collection.counts()
    kept = {name: counts.get(class_key(name), 0) for name in config.classes}
    if not config.data and min(kept.values()) < ENOUGH_ALONE:
        raise _too_few_own(kept, _("at least {n} of each class", n=ENOUGH_ALONE), _(why_alone))
    if not any(kept.values()):
        raise _too_few_own(kept, _("at least one"), _("there is nothing new to learn otherwise"))


def read(config: TrainingConfig) -> Material:
    """Reads what a run learns from.

    Raises:
        DataError: with what is missing, the votes too where they are to be learned.
    """
    if not config.own:
        return _of_folder(config)
    check_own(config)
    own = collection.examples(config.classes)
    return _joined(_of_folder(config), own) if config.data else _alone(config, own)


def _of_folder(config: TrainingConfig) -> Material:
    found = listing.scan(listing.resolve(config.data))
    examples = dataset.load(found, "train", config.classes)
    if config.drop_twins:
        examples = without(examples, dataset.load(found, "test", dataset.testable(found, config.classes)))
    validation = _own_validation(found, config)
    if validation is None:
        places, held = dataset.split_validation(examples, config.validation_split, config.seed)
        examples, validation = examples.take(places), examples.take(held)
    if config.labels != FOLDERS:
        examples, validation = _with_votes(examples, validation, found.root)
    return Material(examples, validation, examples, None, found, found.fingerprint)


def _with_votes(train: Examples, validation: Examples, root: Path) -> tuple[Examples, Examples]:
    """Both with what people have said of them, train without those in which at least half of the people saw no face.

    These are judged all the same: the faces kept aside are those of a run without votes, and what a model meets later
    holds such pictures too.
    """
    said, of_these = (votes.of(root, examples.files, examples.classes) for examples in (train, validation))
    train, validation = replace(train, votes=said.shares), replace(validation, votes=of_these.shares)
    return train.take(np.flatnonzero(~said.no_face)), validation


def _own_validation(found: Listing, config: TrainingConfig) -> Examples | None:
    """The validation split of the folder; None where it has none with every class, and one is cut from train."""
    there = found.counts.get("validation", {})
    if not all(named_like(name, there) and there[named_like(name, there) or ""] for name in config.classes):
        return None
    return dataset.load(found, "validation", config.classes)


def _joined(folder: Material, own: Examples) -> Material:
    train, times = folder.train, np.repeat(np.arange(len(own.labels)), OWN_WEIGHT)
    more = own.take(times)
    together = replace(
        train,
        images=np.concatenate([train.images, more.images]),
        labels=np.concatenate([train.labels, more.labels]),
        files=train.files + more.files,
        unreadable=train.unreadable + own.unreadable,
        votes=None if train.votes is None else np.concatenate([train.votes, _nothing_said(more)]),
    )
    validation = without(folder.validation, own)
    both = hashlib.blake2b(f"{folder.fingerprint} {own.fingerprint}".encode(), digest_size=16).hexdigest()
    return replace(folder, train=together, validation=validation, own=own, fingerprint=both)


def _nothing_said(own: Examples) -> NDArray[np.float32]:
    return np.full((len(own.labels), len(own.classes)), np.nan, np.float32)


def _alone(config: TrainingConfig, own: Examples) -> Material:
    places, held = dataset.split_validation(own, config.validation_split, config.seed)
    train = own.take(np.repeat(places, OWN_WEIGHT))
    return Material(train, own.take(held), None, own, None, own.fingerprint)
