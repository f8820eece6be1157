"""How often clients may ask, how many may wait, what a key must be: each by itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from emotion.serving import Limits, keys, read_key
from emotion.serving.limits import MOST_CLIENTS, Allowance, BusyError, TooOftenError, network
from emotion.serving.places import Places
from emotion.system import ConfigError, EmotionError

KEY = "a-key-for-tests-0123456789"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_client_may_ask_so_often_a_minute_and_gets_its_share_back_evenly() -> None:
    clock = Clock()
    rate = Allowance(60, clock)

    for _ in range(60):
        rate.take("a")
    with pytest.raises(TooOftenError, match="ask again in") as told:
        rate.take("a")
    assert told.value.seconds == 1
    rate.take("b")  # whatever another one does
    clock.now += 1
    rate.take("a")
    with pytest.raises(TooOftenError, match="ask again in"):
        rate.take("a")


def test_a_client_pays_later_for_what_it_sent_at_once() -> None:
    clock = Clock()
    rate = Allowance(60, clock)

    rate.take("a")
    rate.charge("a", 500)  # never more than a minute

    with pytest.raises(TooOftenError, match="ask again in") as told:
        rate.take("a")
    assert told.value.seconds == 61
    clock.now += 61
    rate.take("a")


def test_without_a_rate_everybody_may_ask_as_often_as_they_like() -> None:
    rate = Allowance(0, Clock())

    for _ in range(1000):
        rate.take("a")
        rate.charge("a", 31)


def test_clients_that_are_long_gone_are_forgotten() -> None:
    rate = Allowance(1, Clock())

    for number in range(MOST_CLIENTS + 1):
        rate.take(f"client {number}")

    rate.take("client 0")
    with pytest.raises(TooOftenError, match="ask again in"):
        rate.take(f"client {MOST_CLIENTS}")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_all_addresses_of_one_network_of_ipv6_count_as_one_client(address: str, counted: str) -> None:
    assert network(address) == counted


def test_places_are_given_back_also_after_an_error() -> None:
    places = Places(at_once=1, waiting=1, most_bytes=100)

    with places.take(10), places.take(10):
        assert (places.taken, places.waiting, places.bytes) == (2, 1, 20)
        with pytest.raises(BusyError, match="ask again in"), places.take(10):
            pass
    with pytest.raises(ZeroDivisionError, match="x"), places.take(10):
        raise ZeroDivisionError("x")

    assert (places.taken, places.waiting, places.bytes) == (0, 0, 0)


def test_photos_that_take_more_memory_than_there_is_wait_outside() -> None:
    places = Places(at_once=4, waiting=4, most_bytes=100)

    with places.take(101), pytest.raises(BusyError, match="ask again in"), places.take(1):  # one is always taken
        pass
    with places.take(60), places.take(40), pytest.raises(BusyError, match="ask again in"), places.take(1):
        pass


def test_whoever_is_sent_away_is_told_a_time_that_follows_how_long_photos_take() -> None:
    places = Places(at_once=2, waiting=8, most_bytes=100)
    for _ in range(100):
        places.learn(4.0)

    taken = [places.take(1) for _ in range(10)]
    for one in taken:
        one.__enter__()
    with pytest.raises(BusyError, match="ask again in") as told, places.take(1):
        pass
    for one in taken:
        one.__exit__(None, None, None)

    assert told.value.seconds == 10  # half of ten photos of four seconds each, two at once


@pytest.mark.parametrize(("host", "here"), [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True),
                         ("localhost", True), ("0.0.0.0", False), ("::", False), ("192.0.2.1", False),
                         ("a.example", False), ("", False)])  # fmt: skip
def test_beyond_this_computer_a_key_is_needed(host: str, here: bool) -> None:
    keys.check_bound(host, KEY)
    if here:
        keys.check_bound(host, "")
    else:
        with pytest.raises(EmotionError, match="so an API key is needed"):
            keys.check_bound(host, "")


def test_a_key_comes_from_a_file_or_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key.txt"
    file.write_text(f"{KEY}-of-the-file\n", encoding="utf-8")

    monkeypatch.delenv("EMOTION_API_KEY", raising=False)
    assert read_key(None) == ""
    monkeypatch.setenv("EMOTION_API_KEY", f" {KEY} ")
    assert read_key(None) == KEY
    assert read_key(str(file)) == f"{KEY}-of-the-file"


@pytest.mark.parametrize("key", ["short", "x" * 513, "with spaces in between", "äöüäöüäöüäöüäöüäöü"])
def test_a_key_that_is_too_weak_is_refused_and_not_told(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key.txt"
    file.write_text(key, encoding="utf-8")
    monkeypatch.setenv("EMOTION_API_KEY", key)

    for where in (None, str(file)):
        with pytest.raises(ConfigError, match=f"Received: '{len(key)} characters'") as told:
            read_key(where)
        assert key not in str(told.value)


@pytest.mark.parametrize("file", ["nowhere.txt", "", "."])
def test_a_key_file_that_is_not_there_or_empty_is_told(file: str, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")

    with pytest.raises(ConfigError, match="--key-file: expected"):
        read_key(str(tmp_path / (file or "empty")))


@pytest.mark.parametrize("wrong", [{"at_once": 0}, {"waiting": -1}, {"rate": 10**7}])
def test_limits_outside_their_range_are_told(wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="expected a whole number from"):
        Limits(**wrong)
