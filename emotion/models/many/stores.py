"""Photos in an object store, `s3://bucket/folder` in place of a folder, by pyarrow, which speaks S3.

Where the store is and who asks say the variables that Amazon's own tools read: AWS_ENDPOINT_URL for a store of somebody
else (with AWS_REGION where it knows one), AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE. What is after
`s3://` is taken letter for letter.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from emotion.images import decode, endings, memory
from emotion.models.answers import Answer, Looking, answer
from emotion.system import EmotionError, _, disk, language, speaking

if TYPE_CHECKING:
    from pyarrow.fs import FileInfo, FileSystem

    from emotion.models.predictor import Predictor

SCHEME = "s3://"
SECONDS, TRIES = 10, 3  # that one request may take without a byte, and how often it is tried
AT_ONCE = 8  # objects that a process reads at a time: most of that is waiting
NOWHERE = "us-east-1"  # the region that is told to a store which knows none


def is_address(name: str) -> bool:
    """Whether a name is of something in a store, not of a file."""
    return name.startswith(SCHEME)


def check(address: str) -> None:
    """Looks whether there is such a bucket, folder or picture.

    Raises:
        EmotionError: where there is not, or the store does not answer or gives no access.
    """
    _kind(address)


def listed(address: str) -> list[str]:
    """The address itself where it is an object's, else those of all pictures below it, in the order of their names.

    The endings alone say which are pictures: a look into each of the others would be a request each.

    Raises:
        EmotionError: as `check`.
    """
    if _kind(address).is_file:
        return [address]
    from pyarrow import fs

    with _told(address):
        below = _store(address).get_file_info(fs.FileSelector(_path(address), recursive=True))
    names = sorted(SCHEME + found.path for found in below if found.is_file)
    return [name for name in names if endings.is_picture(name.rpartition("/")[2], bytes)]


def answers(
    names: Sequence[str], predictor: Predictor, looking: Looking, sent: Mapping[str, bytes] | None = None
) -> Iterator[Answer]:
    """Says of each picture what its faces look like, as `emotion.models.answer`, wherever it is.

    Args:
        names: of files and of objects.
        predictor: the model.
        looking: how to look at each.
        sent: the content of files that are on another computer.

    Raises:
        EmotionError: where a store no longer answers, or gives no access to anything; one object that cannot be read
            is an answer.
    """
    there: Mapping[str, Path | bytes | str] = sent or {}
    with _at_hand([name for name in names if is_address(name)]) as copies:
        for name in names:
            source = copies[name] if name in copies else there.get(name, Path(name))
            if isinstance(source, str):
                yield Answer(name, [], error=source)
            else:
                yield answer(source, predictor, name, looking)


@contextlib.contextmanager
def _at_hand(names: Sequence[str]) -> Iterator[dict[str, Path | str]]:
    """Copies of objects on this computer for as long as it is open; a sentence in place of one that cannot be read."""
    if not names:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="emotion-", ignore_cleanup_errors=True) as folder:
        places = [Path(folder) / f"{number}{_ending(name)}" for number, name in enumerate(names)]
        with disk.writing(Path(folder)), ThreadPoolExecutor(AT_ONCE) as threads:
            errors = list(threads.map(functools.partial(_copy, language()), names, places))
            wrong = [
                None if error is None else _refusal(name, error) for name, error in zip(names, errors, strict=True)
            ]
        yield {name: why or place for name, place, why in zip(names, places, wrong, strict=True)}


def _copy(spoken: str, name: str, place: Path) -> Exception | None:
    """Copies an object; gives what is wrong with it."""
    try:
        with speaking(spoken), _store(name).open_input_file(_path(name)) as source:
            if source.size() > memory.MAX_FILE_BYTES:
                return decode.too_large(source.size(), memory.MAX_FILE_BYTES)
            with open(place, "wb") as file:
                shutil.copyfileobj(source, file, 2**20)
    except (OSError, ValueError, EmotionError) as error:
        return error
    return None


def _refusal(name: str, error: Exception) -> str:
    """Why one object cannot be read, in a sentence.

    Raises:
        EmotionError: where that is not this object's fault: its bucket cannot be asked either.
        OSError: where the copy cannot be written.
    """
    if isinstance(error, EmotionError):
        return str(error)
    if isinstance(error, FileNotFoundError):
        return _("The store has no such object.")
    if isinstance(error, OSError) and error.errno is not None:
        raise error
    check(SCHEME + _path(name).partition("/")[0])
    return _("The store does not give this object: {why}.", why=_why(error))


def _path(address: str) -> str:
    """The bucket and what is in it.

    Raises:
        EmotionError: for a name that would be another one's by the time it reaches the store.
    """
    path = address.removeprefix(SCHEME)
    if not {"", ".", ".."}.isdisjoint(path.removesuffix("/").split("/")):
        raise EmotionError(
            _(
                "{address}: expected s3://bucket/folder without empty parts, . or .. between its slashes. Give the "
                "object another name.",
                address=address,
            )
        )
    return path


def _kind(address: str) -> FileInfo:
    with _told(address):
        found = _store(address).get_file_info(_path(address))
        if found.type.name == "NotFound":
            raise FileNotFoundError(_("there is none of this name"))
    return found


def _store(address: str) -> FileSystem:
    """Who reads it."""
    return _opened(_path(address).partition("/")[0])


@functools.lru_cache(maxsize=32)
def _opened(bucket: str) -> FileSystem:
    from pyarrow import fs

    at = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    return fs.S3FileSystem(
        endpoint_override=at,
        region=region or NOWHERE if at else fs.resolve_s3_region(bucket),
        connect_timeout=SECONDS,
        request_timeout=SECONDS,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=TRIES),
    )


@contextlib.contextmanager
def _told(address: str) -> Iterator[None]:
    """Says in a sentence what a store, or the library that asks it, does not give."""
    try:
        yield
    except (OSError, ValueError, ImportError) as error:
        raise EmotionError(
            _(
                "{address}: expected a bucket, a folder in one or a picture, in a store that answers. Received: {why}. "
                "Look at the name, at the keys (AWS_ACCESS_KEY_ID, AWS_PROFILE), and at AWS_ENDPOINT_URL where the "
                "store is not Amazon's.",
                address=address,
                why=_why(error),
            )
        ) from error


DENIED = re.compile(r"ACCESS_DENIED|ACCESS_KEY|SIGNATURE|TOKEN|status 40[13]|ExpiredToken|InvalidToken")
FAULT = re.compile(r".*AWS Error ")  # what follows says what is wrong


def _why(error: Exception) -> str:
    """What Arrow says, in short."""
    said = " ".join(str(error).split())
    if isinstance(error, ImportError):
        return _("pyarrow without S3")
    if "NETWORK_CONNECTION" in said:
        return _("no answer in {seconds} seconds", seconds=SECONDS)
    if DENIED.search(said):
        return _("no access with these keys")
    return FAULT.sub("", said)[:200].rstrip(".")


def _ending(name: str) -> str:
    """The ending of a picture's name, by which a few rare kinds are known; "" for any other."""
    known = endings.ending(name)
    return known if known in endings.PICTURES else ""
