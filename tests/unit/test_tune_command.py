"""The options of `python -m emotion tune`."""

from __future__ import annotations

import pytest

from emotion.__main__ import parser


def vary(text):
    return parser().parse_args(["tune", "--vary", text]).vary


def test_reads_fields_with_and_without_ranges():
    assert vary("learning_rate, width=0.5:1.5,epochs=2:5") == {
        "learning_rate": None,
        "width": (0.5, 1.5),
        "epochs": (2, 5),
    }


def test_keeps_whole_numbers_whole():
    assert [type(value) for value in vary("epochs=2:5")["epochs"]] == [int, int]


@pytest.mark.parametrize("text", ["width=1", "width=a:b", "width=0.5:"])
def test_refuses_a_range_that_is_none(text, capsys):
    with pytest.raises(SystemExit, match="2"):
        vary(text)

    assert "expected NAME=LOW:HIGH, such as width=0.5:1.5" in capsys.readouterr().err


def test_refuses_two_things_at_once(capsys):
    with pytest.raises(SystemExit, match="2"):
        parser().parse_args(["tune", "--resume", "latest", "--stop", "latest"])

    assert "not allowed with argument" in capsys.readouterr().err
