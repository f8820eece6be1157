"""How long "why?" takes for one face: the heat map, its picture, the varied answers, and all of it together.

    python bench/explanation_speed.py [--model pretrained] [--rounds 30]

Milliseconds by the clock and of CPU time, medians; the aim is a heat map in under 150 ms. The first round is not
counted. The face is a drawn portrait in a photo of 1280 × 960.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emotion.data.drawn import write
from emotion.images import crop
from emotion.models import explain
from emotion.models.answers import Face
from emotion.models.heat import heat_map, overlay
from emotion.models.predictor import load_model

BOX = (400, 240, 880, 720)


def measure(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Median milliseconds by the clock and of CPU time."""
    clock, processor = [], []
    for _ in range(rounds + 1):
        began, busy = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - began)
        processor.append(time.process_time() - busy)
    return 1000 * statistics.median(clock[1:]), 1000 * statistics.median(processor[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="pretrained")
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    predictor = load_model(options.model)
    photo = Image.new("RGB", (1280, 960), (170, 180, 190))
    photo.paste(write.draw_portrait(2, happy=True), BOX[:2])
    seen = crop.to_input(crop.crop_face(photo, BOX))
    heat = heat_map(predictor, seen)
    face = Face(BOX, 0.5, predictor.info.positive, False, seen)
    works: dict[str, Callable[[], object]] = {
        "heat map, 64 places": lambda: heat_map(predictor, seen),
        "overlay": lambda: overlay(seen, heat),
        "varied answers": lambda: explain.variants(predictor, photo, BOX),
        "all of why": lambda: explain.why(predictor, face, photo),
    }
    print(f"{options.model}, {options.rounds} rounds, median ms by the clock (of CPU time)")
    for name, work in works.items():
        clock, processor = measure(work, options.rounds)
        print(f"{name:20} {clock:7.1f} ({processor:.1f})")


if __name__ == "__main__":
    main()
