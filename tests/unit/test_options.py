"""Options of the command line that are made of the fields of a dataclass, and the reader of whole numbers."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass

import pytest

from emotion.__main__ import parser
from emotion.cli import options
from emotion.recipes import TrainingConfig
from emotion.system import ConfigError, check_settings, setting, settings_of
from emotion.tuning import Settings


@dataclass(frozen=True)
class Cake:
    """What a person may ask of a baker."""

    eggs: int = setting(3, "how many eggs", low=1, high=12)
    sugar: float = setting(0.5, "share of sugar", low=0.0, high=1.0)
    kind: str = setting("plain", "what is in it", choices=("plain", "nuts"))
    iced: bool = setting(False, "ice it")
    for_whom: str = setting("", "written on it", longest=5)
    minutes: float | None = setting(None, "how long at most", kind=float, low=1.0, high=90.0, optional=True)
    shelf: str = setting("cellar")

    def __post_init__(self) -> None:
        check_settings(self)


def baker() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser()
    options.add_settings(made, Cake, eggs="how many eggs of ours")
    return made


def test_a_field_with_words_is_an_option_of_its_kind() -> None:
    chosen = baker().parse_args(
        ["--eggs", "4", "--sugar", "0.25", "--kind", "nuts", "--iced", "--for-whom", "Ada", "--minutes", "30"]
    )

    assert vars(chosen) == {"eggs": 4, "sugar": 0.25, "kind": "nuts", "iced": True, "for_whom": "Ada", "minutes": 30.0}


def test_an_option_that_nobody_names_changes_nothing() -> None:
    named = {name: value for name, value in vars(baker().parse_args([])).items() if value is not None}

    assert Cake(**named) == Cake()


def test_help_is_that_of_the_field_unless_the_command_means_something_else() -> None:
    said = baker().format_help()

    assert "--eggs N" in said
    assert "how many eggs of ours" in said
    assert "share of sugar" in said
    assert "shelf" not in said


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"eggs": 0}, "eggs: expected a whole number from 1 to 12"),
        ({"eggs": 2.5}, "eggs: expected a whole number from 1 to 12"),
        ({"sugar": 1.1}, "sugar: expected a number from 0 to 1"),
        ({"kind": "salt"}, "kind: expected one of plain, nuts"),
        ({"iced": 1}, "iced: expected true or false"),
        ({"for_whom": "a\0"}, "for_whom: expected text without a NUL"),
        ({"for_whom": "Ada and I"}, "for_whom: expected at most 5 characters. Received: '9 characters'"),
        ({"minutes": 0.5}, "minutes: expected a number from 1 to 90"),
        ({"shelf": 3}, "shelf: expected text without a NUL"),
    ],
)
def test_a_field_refuses_what_it_may_not_be(values: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(says)):
        Cake(**values)


@pytest.mark.parametrize(("command", "cls"), [("train", TrainingConfig), ("tune", Settings)])
def test_a_command_has_an_option_for_each_field_that_says_what_it_does(command: str, cls: type) -> None:
    (commands,) = (action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    there = {action.dest: action for action in commands.choices[command]._actions}

    for name in options.names_of(cls):
        known = settings_of(cls)[name]
        assert there[name].help == known.does
        assert tuple(there[name].choices or ()) == known.choices
        assert there[name].default in (None, False)


@pytest.mark.parametrize(
    ("low", "high", "text", "number"),
    [(1, None, "1", 1), (0, 9, "9", 9), (0, 9, "10", None), (1, 9, "0", None), (0, None, "-1", None),
     (0, 9, "²", None), (0, 9, "٣", None), (0, 9, "1.0", None), (0, 9, "", None)],
)  # fmt: skip
def test_a_whole_number_is_read_within_its_range(low: int, high: int | None, text: str, number: int | None) -> None:
    read = options.whole(low, high, "eggs")

    if number is None:
        with pytest.raises(argparse.ArgumentTypeError, match=f"expected a whole number of eggs from {low}"):
            read(text)
    else:
        assert read(text) == number


@pytest.mark.parametrize("command", [["train"], ["evaluate", "pretrained"], ["tune"]])
@pytest.mark.parametrize("given", ["", "  "])
def test_data_that_says_nothing_is_not_taken_for_the_usual_data(
    command: list[str], given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        parser().parse_args([*command, f"--data={given}"])

    assert "Received nothing: leave the option out for the usual data" in capsys.readouterr().err
