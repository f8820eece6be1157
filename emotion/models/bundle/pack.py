"""Packs a model with all that it takes to use it elsewhere."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from emotion import images
from emotion.data.drawn import shipped
from emotion.models.answers import by_name, judge
from emotion.models.bundle import web
from emotion.models.predictor import PRETRAINED, Predictor, load_model
from emotion.recipes import ModelInfo
from emotion.runs import RunPaths, read_run
from emotion.system import EmotionError, _, stored

Faces = NDArray[np.uint8]  # (N, S, S)

FACES = 8  # of the self-test, one for each of eight drawn persons
TOLD = ("config.json", "history.jsonl", "report.json", "model.keras")  # of a run, where they are there
MODEL, INFO, LABELS, SELFTEST, CARD, EXAMPLE, PAGE = (
    "model.tflite", "model.json", "labels.txt", "selftest.json", "README.md", "predict.py", "index.html",
)  # fmt: skip


def file_name(title: str) -> str:
    """How the zip of a model with this title is called: letters, digits and dashes, then ".zip"."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-").lower()
    return f"{name or 'model'}.zip"


def can_be_packed(info: ModelInfo) -> bool:
    """Whether the page and the example of a zip can ask a model: they know grey faces only."""
    return info.channels == 1 and not images.takes_whole(info.crop)


def pack(reference: str, *, offline: bool = False) -> bytes:
    """A zip of a model: see `emotion.models.bundle`.

    Args:
        reference: as `load_model` takes it.
        offline: puts the library for the page into the zip (5 MB more), which otherwise comes from a public server
            when the page opens.

    Raises:
        ModelError: for a model that is not there or not whole.
        EmotionError: see `can_be_packed`; when the library is wanted and cannot be fetched.
    """
    predictor = load_model(reference)
    if not can_be_packed(predictor.info):
        raise EmotionError(
            _(
                "{name} cannot be packed: it was made elsewhere and looks at colours or at whole pictures, "
                "which the web page of the zip does not. Take the file along from which it was brought in.",
                name=_title(predictor),
            )
        )
    title, faces = _title(predictor), _drawn_faces(predictor.info.input_size)
    tests = _selftest(predictor, faces)
    runtime = web.runtime() if offline else {}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(MODEL, predictor.path.read_bytes(), zipfile.ZIP_STORED)
        file.writestr(INFO, json.dumps(predictor.info.to_json(), indent=1))
        file.writestr(LABELS, "".join(f"{name}\n" for name in predictor.info.classes))
        file.writestr(SELFTEST, json.dumps({"tolerance": web.TOLERANCE, "faces": tests}, indent=1))
        for number, face in enumerate(faces, start=1):
            file.writestr(f"selftest/{number}.png", _png(face), zipfile.ZIP_STORED)
        file.writestr(EXAMPLE, Path(__file__).with_name("example.py").read_bytes())
        file.writestr(PAGE, web.page(title, predictor, tests, faces, offline=offline))
        file.writestr(CARD, card(title, predictor, offline=offline))
        for name, content in runtime.items():
            file.writestr(name, content)
        for name in TOLD:
            path = predictor.path.with_name(name)
            if path.is_file():
                file.write(path, name)
    return target.getvalue()


def _selftest(predictor: Predictor, faces: Faces) -> list[dict[str, Any]]:
    """The faces by file name, each with the answer and with the probabilities of all classes by name."""
    return [
        {"file": f"selftest/{number}.png", "answer": answer, "probabilities": probabilities}
        for number, (answer, probabilities) in enumerate(said(predictor, faces), start=1)
    ]


def said(predictor: Predictor, faces: Faces) -> list[tuple[str, dict[str, float]]]:
    """For faces (N, S, S) uint8 the answer, which may be "unsure", and the probabilities by class name."""
    probabilities = predictor.predict_classes(images.as_batch(faces))
    words = ["unsure" if unsure else label for _share, label, unsure in judge(probabilities, predictor.info)]
    return list(zip(words, by_name(probabilities, predictor.info), strict=True))


def card(title: str, predictor: Predictor, *, offline: bool) -> str:
    """What the model is and three ways to use it, in Markdown; the card of the shipped model follows in full."""
    info, score = predictor.info, _score(predictor.info.scores)
    open_page = (
        "2. In a browser without the internet: `python -m http.server` in this folder, then http://127.0.0.1:8000"
        if offline
        else "2. In a browser: open `index.html`. LiteRT.js comes from cdn.jsdelivr.net; pictures stay on the device."
    )
    own = PRETRAINED / CARD
    return "\n".join((
        f"# {title}", "",
        f"Tells {', '.join(info.classes)} by a face of {info.input_size}×{info.input_size} grey pixels. {score}", "",
        "1. With the program it comes from: `emotion import FILE.zip`, or `emotion predict --model model.tflite PHOTO`",
        open_page,
        "3. In Python: `pip install ai-edge-litert numpy pillow`, then `python predict.py PHOTO`", "",
        "`model.json` holds the order of the classes, threshold, temperature, the band in which it is unsure, and how "
        "a face is cut out. `selftest.json` holds what it says of the eight faces in `selftest/`: "
        "`emotion verify FILE.zip` and the page ask it again and compare.", "",
        *([own.read_text(encoding="utf-8")] if predictor.path.parent == PRETRAINED else []),
    ))  # fmt: skip


class _Tested(TypedDict):
    """What `model.json` says of a test."""

    test_n: stored.Number
    test_accuracy: stored.Share
    test_accuracy_interval: tuple[stored.Share, stored.Share]


def _score(scores: dict[str, Any]) -> str:
    if not scores.get("test_n"):
        return "It was not tested on faces of its own data."
    try:
        tested: _Tested = stored.typed(scores, _Tested)
    except ValueError:  # a damaged figure is no reason not to take the model along
        return "It was tested, but what came of it cannot be read any more."
    low, high = tested["test_accuracy_interval"]
    return (
        f"It got {tested['test_accuracy']:.1%} of {tested['test_n']:,} test faces right "
        f"({low:.1%} to {high:.1%} with 95 % certainty)."
    )


def _title(predictor: Predictor) -> str:
    if predictor.path.parent == PRETRAINED:
        return "shipped model"
    folder = RunPaths(predictor.path.parent)
    return read_run(folder).title if folder.status.is_file() else folder.id


def _drawn_faces(size: int) -> Faces:
    """Eight faces (8, size, size) uint8, happy and sad in turn."""
    sets = shipped.load()
    happy, sad = sets["test", "happy"], sets["test", "sad"]
    drawn = [(sad if number % 2 else happy).face(number // 2)[0] for number in range(FACES)]
    return np.stack([images.to_input(Image.fromarray(face), size) for face in drawn])


def _png(face: Faces) -> bytes:
    written = io.BytesIO()
    Image.fromarray(face).save(written, "PNG")
    return written.getvalue()
