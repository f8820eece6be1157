"""Work that goes on while a page is left."""

from __future__ import annotations

import threading

import pytest

from emotion.system import tasks
from emotion.system.errors import ReportError
from tests.waiting import wait_for


def test_is_found_again_by_its_name() -> None:
    go_on = threading.Event()

    work = tasks.start("one", lambda tell: (tell("half way", 0.5), go_on.wait(10)))

    wait_for(lambda: work.share == 0.5)
    assert tasks.find("one") is work
    assert (work.what, work.ended) == ("half way", False)
    go_on.set()
    wait_for(lambda: work.ended)
    assert work.problem == ""


def test_is_started_once_only() -> None:
    go_on, started = threading.Event(), []

    first = tasks.start("two", lambda tell: (started.append(1), go_on.wait(10)))
    again = tasks.start("two", lambda tell: started.append(2))

    go_on.set()
    wait_for(lambda: first.ended)
    assert again is first
    assert started == [1]


def test_can_be_started_anew_when_it_has_ended() -> None:
    first = tasks.start("three", lambda tell: None)
    wait_for(lambda: first.ended)

    assert tasks.start("three", lambda tell: None) is not first


def test_tells_a_failure_in_plain_words() -> None:
    def fail(tell: tasks.Tell) -> None:
        raise ReportError("no room")

    work = tasks.start("four", fail)

    wait_for(lambda: work.ended)
    assert work.problem == str(ReportError("no room"))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_says_something_even_of_a_failure_that_nobody_foresaw() -> None:
    work = tasks.start("five", lambda tell: int("no number"))

    wait_for(lambda: "five" not in {thread.name for thread in threading.enumerate()})
    assert work.problem == tasks.UNEXPECTED


@pytest.mark.parametrize(("share", "kept"), [(-1.0, 0.0), (0.3, 0.3), (2.0, 1.0)])
def test_a_share_stays_between_nothing_and_all(share: float, kept: float) -> None:
    work = tasks.Work()

    work.tell("", share)

    assert work.share == kept


def test_forgets_what_ended_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    work = tasks.start("six", lambda tell: None)
    wait_for(lambda: work.ended)

    monkeypatch.setattr(tasks, "FORGOTTEN", -1.0)

    assert tasks.find("six") is None
