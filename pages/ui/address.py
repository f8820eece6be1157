"""Choices that live in the address, so that a link shows what its sender saw.

A widget's own `bind="query-params"` writes the label that is shown; here the address holds a short fixed word for each
choice, which stays valid when labels carry counts or names. The address wins whenever it has changed (a link, the
browser's Back); between that the widget does.
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
        for choice in self.base:
            choice.pin()
        if st.session_state[self.key] == st.session_state.get(self._default, ""):
            st.query_params.pop(self.name, None)
            st.session_state[self._seen] = st.session_state[self.key]
        else:
            self.pin()

    def pin(self) -> None:
        """Writes the value into the address, whether it is the default or not. For callbacks."""
        st.query_params[self.name] = st.session_state[self._seen] = st.session_state[self.key]

    @property
    def _seen(self) -> str:
        return f"_{self.key}_in_address"

    @property
    def _default(self) -> str:
        return f"_{self.key}_default"
