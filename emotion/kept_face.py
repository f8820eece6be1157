"""A cut-out face as a file that a person asked to keep: named by its pixels, with nothing else of the photo."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import numpy as np
from PIL import Image

from emotion import files
from emotion.faces import TIGHT_CROP_UP_TO
from emotion.picture_files import SHRINK_FILTER
from emotion.picture_modes import to_rgb


def bare(face: Image.Image) -> Image.Image:
    """Grey or RGB pixels of at most 256 a side, and nothing else that the picture said of itself."""
    picture = Image.fromarray(np.asarray(face if face.mode == "L" else to_rgb(face)))
    picture.thumbnail((TIGHT_CROP_UP_TO, TIGHT_CROP_UP_TO), SHRINK_FILTER)
    return picture


def file_name(picture: Image.Image) -> str:
    """32 hex digits that tell its pixels from all others, and the ending."""
    facts = f"{picture.mode} {picture.width} {picture.height} ".encode()
    return f"{hashlib.blake2b(facts + picture.tobytes(), digest_size=16).hexdigest()}.png"


def save(picture: Image.Image, target: Path) -> None:
    """Writes it whole: two threads that keep the same face do not meet."""
    temporary = target.with_name(f".{target.stem}.{os.getpid()}-{threading.get_ident()}.tmp")
    picture.save(temporary, "PNG")
    files.replace(temporary, target)
