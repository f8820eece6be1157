"""The runs as rows of a table: searched, narrowed, put in order, and the trials of a study taken together.

Figures of a run are read only where they are asked for: a page of 25 rows opens the files of 25 runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from emotion.data import material
from emotion.recipes import ELSEWHERE
from emotion.runs.run import Run
from emotion.runs.summary import Summary, summarize
from emotion.system import N_, ConfigError, _

NEWEST, TESTED, KEPT, NAMED = "newest", N_("test score"), N_("kept epoch"), "name"
MADE_ELSEWHERE = N_("made elsewhere")


class StudyOf(NamedTuple):
    """The study (a tuning) that a run is a trial of: its id and how it is called."""

    id: str
    title: str


@dataclass(frozen=True)
class RunRow:
    """One run.

    Attributes:
        data: how its data is called.
        study: None for a run that is no trial.
    """

    run: Run
    data: str
    study: StudyOf | None = None

    @property
    def summary(self) -> Summary:
        return summarize(self.run.paths)

    @property
    def recipe(self) -> str:
        return MADE_ELSEWHERE if self.run.config.recipe == ELSEWHERE.name else self.run.config.recipe


@dataclass(frozen=True)
class StudyRow:
    """The trials of one study that are shown, in the order of the table; at least one."""

    study: StudyOf
    rows: tuple[RunRow, ...]

    @property
    def leader(self) -> RunRow:
        """The trial that got most of the validation faces right; of equals the first."""
        return max(self.rows, key=_kept)


@dataclass(frozen=True)
class Wanted:
    """Which runs are looked at; "" for any.

    Attributes:
        find: words, all of which stand somewhere in name, note, tags, data, recipe or id, whatever their case.
        data, recipe, tag: exactly these.
        status: a value of `Status`.
    """

    find: str = ""
    data: str = ""
    recipe: str = ""
    status: str = ""
    tag: str = ""


def rows(runs: Sequence[Run], studies: Mapping[str, StudyOf] | None = None) -> list[RunRow]:
    """A row a run, in their order.

    Args:
        studies: id of a run → the study that it is a trial of.
    """
    titles: dict[tuple[str, bool], str] = {}  # to ask how data is called reads files
    found = []
    for run in runs:
        key = (run.config.data, run.config.own)
        if key not in titles:
            titles[key] = material.title(run.config)
        found.append(RunRow(run, titles[key], (studies or {}).get(run.id)))
    return found


def matching(all_rows: Sequence[RunRow], wanted: Wanted) -> list[RunRow]:
    """The rows that fit all that is wanted."""
    if wanted == Wanted():
        return list(all_rows)
    words = wanted.find.casefold().split()
    return [row for row in all_rows if _fits(row, wanted) and (not words or _holds(row, words))]


def _fits(row: RunRow, wanted: Wanted) -> bool:
    return (
        wanted.data in ("", row.data)
        and wanted.recipe in ("", row.recipe)
        and wanted.status in ("", str(row.run.status))
        and (not wanted.tag or wanted.tag in row.run.words.tags)
    )


def _holds(row: RunRow, words: Sequence[str]) -> bool:
    said, study = row.run.words, row.study.title if row.study else ""
    text = "\n".join((row.run.title, said.note, *said.tags, row.data, row.recipe, row.run.id, study)).casefold()
    return all(word in text for word in words)


def ordered(some: Sequence[RunRow], order: str = NEWEST) -> list[RunRow]:
    """Rows in one of `ORDERS`; those without a figure come last, and equals stay as they were.

    Raises:
        ConfigError: for another word.
    """
    if order not in ORDERS:
        raise ConfigError("order", _("one of {names}", names=", ".join(ORDERS)), order)
    value, highest_first = ORDERS[order]
    return sorted(some, key=value, reverse=highest_first)


def _tested(row: RunRow) -> float:
    test = row.summary.test
    return -1.0 if test is None else test.accuracy


def _kept(row: RunRow) -> float:
    kept = row.summary.kept
    return -1.0 if kept is None else kept


# Name → what rows are ordered by, and whether the highest comes first.
ORDERS: dict[str, tuple[Callable[[RunRow], Any], bool]] = {
    NEWEST: (lambda row: (row.run.created, row.run.id), True),
    TESTED: (_tested, True),
    KEPT: (_kept, True),
    NAMED: (lambda row: row.run.title.casefold(), False),
}


def grouped(some: Sequence[RunRow]) -> list[RunRow | StudyRow]:
    """The same with all trials of a study as one, in the place of the first of them."""
    trials: dict[str, list[RunRow]] = {}
    for row in some:
        if row.study:
            trials.setdefault(row.study.id, []).append(row)
    found: list[RunRow | StudyRow] = []
    for row in some:
        if not row.study:
            found.append(row)
        elif mine := trials.pop(row.study.id, None):
            found.append(StudyRow(row.study, tuple(mine)))
    return found


def tags(runs: Sequence[Run]) -> list[str]:
    """Every tag that a run has, in the order of the alphabet."""
    return sorted({tag for run in runs for tag in run.words.tags}, key=str.casefold)
