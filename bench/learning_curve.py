"""Accuracy against the number of training faces: head, fine-tuning, networks from random weights.

    python bench/learning_curve.py FOLDER --classes angry,surprise --rows curve.jsonl [--ways head,quick]
    python bench/learning_curve.py drawn:hat --rows curve.jsonl
    python bench/learning_curve.py --rows curve.jsonl --picture docs/images/few_pictures.svg

Every point is a draw of faces from FOLDER/train, learned by the worker of a run in an empty home and tested on up to
300 other faces a class of FOLDER/train. A row is appended to the file as soon as it is known, and rows that are
there are not made again: stop it and start it as you like. At the end, medians and spread over the draws are printed.
Seconds are those of the run, without the start of a process: all runs of one call share one.

The shipped model has learned from FER-2013 with its labels. On those faces the ways that build on it look better than
they are: take classes that a model of your own has not learned, with --backbone, or drawn faces (drawn:hat,
drawn:glasses, drawn:hair), which no photo has prepared it for.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from emotion import recipes, runs
from emotion.data.drawn.face import paint
from emotion.data.drawn.traits import draw_expression, draw_look, draw_pose
from emotion.data.drawn.write import OVERSIZE
from emotion.models import load_model
from emotion.recipes import TrainingConfig
from emotion.system import IMAGE_SIZE
from emotion.training import StartingPoint, start_from, worker

WAYS = ("head", "last layer", "all layers", "quick", "classic")
FACES = (5, 10, 30, 100, 300, 1000, 3000)  # a class
TESTED = 300  # a class
PREFIX = "taught_"  # the classes get names that no backbone knows
DRAWN = "drawn:"
TRAITS: dict[str, dict[str, dict[str, Any]]] = {
    "hat": {"bare": {"hair_style": "short"}, "hat": {"hair_style": "beanie"}},
    "glasses": {"bare": {"glasses": "none"}, "glasses": {"glasses": "round"}},
    "hair": {"short": {"hair_style": "short"}, "long": {"hair_style": "long"}},
}
Row = dict[str, Any]


def draw_all(trait: str, folder: Path, count: int) -> None:
    """Draws `count` faces of either kind into folder/train, where they are not there yet."""
    for kind, (name, look) in enumerate(TRAITS[trait].items()):
        target = folder / "train" / name
        target.mkdir(parents=True, exist_ok=True)
        for number in range(len(list(target.iterdir())), count):
            rng = np.random.default_rng((kind, number))
            person = replace(draw_look(rng, covered_share=0.0), **look)
            face = paint(person, draw_expression(rng, rng.uniform(-1, 1)), draw_pose(rng, 0.3), IMAGE_SIZE * OVERSIZE)
            face.convert("L").resize((IMAGE_SIZE, IMAGE_SIZE)).save(target / f"{number:05}.png")


def draw(source: Path, classes: list[str], faces: int, number: int, target: Path) -> int:
    """Copies `faces` of each class to target/train and others to target/test; 0 where there are not so many.

    Returns:
        Training faces of all classes.
    """
    for name in classes:
        files = sorted(path for path in (source / "train" / name).iterdir() if path.is_file())
        if len(files) < faces + TESTED // 3:
            return 0
        order = np.random.default_rng((number, len(name))).permutation(len(files))
        parts = {"train": order[:faces], "test": order[faces : faces + TESTED]}
        for split, places in parts.items():
            folder = target / split / (PREFIX + name)
            folder.mkdir(parents=True)
            for place in places:
                shutil.copy(files[place], folder)
    return faces * len(classes)


def settings(way: str, data: Path, classes: tuple[str, ...], backbone: str, faces: int) -> TrainingConfig:
    """What the form of the page Train would ask for."""
    if way == "head":
        return TrainingConfig(data=str(data), classes=classes, recipe=recipes.HEAD.name, start_from=backbone,
                              epochs=recipes.HEAD.epochs, freeze=True)  # fmt: skip
    if way in recipes.RECIPES:
        return recipes.config(way, data=str(data), classes=classes)
    point = StartingPoint(backbone, load_model(backbone).path)
    begun = start_from.settings(recipes.DEFAULT, point, freeze=way == "last layer", faces=faces, classes=classes)
    return replace(begun, data=str(data), classes=classes)


def measure(source: Path, classes: list[str], way: str, faces: int, number: int, backbone: str) -> Row | None:
    """One training and its accuracy on the test faces; None where there are too few pictures."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EMOTION_HOME"] = folder
        data = Path(folder) / "data"
        drawn = draw(source, classes, faces, number, data)
        if not drawn:
            return None
        named = tuple(PREFIX + name for name in classes)
        paths = runs.new_run(settings(way, data, named, backbone, drawn))
        start = time.perf_counter()
        worker.run(paths)
        seconds = time.perf_counter() - start
        told = json.loads(paths.report.read_text(encoding="utf-8"))
    held_out = (told.get("held_out") or {}).get("accuracy")
    return {"accuracy": told["best"]["accuracy"], "held_out": held_out, "seconds": round(seconds, 1)}


def table(rows: list[Row]) -> str:
    """Median accuracy and its range over the draws, one line for each way and number of faces."""
    lines = [f"{'classes':<24}{'way':<12}{'faces':>6}{'draws':>7}{'median':>9}{'from':>8}{'to':>8}{'seconds':>9}"]
    for classes, way, faces in sorted({(row["classes"], row["way"], row["faces"]) for row in rows}):
        mine = [row for row in rows if (row["classes"], row["way"], row["faces"]) == (classes, way, faces)]
        found = [row["accuracy"] for row in mine]
        lines.append(
            f"{classes:<24}{way:<12}{faces:>6}{len(found):>7}{median(found):>9.1%}{min(found):>8.1%}{max(found):>8.1%}"
            f"{median(row['seconds'] for row in mine):>9.1f}"
        )
    return "\n".join(lines)


def picture(rows: list[Row], path: Path) -> None:
    """A panel for each task: medians as lines, the range of the draws as bands."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    tasks = list(dict.fromkeys(row["classes"] for row in rows))
    figure, panels = pyplot.subplots(1, len(tasks), figsize=(3.6 * len(tasks), 3.4), sharey=True, squeeze=False)
    for task, panel in zip(tasks, panels[0], strict=True):
        for way in WAYS:
            mine = [row for row in rows if row["classes"] == task and row["way"] == way]
            sizes = sorted({row["faces"] for row in mine})
            found = [[100 * row["accuracy"] for row in mine if row["faces"] == size] for size in sizes]
            (line,) = panel.plot(sizes, [median(values) for values in found], marker=".", label=way)
            panel.fill_between(sizes, [*map(min, found)], [*map(max, found)], color=line.get_color(), alpha=0.12)
        panel.set_xscale("log")
        panel.set_title(task.removeprefix(DRAWN).replace(",", " or "), fontsize=10)
        panel.set_xlabel("training faces a class")
        panel.grid(alpha=0.3)
    panels[0][0].set_ylabel("% of other faces right")
    panels[0][-1].legend(fontsize=8, loc="lower right")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def missing(chosen: argparse.Namespace, task: str, rows: list[Row]) -> Iterator[tuple[str, str, int, int, str]]:
    """The points that are asked for and not there yet, cheapest first."""
    known = {(row["classes"], row["way"], row["faces"], row["draw"], row["backbone"]) for row in rows}
    for faces in map(int, chosen.faces.split(",")):
        for number in range(chosen.draws):
            for way in chosen.ways.split(","):
                key = (task, way, faces, number, chosen.named)
                if key not in known:
                    yield key


def main() -> None:
    """Measures what is missing and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", nargs="?", default="")
    parser.add_argument("--classes", default="")
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--faces", default=",".join(map(str, FACES)))
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--backbone", default="pretrained")
    parser.add_argument("--named", default="pretrained", help="what the rows call the backbone")
    parser.add_argument("--picture", type=Path)
    chosen = parser.parse_args()
    lines = chosen.rows.read_text(encoding="utf-8").splitlines() if chosen.rows.is_file() else []
    rows: list[Row] = [json.loads(line) for line in lines]
    if chosen.folder:
        _measure_all(chosen, rows)
    print(table(rows))
    if chosen.picture:
        picture(rows, chosen.picture)


def _measure_all(chosen: argparse.Namespace, rows: list[Row]) -> None:
    source, task, classes = Path(chosen.folder), chosen.classes, chosen.classes.split(",")
    if chosen.folder.startswith(DRAWN):
        trait = chosen.folder.removeprefix(DRAWN)
        source, task, classes = chosen.rows.with_name(f"drawn_{trait}"), chosen.folder, list(TRAITS[trait])
        draw_all(trait, source, max(map(int, chosen.faces.split(","))) + TESTED)
    for key in missing(chosen, task, rows):
        found = measure(source, classes, *key[1:4], chosen.backbone)
        if found is None:
            continue
        rows.append(dict(zip(("classes", "way", "faces", "draw", "backbone"), key, strict=True)) | found)
        with chosen.rows.open("a", encoding="utf-8") as file:
            file.write(json.dumps(rows[-1]) + "\n")


if __name__ == "__main__":
    main()
