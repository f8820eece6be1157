"""What people leave behind who close the app: their sessions, with all photos they gave, are let go of in time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import streamlit as st
from streamlit import runtime

from emotion.system import processes

TIMES = 4  # it is looked so often for who has left, in the time in which a person may come back


@contextlib.asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[None]:
    """Tidies up as long as the server runs; for `st.App`."""
    task = asyncio.create_task(_tidy())
    yield
    task.cancel()


async def _tidy() -> None:
    every = max(0.25, st.get_option("server.disconnectedSessionTTL") / TIMES)  # seconds: 30 as Streamlit has it
    while True:
        await asyncio.sleep(every)
        if runtime.exists() and forget_left(runtime.get_instance()):
            await asyncio.to_thread(processes.give_memory_back)


def forget_left(running: Any) -> int:
    """Ends the sessions whose time to come back is over; returns how many.

    Streamlit keeps the session of a closed tab for two minutes, so that a lost connection loses nothing. It lets go of
    it only when the next tab is closed, perhaps tomorrow. There is no public way to it; without this one it stays so.

    Args:
        running: the runtime of Streamlit.
    """
    try:
        left = running._session_mgr._session_storage._cache.expire()
    except AttributeError:  # another version of Streamlit
        return 0
    for _, info in left:
        info.session.shutdown()
    if left:
        running.media_file_mgr.remove_orphaned_files()  # once more: the first time it spares what is to be downloaded
    return len(left)
