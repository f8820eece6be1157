"""Runs that other computers train, through Ray: `train --on`.

No disk is shared. What a run needs travels to the computer that trains it (`luggage`), which has the worker of an
ordinary run in a folder of its own (`site`, `at_node`); what changes in that folder comes back (`mirror`) and is
written into the ordinary run folder by one process (`follow`). Where a computer is gone, another goes on from what has
come back.

What it needs is imported where it is called: a run that is trained here waits for none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotion.runs import RunPaths
    from emotion.training.worker import Tell

__all__ = ["room", "run"]


def run(paths: RunPaths, on: str, tell: Tell = lambda row: None) -> None:
    """Has a queued run trained by a computer of a cluster, or goes on with it there; see `follow.run`."""
    from emotion.training.cluster import follow

    follow.run(paths, on, tell)


def room(on: str) -> int:
    """How many runs a cluster can train at once; see `follow.room`."""
    from emotion.training.cluster import follow

    return follow.room(on)
