"""What people leave behind who close the app: their sessions, with all photos they gave, are let go of in time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from streamlit import runtime

from emotion.system import processes

EVERY = 30.0  # seconds


@contextlib.asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[None]:
    """Tidies up as long as the server runs; for `st.App`."""
    task = asyncio.create_task(_tidy())
    yield
    task.cancel()


async def _tidy() -> None:
    while True:
        await asyncio.sleep(EVERY)
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
    return len(left)
