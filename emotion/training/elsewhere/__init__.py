"""Models that were made elsewhere: a `.tflite`, `.keras` or `.h5` image classifier becomes a run like the others.

Nothing of such a file is trusted: it is opened in a process of its own, and no code in it is ever run. Its network is
put into the one form that this program answers with: see `emotion.training.elsewhere.network`.
"""

from __future__ import annotations

from emotion.training.elsewhere.bring_in import Description, bring_in
from emotion.training.elsewhere.errors import ElsewhereError
from emotion.training.elsewhere.file import is_ours

__all__ = ["Description", "ElsewhereError", "bring_in", "is_ours"]
