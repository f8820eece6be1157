"""The command line: options in, one function of a room called, its result printed.

May import every room.
"""

from __future__ import annotations

from emotion.cli import app, check, commands, data, tune

__all__ = ["app", "check", "commands", "data", "tune"]
