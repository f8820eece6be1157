"""Labelled pictures as arrays: read, kept for the next start, cut into train and validation, sampled.

Letters: N examples, K classes.

What lies in a data folder is the noun of `emotion.data.listing`; its names can be had from here too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emotion.data.class_names import class_key, named_like
from emotion.data.listing import kept_as, resolve, scan
from emotion.data.splits import TOO_FEW, hold_out, identical_groups
from emotion.images import cache, can_be_read_now, first_readable, read_all
from emotion.system import DEMO, IMAGE_SIZE, N_, ConfigError, DataError, SplitMissingError, _

if TYPE_CHECKING:
    from emotion.data.listing import Listing
    from emotion.images import Pixels, Progress
    from emotion.metrics import Labels


NO_PICTURE = N_(
    "{folder} holds no readable picture. Expected jpg, jpeg, png, bmp or webp files. Put pictures in or choose other "
    "classes."
)

_Labelled = list[tuple[str, int]]  # relative name, label


@dataclass(frozen=True)
class Examples:
    """Pictures with their labels.

    Attributes:
        images: uint8 (N, 48, 48), grey, 0 to 255.
        labels: int64 (N,), index into `classes`.
        classes: the K class names in label order.
        files: N names relative to the data folder, with "/".
        unreadable: the names of those that were left out because they cannot be read.
        faceless: the names of larger pictures that were left out because no face was found in them.
        fingerprint: of the listing that they come from.
        votes: float32 (N, K), the share of each class in what several people have said (`emotion.data.votes`), NaN in
            the rows of pictures that they say nothing about; None where nobody was asked.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    files: tuple[str, ...]
    unreadable: tuple[str, ...]
    fingerprint: str
    faceless: tuple[str, ...] = ()
    votes: NDArray[np.float32] | None = None

    def take(self, places: NDArray[np.int64]) -> Examples:
        """The examples at these places, in this order."""
        files = tuple([self.files[place] for place in places])
        votes = None if self.votes is None else self.votes[places]
        return replace(self, images=self.images[places], labels=self.labels[places], files=files, votes=votes)


def load(listing: Listing, split: str, classes: Sequence[str], progress: Progress | None = None) -> Examples:
    """Reads all pictures of the given classes, at the second time from the cache.

    Small pictures are taken whole, from larger ones the largest face is cut out. Pictures that cannot be read, and
    larger ones without a face, are left out and named in `Examples.unreadable` and `Examples.faceless`.

    Args:
        listing: from `scan`.
        split: "train", "test" or "validation".
        classes: names in label order; other classes of the folder are left aside.
        progress: called in this thread; what it raises ends the reading.

    Returns:
        The examples, class after class, by file name within each.

    Raises:
        SplitMissingError: when the folder has no such split.
        DataError: when it has no such class, or no picture of a class can be read.
    """
    labelled = [pair for label, files in enumerate(_files(listing, split, classes)) for pair in _with(label, files)]
    files = [file for file, _other in labelled]
    kept = cache.location(listing.root, listing.fingerprint, split, tuple(map(class_key, classes)))
    pixels = cache.read(kept, len(files))
    if pixels is None or can_be_read_now(listing.root, [files[place] for place in pixels.unreadable]):
        pixels = read_all(listing.root, files, progress)
        cache.write(kept, pixels)
    elif progress:
        progress(len(files), len(files))
    return _examples(listing, split, tuple(classes), labelled, pixels)


def checked(data: str, classes: Sequence[str]) -> str:
    """The data as a run keeps it (see `kept_as`), after it has been seen to hold these classes.

    Raises:
        DataError: when the folder or a class of its train split is not there, in plain words before a run begins.
    """
    if data == DEMO:
        return DEMO
    root = resolve(data)
    check_classes(scan(root), "train", classes)
    return kept_as(data)


def check_classes(listing: Listing, split: str, classes: Sequence[str]) -> None:
    """Raises what `load` would raise for a missing split or class, without reading a picture."""
    _files(listing, split, classes)


def testable(listing: Listing, classes: Sequence[str]) -> tuple[str, ...]:
    """Those of the classes that have a picture in test; all of them where fewer than two do: `load` says what lacks."""
    there = listing.counts["test"]
    found = tuple(name for name in classes if there.get(named_like(name, there) or ""))
    return found if len(found) > 1 else tuple(classes)


def _files(listing: Listing, split: str, classes: Sequence[str]) -> list[tuple[str, ...]]:
    """The files of each class, in their order; a class of test may have another name that means the same."""
    there = listing.files.get(split)
    if there is None:
        raise SplitMissingError(listing.root, split)
    keys = [class_key(name) if split == "train" else named_like(name, there) for name in classes]
    for name, key in zip(classes, keys, strict=True):
        if key is None or key not in there:
            raise DataError(
                _(
                    "{folder} has no folder for the class {name}. Found: {there}. Add that folder or choose classes "
                    "that are there.",
                    folder=listing.root / split,
                    name=repr(name),
                    there=", ".join(sorted(there)) or _("no class folders"),
                )
            )
        if not there[key]:
            raise DataError(_(NO_PICTURE, folder=listing.root / split / name))
    return [there[key] for key in keys if key is not None]


def _with(label: int, files: Sequence[str]) -> Iterator[tuple[str, int]]:
    return ((file, label) for file in files)


def _examples(listing: Listing, split: str, classes: tuple[str, ...], labelled: _Labelled, pixels: Pixels) -> Examples:
    lost = set(pixels.lost.tolist())
    readable = [pair for place, pair in enumerate(labelled) if place not in lost]
    labels = np.array([label for _other, label in readable], dtype=np.int64)
    for name, n in zip(classes, np.bincount(labels, minlength=len(classes)), strict=True):
        if not n:
            raise DataError(_(NO_PICTURE, folder=listing.root / split / name))
    return Examples(
        images=pixels.images,
        labels=labels,
        classes=classes,
        files=tuple([file for file, _other in readable]),
        unreadable=tuple([labelled[place][0] for place in pixels.unreadable]),
        faceless=tuple([labelled[place][0] for place in pixels.faceless]),
        fingerprint=listing.fingerprint,
    )


def samples(listing: Listing, split: str, classes: Sequence[str], count: int, seed: int = 0) -> Examples:
    """A few pictures drawn at random, as many of each class as can be, without reading the rest.

    Args:
        count: of all classes together; the first classes get one more where it cannot be shared evenly.

    Returns:
        At most `count` examples, class after class. An unreadable picture that is met is named and replaced by another.

    Raises:
        As `load`.
    """
    labelled: _Labelled = []
    images = [np.empty((0, IMAGE_SIZE, IMAGE_SIZE), dtype=np.uint8)]
    unreadable: list[str] = []
    for label, files in enumerate(_files(listing, split, classes)):
        wanted = count // len(classes) + (label < count % len(classes))
        order = np.random.default_rng((seed, label)).permutation(len(files))
        found, lost = first_readable(listing.root, [files[place] for place in order], wanted)
        if wanted and not found:
            raise DataError(_(NO_PICTURE, folder=listing.root / split / classes[label]))
        labelled += [(file, label) for file in found]
        images += found.values()
        unreadable += lost
    return Examples(
        images=np.concatenate(images),
        labels=np.array([label for _other, label in labelled], dtype=np.int64),
        classes=tuple(classes),
        files=tuple([file for file, _other in labelled]),
        unreadable=tuple(unreadable),
        fingerprint=listing.fingerprint,
    )


def split_validation(examples: Examples, share: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cuts train into what is learnt from and what is kept aside, each class by the same share.

    Identical images stay on one side, also when their labels differ; the share of a class is met within the size
    of a group of identical images. Same examples and seed, same split, on every machine.

    Args:
        examples: of the train split.
        share: of each class to keep aside, above 0 and below 1.
        seed: 0 or more.

    Returns:
        Places of the training and of the validation examples, each int64, ascending; together every place once.

    Raises:
        ConfigError: for a share outside its range.
        DataError: when a class has too few different pictures to stand on both sides.
    """
    if not 0 < share < 1:
        raise ConfigError("validation_split", _("a share above 0 and below 1"), share)
    groups = identical_groups(examples.images)
    held = hold_out(groups, examples.labels, share, np.random.default_rng(seed))
    for label, name in enumerate(examples.classes):
        mine = examples.labels == label
        if not (mine & held).any() or not (mine & ~held).any():
            folder = Path(examples.files[int(mine.argmax())]).parent if mine.any() else Path(name)
            raise DataError(
                _(TOO_FEW, root=folder, name=repr(name), part=_("validation"), n=len(np.unique(groups[mine])))
            )
    return np.flatnonzero(~held), np.flatnonzero(held)


MOST_FOLDS = 5


def folds(own: Examples, seed: int) -> Labels:
    """Deals the pictures into parts of about equal size, each class evenly; identical ones stay together.

    Returns:
        int64 (N,): the part of each. There are at most five and at most as many as the smallest class has pictures,
        but two where that has one only and there are others.
    """
    groups = identical_groups(own.images)
    first = np.unique(groups, return_index=True)[1]  # one picture of each group stands for it
    labels = own.labels[first]
    counts = np.bincount(labels)
    parts = min(MOST_FOLDS, len(first), max(2, int(counts[counts > 0].min())))
    order = np.random.default_rng([seed, len(first)]).permutation(len(first))
    dealt = np.empty(len(first), np.int64)
    dealt[order[np.argsort(labels[order], kind="stable")]] = np.arange(len(first)) % parts
    return dealt[groups]
