"""The command line: options in, one function of a room called, its result printed.

May import every room.
"""

from __future__ import annotations

from emotion.cli import app, bundle, check, commands, data, tune

__all__ = ["app", "bundle", "check", "commands", "data", "tune"]
