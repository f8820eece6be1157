"""`emotion serve`: answers photos of other programs over HTTP, until it is told to end."""

from __future__ import annotations

import argparse
import sys

from emotion.cli.options import OK, add_cluster, whole
from emotion.system import N_, ConfigError, _

SUMMARY = N_("Answer photos of other programs over HTTP, with the JSON of predict; Ctrl-C ends it.")
EXAMPLE = "python -m emotion serve --port 8600, then curl --data-binary @photo.jpg http://127.0.0.1:8600/v1/predict"
NUMBER = whole(0, 1_000_000)
REPLICAS = 2


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser], model_help: str) -> None:
    """The command `serve`; nothing heavy is imported for it."""
    serve = commands.add_parser(
        "serve", help=_(SUMMARY), description=_(SUMMARY), epilog=_("example: {command}", command=EXAMPLE)
    )
    serve.set_defaults(run="emotion.cli.serve")
    serve.add_argument("--model", default="pretrained", help=_("{model} (default: pretrained)", model=model_help))
    serve.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help=_("where it listens (default: 127.0.0.1, which only this computer can reach); any other needs an API key"),
    )
    serve.add_argument("--port", type=NUMBER, default=8600, metavar="N", help=_("0: any that is free (default: 8600)"))
    serve.add_argument(
        "--key-file",
        metavar="FILE",
        help=_("file with the API key that clients must send (default: the variable EMOTION_API_KEY, where it is set)"),
    )
    serve.add_argument("--rate", type=NUMBER, metavar="N", help=_("photos a minute and client; 0: any (default: 600)"))
    serve.add_argument(
        "--waiting",
        type=NUMBER,
        metavar="N",
        help=_("requests that may wait; others are answered with 503 (default: 32)"),
    )
    serve.add_argument(
        "--at-once",
        type=NUMBER,
        metavar="N",
        help=_("photos looked at at once, up to 500 MB each (default: 2 to 4, by cores)"),
    )
    add_cluster(serve, _("who answers"))
    serve.add_argument(
        "--replicas",
        type=NUMBER,
        metavar="N",
        help=_("with --on: processes that answer, each with limits of its own (default: 2)"),
    )


def run(chosen: argparse.Namespace) -> int:
    """Serves until a signal ends it; only the address is printed, on stderr."""
    from emotion import serving
    from emotion.models import load_quietly
    from emotion.system import check_whole

    check_whole("port", chosen.port, 0, 65535)
    if chosen.replicas is not None and not chosen.on:
        raise ConfigError("--replicas", "--on CLUSTER beside it", "no --on")
    said = {"at_once": chosen.at_once, "waiting": chosen.waiting, "rate": chosen.rate}
    limits = serving.Limits(**{name: value for name, value in said.items() if value is not None})
    key = serving.read_key(chosen.key_file)
    predictor = load_quietly(chosen.model)
    if chosen.on:
        replicas = REPLICAS if chosen.replicas is None else chosen.replicas
        serving.cluster.run(predictor, chosen.on, replicas, chosen.host, chosen.port, limits, key, _tell)
    else:
        serving.run(predictor, chosen.host, chosen.port, limits, key, _tell)
    return OK


def _tell(address: str) -> None:
    print(
        _("emotion: answering at {address}, described at {address}/openapi.json", address=address),
        file=sys.stderr,
        flush=True,
    )
