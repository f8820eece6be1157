"""`serve --on`: the application in several processes of a cluster, its replicas, through Ray Serve.

Each replica has the model, which travels to it, and limits of its own. Ray Serve has one address, at the first computer
of the cluster, gives each request to a replica that has few, and starts another one where one ends.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from emotion import __version__
from emotion.models import many
from emotion.serving import application, keys
from emotion.system import EmotionError, check_whole, processes

if TYPE_CHECKING:
    from types import ModuleType

    from starlette.applications import Starlette

    from emotion.models import Predictor
    from emotion.serving.limits import Limits

NAME = "emotion"
MOST = 256  # replicas
RETRY_SECONDS = 1  # of what no replica has room for
HEAD = "node:__internal_head__"  # Ray's own mark of the first computer
NO_LOG = {"log_level": "ERROR", "enable_access_log": False}  # the names of photos are the clients' own


class Replica:
    """One of the processes that answer.

    Args:
        version: of the program that has started it.
        sent: the model.
        limits, key: see `application.build`.
    """

    def __init__(self, version: str, sent: many.Sent, limits: Limits, key: str) -> None:
        if version != __version__:
            raise RuntimeError(f"this node has version {__version__} of the program, the one that serves {version}")
        self._application = application.build(sent.predictor(), limits, key)

    def __serve_build_asgi_app__(self) -> Starlette:
        """What Ray Serve asks for."""
        return self._application


def run(
    predictor: Predictor, on: str, replicas: int, host: str, port: int, limits: Limits, key: str,
    tell: Callable[[str], None] | None = None,
) -> None:  # fmt: skip
    """Serves until Ctrl-C or a termination; requests at work are answered first.

    Args:
        predictor: the model of every replica.
        on: the cluster: "auto", or ray://host:10001.
        replicas: how many processes, each of which asks for a core.
        host, port: where the first computer of the cluster listens.
        limits: of each replica.
        key: that clients must send; "": only programs on that computer are answered.
        tell: called once, with the address, when it answers there.

    Raises:
        EmotionError: when others could ask and there is no key, Ray Serve is not installed, or the cluster has too few
            cores or cannot start it.
    """
    keys.check_bound(host, key)
    check_whole("replicas", replicas, 1, MOST)
    check_whole("port", port, 1, 65535)
    ray = many.connect(on)[0]
    _check_room(ray, on, replicas)
    ended = threading.Event()
    with _started(_ray_serve(), on, host, port) as serve:
        try:
            serve.run(_deployment(serve, replicas, limits).bind(__version__, many.Sent.of(predictor), limits, key),
                      name=NAME, route_prefix="/", logging_config=NO_LOG)  # fmt: skip
        except RuntimeError as error:
            raise many.no_cluster(on, " ".join(str(error).split())) from error
        processes.ask_when_told(ended.set)
        if tell is not None:
            tell(f"http://{host if keys.is_here(host) else _head(ray)}:{port}")
        ended.wait()


def _ray_serve() -> ModuleType:
    try:
        from ray import serve
    except ImportError as error:
        raise EmotionError(
            "serve --on needs Ray Serve, which is not installed. Install it here and on each computer of the cluster: "
            'pip install "emotion[cluster-serving]"'
        ) from error
    logging.getLogger("ray.serve").setLevel(logging.ERROR)
    return serve


def _check_room(ray: ModuleType, on: str, replicas: int) -> None:
    cores = int(ray.cluster_resources().get("CPU", 0))
    if replicas > cores:
        raise many.no_cluster(on, f"{cores} processor cores in all, for {replicas} replicas")


def _head(ray: ModuleType) -> str:
    """The address of the first computer of a cluster."""
    return next(str(node["NodeManagerAddress"]) for node in ray.nodes() if HEAD in node["Resources"])


@contextlib.contextmanager
def _started(serve: Any, on: str, host: str, port: int) -> Iterator[Any]:
    """Ray Serve with its one address; ended afterwards where nothing else is served."""
    if serve.status().applications:
        raise many.no_cluster(on, "a cluster that serves already; `serve shutdown` ends that")
    serve.start(
        proxy_location="HeadOnly", http_options={"host": host, "port": port, "request_timeout_s": None},
        logging_config=NO_LOG,
    )  # fmt: skip
    try:
        yield serve
    finally:
        serve.shutdown()


def _deployment(serve: Any, replicas: int, limits: Limits) -> Any:
    """The replicas. They refuse themselves what they have no place for; of much more Ray Serve refuses it for them."""
    most = 2 * (limits.at_once + limits.waiting) + 1
    return serve.deployment(
        serve.ingress()(Replica), name=NAME, num_replicas=replicas, ray_actor_options={"num_cpus": 1},
        max_ongoing_requests=most, max_queued_requests=most,
        backpressure_config={"retry_after_s": RETRY_SECONDS},
        health_check_period_s=2,
    )  # fmt: skip
