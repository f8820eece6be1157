"""The page that a browser is given before the app speaks: Streamlit's own, with our style sheet and its own address.

What comes later, as part of the app, makes a page jump: it is drawn once without the style sheet and once with it.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.ui.shared import tones

UI = Path(__file__).resolve().parent.parent
SHEETS = (  # all CSS of ours but that of single components, which is theirs
    "shared/theme.css", "shared/late.css", "data/data.css", "data/data_check.css", "evaluate/evaluate.css",
    "runs/runs.css", "teach/teach.css",
)  # fmt: skip
STREAMLIT = Path(st.__file__).parent / "static"
# Widgets whose scripts Streamlit would fetch only when it meets the first of a kind, and that nearly every page shows.
EARLY = (
    "BidiComponent", "ButtonGroup", "Checkbox", "FileUploader", "Html", "ImageList", "NumberInput", "Pagination",
    "Radio", "Selectbox", "Slider", "TextInput",
)  # fmt: skip
END = b"</body>"  # behind the rules of Streamlit, which stand in the head, so that ours count where both say something
# Streamlit looks for its server below the address of the page first, and finds nothing there: a failed request for
# every link to a page. Its files lie beside the page; so does the server. And how wide a person has made the side bar.
SCRIPT = """<script>
window.__streamlit = { BACKEND_BASE_URL: new URL(".", location.href).href };
try { const width = parseInt(localStorage.getItem("sidebarWidth"), 10);
  if (width) document.documentElement.style.setProperty("--side-bar", `${width}px`); } catch {}
</script>
"""
UNASKED = (b"accept-encoding", b"if-none-match", b"if-modified-since")  # the page is read and changed on its way
UNSAID = (b"content-length", b"etag", b"last-modified")  # they tell of Streamlit's file, not of what is added


def added() -> bytes:
    """What is added to the page, at its end."""
    sheets = "".join((UI / name).read_text(encoding="utf-8") for name in SHEETS)
    return f"{SCRIPT}<style>\n{sheets}</style>\n{tones.PAGE}\n{early()}".encode()


def early() -> str:
    """Has the browser fetch at once what it needs soon; where another version of Streamlit has it not, nothing."""
    found = [path for name in EARLY for path in sorted(STREAMLIT.glob(f"static/js/{name}.*.js"))]
    return "".join(
        f'<link rel="modulepreload" crossorigin href="./{path.relative_to(STREAMLIT).as_posix()}">\n' for path in found
    )


class Dress:
    """ASGI middleware: adds `added` to every page of HTML that a browser opens."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._added = added()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and b"text/html" in _said(scope, b"accept"):
            kept = [(name, value) for name, value in scope["headers"] if name.lower() not in UNASKED]
            await self.app({**scope, "headers": kept}, receive, self._dressing(send))
        else:
            await self.app(scope, receive, send)

    def _dressing(self, send: Send) -> Send:
        """A `send` that holds a page of HTML back until it is whole; anything else goes through."""
        held: list[Message] = []
        parts: list[bytes] = []

        async def send_dressed(message: Message) -> None:
            if message["type"] == "http.response.start" and b"text/html" in _said(message, b"content-type"):
                held.append(message)
                return
            if not held:
                await send(message)
                return
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                body = b"".join(parts).replace(END, self._added + END, 1)
                names = [(name, value) for name, value in held[0]["headers"] if name.lower() not in UNSAID]
                await send({**held[0], "headers": [*names, (b"content-length", b"%d" % len(body))]})
                await send({"type": "http.response.body", "body": body})

        return send_dressed


def _said(message: Scope | Message, name: bytes) -> bytes:
    """All that a header says; empty where it is not there."""
    return b",".join(value for key, value in message.get("headers", ()) if key.lower() == name)
