"""What a server tells of itself to Prometheus: counts and times, nothing of any photo."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

KIND = CONTENT_TYPE_PLAIN_0_0_4
SECONDS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Counts:
    """The figures of one server, from its start on.

    Args:
        waiting: gives how many requests wait at this moment.
    """

    def __init__(self, waiting: Callable[[], int]) -> None:
        self._all = CollectorRegistry()
        ProcessCollector(registry=self._all)
        self._requests = Counter("emotion_requests", "Requests that were answered.", ["path", "status"],
                                 registry=self._all)  # fmt: skip
        self._photos = Counter("emotion_photos", "Photos that were looked at.", ["outcome"], registry=self._all)
        self._faces = Counter("emotion_faces", "Faces that were found in them.", registry=self._all)
        self._seconds = Histogram("emotion_photo_seconds", "From a photo's turn to its answer, in seconds.",
                                  buckets=SECONDS, registry=self._all)  # fmt: skip
        Gauge("emotion_waiting", "Requests that wait for their turn.", registry=self._all).set_function(waiting)

    def request(self, path: str, status: int) -> None:
        """Counts an answer. Args: path: of a route, never as a client has written it."""
        self._requests.labels(path, str(status)).inc()

    def photo(self, faces: int, is_refused: bool, seconds: float) -> None:
        """Counts a photo."""
        self._photos.labels("refused" if is_refused else "answered").inc()
        self._faces.inc(faces)
        self._seconds.observe(seconds)

    def text(self) -> bytes:
        """All of them as Prometheus reads them."""
        return generate_latest(self._all)
