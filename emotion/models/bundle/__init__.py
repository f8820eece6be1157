"""A model to take along: one zip that answers without this program, in Python and in a web page.

It holds the network, its labels and rules, eight drawn faces with the answers it gave when it was packed, an example in
Python, and a page for a browser. May import `data` (for the drawn faces) and what `emotion.models` may.
"""

from __future__ import annotations

from emotion.models.bundle.pack import can_be_packed, file_name, pack
from emotion.models.bundle.verify import Verified, bring_back, verify

__all__ = [
    "Verified",
    "bring_back",
    "can_be_packed",
    "file_name",
    "pack",
    "verify",
]
