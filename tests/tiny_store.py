"""An object store within this computer: as much of Amazon's S3 as reading needs, and faults on request."""

from __future__ import annotations

import contextlib
import io
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.sax.saxutils import escape

from PIL import Image

PAGE = 1000  # keys that one answer lists


@dataclass
class Store:
    """What lies in it, and what it does.

    Attributes:
        objects: bucket → key → content.
        wrong: key, or bucket for its listing, → (status, code) that is answered instead.
        shut: (status, code) that is answered to everything.
        delay: seconds before each answer.
        asked: method and path of each request.
    """

    objects: dict[str, dict[str, bytes]]
    wrong: dict[str, tuple[int, str]] = field(default_factory=dict)
    shut: tuple[int, str] | None = None
    delay: float = 0.0
    asked: list[str] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    """HeadBucket, HeadObject, GetObject with a range, ListObjectsV2."""

    store: Store
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.store.asked.append(f"{self.command} {self.path}")
        time.sleep(self.store.delay)
        url = urlsplit(self.path)
        bucket, _slash, key = unquote(url.path)[1:].partition("/")
        if wrong := self.store.shut or self.store.wrong.get(key or bucket):
            self.refuse(*wrong)
        elif bucket not in self.store.objects:
            self.refuse(404, "NoSuchBucket")
        elif not key:
            self.list(bucket, {name: values[0] for name, values in parse_qs(url.query).items()})
        elif key not in self.store.objects[bucket]:
            self.refuse(404, "NoSuchKey")
        else:
            self.give(self.store.objects[bucket][key])

    def give(self, content: bytes) -> None:
        """An object, or the part of it that was asked for."""
        first, _dash, last = self.headers.get("Range", "").removeprefix("bytes=").partition("-")
        part = content[int(first or 0) : int(last or len(content)) + 1]
        self.answer(206 if first else 200, part, ("ETag", '"1"'), ("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"))

    def list(self, bucket: str, asked: dict[str, str]) -> None:
        """A page of the keys that begin so; with a delimiter, folders in place of what is below them."""
        prefix, delimiter, after = asked.get("prefix", ""), asked.get("delimiter"), asked.get("continuation-token", "")
        found: dict[str, bool] = {}  # what is listed → whether it is a folder
        for key in sorted(self.store.objects[bucket], key=str.encode):
            if key.startswith(prefix):
                inside, slash, _below = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
                found[prefix + inside + slash if delimiter else key] = bool(slash)
        names = [name for name in found if name > after]
        most = min(PAGE, int(asked.get("max-keys", PAGE)))
        words = [f"<Name>{bucket}</Name><KeyCount>{len(names[:most])}</KeyCount><MaxKeys>{most}</MaxKeys>"]
        words.append(f"<IsTruncated>{'true' if names[most:] else 'false'}</IsTruncated>")
        if names[most:]:
            words.append(f"<NextContinuationToken>{escape(names[most - 1])}</NextContinuationToken>")
        spell = quote if asked.get("encoding-type") == "url" else escape
        for name in names[:most]:
            if found[name]:
                words.append(f"<CommonPrefixes><Prefix>{spell(name)}</Prefix></CommonPrefixes>")
            else:
                size = len(self.store.objects[bucket][name])
                words.append(f"<Contents><Key>{spell(name)}</Key><Size>{size}</Size>"
                             "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>")  # fmt: skip
        self.answer(200, f"<ListBucketResult>{''.join(words)}</ListBucketResult>".encode())

    def refuse(self, status: int, code: str) -> None:
        self.answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def answer(self, status: int, content: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in [("Content-Length", str(len(content))), *headers]:
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            with contextlib.suppress(ConnectionError):  # whoever asked has stopped waiting
                self.wfile.write(content)

    def log_message(self, *_words: Any) -> None:
        """Says nothing."""


def one_shade(shade: int) -> bytes:
    """A picture of 48×48."""
    buffer = io.BytesIO()
    Image.new("L", (48, 48), shade).save(buffer, "PNG")
    return buffer.getvalue()


def keys(address: str) -> dict[str, str]:
    """The variables that say where a store is, and who asks."""
    return {"AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "somebody", "AWS_SECRET_ACCESS_KEY": "secret"}


@contextlib.contextmanager
def serving(store: Store) -> Iterator[str]:
    """A server with this store; yields its address."""
    handler = type("Handler", (Handler,), {"store": store})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
