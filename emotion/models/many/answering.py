"""From names of photos to a table of answers, part after part, with memory that does not grow with their number."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from emotion import __version__
from emotion.models import preferences
from emotion.models.many.cluster import several
from emotion.models.many.parts import Parts
from emotion.models.many.tables import kind_of
from emotion.models.many.worker import PhotoTask
from emotion.system import EmotionError, _, disk, whole

if TYPE_CHECKING:
    from emotion.models.answers import Looking
    from emotion.models.predictor import Predictor

PART = 1000  # photos: at a restart at most so many are looked at once more
BATCH = 8  # photos that a process is given at a time


class Looks(Protocol):
    """Whoever looks at pictures: `Pool`, `RayPool`."""

    def rows(self, batches: Iterator[list[str]], /) -> Iterator[list[Any]]:
        """The rows of each batch of names, in the order of the batches."""


@dataclass(frozen=True)
class Done:
    """What came of it.

    Attributes:
        photos: rows of the table; `refused` of them say why there is no answer.
        kept: photos that an earlier, interrupted call had answered already.
        seconds: that the others took.
    """

    photos: int
    refused: int
    kept: int
    seconds: float


def answer_all(
    names: Iterable[str],
    out: Path,
    predictor: Predictor,
    looking: Looking,
    *,
    all_classes: bool = False,
    jobs: int = 1,
    on: str | None = None,
    tell: Callable[[int], None] | None = None,
) -> Done:
    """Answers photos in several processes and writes a table with a row for each, in the order of their names.

    Args:
        names: of files; a row says them as they are given.
        out: the table, .parquet or .jsonl. While it grows its parts lie beside it; the same call goes on with them.
        predictor: the model. Each process reads it anew, by its `reference`.
        looking: how to look at each.
        all_classes: also say the probability of every class.
        jobs: how many processes, 1 or more.
        on: a cluster of Ray that looks at them instead, "auto" or ray://host:10001; see `RayPool`.
        tell: called with how many photos are done; what it raises ends the work, and the parts stay.

    Raises:
        EmotionError: where the table is there already, or another process writes it; where no table of that name can
            be written, no process be started, or the cluster not be asked.
    """
    if out.exists():
        raise EmotionError(
            _(
                "{path} is there already: nothing is written over it. Move it away, or name another with --out.",
                path=out,
            )
        )
    kind, join = kind_of(out, predictor.info.classes if all_classes else ())
    parts = Parts(out, _asked(predictor, looking, all_classes), kind)
    start = time.perf_counter()
    task = PhotoTask(predictor.reference, looking, all_classes)
    with contextlib.closing(parts), several(task, jobs, on) as pool:
        photos, kept = fill(parts, names, pool, BATCH, tell)
        with disk.writing(out.parent), whole(out) as unfinished:
            join(parts.paths(), unfinished)
        parts.remove()
    return Done(photos, parts.refused(), kept, time.perf_counter() - start)


def fill(
    parts: Parts, names: Iterable[str], pool: Looks, batch: int, tell: Callable[[int], None] | None = None
) -> tuple[int, int]:
    """Has pictures looked at until all parts are there.

    Args:
        batch: how many pictures a process is given at a time.
        tell: as for `answer_all`.

    Returns:
        How many pictures there are, and how many of them had been looked at before.
    """
    pictures, kept = 0, 0
    todo: deque[tuple[int, list[str]]] = deque()  # parts whose rows are on their way

    def batches() -> Iterator[list[str]]:
        nonlocal pictures, kept
        for number, part in enumerate(_cut(names, PART)):
            pictures += len(part)
            if parts.is_there(number, part):
                kept += len(part)
                continue
            todo.append((number, part))
            yield from _cut(part, batch)

    done, rows = 0, list[Any]()
    for found in pool.rows(batches()):
        rows += found
        done += len(found)
        if len(rows) == len(todo[0][1]):
            parts.write(*todo.popleft(), rows)
            rows = []
        if tell is not None:
            tell(kept + done)
    return pictures, kept


def _asked(predictor: Predictor, looking: Looking, all_classes: bool) -> dict[str, Any]:
    """All that decides an answer beside the photo."""
    return {
        "version": __version__, "network": preferences.digest(predictor.path), "info": predictor.info.to_json(),
        "looking": dataclasses.asdict(looking), "all_classes": all_classes,
    }  # fmt: skip


def _cut(names: Iterable[str], size: int) -> Iterator[list[str]]:
    """Lists of so many, the last one shorter."""
    rest = iter(names)
    while some := list(itertools.islice(rest, size)):
        yield some
