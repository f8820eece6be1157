"""Data sets: what lies in a folder, how it is split, what was decided about it, and how pictures come in.

May import `recipes` and the rooms below it.
"""

from __future__ import annotations

from emotion.data import (
    bring,
    class_names,
    collection,
    dataset,
    drawn,
    edits,
    listing,
    made_here,
    material,
    overview,
    registry,
    votes,
)
from emotion.data.class_names import SPLITS, class_key
from emotion.data.collection import Kept
from emotion.data.dataset import Examples, folds
from emotion.data.decisions import CONFIRM, EXCLUDE, MOVE, RELABEL, Change, Decision, Files, digest, in_force
from emotion.data.folders.compare import NO_TEST, NO_TRAIN, disagreements
from emotion.data.listing import Listing, decided, default_data, kept_as, on_disk, resolve, scan, title
from emotion.data.material import MINE, OWN_WEIGHT, Material, of_classes
from emotion.data.overview import Overview
from emotion.data.registry import BROWSER, DataSet
from emotion.data.splits import hold_out, identical_groups

__all__ = [
    "BROWSER",
    "CONFIRM",
    "EXCLUDE",
    "MINE",
    "MOVE",
    "NO_TEST",
    "NO_TRAIN",
    "OWN_WEIGHT",
    "RELABEL",
    "SPLITS",
    "Change",
    "DataSet",
    "Decision",
    "Examples",
    "Files",
    "Kept",
    "Listing",
    "Material",
    "Overview",
    "bring",
    "class_key",
    "class_names",
    "collection",
    "dataset",
    "decided",
    "default_data",
    "digest",
    "disagreements",
    "drawn",
    "edits",
    "folds",
    "hold_out",
    "identical_groups",
    "in_force",
    "kept_as",
    "listing",
    "made_here",
    "material",
    "of_classes",
    "on_disk",
    "overview",
    "registry",
    "resolve",
    "scan",
    "title",
    "votes",
]
