"""The second pass of a check, started by itself: pictures in which no face is found.

Not asked of pictures up to 96 pixels: those are faces already cut out, of which detectors miss up to 42 %. Nor of the
drawn faces, which no detector was made for. Many pictures are looked at by the processes of photos by the million
(`emotion.models.many`), in parts that a stopped pass goes on from.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emotion.checks import cache
from emotion.checks.finding import Finding, exclude, singles
from emotion.checks.rule import Rule
from emotion.images import WORKING_SIDE, PictureError, detect, open_picture
from emotion.models import many
from emotion.system import _, disk, drawn_faces_dir, files, ngettext, stored

if TYPE_CHECKING:
    from emotion.checks.table import Table
    from emotion.data import Listing
    from emotion.images import Progress


CROPS_UP_TO = 96  # pixels of the longer side
FEW = 200  # pictures that one process has looked at before several have begun
BATCH = 8  # pictures that a process is given at a time
NONE, FACE = b"\0", b"\1"  # what is said of a picture


def askable(root: Path, table: Table) -> tuple[str, ...]:
    """The pictures in use that a detector can be asked about; none of the drawn faces."""
    if root.resolve() == drawn_faces_dir().resolve():
        return ()
    long = np.maximum(table.facts.width, table.facts.height)
    return table.names(np.flatnonzero(table.used & (long > CROPS_UP_TO)))


@dataclass(frozen=True)
class FaceTask:
    """What processes are asked: whether a face is found in files of a folder."""

    root: Path

    def begin(self) -> Callable[[list[str]], list[bytes]]:
        return lambda names: [_said(name, self.root / name) for name in names]

    def lost(self, name: str) -> bytes:
        return FACE  # that it cannot be read is another finding

    def content(self, name: str) -> bytes | None:
        return many.content(str(self.root / name))

    def there(self) -> Callable[[], many.There[bytes]]:
        return _there


def _there() -> many.There[bytes]:
    return lambda names, contents: list(map(_said, names, contents))


def _said(name: str, source: Path | bytes) -> bytes:
    try:
        return FACE if detect.find_faces(open_picture(source, max_side=WORKING_SIDE, name=name).rgb) else NONE
    except (PictureError, OSError):
        return FACE  # as above


def _write(rows: list[bytes], path: Path) -> None:
    path.write_bytes(b"".join(rows))


KIND = many.Kind(".rows", _write, lambda row: row == NONE, lambda path, rows: path.stat().st_size == rows)


def look(
    listing: Listing,
    names: Iterable[str],
    progress: Progress | None = None,
    jobs: int | None = None,
    on: str | None = None,
) -> tuple[str, ...]:
    """Looks for a face in each picture and keeps what it has found out. About 20 ms a picture.

    Args:
        listing: of what lies on the disk; the outcome is kept by its fingerprint.
        names: from `askable`.
        progress: called with (done, all); what it raises ends the pass. Of more than FEW pictures the parts stay.
        jobs: how many processes look at more than FEW pictures; None: one a core.
        on: a cluster of Ray whose processes look at them instead.

    Returns:
        Those without a face.

    Raises:
        EmotionError: where no process can be started, or the cluster not be asked.
    """
    wanted = tuple(names)
    place = cache.location(listing.root, listing.fingerprint, "faces.json")
    disk.make_folder(place.parent)
    if len(wanted) > FEW or (on and wanted):
        with many.several(FaceTask(listing.root), jobs or many.usual_jobs(), on) as pool:
            said = _by_several(wanted, place, pool, progress)
    else:
        said = _here(wanted, listing.root, progress)
    without = [name for name, found in zip(wanted, said, strict=True) if found == NONE]
    files.write_json(place, {"asked": len(wanted), "without": without})
    return tuple(without)


def _here(names: tuple[str, ...], root: Path, progress: Progress | None) -> list[bytes]:
    said, ask = list[bytes](), FaceTask(root).begin()
    for name in names:
        said += ask([name])
        if progress:
            progress(len(said), len(names))
    return said


def _by_several(names: tuple[str, ...], place: Path, pool: many.Looks, progress: Progress | None) -> list[bytes]:
    tell = None if progress is None else lambda done: progress(done, len(names))
    parts = many.Parts(place, {"size": WORKING_SIDE}, KIND)
    with contextlib.closing(parts):
        many.fill(parts, names, pool, BATCH, tell)
        whole = b"".join(path.read_bytes() for path in parts.paths())
        parts.remove()
    return [whole[row : row + 1] for row in range(len(whole))]


def asked(listing: Listing) -> int | None:
    """How many pictures were looked at; None before the first pass over the folder as it is now."""
    return _kept(listing).asked


def last_without_face(listing: Listing) -> tuple[str, ...]:
    """The pictures without a face, as far as anybody has looked."""
    return _kept(listing).without


@dataclass(frozen=True)
class _LastPass:
    """What the last pass has found out, as it is stored."""

    asked: stored.Number | None = None
    without: tuple[str, ...] = ()


def _kept(listing: Listing) -> _LastPass:
    return stored.read_or(cache.location(listing.root, listing.fingerprint, "faces.json"), _LastPass, _LastPass())


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
