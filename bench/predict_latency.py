"""What one answer costs in the core: a JPEG of 1280 × 960 with one face, from the file's bytes to the probability.

    python bench/predict_latency.py [--rounds 30] [--model pretrained]      # needs scikit-image for the face

Milliseconds of CPU time, and by the clock, medians; the aim is 60 ms of CPU. "All of it" is `answer` by itself, so
that what lies between the steps is in it too; "upright as given" leaves out the question which way up the photo is.
The first round is not counted.
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import skimage.data
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emotion.images import crop as images
from emotion.images import decode, detect
from emotion.models.answers import Looking, answer
from emotion.models.predictor import load_model

SIZE = (1280, 960)


def photo() -> bytes:
    """The astronaut on grey, her face 212 pixels high."""
    ground, buffer = Image.new("RGB", SIZE, "grey"), io.BytesIO()
    ground.paste(Image.fromarray(skimage.data.astronaut()).resize((SIZE[1], SIZE[1])), (160, 0))
    ground.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def measure(steps: dict[str, Callable[[], object]], rounds: int) -> dict[str, tuple[float, float]]:
    """Median milliseconds of CPU time and by the clock for each step; the steps take turns."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in steps}
    for _ in range(rounds + 1):
        for name, work in steps.items():
            busy, began = time.process_time(), time.perf_counter()
            work()
            times[name].append((time.process_time() - busy, time.perf_counter() - began))
    return {
        name: (1000 * statistics.median(cpu for cpu, _ in rows[1:]), 1000 * statistics.median(s for _, s in rows[1:]))
        for name, rows in times.items()
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=30)
    options.add_argument("--model", default="pretrained")
    chosen = options.parse_args()
    predictor, data = load_model(chosen.model), photo()
    picture = decode.open_picture(data, max_side=images.WORKING_SIDE).rgb
    (face,) = detect.find_faces(picture)
    crop = images.crop_face(picture, face.box)
    batch = images.as_batch(images.to_input(crop))
    rows = measure(
        {
            "decode": lambda: decode.open_picture(data, max_side=images.WORKING_SIDE),
            "detect": lambda: detect.regions(picture),
            "crop": lambda: images.as_batch(images.to_input(images.crop_face(picture, face.box))),
            "predict": lambda: predictor.predict_classes(batch),
            "all of it, upright as given": lambda: answer(data, predictor, "photo", Looking(turn=0)),
            "all of it": lambda: answer(data, predictor, "photo"),
        },
        chosen.rounds,
    )
    total = rows["all of it"][0]
    print(f"{detect.finder().name}, median of {chosen.rounds}, one face of {face.height} px at {SIZE[0]} × {SIZE[1]}\n")
    print("| step | CPU | of all | by the clock |\n|---|---|---|---|")
    for name, (cpu, clock) in rows.items():
        print(f"| {name} | {cpu:.1f} ms | {cpu / total:.0%} | {clock:.1f} ms |")


if __name__ == "__main__":
    main()
