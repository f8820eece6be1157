"""How often a picture that lies on its side or stands on its head is answered as when it is upright.

    python -m bench.way_up [--photos DIR] [--faces archive/test] [--count 100]      # prints Markdown

Photos are any folder of yours with upright pictures of faces; without one, the astronaut of scikit-image on its
backgrounds. Faces are class folders of small crops, such as FER-2013's test: they are asked about as they are, and
enlarged on backgrounds. Every picture is asked about upright with and without looking which way up it is, and in the
three other turns. The answer is that for the largest face.
"""

from __future__ import annotations

import argparse
import io
import random
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from bench.faces import BACKGROUNDS, composites, open_rgb
from emotion.images import PictureError, decode, load
from emotion.images.way_up import TURNS, turned
from emotion.models import Answer, Looking, Predictor, answer, load_model

CANVAS, HEADS = (1280, 960), (90, 280)  # pixels: of a made photo, and of the faces pasted into it


def photos(folder: Path | None) -> Iterator[Image.Image]:
    """The pictures of a folder, at most 1280 pixels a side, or the astronaut on backgrounds."""
    if folder is None:
        for height in (48, 100, 200):
            yield from (made.image for made in composites((1280, 960), height))
        return
    for path in load.pictures(folder):
        try:
            yield decode.open_picture(path, max_side=1280).rgb
        except PictureError as error:
            print(f"{path}: {error}")


def crops(folder: Path, count: int, classes: tuple[str, ...] = ("happy", "sad")) -> list[Image.Image]:
    """So many faces of each class, chosen by chance."""
    draw = random.Random(0)
    files = [draw.sample(sorted((folder / name).iterdir()), count) for name in classes]
    return [Image.open(file).convert("RGB") for each in files for file in each]


def pasted(face: Image.Image, number: int) -> Image.Image:
    """A face on a background, its edge soft, as large and where chance will have it."""
    rng = np.random.default_rng(number)
    side = int(rng.integers(*HEADS))
    photo = open_rgb(BACKGROUNDS[number % len(BACKGROUNDS)]).resize(CANVAS)
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).ellipse((side // 16, 0, side - side // 16, side), fill=255)
    place = int(rng.integers(0, CANVAS[0] - side)), int(rng.integers(0, CANVAS[1] - side))
    photo.paste(face.resize((side, side), Image.Resampling.BICUBIC), place, mask.filter(ImageFilter.GaussianBlur(4)))
    return photo


def said(given: Answer) -> str:
    """The word for the largest face."""
    face = max(given.faces, key=lambda face: face.seen.size if face.box is None else face.box[3] - face.box[1],
               default=None)  # fmt: skip
    return "no face" if face is None else face.headline().mark


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def row(name: str, pictures: list[Image.Image], predictor: Predictor) -> str:
    """One line of the table: shares of the turned pictures, of the upright ones, and the price of an upright one."""
    turned_ones: list[str] = []
    changed = firmly_changed = 0
    seconds = [0.0, 0.0]
    for image in pictures:
        upright = png(image)
        answer(upright, predictor, "")  # the first look at a size costs memory: not counted
        words = []
        for at, looking in enumerate((Looking(turn=0), Looking())):
            began = time.process_time()
            words.append(said(answer(upright, predictor, "", looking)))
            seconds[at] += time.process_time() - began
        plain, found = words
        changed += found != plain
        firmly_changed += found not in (plain, "unsure", "no face")
        for turn in TURNS[1:]:
            now = said(answer(png(turned(image, turn)), predictor, ""))
            turned_ones.append("same" if now == plain else now if now in ("unsure", "no face") else "firmly another")
    n, total = len(pictures), max(1, len(turned_ones))
    shares = [f"{turned_ones.count(word) / total:.1%}" for word in ("same", "unsure", "no face", "firmly another")]
    cost = f"{seconds[1] / seconds[0]:.2f} × ({1000 * seconds[0] / n:.0f} ms)"
    return f"| {name} | {n} | {' | '.join(shares)} | {changed} ({firmly_changed} firmly) | {cost} |"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--photos", type=Path, metavar="DIR")
    options.add_argument("--faces", type=Path, metavar="DIR")
    options.add_argument("--count", type=int, default=100, help="faces of each class")
    options.add_argument("--model", default="pretrained")
    chosen = options.parse_args()
    predictor = load_model(chosen.model)
    print("| pictures | n | turned: as upright | unsure | no face | firmly another | upright: changed | upright: CPU |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    print(row("photos", list(photos(chosen.photos)), predictor), flush=True)
    if chosen.faces:
        faces = crops(chosen.faces, chosen.count)
        print(row("faces as they are", faces, predictor), flush=True)
        print(row("faces on backgrounds", [pasted(face, at) for at, face in enumerate(faces)], predictor))


if __name__ == "__main__":
    main()
