"""The sessions of people who have left are let go of, with what they gave."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from pages.ui.shared import housekeeping


class Session:
    def __init__(self, name: str, ended: list[str]) -> None:
        self.id, self.ended = name, ended

    def shutdown(self) -> None:
        self.ended.append(self.id)


def server(storage: MemorySessionStorage, ended: list[str]) -> Any:
    """As much of Streamlit's runtime as is asked."""
    manager = WebsocketSessionManager(storage, None, None, None)  # type: ignore[arg-type]
    media = SimpleNamespace(remove_orphaned_files=lambda: ended.append("files"))
    return SimpleNamespace(_session_mgr=manager, media_file_mgr=media)


def test_a_session_whose_time_is_over_is_ended_though_nobody_else_leaves() -> None:
    ended: list[str] = []
    storage = MemorySessionStorage(ttl_seconds=0)
    storage.save(SimpleNamespace(session=Session("anna", ended)))  # type: ignore[arg-type]

    assert housekeeping.forget_left(server(storage, ended)) == 1
    assert ended == ["anna", "files"]  # Streamlit spares a table to download at the first look


def test_a_session_that_may_come_back_is_kept() -> None:
    ended: list[str] = []
    storage = MemorySessionStorage(ttl_seconds=100)
    storage.save(SimpleNamespace(session=Session("anna", ended)))  # type: ignore[arg-type]

    assert housekeeping.forget_left(server(storage, ended)) == 0
    assert (len(storage.list()), ended) == (1, [])
