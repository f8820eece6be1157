"""What a rule of the check is; the rules themselves lie in `emotion.checks.rules`, each registered where it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotion.checks.finding import Finding
    from emotion.checks.table import Table


@dataclass(frozen=True)
class Rule:
    """One thing that a check looks for.

    Attributes:
        weight: the heaviest finding is told first.
        looks_for: kind of its finding, a fixed word → what that is, in words, for when it is not found; a kind that is
            not named here goes without.
        find: the table → the finding, None where all is well; or several of either.
        could_look: the data folder, the kinds that were found → whether it makes sense to say that nothing was found.
    """

    weight: int
    looks_for: dict[str, str]
    find: Callable[[Table], Finding | Sequence[Finding | None] | None]
    could_look: Callable[[Path, set[str]], bool] = lambda root, found: True

    def findings(self, table: Table) -> list[Finding]:
        """What it has found."""
        found = self.find(table)
        several = found if isinstance(found, Sequence) else [found]
        return [finding for finding in several if finding is not None]
