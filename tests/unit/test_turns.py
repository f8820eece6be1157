"""At most so many at once, the others in their order."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from emotion.models import Turns


def test_never_more_than_so_many_are_at_work_and_each_gets_its_turn() -> None:
    turns, guard = Turns(2), threading.Lock()
    at_work, most, done = 0, 0, 0

    def work(_: int) -> None:
        nonlocal at_work, most, done
        with turns.take():
            with guard:
                at_work += 1
                most = max(most, at_work)
            threading.Event().wait(0.002)
            with guard:
                at_work -= 1
                done += 1

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(work, range(60)))

    assert (most, done) == (2, 60)


def test_whoever_waits_is_told_how_many_come_first_and_they_come_in_their_order() -> None:
    turns, order, told = Turns(1), [], {"second": [], "third": []}  # type: ignore[var-annotated]
    is_waiting = {name: threading.Event() for name in told}

    def wait(name: str) -> None:
        def tell(before: int) -> None:
            told[name].append(before)
            is_waiting[name].set()

        with turns.take(tell):
            order.append(name)

    threads = [threading.Thread(target=wait, args=(name,)) for name in told]
    with turns.take():
        for thread, name in zip(threads, told, strict=True):
            thread.start()
            assert is_waiting[name].wait(60)
    for thread in threads:
        thread.join(60)

    assert order == ["second", "third"]
    assert set(told["second"]) == {0}
    assert told["third"][0] == 1


def test_whoever_gives_up_waiting_is_out_of_the_way() -> None:
    class GivenUpError(Exception):
        pass

    turns = Turns(1)

    def give_up(before: int) -> None:
        raise GivenUpError("enough")

    with turns.take(), pytest.raises(GivenUpError, match="enough"), turns.take(give_up):
        pytest.fail("It was not its turn.")

    with turns.take(give_up):
        pass  # nobody is before it
