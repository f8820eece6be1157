"""Everything that can go wrong and is the person's to mend, as one tree.

    EmotionError
        ConfigError                  a setting outside its range
        DataError                    the folder of pictures
            DataFolderMissingError · DataFolderUnreadableError · DataFolderTooWideError · FolderNamesClashError
            SplitAsClassError · FoldsError
            SplitMissingError (ClassFoldersOnlyError)
            BringError and its kinds     data to be brought in (in `emotion.data.bring.errors`)
            ClassMissingError · ClassEmptyError · TooFewPicturesError (TooFewOwnPicturesError, TooFewToTeachError)
            FolderNotEmptyError · OwnPicturesChangedError · DecisionError
            VotesError (VotesMissingError)
        PictureError                 one picture (in `emotion.images.errors`)
            PictureFileError · PictureEmptyError · PictureFileTooLargeError · NotAPictureError · PictureDamagedError
            PictureTooSlowError
            TooManyPixelsError (TooManyForFormatError) · HiddenTextError · HeicMissingError
        ModelError
            ModelMissingError · ModelNotYetError · ModelFileError · ModelCropError · ModelClassesError · ModelInputError
        RunError
            RunMissingError · RunUnreadableError · RunStateError
        TuningError
            TuningMissingError · TuningUnreadableError · TuningStateError · TuningStudyError
        StoredFileError (StoredFileMissingError) · OutputFolderError   a file that cannot be read, a folder that cannot
                                     be written to
        UnsupportedPlatformError

The text of each error is one or two plain sentences: what happened, what was expected, what to do.
Pages and the command line show it as it is; anything else that is raised is a bug of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


class EmotionError(Exception):
    """Base of all errors that are told to the person in plain words."""


class ConfigError(EmotionError):
    """A setting that is unknown or outside its range."""

    def __init__(self, field: str, expected: str, received: object) -> None:
        super().__init__(f"{field}: expected {expected}. Received: {received!r}.")


class DataError(EmotionError):
    """The folder of pictures is not as expected."""


class DataFolderMissingError(DataError):
    def __init__(self, path: Path) -> None:
        super().__init__(
            f"No folder at {path}. Expected a folder with train/ and test/ inside, each with one folder "
            "a class (such as happy/ and sad/). Choose another folder or use the drawn faces."
        )


class DataFolderUnreadableError(DataError):
    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"The folder {path} cannot be opened ({why}). Expected a folder that this program may read. "
            "Change its permissions or choose another folder."
        )


class SplitMissingError(DataError):
    def __init__(self, root: Path, split: str) -> None:
        super().__init__(
            f"{root} has no {split}/ folder. Expected {split}/<class>/ with pictures inside. "
            f"Make that folder or choose another one."
        )


class ClassFoldersOnlyError(SplitMissingError):
    """Args: names: of the folders that may be classes."""

    def __init__(self, root: Path, names: Iterable[str]) -> None:
        DataError.__init__(
            self,
            f"{root} has no train/ and no test/ folder. Found: {', '.join(list(names)[:8])}. If these are the classes, "
            "add the folder on the Data page or with `python -m emotion data add`: which pictures are for the test is "
            "then chosen for you, and no file is changed.",
        )


class FolderNamesClashError(DataError):
    def __init__(self, folder: Path, names: Iterable[str]) -> None:
        super().__init__(
            f"{folder} has several folders with one name: {', '.join(sorted(names))}. Expected names that differ in "
            "more than upper and lower case. Put the pictures together in one of them or rename one."
        )


class DataFolderTooWideError(DataError):
    def __init__(self, path: Path, most: int) -> None:
        super().__init__(
            f"{path} holds more than {most:,} folders, as no data set does. Expected a folder with train/ and test/ "
            "or with class folders, inside. Choose the folder of the pictures itself."
        )


class SplitAsClassError(DataError):
    """A folder that would become a class is called like a split: its pictures would be learned as a class."""

    def __init__(self, root: Path, name: str) -> None:
        super().__init__(
            f"{name!r} in {root} would become a class, but it is called like a split: put the pictures into "
            "train/<class>/ and test/<class>/, or call the folder otherwise."
        )


class FoldsError(DataError):
    """The same pictures, dealt into train and test several times."""

    def __init__(self, root: Path, name: str) -> None:
        super().__init__(
            f"{root} holds folds, such as {name!r}: most of their pictures are the same, so that one would be learned "
            "and tested. Add one fold as a data set of its own."
        )


class ClassMissingError(DataError):
    def __init__(self, folder: Path, name: str, found: Iterable[str]) -> None:
        names = ", ".join(sorted(found)) or "no class folders"
        super().__init__(
            f"{folder} has no folder for the class {name!r}. Found: {names}. "
            "Add that folder or choose classes that are there."
        )


class ClassEmptyError(DataError):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds no readable picture. Expected jpg, jpeg, png, bmp or webp files. "
            "Put pictures in or choose other classes."
        )


class TooFewPicturesError(DataError):
    def __init__(self, root: Path, needed: str, received: int) -> None:
        super().__init__(f"{root}: expected {needed}. Received: {received}. Add pictures or change the setting.")


class TooFewOwnPicturesError(TooFewPicturesError):
    """Args: counts: class name to the number of own pictures kept of it."""

    def __init__(self, counts: dict[str, int], needed: str, why: str) -> None:
        kept = ", ".join(f"{number} {name}" for name, number in counts.items())
        EmotionError.__init__(
            self,
            f"Kept of your own pictures: {kept}. Expected {needed}, because {why}. "
            "Correct more faces on the page “Try a photo” and try again.",
        )


class PicturesChangedError(DataError):
    """A run would go on with other pictures: some that it has learned from could be among those that judge it."""

    def __init__(self, run_id: str, *, own: bool) -> None:
        whose = "your own pictures" if own else "the pictures, or what was decided about them,"
        super().__init__(
            f"Run {run_id} cannot go on: {whose} have changed since it began. Expected the same pictures. "
            "Start a new run with those that are kept now."
        )


class DecisionError(DataError):
    """A decision about pictures that cannot be taken, or a line that is none."""

    def __init__(self, expected: str, received: str) -> None:
        super().__init__(f"The decision cannot be taken. Expected {expected}. Received: {received}.")


class TooFewToTeachError(DataError):
    def __init__(self, name: str) -> None:
        super().__init__(f"There is no picture of {name!r} yet. Expected at least one of each class. Add one.")


class FolderNotEmptyError(DataError):
    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} already holds files. Expected a new or an empty folder for the drawn faces. "
            "Choose another folder or move its files away."
        )


class VotesError(DataError):
    """The table of votes beside a data folder is not as expected."""

    def __init__(self, path: Path, expected: str, received: str) -> None:
        super().__init__(f"{path}: expected {expected}. Received: {received}.")


class VotesMissingError(VotesError):
    def __init__(self, path: Path) -> None:
        DataError.__init__(
            self,
            f"There are no votes at {path}. Expected a table with split, class, file and one column an answer. "
            "Put it there, or learn from the folders.",
        )


class ModelError(EmotionError):
    """A model that cannot be found or read."""


class ModelMissingError(ModelError):
    def __init__(self, reference: str) -> None:
        super().__init__(
            f"No model called {reference!r}. Expected a run id, latest, pretrained, or the path of a run folder "
            "or of its model.tflite. `python -m emotion runs` lists the runs."
        )


class ModelFileError(ModelError):
    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} cannot be used as a model: {why}. Choose another model or train again.")


class ModelElsewhereError(ModelFileError):
    """A model of another program, which says neither its classes nor how it takes pictures."""

    def __init__(self, path: Path) -> None:
        EmotionError.__init__(
            self,
            f"{path} was made elsewhere: there is no readable model.json beside it. Bring it in first: "
            f"`python -m emotion import {path.name} --labels labels.txt` makes a run of it, used like any other.",
        )


class ModelCropError(ModelError):
    """A model that learned from faces which this program cannot cut out: its answers would be wrong unnoticed."""

    def __init__(self, path: Path, rule: object) -> None:
        super().__init__(
            f"{path} cannot be used as a model: it has learned from faces that were cut out by a rule which this "
            f"version of the program does not know ({rule}). Update the program, choose another model or train again."
        )


class ModelNotYetError(ModelError):
    def __init__(self, run_id: str, status: str) -> None:
        super().__init__(
            f"Run {run_id} has no model to use; it is {status}. Wait until it ends, choose another run, "
            f"or try `python -m emotion export {run_id}`."
        )


class ModelClassesError(ModelError):
    def __init__(self, unknown: Iterable[str], known: Iterable[str]) -> None:
        super().__init__(
            f"This model knows only the classes {', '.join(known)}. Received: {', '.join(unknown)}. "
            "Choose among its classes, or another model."
        )


class ModelInputError(ModelError):
    def __init__(self, expected: str, received: str) -> None:
        super().__init__(
            f"Expected faces as {expected}. Received: {received}. `load_and_preprocess_image(path)` makes them."
        )


class RunError(EmotionError):
    """A run that is missing or in the wrong state for what was asked."""


class RunMissingError(RunError):
    def __init__(self, reference: str) -> None:
        super().__init__(f"No run called {reference!r}. `python -m emotion runs` lists the runs there are.")


class RunUnreadableError(RunError):
    """Args: why: what is wrong, in words; `may_pass`: whether the next look may find it well, with no file changed."""

    def __init__(self, run_id: str, why: str, *, may_pass: bool = False) -> None:
        super().__init__(
            f"Run {run_id} cannot be read here, since another version of this program wrote it or it is damaged "
            f"({why}). Open it with that version, or train again; its folder stays as it is."
        )
        self.why, self.may_pass = why, may_pass


class RunStateError(RunError):
    def __init__(self, run_id: str, status: str, needed: str) -> None:
        super().__init__(f"Run {run_id} is {status}. Expected {needed}.")


class TuningError(EmotionError):
    """A tuning that is missing or in the wrong state for what was asked."""


class TuningMissingError(TuningError):
    def __init__(self, reference: str) -> None:
        super().__init__(f"No tuning called {reference!r}. `python -m emotion tune --list` lists those there are.")


class TuningStateError(TuningError):
    def __init__(self, tuning_id: str, state: str, needed: str) -> None:
        super().__init__(f"Tuning {tuning_id} is {state}. Expected {needed}.")


class TuningUnreadableError(TuningError):
    """Args: why: what is wrong, in words."""

    def __init__(self, tuning_id: str, why: str) -> None:
        super().__init__(
            f"Tuning {tuning_id} cannot be read here, since another version of this program wrote it or it is damaged "
            f"({why}). Open it with that version, or start another; its folder stays as it is."
        )
        self.why = why


class TuningStudyError(TuningError):
    """Args: why: what is wrong with its database, in words."""

    def __init__(self, tuning_id: str, why: str) -> None:
        super().__init__(
            f"Tuning {tuning_id} cannot go on, since its study.db cannot be used: {why}. Its trials so far can still "
            "be shown, and it was changed no further. Put back a copy of the file, or start another tuning."
        )


class StoredFileError(EmotionError):
    """Args: why: what is wrong, in words; `may_pass`: whether the next look may find it well, with no file changed."""

    def __init__(self, path: Path, why: str, *, may_pass: bool = False) -> None:
        super().__init__(
            f"{path} cannot be read ({why}). Expected JSON as this program writes it, which it may read. "
            "Nothing was written over it; try again, or move the file away."
        )
        self.why, self.may_pass = f"{path.name}: {why}", may_pass


class StoredFileMissingError(StoredFileError):
    def __init__(self, path: Path) -> None:
        super().__init__(path, "it is not there")


class OutputFolderError(EmotionError, OSError):
    """An OSError too, for whoever can do without what could not be written."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            f"Nothing can be written to {folder} ({why}). Expected a folder that this program may write to. "
            "Make it writable, or choose another one (EMOTION_HOME moves all that this program keeps)."
        )


class NoRoomError(OutputFolderError):
    """Args: needed, free: bytes, None where only the end of the room is known."""

    def __init__(self, folder: Path, needed: int | None = None, free: int | None = None) -> None:
        facts = (
            "" if needed is None or free is None else f" (needed: {needed / 1e6:,.0f} MB, free: {free / 1e6:,.0f} MB)"
        )
        EmotionError.__init__(
            self, f"There is no room left on the disk of {folder}{facts}: make room on that disk and try again."
        )


class UnsupportedPlatformError(EmotionError):
    def __init__(self, what: str, where: str) -> None:
        super().__init__(
            f"{what} cannot be installed here ({where}). Supported: Python 3.11 to 3.13 on "
            "Linux x86_64, Windows x86_64 and macOS arm64."
        )
