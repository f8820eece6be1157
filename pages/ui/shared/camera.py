"""What the elements with a camera share of their styles and scripts: the live picture, and the button to hold."""

from __future__ import annotations

from pathlib import Path

STYLE, SCRIPT = (Path(__file__).with_name(f"camera.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
