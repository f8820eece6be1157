"""What a person says of a run: its name, a note and tags, in `person.json`, which no worker writes.

The file belongs to the person; what else is kept there, such as the threshold of the model, stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emotion.recipes import MAX_NAME
from emotion.system import StoredFileError, files, stored

if TYPE_CHECKING:
    from pathlib import Path

MAX_NOTE = 2000  # characters
MAX_TAG, MOST_TAGS = 30, 12  # characters of one; of a run


@dataclass(frozen=True)
class Words:
    """What `person.json` says of the run itself; empty where the person has said nothing. What is too long is cut.

    Attributes:
        name: it goes before the name in the configuration.
        note: free text.
        tags: see `tidy_tags`.
    """

    name: stored.Text = ""
    note: stored.Text = ""
    tags: tuple[stored.Text, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name[:MAX_NAME])
        object.__setattr__(self, "note", self.note[:MAX_NOTE])
        object.__setattr__(self, "tags", tidy_tags(self.tags))


def read(path: Path) -> tuple[Words, bool]:
    """What the person says, and whether that is certain: a damaged file says nothing, one that may open later too."""
    try:
        return stored.read(path, Words), True
    except StoredFileError as error:
        return Words(), not error.may_pass


def write(path: Path, *, name: str | None = None, note: str | None = None, tags: Iterable[str] | None = None) -> None:
    """Keeps what the person says; None leaves a thing as it is, "" and () take it back.

    Raises:
        StoredFileError: when the file is damaged; it is left as it is.
        NoRoomError, OutputFolderError: when it cannot be written.
    """
    said: dict[str, Any] = {}
    if name is not None:
        said["name"] = name.strip()[:MAX_NAME]
    if note is not None:
        said["note"] = note.strip()[:MAX_NOTE]
    if tags is not None:
        said["tags"] = list(tidy_tags(tags))
    files.update_json(path, said)


def tidy_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags without spaces around them, each once whatever its case, as many and as long as are allowed; in order."""
    kept: dict[str, str] = {}
    for tag in tags:
        short = " ".join(tag.split())[:MAX_TAG].strip()
        if short:
            kept.setdefault(short.casefold(), short)
    return tuple(kept.values())[:MOST_TAGS]
