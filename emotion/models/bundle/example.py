"""What a face looks like: python predict.py PHOTO [LEFT TOP RIGHT BOTTOM]   (pip install ai-edge-litert numpy pillow)

The four numbers are the box of a face in pixels, from the hair to the chin; without them the whole picture is taken.
"""

import json
import sys
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image, ImageOps


def main(photo: str, *box: str) -> None:
    here = Path(__file__).resolve().parent
    info = json.loads((here / "model.json").read_text(encoding="utf-8"))
    size, classes = info["input_size"], info["classes"]
    grey = ImageOps.exif_transpose(Image.open(photo)).convert("L")
    left, top, right, bottom = map(int, box) if box else (0, 0, *grey.size)
    side = round(info["crop"].get("side", 1.02) * (bottom - top)) if box else max(grey.size)
    left, top = (left + right - side + 1) // 2, (top + bottom - side + 1) // 2
    around = np.pad(np.asarray(grey), side, mode="edge")  # beyond the picture its outermost pixels go on
    face = Image.fromarray(around[top + side : top + 2 * side, left + side : left + 2 * side])
    kind = Image.Resampling.HAMMING if side > size else Image.Resampling.BICUBIC
    face = face.resize((size, size), kind, reducing_gap=3.0)

    network = Interpreter(str(here / "model.tflite")).get_signature_runner("serving_default")
    given = network(image=np.asarray(face, np.float32)[None, :, :, None] / 255)["probability"][0]
    both = np.array([1 - given[0], given[0]]) if len(given) == 1 else given
    logits = np.log(np.maximum(both, 1e-7)) / info["temperature"]
    sure = np.exp(logits) / np.exp(logits).sum()
    for name, probability in sorted(zip(classes, sure, strict=True), key=lambda pair: -pair[1]):
        print(f"{probability:7.2%}  {name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
