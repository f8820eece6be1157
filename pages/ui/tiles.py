"""Faces side by side in one picture."""

from __future__ import annotations

import numpy as np
from PIL import Image

GAP = 4  # pixels


def tiled(faces: np.ndarray, columns: int) -> Image.Image:
    """(N, 48, 48) uint8 faces row by row, with gaps that show what is behind."""
    size = faces.shape[1]
    rows = -(-len(faces) // columns)
    picture = Image.new("LA", (columns * (size + GAP) - GAP, rows * (size + GAP) - GAP))
    for place, face in enumerate(faces):
        left, top = place % columns * (size + GAP), place // columns * (size + GAP)
        picture.paste(Image.fromarray(face).convert("LA"), (left, top))
    return picture
