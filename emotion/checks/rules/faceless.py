"""The second pass of a check, started by itself: pictures in which no face is found.

Not asked of pictures up to 96 pixels: those are faces already cut out, of which detectors miss up to 42 %. Nor of the
drawn faces, which no detector was made for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emotion.checks import cache
from emotion.checks.finding import Finding, exclude, singles
from emotion.checks.rule import Rule
from emotion.images import WORKING_SIDE, PictureError, detect, open_picture
from emotion.system import _, disk, drawn_faces_dir, files, ngettext, stored

if TYPE_CHECKING:
    from emotion.checks.table import Table
    from emotion.data import Listing
    from emotion.images import Progress


CROPS_UP_TO = 96  # pixels of the longer side


def askable(root: Path, table: Table) -> tuple[str, ...]:
    """The pictures in use that a detector can be asked about; none of the drawn faces."""
    if root.resolve() == drawn_faces_dir().resolve():
        return ()
    long = np.maximum(table.facts.width, table.facts.height)
    return table.names(np.flatnonzero(table.used & (long > CROPS_UP_TO)))


def look(listing: Listing, names: Iterable[str], progress: Progress | None = None) -> tuple[str, ...]:
    """Looks for a face in each picture and keeps what it has found out. About 20 ms a picture.

    Args:
        listing: of what lies on the disk; the outcome is kept by its fingerprint.
        names: from `askable`.
        progress: called with (done, all); what it raises ends the pass, and nothing is kept.

    Returns:
        Those without a face.
    """
    wanted = tuple(names)
    without = []
    for done, name in enumerate(wanted, start=1):
        if not _has_face(listing.root / name):
            without.append(name)
        if progress:
            progress(done, len(wanted))
    place = cache.location(listing.root, listing.fingerprint, "faces.json")
    disk.make_folder(place.parent)
    files.write_json(place, {"asked": len(wanted), "without": without})
    return tuple(without)


def _has_face(path: Path) -> bool:
    try:
        return bool(detect.find_faces(open_picture(path, max_side=WORKING_SIDE).rgb))
    except (PictureError, OSError):
        return True  # that it cannot be read is another finding


def asked(listing: Listing) -> int | None:
    """How many pictures were looked at; None before the first pass over the folder as it is now."""
    return _kept(listing).asked


def last_without_face(listing: Listing) -> tuple[str, ...]:
    """The pictures without a face, as far as anybody has looked."""
    return _kept(listing).without


@dataclass(frozen=True)
class _Kept:
    """What the last pass has found out, as it is stored."""

    asked: stored.Number | None = None
    without: tuple[str, ...] = ()


def _kept(listing: Listing) -> _Kept:
    return stored.read_or(cache.location(listing.root, listing.fingerprint, "faces.json"), _Kept, _Kept())


def finding(table: Table) -> Finding | None:
    """Pictures in use without a face."""
    names = table.names(np.flatnonzero(table.used)) if table.without_face else ()
    found = tuple(name for name in names if name in table.without_face)
    if not found:
        return None
    why = _("In training they are left out, or something that is no face is learned as one.")
    title = ngettext("No face was found in {n} picture", "No face was found in {n} pictures", len(found))
    return Finding("faceless", len(found), title, why, singles(found), remedies=(exclude(found, _("no face found")),))


RULES = (Rule(60, {}, finding),)  # it looks only when it is asked to, so not finding any says nothing
