"""Choices that live in the address, so that a link shows what its sender saw.

A widget's own `bind="query-params"` writes the label that is shown; here the address holds a short fixed word for each
choice, which stays valid when labels carry counts or names. The address wins whenever it has changed (a link, the
browser's Back); between that the widget does. A browser sends its address with every click, and a second quick click
comes with one from before the first: a click on one choice therefore puts the others back as this session has them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Choice:
    """One choice of a page.

    Attributes:
        name: in the address, as `?name=`.
        base: choices that go into the address with this one, even at their defaults, so that a link still means
            the same when a default has moved on (the newest run, for example).
        page: that it belongs to; with the name it makes the key of the widget.
    """

    name: str
    base: tuple[Choice, ...] = ()
    page: str = "evaluate"

    @property
    def key(self) -> str:
        return f"{self.page}_{self.name}"

    def adopt(self, allowed: Collection[str] | Callable[[str], bool], default: str) -> str:
        """Settles the value before its widget is drawn, and returns it.

        Args:
            allowed: the words that may stand in the address, or a test of one; any other word counts as the default.
            default: needs no place in the address.
        """
        fits = allowed if callable(allowed) else allowed.__contains__
        self._noted()[self.name] = st.query_params.get(self.name)
        asked = st.query_params.get(self.name, default)
        current = st.session_state.get(self.key)
        changed = asked != st.session_state.get(self._seen, default)
        if changed or current is None or not fits(current):
            st.session_state[self.key] = asked if fits(asked) else default
        st.session_state[self._seen], st.session_state[self._default] = asked, default
        return str(st.session_state[self.key])

    def set(self, value: str) -> None:
        """Changes the value and the address. Only before the widget is drawn: in callbacks."""
        st.session_state[self.key] = value
        self.publish()

    def publish(self) -> None:
        """Writes the widget's value into the address: the `on_change` of the widget."""
        self._catch_up()
        for choice in self.base:
            choice.pin()
        if st.session_state[self.key] == st.session_state.get(self._default, ""):
            self._note(None)
            st.session_state[self._seen] = st.session_state[self.key]
        else:
            self.pin()

    def pin(self) -> None:
        """Writes the value into the address, whether it is the default or not. For callbacks."""
        st.session_state[self._seen] = st.session_state[self.key]
        self._note(st.session_state[self.key])

    def _catch_up(self) -> None:
        """Makes up for an address that the browser sent before it had this session's last changes."""
        for name, word in self._noted().items():
            _write(name, word)

    def _note(self, word: str | None) -> None:
        """Writes the address and remembers what stands there; None: nothing."""
        self._noted()[self.name] = word
        _write(self.name, word)

    def _noted(self) -> dict[str, str | None]:
        """What stands in the address for each choice of the page, as this session knows it."""
        noted: dict[str, str | None] = st.session_state.setdefault(f"_{self.page}_address", {})
        return noted

    @property
    def _seen(self) -> str:
        return f"_{self.key}_in_address"

    @property
    def _default(self) -> str:
        return f"_{self.key}_default"


def _write(name: str, word: str | None) -> None:
    if word is None:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = word
