"""Who may ask: programs on this computer, or whoever has the key. The key is never an argument of a command."""

from __future__ import annotations

import hmac
import ipaddress
import os
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from emotion.system import ConfigError, EmotionError, expanded

VARIABLE = "EMOTION_API_KEY"
SHORTEST, LONGEST = 16, 512  # characters
HANDED_ON = ("forwarded", "x-forwarded-for", "x-real-ip", "via")  # what a proxy adds
MAKE_ONE = 'python -c "import secrets; print(secrets.token_urlsafe(32))"'


def read_key(file: str | None) -> str:
    """The key that clients must send: the one in a file, else that of `EMOTION_API_KEY`; "" where neither is set.

    Raises:
        ConfigError: for a file that cannot be read, or a key that is too short or has other than plain characters.
    """
    where, key = ("--key-file", _in_file(expanded(file))) if file else (VARIABLE, os.environ.get(VARIABLE, "").strip())
    if not key and not file:
        return ""
    if not SHORTEST <= len(key) <= LONGEST or not all("!" <= character <= "~" for character in key):
        received = f"{len(key)} characters"  # of a secret nothing is told but its length
        raise ConfigError(where, f"{SHORTEST} to {LONGEST} letters, digits and signs without spaces", received)
    return key


def _in_file(path: Path) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read(4 * LONGEST).strip()
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, or a path with a zero byte
        why = getattr(error, "strerror", None) or "not text"
        raise ConfigError("--key-file", "a text file with the key, which this program may read",
                          f"{path} ({why})") from error  # fmt: skip


def is_here(host: str) -> bool:
    """Whether only this computer can reach a server that is bound to this address or name."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def check_bound(host: str, key: str) -> None:
    """EmotionError where others could ask and there is no key."""
    if not key and not is_here(host):
        raise EmotionError(
            f"Other computers could ask at {host}, so an API key is needed: put one of at least {SHORTEST} characters "
            f"into the variable {VARIABLE} or into a file that --key-file names. Make one: {MAKE_ONE}"
        )


def check_key(headers: Headers, key: str) -> None:
    """Compares what a client sends in a time that does not depend on how much of it is right.

    Raises:
        HTTPException: 401
    """
    scheme, _, sent = headers.get("authorization", "").partition(" ")
    same = hmac.compare_digest(sent.strip().encode("utf-8", "surrogateescape"), key.encode())
    if not same or scheme.lower() != "bearer":
        raise HTTPException(401, "Expected the header Authorization: Bearer KEY with the API key of this server. "
                                 "Ask whoever runs it for the key.", {"WWW-Authenticate": "Bearer"})  # fmt: skip


def check_from_here(headers: Headers) -> None:
    """Lets in programs of this computer, and no web page: for a server without a key.

    A page that points its own name at this computer sends that name as `Host`; one of another address says so in
    `Origin`. A proxy in front makes everybody look like a program of this computer, so what one has handed on is
    refused where it says so.

    Raises:
        HTTPException: 403
    """
    host, origin = headers.get("host", ""), headers.get("origin")
    try:
        is_ours = is_here(urlsplit(f"//{host}").hostname or "")
        is_ours = is_ours and (origin is None or urlsplit(origin).netloc.lower() == host.lower())
    except ValueError:  # no address at all
        is_ours = False
    if not is_ours or any(name in headers for name in HANDED_ON):
        raise HTTPException(403, "Without an API key only programs on this computer are answered, at 127.0.0.1 or "
                                 f"localhost. Set {VARIABLE} to let others ask.")  # fmt: skip
