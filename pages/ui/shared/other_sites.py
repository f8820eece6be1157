"""What pages of other addresses may do with this server: nothing, not even from another port of this computer."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = (
    (b"content-security-policy", b"frame-ancestors 'self'"),  # no other page shows this one in a frame, to steal clicks
    (b"x-frame-options", b"SAMEORIGIN"),  # the same for older browsers
    (b"x-content-type-options", b"nosniff"),  # what is sent as a picture is never run as a page
    (b"cross-origin-resource-policy", b"same-origin"),  # no other page draws a photo whose address it guesses
    (b"referrer-policy", b"same-origin"),
)
REFUSAL = PlainTextResponse("Only pages of this very server are answered.", status_code=403)


class KeepOut:
    """ASGI middleware: adds `HEADERS` to each answer, and answers no page but those of this very server.

    Streamlit by itself lets a page of any port of this computer open a websocket, and so use the app in the person's
    name, and lets it read pictures. Its guard against foreign uploads is a cookie, which all ports of a computer share.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        foreign = scope["type"] in ("http", "websocket") and not is_own_page(scope["headers"])
        if foreign and scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: answered as 403
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name for name, _ in HEADERS}
                kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in names]
                message = {**message, "headers": [*kept, *HEADERS]}
            await send(message)

        answering = REFUSAL if foreign else self.app
        await answering(scope, receive, send_guarded if scope["type"] == "http" else send)


def is_own_page(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a request comes from a page of the server it is sent to, or from a program that is no browser.

    `headers` are the raw ones of ASGI. A browser always says the `Origin` of the page; other programs may leave it out.
    """
    said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
    if "origin" not in said:
        return True
    try:
        return urlsplit(said["origin"]).netloc.lower() == said.get("host", "").lower()
    except ValueError:  # no address at all
        return False
