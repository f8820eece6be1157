"""Accuracy against the number of training faces: head, fine-tuning, networks from random weights.

    python bench/learning_curve.py FOLDER --classes angry,surprise --rows curve.jsonl [--ways head,quick]

Every point is a draw of faces from FOLDER/train, learned by `python -m emotion train` in an empty home and tested on
up to 300 other faces a class of FOLDER/train. A row is appended to the file as soon as it is known, and rows that are
there are not made again: stop it and start it as you like. At the end, medians and spread over the draws are printed.

The shipped model has learned from FER-2013 with its labels. On those faces the ways that build on it look better than
they are; take a folder of drawn faces, or name another model with --backbone, for an honest answer.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
WAYS = {
    "head": ["--recipe", "head", "--backbone", "{backbone}"],
    "last layer": ["--start-from", "{backbone}", "--freeze", "--learning-rate", "0.01"],
    "all layers": ["--start-from", "{backbone}"],
    "quick": ["--recipe", "quick"],
    "classic": ["--recipe", "classic"],
}
FACES = (5, 10, 30, 100, 300, 1000, 3000)  # a class
TESTED = 300  # a class
PREFIX = "taught_"  # the classes get names that no backbone knows
Row = dict[str, Any]


def draw(source: Path, classes: list[str], faces: int, number: int, target: Path) -> bool:
    """Copies `faces` of each class to target/train and others to target/test; False where there are not so many."""
    for name in classes:
        files = sorted(path for path in (source / "train" / name).iterdir() if path.is_file())
        if len(files) < faces + TESTED // 3:
            return False
        order = np.random.default_rng((number, len(name))).permutation(len(files))
        parts = {"train": order[:faces], "test": order[faces : faces + TESTED]}
        for split, places in parts.items():
            folder = target / split / (PREFIX + name)
            folder.mkdir(parents=True)
            for place in places:
                shutil.copy(files[place], folder)
    return True


def measure(source: Path, classes: list[str], way: str, faces: int, number: int, backbone: str) -> Row | None:
    """One training and its accuracy on the test faces; None where there are too few pictures."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        if not draw(source, classes, faces, number, data):
            return None
        named = ",".join(PREFIX + name for name in classes)
        words = [word.format(backbone=backbone) for word in WAYS[way]]
        command = [sys.executable, "-m", "emotion", "train", "--data", str(data), "--classes", named, *words]
        start = time.perf_counter()
        environment = os.environ | {"EMOTION_HOME": folder, "TF_CPP_MIN_LOG_LEVEL": "3"}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8")
        seconds = time.perf_counter() - start
        if done.returncode:
            raise SystemExit(f"{way}, {faces} faces: {done.stderr[-800:]}")
        report = Path(folder) / "runs" / done.stdout.split()[-1] / "report.json"
        told = json.loads(report.read_text(encoding="utf-8"))
    held_out = (told.get("held_out") or {}).get("accuracy")
    return {"accuracy": told["best"]["accuracy"], "held_out": held_out, "seconds": round(seconds, 1)}


def table(rows: list[Row]) -> str:
    """Median accuracy and its range over the draws, one line for each way and number of faces."""
    lines = [f"{'classes':<24}{'way':<12}{'faces':>6}{'draws':>7}{'median':>9}{'from':>8}{'to':>8}{'seconds':>9}"]
    keys = sorted({(row["classes"], row["way"], row["faces"]) for row in rows})
    for classes, way, faces in keys:
        mine = [row for row in rows if (row["classes"], row["way"], row["faces"]) == (classes, way, faces)]
        found = [row["accuracy"] for row in mine]
        lines.append(
            f"{classes:<24}{way:<12}{faces:>6}{len(found):>7}{median(found):>9.1%}{min(found):>8.1%}{max(found):>8.1%}"
            f"{median(row['seconds'] for row in mine):>9.1f}"
        )
    return "\n".join(lines)


def main() -> None:
    """Measures what is missing, cheapest first, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--classes", required=True)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--faces", default=",".join(map(str, FACES)))
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--backbone", default="pretrained")
    chosen = parser.parse_args()
    lines = chosen.rows.read_text(encoding="utf-8").splitlines() if chosen.rows.is_file() else []
    rows: list[Row] = [json.loads(line) for line in lines]
    names = ("classes", "way", "faces", "draw", "backbone")
    known = {tuple(row[name] for name in names) for row in rows}
    for faces in map(int, chosen.faces.split(",")):
        for number in range(chosen.draws):
            for way in chosen.ways.split(","):
                key = (chosen.classes, way, faces, number, chosen.backbone)
                if key in known:
                    continue
                found = measure(chosen.folder, chosen.classes.split(","), way, faces, number, chosen.backbone)
                if found is None:
                    continue
                rows.append(dict(zip(names, key, strict=True)) | found)
                with chosen.rows.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(rows[-1]) + "\n")
    print(table(rows))


if __name__ == "__main__":
    main()
