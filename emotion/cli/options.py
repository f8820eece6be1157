"""Options and exit statuses that several commands have, so that they are said and read in one way."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from typing import Any

from emotion.system import N_, _, settings_of

OK, REFUSED = 0, 1  # exit statuses; 2 is wrong usage
ARGPARSE_SAYS = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("show this help message and exit"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("the following arguments are required: %s"),
    N_("one of the arguments %s is required"),
    N_("unrecognized arguments: %s"),
    N_("not allowed with argument %s"),
    N_("expected one argument"),
    N_("expected at least one argument"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
    N_("ignored explicit argument %r"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid %(type)s value: %(value)r"),
)


def speak() -> None:
    """Has argparse say its own words in the reader's language; it asks Python's gettext, which knows no catalogue."""
    setattr(argparse, "_", _)  # noqa: B010 - the name by which it has imported it


def names_of(cls: type) -> tuple[str, ...]:
    """The fields of a dataclass that have an option: those of `setting` that say what they do."""
    return tuple(name for name, known in settings_of(cls).items() if known.does)


def add_settings(parser: argparse.ArgumentParser, cls: type, names: Iterable[str] | None = None, **words: str) -> None:
    """Adds the options that set fields of a dataclass; each is None where nobody names it, and False for a flag.

    Args:
        parser: of the command.
        cls: the dataclass; name, type, choices and help of an option are those of its field.
        names: of the fields, in the order of the help; None for all that have an option.
        words: name → help, where the command means something else by it.
    """
    known = settings_of(cls)
    for name in names_of(cls) if names is None else names:
        said = known[name]
        given: dict[str, Any] = {"help": words.get(name) or _(said.does)}
        if said.kind is bool:
            given["action"] = "store_true"
        elif said.choices:
            given["choices"] = said.choices
        elif said.kind in (int, float):
            given |= {"type": said.kind, "metavar": said.metavar or ("N" if said.kind is int else "X")}
        else:
            given["metavar"] = said.metavar or None
        parser.add_argument(f"--{name.replace('_', '-')}", **given)


def whole(low: int, high: int | None = None, of: str = "") -> Callable[[str], int]:
    """Reads a whole number.

    Args:
        low, high: the range, both ends allowed; None for no upper end.
        of: what is counted, such as "pixels", marked by `N_`.
    """

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal()) or int(text) < low or (high is not None and int(text) > high):
            raise argparse.ArgumentTypeError(
                _("expected {expected}. Received: {text}", expected=_whole(str(low), high, of), text=text)
            )
        return int(text)

    return read


def _whole(low: str, high: int | None, of: str) -> str:
    if of and high is not None:
        return _("a whole number of {what} from {low} to {high}", what=_(of), low=low, high=str(high))
    if of:
        return _("a whole number of {what} from {low}", what=_(of), low=low)
    if high is not None:
        return _("a whole number from {low} to {high}", low=low, high=str(high))
    return _("a whole number from {low}", low=low)


def data(text: str) -> str:
    """What `--data` says; an empty word, such as a variable that is not set, is not taken for the usual data."""
    if not text.strip():
        raise argparse.ArgumentTypeError(
            _(
                "expected a folder, the name of a data set or demo. Received nothing: leave the option out for the "
                "usual data"
            )
        )
    return text


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
                        help=_("one class, whatever is in its name; may be given several times"))  # fmt: skip


def cluster(text: str) -> str:
    """Which cluster of Ray is meant; "" for this computer alone."""
    if text not in ("local", "auto") and not text.startswith("ray://"):
        raise argparse.ArgumentTypeError(_("expected local, auto or ray://host:10001. Received: {text}", text=text))
    return "" if text == "local" else text


def add_cluster(parser: argparse._ActionsContainer, what: str) -> None:
    """Adds `--on`; `on` is None where nobody says it, and "" for this computer."""
    more = _("local (default), or a cluster of Ray, auto or ray://host:10001")
    parser.add_argument("--on", type=cluster, metavar="CLUSTER", help=f"{what}: {more}")
