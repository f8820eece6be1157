"""Options and exit statuses that several commands have, so that they are said and read in one way."""

from __future__ import annotations

import argparse

OK, REFUSED = 0, 1  # exit statuses; 2 is wrong usage


def class_names(text: str) -> tuple[str, ...]:
    """The names in "A,B"."""
    return tuple(name.strip() for name in text.split(","))


def add_classes(parser: argparse.ArgumentParser, what: str, metavar: str = "A,B") -> None:
    """Adds `--classes`, and `--class` for names with a comma in them, which `--classes` would take for two.

    Args:
        parser: of the command; `classes` is None where nobody names any. `emotion.__main__` joins the two.
        what: the help for `--classes`.
    """
    parser.add_argument("--classes", type=class_names, metavar=metavar, help=what)
    parser.add_argument("--class", dest="single_classes", action="append", default=[], metavar="NAME",
                        help="one class, whatever is in its name; may be given several times")  # fmt: skip
