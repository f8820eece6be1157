"""Work that goes on while a page is left."""

from __future__ import annotations

import threading

import pytest

from emotion import background
from emotion.errors import ReportError
from tests.waiting import wait_for


def test_is_found_again_by_its_name() -> None:
    go_on = threading.Event()

    work = background.start("one", lambda tell: (tell("half way", 0.5), go_on.wait(10)))

    wait_for(lambda: work.share == 0.5)
    assert background.find("one") is work
    assert (work.what, work.ended) == ("half way", False)
    go_on.set()
    wait_for(lambda: work.ended)
    assert work.problem == ""


def test_is_started_once_only() -> None:
    go_on, started = threading.Event(), []

    first = background.start("two", lambda tell: (started.append(1), go_on.wait(10)))
    again = background.start("two", lambda tell: started.append(2))

    go_on.set()
    wait_for(lambda: first.ended)
    assert again is first
    assert started == [1]


def test_can_be_started_anew_when_it_has_ended() -> None:
    first = background.start("three", lambda tell: None)
    wait_for(lambda: first.ended)

    assert background.start("three", lambda tell: None) is not first


def test_tells_a_failure_in_plain_words() -> None:
    def fail(tell: background.Tell) -> None:
        raise ReportError("no room")

    work = background.start("four", fail)

    wait_for(lambda: work.ended)
    assert work.problem == str(ReportError("no room"))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_says_something_even_of_a_failure_that_nobody_foresaw() -> None:
    work = background.start("five", lambda tell: int("no number"))

    wait_for(lambda: "five" not in {thread.name for thread in threading.enumerate()})
    assert work.problem == background.UNEXPECTED


@pytest.mark.parametrize(("share", "kept"), [(-1.0, 0.0), (0.3, 0.3), (2.0, 1.0)])
def test_a_share_stays_between_nothing_and_all(share: float, kept: float) -> None:
    work = background.Work()

    work.tell("", share)

    assert work.share == kept


def test_forgets_what_ended_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    work = background.start("six", lambda tell: None)
    wait_for(lambda: work.ended)

    monkeypatch.setattr(background, "FORGOTTEN", -1.0)

    assert background.find("six") is None
