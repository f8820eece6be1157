"""Which picture a cell of a table means: people write names, paths of another computer, addresses of a server."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from urllib.parse import parse_qs, unquote, urlsplit

from emotion.data.class_names import split_of


class Pictures:
    """The pictures of a data folder, to be found by what a table calls them."""

    def __init__(self, files: Iterable[str]) -> None:
        """Args: files: names relative to the data folder, with "/"."""
        self.files = set(files)
        self.by_name: dict[str, list[str]] = {}
        self.by_stem: dict[str, list[str]] = {}
        for file in sorted(self.files):
            name = file.rpartition("/")[2].casefold()
            self.by_name.setdefault(name, []).append(file)
            self.by_stem.setdefault(name.rpartition(".")[0] or name, []).append(file)

    def find(self, cell: str, folder: str = "", split: str = "") -> str:
        """The picture that a cell means, "" for none or for one of several.

        Args:
            folder: where the table lies, relative to the data folder; "" for the data folder itself.
            split: that the table is of, "" for none: of two pictures that fit, the one in a folder of that split.
        """
        path = _path(cell)
        if not path:
            return ""
        beside = posixpath.normpath(posixpath.join(folder, path))
        for exact in (beside, path):
            if exact in self.files:
                return exact
        name = path.rpartition("/")[2].casefold()
        found = self.by_name.get(name) or self.by_stem.get(name, [])
        if split and len(found) > 1:
            found = [file for file in found if split in map(split_of, file.split("/")[:-1])] or found
        return _only(found, path, folder)


def _only(found: list[str], path: str, folder: str) -> str:
    """The one of several files that shares the most folders with the path, else the only one beside the table."""
    if len(found) == 1:
        return found[0]
    near = [file for file in found if not folder or file.startswith(f"{folder}/")]
    if len(near) == 1:
        return near[0]
    parts = path.casefold().split("/")
    shared = {file: _shared_end(file.casefold().split("/"), parts) for file in near or found}
    best = max(shared.values(), default=0)
    winners = [file for file, number in shared.items() if number == best]
    return winners[0] if best > 1 and len(winners) == 1 else ""


def _shared_end(one: list[str], other: list[str]) -> int:
    number = 0
    while number < min(len(one), len(other)) and one[-1 - number] == other[-1 - number]:
        number += 1
    return number


def _path(cell: str) -> str:
    """A cell as a path with "/": an address without its server, `?d=` of a label tool looked into."""
    text = cell.strip().strip("\"'").replace("\\", "/")
    if "://" in text or "?" in text:
        parts = urlsplit(text)
        inner = parse_qs(parts.query).get("d", [""])[0]
        text = inner or unquote(parts.path)
    return text.lstrip("./") if text.startswith(("./", "/")) else text
