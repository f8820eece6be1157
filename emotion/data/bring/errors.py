"""What can keep data from being brought in. The tree of all errors stands in `emotion.system.errors`.

Each is told in one sentence: what is wrong, and after the colon what to do. Nothing has been left behind then.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from emotion.system import DataError, DataFolderMissingError


class BringError(DataError):
    """Data that cannot be brought in."""


class DataNameError(BringError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"A data set cannot be called {name!r}: choose up to 60 letters, digits, spaces or - _ ( ) that a folder "
            "may be called, and not demo."
        )


class DataNameTakenError(BringError):
    def __init__(self, name: str) -> None:
        super().__init__(f"There is a data set called {name!r} already: choose another name, or remove that one first.")


class DataSetMissingError(BringError):
    def __init__(self, name: str, known: Iterable[str]) -> None:
        names = ", ".join(known)
        super().__init__(
            f"No data set is called {name!r}: "
            + (f"choose one of {names}." if names else "bring one in with `python -m emotion data add`.")
        )


class DataSetFolderMissingError(DataFolderMissingError):
    """The pictures of a data set lie elsewhere, and are not there at the moment."""

    def __init__(self, name: str, folder: Path) -> None:
        DataError.__init__(
            self,
            f"The pictures of the data set {name!r} are not at {folder} any more. Expected that folder as it was. "
            "Connect its disk, put it back, or remove the data set and add the folder where it is now.",
        )


class FolderKnownError(BringError):
    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(f"The folder {folder} is known as {name!r} already: use that name, or remove it first.")


class NoClassesError(BringError):
    """Args: found: what lies there, in words, such as "24 pictures in images/"; hint: what to do, "" for the usual."""

    def __init__(self, where: str, found: str = "no pictures", hint: str = "") -> None:
        usual = (
            "put the pictures into a folder for each class (such as happy/ and sad/), or name a table of their labels "
            "(--labels FILE)"
        )
        classes = "" if found.startswith("no pictures") else ", but no two classes that can be told"
        super().__init__(f"{where} holds {found}{classes}: {hint or usual}.")


class ClassNamesUnknownError(BringError):
    """Args: unknown: names that were given for classes; known: those that there are."""

    def __init__(self, unknown: Iterable[str], known: Iterable[str]) -> None:
        super().__init__(
            f"No class is called {', '.join(map(repr, unknown))}. The classes are {', '.join(known)}: choose "
            "among these."
        )


class SourceMissingError(BringError):
    def __init__(self, path: Path) -> None:
        super().__init__(f"There is no folder, archive or csv file at {path} that can be read: choose another one.")


class OnePictureError(BringError):
    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is one picture, and a data set takes two classes of them: give the folder above its class "
            "folders, or ask for an answer to it with `python -m emotion predict`."
        )


class ZipError(BringError):
    """A zip that is refused as a whole."""


class NotAZipError(ZipError):
    def __init__(self) -> None:
        super().__init__("This is not a zip file, whatever its name says: choose another one.")


class ForeignArchiveError(ZipError):
    """Args: kind: such as "7z"."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"This is a {kind} file, which is not read here: unpack it yourself (the free program 7-Zip does) and "
            "add the folder, or pack the pictures as a zip."
            if kind in ("7z", "rar")
            else f"This is a {kind} file, which is not read here: save its pictures as files in a folder for each "
            "class and add that folder."
        )


class ZipCutShortError(ZipError):
    def __init__(self) -> None:
        super().__init__("The archive is damaged or cut short: download or copy it again.")


class ZipEncryptedError(ZipError):
    def __init__(self) -> None:
        super().__init__("The zip is locked with a password: unpack it yourself and add the folder.")


class ZipMethodError(ZipError):
    def __init__(self) -> None:
        super().__init__("The zip is packed in a rare way: unpack it yourself and add the folder.")


class ZipPathError(ZipError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"The archive is refused because a path in it leads out of its folder ({name[:80]!r}): do not trust where "
            "it comes from, and choose another one."
        )


class ZipLinkError(ZipError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"The archive is refused because it holds a link or a device ({name[:80]!r}): pack the pictures themselves."
        )


class ZipNamesError(ZipError):
    def __init__(self) -> None:
        super().__init__(
            "The zip is refused because names in it are said to be UTF-8 and are not UTF-8: pack it again, or add the "
            "folder itself."
        )


class ZipTooManyError(ZipError):
    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The archive holds more than {limit:,} files: pack fewer, or unpack it yourself and add the folder."
        )


class ZipTooLargeError(ZipError):
    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The files in the archive take more than {limit / 2**30:g} GB: unpack it yourself and add the folder."
        )


class ZipBombError(ZipError):
    def __init__(self) -> None:
        super().__init__(
            "The archive is refused because it grows more than pictures do when unpacked (a zip bomb): do not trust "
            "where it comes from, and choose another one."
        )


class ZipWithoutPicturesError(ZipError):
    """Args: others: how many other files there are."""

    def __init__(self, others: int) -> None:
        super().__init__(
            f"The archive holds no pictures and {others:,} other files: choose one with pictures, or with fer2013.csv."
        )


class CsvError(BringError):
    def __init__(self, why: str, row: int | None = None) -> None:
        where = "The csv file" if row is None else f"Line {row:,} of the csv file"
        super().__init__(
            f"{where} {why}: expected the columns emotion (0 to 7 or a word), pixels (2,304 numbers from 0 to 255) and "
            "Usage, as in fer2013.csv."
        )


class VotesWithoutPixelsError(CsvError):
    def __init__(self) -> None:
        BringError.__init__(
            self,
            "This csv file holds votes, as fer2013new.csv does, and has no pixels: give fer2013.csv too, whose "
            "pictures the votes are about.",
        )


class TableUnreadableError(BringError):
    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"The table {path.name} cannot be read ({why}): expected a csv, tsv, jsonl or json file with a row for "
            "each picture."
        )


class TableColumnsError(BringError):
    """Args: columns: those that there are; why: what could not be found out."""

    def __init__(self, name: str, columns: Iterable[str], why: str) -> None:
        super().__init__(
            f"In the table {name}, {why}: name the columns with --file-column and --label-column (it has "
            f"{', '.join(columns)})."
        )


class PatternError(BringError):
    def __init__(self, pattern: str, why: str) -> None:
        super().__init__(
            f"The label pattern {pattern!r} {why}: write {{label}} where the class stands in the file names, * for "
            "anything and ? for one sign, such as *.{label}*.*, or a regular expression with (?P<label>…)."
        )


class KagglehubMissingError(BringError):
    def __init__(self) -> None:
        super().__init__(
            "The package kagglehub, which downloads from Kaggle, is not installed: `pip install kagglehub`, or "
            "download the zip in the browser and add it here."
        )


class DownloadError(BringError):
    def __init__(self, why: str) -> None:
        super().__init__(
            f"FER-2013 could not be downloaded ({why}): check the network and try again, or download the zip in the "
            "browser from kaggle.com/datasets/msambare/fer2013 and add it here."
        )


class NoClassExportError(BringError):
    """Pictures beside boxes or masks: made for finding things in pictures, not for telling classes apart."""

    def __init__(self, root: Path, beside: str) -> None:
        super().__init__(
            f"{root} holds pictures and their labels in {beside}, as an export for detection or "
            "segmentation does: export it for classification instead (a folder for each class; in Roboflow: "
            "“Folder Structure”)."
        )
