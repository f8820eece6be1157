"""What the elements with a camera share of their styles and scripts: the live picture, and the button to hold.

`SENTENCES` stands before the script of every element that says something, with or without a camera.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
STYLE = (HERE / "camera.css").read_text(encoding="utf-8")
SENTENCES = (HERE / "sentences.js").read_text(encoding="utf-8")
SCRIPT = SENTENCES + (HERE / "camera.js").read_text(encoding="utf-8")
