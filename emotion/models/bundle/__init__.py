"""A model to take along: one zip that answers without this program, in Python and in a web page.

It holds the network, its labels and rules, eight drawn faces with the answers it gave when it was packed, an example in
Python, and a page for a browser. May import `data` (for the drawn faces) and what `emotion.models` may.
"""

from __future__ import annotations

from emotion.models.bundle.errors import BundleError, LibraryMissingError
from emotion.models.bundle.pack import file_name, pack
from emotion.models.bundle.verify import Verified, bring_back, verify

__all__ = ["BundleError", "LibraryMissingError", "Verified", "bring_back", "file_name", "pack", "verify"]
