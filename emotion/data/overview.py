"""All pictures of a data folder as the network sees them, with numbers about each: what there is to look at.

Letters: N pictures of all splits, K classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emotion.data import dataset
from emotion.data.bring.staging import quiet
from emotion.images import measure
from emotion.system import IMAGE_SIZE, N_

if TYPE_CHECKING:
    from emotion.data.bring.staging import Progress
    from emotion.data.listing import Listing
    from emotion.images import Headers, Measures


BY_NAME, DARKEST, BRIGHTEST, FLATTEST, BLURRIEST, SHARPEST = (
    "name", "darkest", "brightest", "flattest", "blurriest", "sharpest"
)  # fmt: skip
ORDERS = (BY_NAME, DARKEST, BRIGHTEST, FLATTEST, BLURRIEST, SHARPEST)
SECONDS = {"small": 0.15e-3, "large": 0.08}  # a file, about: faces are looked for in large ones
LARGE_FILE = 32_768  # bytes


@dataclass(frozen=True, eq=False)
class Overview:
    """What there is in a data folder.

    Attributes:
        images: uint8 (N, 48, 48), grey.
        splits: N words, "train", "test" or "validation".
        labels: int64 (N,), index into `classes`.
        classes: the K class names of all splits, in the order of the alphabet.
        files: N names relative to the data folder, with "/".
        unreadable, faceless: names of files that are not among the N.
        measures: of the N.
        headers: of the N files as they lie on the disk.
    """

    images: NDArray[np.uint8]
    splits: tuple[str, ...]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    files: tuple[str, ...]
    unreadable: tuple[str, ...]
    faceless: tuple[str, ...]
    measures: Measures
    headers: Headers

    def index_of(self, file: str) -> int | None:
        """The place of the file of that name, or None."""
        return self.files.index(file) if file in self.files else None

    def chosen(self, split: str = "", label: str = "", order: str = BY_NAME) -> NDArray[np.int64]:
        """Places of the pictures of a split and a class ("" = of any), in one of `ORDERS`."""
        kept = np.ones(len(self.files), dtype=bool)
        if split:
            kept &= np.array(self.splits) == split
        if label:
            kept &= self.labels == (self.classes.index(label) if label in self.classes else -1)
        places = np.flatnonzero(kept)
        numbers = {
            DARKEST: self.measures.brightness,
            BRIGHTEST: -self.measures.brightness,
            FLATTEST: self.measures.contrast,
            BLURRIEST: self.measures.sharpness,
            SHARPEST: -self.measures.sharpness,
        }
        return places if order not in numbers else places[np.argsort(numbers[order][places], kind="stable")]


def seconds(listing: Listing) -> float:
    """About how long `read` takes when nothing is cached, by the size of a few files."""
    files = [file for classes in listing.files.values() for names in classes.values() for file in names]
    sizes = sorted((listing.root / file).stat().st_size for file in files[:: max(1, len(files) // 15)])
    kind = "large" if sizes and sizes[len(sizes) // 2] >= LARGE_FILE else "small"
    return len(files) * SECONDS[kind]


def read(listing: Listing, progress: Progress = quiet) -> Overview:
    """Reads everything, at the second time mostly from the cache.

    Args:
        progress: called in this thread; what it raises ends the reading.

    Raises:
        DataError: when no picture of a class can be read.
    """
    parts, labels = [], []
    splits, files, lost, faceless = (list[str]() for _ in range(4))
    classes = tuple(sorted({name for counts in listing.counts.values() for name, n in counts.items() if n}))
    for split, counts in listing.counts.items():
        here = [name for name, number in counts.items() if number]
        if not here:
            continue
        examples = dataset.load(listing, split, here, lambda done, total: progress(N_("Reading pictures"), done, total))
        parts.append(examples.images)
        splits += [split] * len(examples.files)
        labels.append(np.array([classes.index(name) for name in here], np.int64)[examples.labels])
        files += examples.files
        lost += examples.unreadable
        faceless += examples.faceless
    images = np.concatenate([np.empty((0, IMAGE_SIZE, IMAGE_SIZE), np.uint8), *parts])
    headers = measure.headers(
        listing.root, files, lambda done, total: progress(N_("Looking at the files"), done, total)
    )
    return Overview(
        images=images,
        splits=tuple(splits),
        labels=np.concatenate([np.empty(0, np.int64), *labels]),
        classes=classes,
        files=tuple(files),
        unreadable=tuple(lost),
        faceless=tuple(faceless),
        measures=measure.measure(images),
        headers=headers,
    )
