"""Where things lie: the person's data, runs and caches, and the names that stand for the drawn faces."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from emotion.system.words import N_, _


def home() -> Path:
    """The folder that holds the person's data and results.

    `EMOTION_HOME` where it is set; in a checkout (`streamlit_app.py` lies beside the package) the project's folder;
    for an installed package the platform's user folder, since nothing is ever written beside installed code.
    """
    chosen = os.environ.get("EMOTION_HOME")
    if chosen:
        # the functions of os.path take any text; those of pathlib raise for "~nobody" and for links in a circle
        return Path(os.path.realpath(os.path.expanduser(chosen)))
    return checkout() or _user_folder()


def beside_the_code() -> Path:
    """The folder that holds the package: the project's in a checkout, else the one that it was installed into."""
    return Path(__file__).resolve().parents[2]


def checkout() -> Path | None:
    """The project's folder; None for an installed package."""
    folder = beside_the_code()
    return folder if (folder / "streamlit_app.py").is_file() and (folder / "pages").is_dir() else None


def app_script() -> Path:
    """The script that Streamlit runs; `pages/` and `.streamlit/` lie beside it.

    An installed package has all three in a package of their own, `emotion_app` (see pyproject.toml), since the names
    `pages` and `streamlit_app` are not ours to take in a folder that many programs share.
    """
    return (checkout() or beside_the_code() / "emotion_app") / "streamlit_app.py"


def _user_folder() -> Path:
    """Where programs keep a person's data on this platform; an empty variable counts as unset."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "emotion"


QUOTES = "\"'\u201c\u201d\u2018\u2019"  # around a path that was copied from a file manager or a text


def typed_path(text: str) -> Path:
    """The path that a person means who types or pastes one, absolute.

    Args:
        text: quotes around it, `~`, a `file://` address of a file manager and the `\\ ` of a terminal are understood;
            a relative one starts at the current folder. "" gives a path that is not there.
    """
    typed = text.strip().strip(QUOTES).strip()
    if not typed:
        return Path(_("(no name)"))
    if typed[:7].lower() == "file://":
        typed = url2pathname(urlsplit(typed).path)
    # the functions of os.path take any text; those of pathlib raise for "~nobody" and for names that are too long
    found = os.path.abspath(os.path.expanduser(typed))
    if os.name != "nt" and "\\" in typed and not os.path.exists(found):
        found = os.path.abspath(os.path.expanduser(re.sub(r"\\(.)", r"\1", typed)))
    return Path(found)


def expanded(text: str | Path) -> Path:
    """The path as a person has typed it, with `~` read as a home; one of nobody's stays as it is.

    Whether it is there ask `os.path`, which takes any text: `Path.is_file` raises for a name that is too long.
    """
    return Path(os.path.expanduser(text))


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder, or a link to one; a link that leads to itself or where nobody may look is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def leads_on(link: str, followed: set[str]) -> bool:
    """Whether a link leads to a folder that was not followed yet, and that holds neither the link nor one of these.

    Args:
        followed: the real folders that were looked into, that of the walk first; takes this one in.
    """
    real = os.path.realpath(link)
    inside = (os.path.realpath(os.path.dirname(link)), *followed)
    if any(folder == real or folder.startswith(real.rstrip(os.sep) + os.sep) for folder in inside):
        return False
    followed.add(real)
    return True


IMAGE_SIZE = 48  # pixels a side: the network's input
DEMO = "demo"  # the name of the drawn faces wherever a folder may stand
DEMO_TITLE = N_("drawn faces (demo)")


def archive_dir() -> Path:
    return home() / "archive"


def runs_dir() -> Path:
    return home() / "runs"


def drawn_faces_dir() -> Path:
    return home() / "drawn_faces"


def cache_dir() -> Path:
    return home() / ".cache"


def mine_dir() -> Path:
    return home() / "mine"
