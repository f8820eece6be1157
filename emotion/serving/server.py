"""One process that serves one model until it is told to end."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import uvicorn

from emotion.serving import application, keys
from emotion.system import EmotionError, processes

if TYPE_CHECKING:
    from emotion.models import Predictor
    from emotion.serving.limits import Limits

LAST_SECONDS = 30  # that requests have to end when the server is told to


def run(
    predictor: Predictor, host: str, port: int, limits: Limits, key: str, tell: Callable[[str], None] | None = None
) -> None:
    """Serves until Ctrl-C or a termination; requests at work are answered first.

    Addresses of clients are taken from `X-Forwarded-For` only where a proxy on this computer, or one that the variable
    `FORWARDED_ALLOW_IPS` names, has sent it. What is asked is not logged: the names of photos are the clients' own.

    Args:
        predictor: the one model of this process.
        host: an address of this computer, or its name.
        port: 0 takes any that is free.
        limits: what clients may send.
        key: that they must send; "": only programs on this computer are answered.
        tell: called once, with the address, when it answers there.

    Raises:
        EmotionError: when others could ask and there is no key, the port is not free, or the address not of this
            computer.
    """
    keys.check_bound(host, key)
    processes.take_one_heap()
    logging.basicConfig(level=logging.WARNING, format="emotion: %(message)s")
    config = uvicorn.Config(
        application.build(predictor, limits, key), log_config=None, access_log=False, server_header=False, ws="none",
        timeout_graceful_shutdown=LAST_SECONDS,
    )  # fmt: skip
    with _bound(host, port) as listening:
        if tell is not None:
            tell(f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}")
        uvicorn.Server(config).run(sockets=[listening])


def _bound(host: str, port: int) -> socket.socket:
    """A socket that listens: whoever is told the address from now on is heard, if not at once."""
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=512
        )
    except (OSError, UnicodeError) as error:  # UnicodeError: a name that no computer can have
        raise EmotionError(
            f"Nothing can be served at {host}, port {port} ({getattr(error, 'strerror', None) or error}). Expected a "
            "free port of an address of this computer: choose another with --port or --host."
        ) from error
