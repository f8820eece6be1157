"""The command line: options in, one function of a room called, its result printed.

May import every room. What a command needs is imported when it runs, and not for the help of another.
"""

from __future__ import annotations

from emotion.cli import app, bundle, check, data, many, options, serve, terminal, tune

__all__ = ["app", "bundle", "check", "data", "many", "options", "serve", "terminal", "tune"]
