"""The photos in the body of a request, in memory only: no file is written, whatever their size.

A body is a form or one photo. Which kind of picture that is its first bytes say, as everywhere, not its Content-Type:
curl calls whatever it sends a filled-in form.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from starlette.datastructures import Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from emotion.serving.limits import MB, Limits

FORM = "multipart/form-data"
DRAINED_SECONDS = 5.0  # that a refused request is listened to


@dataclass
class Photo:
    """The bytes of one picture and the name that its sender gave it, which is only ever told, never used as a path."""

    name: str
    content: bytes


class Body:
    """What a request sends, read once.

    Args:
        request: whose body nobody else reads.
        limits: of the server.

    """

    def __init__(self, request: Request, limits: Limits) -> None:
        self._receive, self._headers, self._limits = request.receive, request.headers, limits
        self._ended = False
        self.is_form = is_form(self._headers)
        self._most = limits.largest_form if self.is_form else limits.photo_bytes

    def size(self) -> int:
        """How many bytes it says it has; the most that are read where it does not say.

        Raises:
            HTTPException: 413 when these are too many.
        """
        said = self._headers.get("content-length", "")
        size = int(said[:18]) if said.isdecimal() else self._most  # more digits are too many in any case
        if size > self._most:
            raise self._too_large()
        return size

    async def photos(self, name: str) -> list[Photo]:
        """All photos of the request, at least one.

        Args:
            name: of the photo where the body is nothing but that.

        Raises:
            HTTPException: 413, 408 or 400, with a sentence.
        """
        try:
            async with asyncio.timeout(self._limits.seconds):
                if self.is_form:
                    return await self._form()
                return [Photo(name, b"".join([chunk async for chunk in self._chunks()]))]
        except TimeoutError as error:
            within = f"expected all of it within {self._limits.seconds:g} seconds"
            said = f"The body took too long: {within}. Send smaller photos, or fewer in one request."
            raise HTTPException(408, said) from error

    async def _form(self) -> list[Photo]:
        parser = _InMemory(self._headers, self._chunks(), max_files=self._limits.photos, max_fields=0)
        try:
            form = await parser.parse()
        except MultiPartException as error:
            said = error.message.rstrip(".")
            raise HTTPException(400, f"The form cannot be read ({said}): expected {FORM} with one to "
                                     f"{self._limits.photos} files, each with a file name.") from error  # fmt: skip
        files = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
        if not files:
            raise HTTPException(400, f"The form holds no file: expected one to {self._limits.photos} photos.")
        found = []
        for file in files:
            found.append(Photo(file.filename or "", await file.read()))
            await file.close()
        return found

    async def _chunks(self) -> AsyncGenerator[bytes, None]:
        read = 0
        while not self._ended:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._ended = True
                raise HTTPException(400, "The body ended early: expected as many bytes as it said.")
            chunk = message.get("body", b"")
            self._ended = not message.get("more_body", False)
            read += len(chunk)
            if read > self._most:
                raise self._too_large()
            if chunk:
                yield chunk

    async def drain(self) -> None:
        """Reads what is left and forgets it.

        A connection that is closed while its sender still sends is reset, and takes the answer with it. So a refused
        request is heard to its end, if that comes soon.
        """
        read = 0
        try:
            async with asyncio.timeout(DRAINED_SECONDS):
                while not self._ended and read <= 2 * self._most:
                    message = await self._receive()
                    read += len(message.get("body", b""))
                    self._ended = not message.get("more_body", False)
        except TimeoutError:
            pass

    async def gone(self) -> None:
        """Returns when the sender has gone; to be asked once the body has been read."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def _too_large(self) -> HTTPException:
        what = "a form" if self.is_form else "a photo"
        return HTTPException(413, f"The body is too long: expected at most {self._most / MB:,.0f} MB of {what}. "
                                  "Send a smaller one, or fewer in one request.")  # fmt: skip


class _InMemory(MultiPartParser):
    """Starlette's parser of forms without its temporary files."""

    spool_max_size = 0  # of a SpooledTemporaryFile: never rolled over to the disk


def is_form(headers: Headers) -> bool:
    """Whether a request brings its photos as the files of a form."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == FORM
