"""Keras, loaded without three large packages that it would load for things that nobody does here.

It imports pandas, Matplotlib and scikit-learn wherever they are installed: to take data frames, to draw galleries, to
be an estimator. That is more than a third of its start and 150 MB. Whoever wants one of them later, as the report does
that draws with Matplotlib, imports it as always. `bench/begin_and_export.py` measures what is left.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from emotion.system import processes


@contextmanager
def _hidden(*packages: str) -> Iterator[None]:
    """Within, these packages seem not to be installed, but for those that are loaded already."""
    absent = [name for name in packages if name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]  # so an import raises ModuleNotFoundError
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


with processes.loading_modules(), _hidden("pandas", "matplotlib", "sklearn"):
    import keras

__all__ = ["keras"]
