"""Answers for other programs: one model behind an address, with limits on what it takes.

May import `models` and the rooms below it. Only the command line imports it; the app's pages do not.
"""

from __future__ import annotations

from emotion.serving import cluster
from emotion.serving.application import build
from emotion.serving.keys import VARIABLE, read_key
from emotion.serving.limits import Limits
from emotion.serving.server import run

__all__ = ["VARIABLE", "Limits", "build", "cluster", "read_key", "run"]
