"""How a folder that somebody brings is laid out, and what is to be done with it."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from emotion.data import class_names
from emotion.data import splits as class_folders
from emotion.data.bring import fer_csv
from emotion.data.bring.tables.labels import Asked
from emotion.data.class_names import class_key, split_of
from emotion.data.folders import tree
from emotion.system import N_, ConfigError, DataError, _, listed, ngettext, number

if TYPE_CHECKING:
    from emotion.data.folders.meaning import Meaning
    from emotion.data.folders.tree import Tree

IMAGES = frozenset({"images", "image", "imgs", "img", "jpegimages"})
BESIDE_PICTURES = (".xml", ".txt")  # one for each picture: Pascal VOC, YOLO
BESIDE_IMAGES = ("labels", "annotations", "masks", "label", "annotation", "mask", "bboxes", "polygons")
MOST_NAMED = 5  # folders in a sentence
DEEPEST_WRAPPER = 3  # folders that only hold one another before the real one


@dataclass(frozen=True)
class Options:
    """How data is brought in.

    Attributes:
        share, seed: of a split that has to be made; see `class_folders.share_out`. With the share 0 all are for
            training: sets of a few pictures are judged by pictures that are held out in turn.
        names: class → what it shall be called instead.
        test: of a csv file, which test part is taken; see `fer_csv.convert`.
        code_page: in which the names of an old zip are written; "" to find out.
        labels: where the labels are, when not in the folders.
        leave_out: classes that are not taken.
    """

    share: float = class_folders.SHARE
    seed: int = class_folders.SEED
    names: Mapping[str, str] | None = None
    test: str = fer_csv.PUBLIC
    code_page: str = ""
    labels: Asked = field(default_factory=Asked)
    leave_out: tuple[str, ...] = ()

    def renamed(self) -> dict[str, str]:
        """Class key → class key, "" for a class that is left out; names that stay as they are are left aside."""
        pairs = {class_key(old): class_key(new) for old, new in (self.names or {}).items()}
        unfit = [new for new in pairs.values() if not class_names.is_folder_name(new)]
        if unfit:
            raise ConfigError(_("class names"), _("names that a folder may have"), unfit[0])
        kept = {old: new for old, new in pairs.items() if old != new}
        return kept | {class_key(name): "" for name in self.leave_out}


def locate(folder: Path) -> Path:
    """The folder itself, or the one behind folders that only wrap it: they hold one folder and no file of interest."""
    here = folder
    for _step in range(DEEPEST_WRAPPER + 1):
        inside = [here / name for names in tree.folders(here).values() for name in names]
        if any(split_of(path.name) for path in inside):
            return here
        with_splits = [path for path in inside if any(map(split_of, tree.folders(path)))]
        if len(with_splits) == 1 and not class_names.means(class_key(with_splits[0].name)):
            return with_splits[0]
        if len(inside) != 1 or any(
            os.path.isfile(here / name) for name in os.listdir(here) if not name.startswith(".")
        ):
            return here
        if class_names.means(class_key(inside[0].name)):
            return here
        here = inside[0]
    return here


def has_classes(walked: Tree, understood: Meaning) -> bool:
    """Whether the folders say two classes that hold pictures; images/ and masks/ are none."""
    full = {understood.sides[parts][1] for parts, place in walked.places.items()
            if place.records and parts in understood.sides}  # fmt: skip
    return len(full - IMAGES - set(BESIDE_IMAGES)) >= 2


def class_files(walked: Tree, understood: Meaning) -> dict[str, tuple[str, ...]]:
    """Class → files of class folders without a split; folders without a picture are no classes."""
    found: dict[str, list[str]] = {}
    for parts, place in walked.places.items():
        if parts in understood.sides and place.records:
            found.setdefault(understood.sides[parts][1], []).extend(record[0] for record in place.records)
    return {name: tuple(sorted(files)) for name, files in sorted(found.items())}


NO_CLASSES_IN_EXPORT = N_(
    "{root} holds pictures and their labels in {where}, as an export for detection or segmentation does: export it for "
    "classification instead (a folder for each class; in Roboflow: “Folder Structure”)."
)


def refuse_export(walked: Tree, understood: Meaning) -> None:
    """Refuses the folders of a detection or segmentation export, whose pictures lie in no class folders.

    Raises:
        DataError: when images/ stands beside labels/, annotations/, masks/ or the like.
    """
    if has_classes(walked, understood):
        return
    for place in walked.places.values():
        names = {name.casefold() for name in place.folders}
        beside = [name for name in BESIDE_IMAGES if name in names]
        if beside and names & IMAGES:
            raise DataError(_(NO_CLASSES_IN_EXPORT, root=walked.root, where=f"{beside[0]}/"))
        if place.others[".json"] and (name := _detection_json(walked.root.joinpath(*place.parts))):
            raise DataError(_(NO_CLASSES_IN_EXPORT, root=walked.root, where=name))
        for ending in BESIDE_PICTURES:
            if len(place.records) >= 2 and place.others[ending] >= len(place.records):
                where = _("{ending} files beside the pictures", ending=ending)
                raise DataError(_(NO_CLASSES_IN_EXPORT, root=walked.root, where=where))


def _detection_json(folder: Path) -> str:
    """The file in which COCO or CreateML keep the boxes of a folder of pictures; "" for none."""
    names = sorted(os.listdir(folder))
    return next((name for name in names if re.search(r"coco|createml|instances_", name, re.IGNORECASE)), "")


def inventory(walked: Tree) -> str:
    """What lies in a folder, in words: "20 pictures in train/ and 6 in validation/"; "" for no picture."""
    groups = Counter[str]()
    for parts, place in walked.places.items():
        groups["/".join(parts[:2])] += len(place.records)
    found = [(where, n) for where, n in groups.most_common(MOST_NAMED) if n]
    said: list[str] = []
    for where, n in found:
        pictures = number(n) if said else ngettext("{n} picture", "{n} pictures", n)
        said.append(_("{pictures} in {where}", pictures=pictures, where=f"{where}/" if where else _("no folder")))
    return listed(said)


def other_files(walked: Tree) -> str:
    """What lies in a folder without pictures, in words: "2 .xlsx files"; "" for nothing."""
    endings = Counter(ending for place in walked.places.values() for ending in place.others.elements())
    return ", ".join(
        ngettext("{n} {ending} files", "{n} {ending} files", n, ending=ending or _("other"))
        for ending, n in endings.most_common(3)
    )
