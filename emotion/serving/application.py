"""The web application around one model: its addresses, who may ask, what is answered and what is refused.

Nothing here imports Streamlit; the application runs in a process of its own, in any ASGI server.
"""

from __future__ import annotations

import asyncio
import contextlib
import http
import json
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emotion.models import answer
from emotion.serving import counts, keys, openapi, query
from emotion.serving.body import Body, Photo
from emotion.serving.limits import Allowance, BusyError, Limits, TooOftenError
from emotion.serving.places import Places
from emotion.system import ENGLISH, ConfigError, processes, speaking

if TYPE_CHECKING:
    from emotion.models import Predictor
    from emotion.serving.query import PhotoQuery

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
# Of a model.
TOLD = ("classes", "positive", "threshold", "unsure_band", "input_size", "channels", "recipe", "parameters")
TIDIED_EVERY = 10.0  # seconds
CLIENT_LEFT = 499  # counted only: nobody is there to read it


class _LeftError(Exception):
    """Whoever asked has closed the connection."""


class Service:
    """What the addresses share: the model, the limits, the turns.

    Args:
        predictor: the one model of this process.
        limits: what clients may send.
        key: that they must send; "": only programs on this computer are answered.
    """

    def __init__(self, predictor: Predictor, limits: Limits, key: str) -> None:
        self.predictor, self.limits, self._key = predictor, limits, key
        self.places = Places(limits.at_once, limits.waiting, limits.held_bytes)
        self.counts = counts.Counts(lambda: self.places.waiting)
        self._rate = Allowance(limits.rate)
        self._pool: ThreadPoolExecutor | None = None

    async def predict(self, request: Request) -> Response:
        """`POST /v1/predict`: one photo gives an object, a form a list."""
        body = Body(request, self.limits)
        try:
            client = self._let_in(request)
            return await self._predict(request, body, client)
        except (HTTPException, ConfigError, TooOftenError, BusyError):
            await body.drain()
            raise

    async def _predict(self, request: Request, body: Body, client: str) -> Response:
        asked = query.read(request.query_params)
        with self.places.take(body.size()):
            photos = await body.photos(asked.name)
            self._rate.charge(client, len(photos) - 1)
            try:
                rows = await self._answered(photos, asked, body)
            except _LeftError:
                return Response(status_code=CLIENT_LEFT)
        if body.is_form:
            return _json(rows)
        if rows[0]["error"]:
            raise HTTPException(422, rows[0]["error"])
        return _json(rows[0])

    async def _answered(self, photos: list[Photo], asked: PhotoQuery, body: Body) -> list[dict[str, Any]]:
        """Each photo in a turn of its own, so that a form holds up nobody; given up once its sender has left."""
        leaving = asyncio.create_task(body.gone())
        rows = []
        photos.reverse()
        try:
            while photos:
                work = asyncio.get_running_loop().run_in_executor(self._threads(), self._answer, photos.pop(), asked)
                either: list[asyncio.Future[Any]] = [work, leaving]
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                if not work.done():
                    work.cancel()  # it is never begun where it still waits
                    raise _LeftError
                rows.append(work.result())
        finally:
            leaving.cancel()
        return rows

    def _answer(self, photo: Photo, asked: PhotoQuery) -> dict[str, Any]:
        start = time.perf_counter()
        with speaking(ENGLISH):  # a thread does not take over the language of the process
            given = answer(photo.content, self.predictor, photo.name, asked.looking)
        seconds = time.perf_counter() - start
        self.places.learn(seconds)
        self.counts.photo(len(given.faces), given.error is not None, seconds)
        return given.to_json(asked.all_classes)

    async def models(self, request: Request) -> Response:
        """`GET /v1/models`"""
        self._let_in(request)
        info, known_as = self.predictor.info, self.predictor.reference
        name = Path(known_as).parent.name if known_as.endswith(".tflite") else Path(known_as).name
        told = {field: getattr(info, field) for field in TOLD}
        return _json({"models": [{"id": name, **told}]})

    async def health(self, request: Request) -> Response:
        """`GET /healthz`"""
        self._check_sender(request, is_public=True)
        return _json({"status": "ok"})

    async def metrics(self, request: Request) -> Response:
        """`GET /metrics`"""
        self._let_in(request)
        return Response(self.counts.text(), headers=HEADERS | {"Content-Type": counts.KIND})

    async def description(self, request: Request) -> Response:
        """`GET /openapi.json`"""
        self._check_sender(request, is_public=True)
        return _json(openapi.description(self.limits, bool(self._key)))

    def _let_in(self, request: Request) -> str:
        """The client, counted first, so that keys cannot be tried out; HTTPException or TooOftenError."""
        client = request.client.host if request.client else ""
        self._rate.take(client)
        self._check_sender(request)
        return client

    def _check_sender(self, request: Request, is_public: bool = False) -> None:
        if not self._key:
            keys.check_from_here(request.headers)
        elif not is_public:
            keys.check_key(request.headers, self._key)

    def _threads(self) -> ThreadPoolExecutor:
        """As many threads as photos are looked at at once; the others wait for them in the order of their coming."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.limits.at_once, "photos")
        return self._pool

    async def tidy(self) -> None:
        """Hands freed memory back to the system after each time of work, for ever."""
        done = 0
        while True:
            await asyncio.sleep(TIDIED_EVERY)
            if self.places.taken == 0 and self.places.learned != done:
                done = self.places.learned
                await asyncio.to_thread(processes.give_memory_back)

    def close(self) -> None:
        """Waits for the photos that are being looked at."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None


def build(predictor: Predictor, limits: Limits | None = None, key: str = "") -> Starlette:
    """The ASGI application.

    Args:
        predictor: the one model of this process.
        limits: what clients may send; None: the usual ones.
        key: that they must send; "": only programs on this computer are answered.
    """
    service = Service(predictor, limits or Limits(), key)
    routes = [
        Route("/v1/predict", service.predict, methods=["POST"]),
        Route("/v1/models", service.models),
        Route("/healthz", service.health),
        Route("/metrics", service.metrics),
        Route("/openapi.json", service.description),
    ]
    paths = frozenset(route.path for route in routes)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        tidying = asyncio.create_task(service.tidy())
        yield
        tidying.cancel()
        service.close()

    handlers: dict[Any, Callable[[Request, Any], Response]] = {
        HTTPException: _refused, ConfigError: _not_understood, TooOftenError: _too_often, BusyError: _busy,
        Exception: _unforeseen,
    }  # fmt: skip
    return Starlette(
        routes=routes,
        middleware=[Middleware(_Counted, told=service.counts.request, paths=paths)],
        exception_handlers=handlers,
        lifespan=lifespan,
    )


class _Counted:
    """ASGI middleware: tells of each answer its route and status."""

    def __init__(self, app: ASGIApp, told: Callable[[str, int], None], paths: frozenset[str]) -> None:
        self._app, self._told, self._paths = app, told, paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500  # what nobody foresaw is answered further out

        async def send_counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_counted)
        finally:
            self._told(scope["path"] if scope["path"] in self._paths else "other", status)


def _json(value: Any) -> Response:
    """As the command line writes it: names of files may hold what is no UTF-8."""
    return Response(json.dumps(value), media_type="application/json", headers=HEADERS)


def _problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    told = {"type": "about:blank", "title": http.HTTPStatus(status).phrase, "status": status, "detail": detail}
    return Response(json.dumps(told), status, HEADERS | (headers or {}), openapi.PROBLEM)


def _refused(request: Request, error: HTTPException) -> Response:
    detail, headers = error.detail, dict(error.headers or {})
    if error.status_code == 404:
        detail = "There is nothing at this address. Expected one of those that /openapi.json describes."
    elif error.status_code == 405:
        detail = f"This address is not asked that way. Expected: {headers.get('Allow', 'another method')}."
    return _problem(error.status_code, detail, headers)


def _not_understood(request: Request, error: ConfigError) -> Response:
    return _problem(400, str(error))


def _too_often(request: Request, error: TooOftenError) -> Response:
    return _problem(429, str(error), {"Retry-After": str(error.seconds)})


def _busy(request: Request, error: BusyError) -> Response:
    return _problem(503, str(error), {"Retry-After": str(error.seconds)})


def _unforeseen(request: Request, error: Exception) -> Response:
    return _problem(500, f"Something went wrong inside the program ({type(error).__name__}). Its log says more.")
