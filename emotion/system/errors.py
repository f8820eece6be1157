"""Everything that can go wrong and is the person's to mend, as one tree.

    EmotionError
        ConfigError                  a setting outside its range
        DataError                    the folder of pictures, and whatever is to become one
            DataFolderUnreadableError · SplitMissingError · DecisionError · VotesError
            ClassNamesUnknownError · ZipPathError · CsvError · TableError (in `emotion.data.bring.errors`)
        PictureError                 one picture (in `emotion.images.errors`)
            NotAPictureError · NoFaceError
        ModelError
        ElsewhereError               a model that was made elsewhere (in `emotion.training.elsewhere.errors`)
        RunError
            RunMissingError · RunUnreadableError
        TuningMissingError · TuningUnreadableError
        TooOftenError · BusyError    a server that is asked too much (in `emotion.serving.limits`)
        StoredFileError              a file that cannot be read
            StoredFileMissingError
        OutputFolderError            a folder that cannot be written to
            NoRoomError
        UnsupportedPlatformError

There is a class for each kind that somebody catches, and no other: what nobody tells apart is raised as the nearest of
these, with its sentence where it is raised.

The text of each error is one or two plain sentences: what happened, what was expected, what to do.
Pages and the command line show it as it is; anything else that is raised is a bug of ours.
"""

from __future__ import annotations

from pathlib import Path

from emotion.system.words import _, decimal


class EmotionError(Exception):
    """Base of all errors that are told to the person in plain words."""


class ConfigError(EmotionError):
    """A setting that is unknown or outside its range."""

    def __init__(self, field: str, expected: str, received: object) -> None:
        super().__init__(
            _(
                "{field}: expected {expected}. Received: {received}.",
                field=field,
                expected=expected,
                received=repr(received),
            )
        )


class DataError(EmotionError):
    """The folder of pictures is not as expected."""


class DataFolderUnreadableError(DataError):
    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            _(
                "The folder {path} cannot be opened ({why}). Expected a folder that this program may read. "
                "Change its permissions or choose another folder.",
                path=path,
                why=why,
            )
        )


class SplitMissingError(DataError):
    def __init__(self, root: Path, split: str) -> None:
        super().__init__(
            _(
                "{path} has no {split}/ folder. Expected {split}/<class>/ with pictures inside. "
                "Make that folder or choose another one.",
                path=root,
                split=split,
            )
        )


class DecisionError(DataError):
    """A decision about pictures that cannot be taken, or a line that is none."""

    def __init__(self, expected: str, received: str) -> None:
        super().__init__(
            _(
                "The decision cannot be taken. Expected {expected}. Received: {received}.",
                expected=expected,
                received=received,
            )
        )


class VotesError(DataError):
    """The table of votes beside a data folder is missing or not as expected."""


class ModelError(EmotionError):
    """A model that cannot be found or used."""

    @classmethod
    def of_file(cls, path: Path, why: str) -> ModelError:
        """Args: path: of a model that cannot be used; why: in words."""
        return cls(
            _("{path} cannot be used as a model: {why}. Choose another model or train again.", path=path, why=why)
        )


class RunError(EmotionError):
    """A run that is missing or in the wrong state for what was asked."""

    @staticmethod
    def in_state(run_id: str, status: str, needed: str) -> RunError:
        """Args: needed: what a run must be for what was asked, such as "a run that has ended; stop it first"."""
        return RunError(_("Run {run} is {status}. Expected {needed}.", run=run_id, status=_(status), needed=needed))


class RunMissingError(RunError):
    def __init__(self, reference: str) -> None:
        super().__init__(
            _("No run called {name}. `python -m emotion runs` lists the runs there are.", name=repr(reference))
        )


class RunUnreadableError(RunError):
    """Args: why: what is wrong, in words; `may_pass`: whether the next look may find it well, with no file changed."""

    def __init__(self, run_id: str, why: str, *, may_pass: bool = False) -> None:
        super().__init__(
            _(
                "Run {run} cannot be read here, since another version of this program wrote it or it is damaged "
                "({why}). Open it with that version, or train again; its folder stays as it is.",
                run=run_id,
                why=why,
            )
        )
        self.why, self.may_pass = why, may_pass


class TuningMissingError(EmotionError):
    def __init__(self, reference: str) -> None:
        super().__init__(
            _("No tuning called {name}. `python -m emotion tune --list` lists those there are.", name=repr(reference))
        )


class TuningUnreadableError(EmotionError):
    """Args: why: what is wrong, in words."""

    def __init__(self, tuning_id: str, why: str) -> None:
        super().__init__(
            _(
                "Tuning {name} cannot be read here, since another version of this program wrote it or it is damaged "
                "({why}). Open it with that version, or start another; its folder stays as it is.",
                name=tuning_id,
                why=why,
            )
        )
        self.why = why


class StoredFileError(EmotionError):
    """Args: why: what is wrong, in words; `may_pass`: whether the next look may find it well, with no file changed."""

    def __init__(self, path: Path, why: str, *, may_pass: bool = False) -> None:
        super().__init__(
            _(
                "{path} cannot be read ({why}). Expected JSON as this program writes it, which it may read. "
                "Nothing was written over it; try again, or move the file away.",
                path=path,
                why=why,
            )
        )
        self.why, self.may_pass = f"{path.name}: {why}", may_pass


class StoredFileMissingError(StoredFileError):
    def __init__(self, path: Path) -> None:
        super().__init__(path, _("it is not there"))


class OutputFolderError(EmotionError, OSError):
    """An OSError too, for whoever can do without what could not be written."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            _(
                "Nothing can be written to {path} ({why}). Expected a folder that this program may write to. "
                "Make it writable, or choose another one (EMOTION_HOME moves all that this program keeps).",
                path=folder,
                why=why,
            )
        )


class NoRoomError(OutputFolderError):
    """Args: needed, free: bytes, None where only the end of the room is known."""

    def __init__(self, folder: Path, needed: int | None = None, free: int | None = None) -> None:
        said = _("There is no room left on the disk of {path}: make room on that disk and try again.", path=folder)
        if needed is not None and free is not None:
            said = _(
                "There is no room left on the disk of {path} (needed: {needed} MB, free: {free} MB): make room on that "
                "disk and try again.",
                path=folder,
                needed=decimal(needed / 1e6, 0),
                free=decimal(free / 1e6, 0),
            )
        EmotionError.__init__(self, said)


class UnsupportedPlatformError(EmotionError):
    def __init__(self, what: str, where: str) -> None:
        super().__init__(
            _(
                "{what} cannot be installed here ({where}). Supported: Python 3.11 to 3.13 on "
                "Linux x86_64, Windows x86_64 and macOS arm64.",
                what=what,
                where=where,
            )
        )
