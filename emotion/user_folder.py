"""Where the person's data and results lie: beside a checkout, else in the platform's user folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def home() -> Path:
    """The folder that holds the person's data and results.

    `EMOTION_HOME` where it is set; in a checkout (`streamlit_app.py` lies beside the package) the project's folder;
    for an installed package the platform's user folder, since nothing is ever written beside installed code.
    """
    chosen = os.environ.get("EMOTION_HOME")
    if chosen:
        return Path(chosen).expanduser().resolve()
    beside = Path(__file__).resolve().parent.parent
    checkout = (beside / "streamlit_app.py").is_file() and (beside / "pages").is_dir()
    return beside if checkout else _user_folder()


def _user_folder() -> Path:
    """Where programs keep a person's data on this platform; an empty variable counts as unset."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "emotion"
