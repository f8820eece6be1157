"""Models made elsewhere: what they answer once they are brought in, what has to be said of them, what is refused.

See `tests/data/make_elsewhere.py` for what the networks compute.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import zipfile
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.images import as_batch
from emotion.models import Looking, answer, bundle, explain, load_model
from emotion.runs import Status, find_run, list_runs, read_run
from emotion.system import EmotionError, ModelError
from emotion.training.elsewhere import Description, ElsewhereError, bring_in, is_ours, labels, work

ELSEWHERE = Path(__file__).resolve().parents[1] / "data" / "elsewhere"
UNIT = (0.0, 1.0)
TEACHABLE = "0 Happy\n1 Sad\n"


@pytest.fixture
def alone() -> None:
    """For a test in which a process of its own opens each file, as it is for people."""


@pytest.fixture(autouse=True)
def within(request: pytest.FixtureRequest) -> None:
    if "alone" not in request.fixturenames:
        request.getfixturevalue("opened_within")


def came(folder: Path, name: str, names: str = "") -> Path:
    """A copy of one of the models, with a labels.txt beside it where it is to have one."""
    path = folder / name
    shutil.copy(ELSEWHERE / name, path)
    if names:
        (folder / "labels.txt").write_text(names, encoding="utf-8")
    return path


def plain(red: int, green: int, blue: int) -> Image.Image:
    return Image.new("RGB", (300, 300), (red, green, blue))


def photo(folder: Path, *colour: int) -> Path:
    path = folder / "photo.png"
    Image.new("RGB", (300, 300), colour).save(path)
    return path


def sigmoid(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(("name", "near"), [("model_unquant.tflite", 1e-3), ("model.tflite", 0.02)])
def test_a_model_of_teachable_machine_is_used_as_it_was_taught(
    home: Path, tmp_path: Path, name: str, near: float
) -> None:
    run = bring_in(came(tmp_path, name, TEACHABLE))

    model = load_model(run.id)
    (face,) = answer(photo(tmp_path, 150, 20, 220), model, "photo").faces
    assert (model.info.classes, model.info.input_size, model.info.channels) == (("sad", "happy"), 224, 3)
    assert model.info.origin["range"] == pytest.approx([-1, 1], abs=0.01)
    assert face.box is None
    assert face.probabilities["happy"] == pytest.approx(sigmoid(8 * (150 / 127.5 - 1)), abs=near)
    assert (face.seen.shape, model.features(as_batch(face.seen[np.newaxis])).shape) == ((224, 224, 3), (1, 3))


def test_of_a_long_picture_teachable_machine_sees_the_middle(home: Path, tmp_path: Path) -> None:
    model = load_model(bring_in(came(tmp_path, "model_unquant.tflite", TEACHABLE)).id)
    long = Image.new("RGB", (900, 300), (0, 0, 0))
    long.paste(plain(255, 0, 0), (300, 0))
    long.save(tmp_path / "long.png")

    (face,) = answer(tmp_path / "long.png", model, "long").faces

    assert face.probabilities["happy"] == pytest.approx(sigmoid(8), abs=1e-3)


def test_a_model_made_elsewhere_is_a_run_like_any_other(home: Path, tmp_path: Path) -> None:
    run = bring_in(came(tmp_path, "model_unquant.tflite", TEACHABLE))

    listed = list_runs()[0]
    assert (listed.id, listed.status, listed.has_model) == (run.id, Status.COMPLETED, True)
    assert read_run(find_run("latest")).title == "model_unquant"


@pytest.mark.parametrize(
    ("name", "names", "face", "happy"),
    [
        ("first.tflite", "happy\nsad\n", (255, 0, 0), sigmoid(4)),
        ("first.tflite", "sad\nhappy\n", (255, 0, 0), sigmoid(-4)),
        ("one.tflite", "sad\nhappy\n", (255, 255, 255), sigmoid(4)),
        ("one.tflite", "happy\nsad\n", (255, 255, 255), sigmoid(-4)),
    ],
)
def test_answers_come_in_the_order_of_this_program(
    home: Path, tmp_path: Path, name: str, names: str, face: tuple[int, int, int], happy: float
) -> None:
    model = load_model(bring_in(came(tmp_path, name, names), Description(value_range=UNIT)).id)

    said = model.predict_classes(as_batch(model.see([plain(*face)])))

    assert model.info.classes == ("sad", "happy")
    assert said[0] == pytest.approx([1 - happy, happy], abs=1e-3)


def test_numbers_that_are_no_probabilities_become_some(home: Path, tmp_path: Path) -> None:
    names = "Happiness\nneutral\nSadness\n"
    softmax = load_model(bring_in(came(tmp_path, "logits.tflite", names), Description(value_range=UNIT)).id)
    each = load_model(bring_in(came(tmp_path, "each.tflite", names), Description(value_range=UNIT)).id)
    face = np.full((1, 48, 48, 1), 0.75, np.float32)

    powers, alone = np.exp([2.0, 0.0, -2.0]), np.array([sigmoid(2), 0.5, sigmoid(-2)])
    assert softmax.info.classes == ("happy", "neutral", "sad")
    assert softmax.predict_classes(face)[0] == pytest.approx(powers / powers.sum(), abs=1e-3)
    assert each.predict_classes(face)[0] == pytest.approx(alone / alone.sum(), abs=1e-3)


def test_grey_faces_of_another_size_are_fitted(home: Path, tmp_path: Path) -> None:
    model = load_model(bring_in(came(tmp_path, "model_unquant.tflite", TEACHABLE)).id)
    greys = np.stack([np.full((48, 48), value, np.uint8) for value in (0, 128, 255)])

    said = model.predict_classes(as_batch(greys))

    assert said[:, 1] == pytest.approx([sigmoid(-8), 0.508, sigmoid(8)], abs=0.01)


def test_why_is_answered_in_colour(home: Path, tmp_path: Path) -> None:
    model = load_model(bring_in(came(tmp_path, "model_unquant.tflite", TEACHABLE), Description(looks_at="face")).id)
    given = answer(photo(tmp_path, 150, 20, 220), model, "photo", Looking(box=(50, 50, 250, 250)))
    assert given.picture is not None

    why = explain.why(model, given.faces[0], given.picture)

    assert why.heat.shape == (224, 224)
    assert why.steps[-2].title == "224 × 224"
    assert "in grey" not in why.steps[-2].alt


def test_the_zip_that_teachable_machine_exports_is_taken(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "converted_tflite.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name in ("model_unquant.tflite", "labels.txt"):
            packed.write(ELSEWHERE / name, name)

    assert not is_ours(path)
    assert load_model(bring_in(path).id).info.origin["file"] == "model_unquant.tflite"


def test_labels_within_the_file_are_found(home: Path, tmp_path: Path) -> None:
    path = came(tmp_path, "one.tflite")
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr("labels.txt", "sad\nhappy\n")

    assert load_model(bring_in(path, Description(value_range=UNIT)).id).info.classes == ("sad", "happy")


def test_labels_that_are_named_go_before_those_beside_the_file(home: Path, tmp_path: Path) -> None:
    path = came(tmp_path, "model_unquant.tflite", "only one\n")
    (tmp_path / "mine.txt").write_text("0 Sad\n1 Happy\n", encoding="utf-8")

    model = load_model(bring_in(path, Description(tmp_path / "mine.txt")).id)

    assert model.predict_classes(np.ones((1, 48, 48, 1), np.float32))[0, 0] == pytest.approx(sigmoid(8), abs=1e-3)


def test_only_a_model_of_grey_faces_is_packed_to_take_along(home: Path, tmp_path: Path) -> None:
    grey = bring_in(came(tmp_path, "one.tflite", "sad\nhappy\n"), Description(value_range=UNIT))
    colour = bring_in(came(tmp_path, "model_unquant.tflite", TEACHABLE))

    assert bundle.verify(bundle.pack(grey.id)).passed
    with pytest.raises(EmotionError, match=r"model_unquant cannot be packed: .*Take the file along"):
        bundle.pack(colour.id)


@pytest.mark.parametrize(
    ("name", "names", "why"),
    [
        ("model_unquant.tflite", "", r"nothing says what its 2 answers mean\. Give a labels\.txt with 2 class names"),
        ("model_unquant.tflite", "a\nb\nc\n", r"it tells 2 classes apart, but 3 are named"),
        ("model_unquant.tflite", "a\na\n", r"labels\.txt cannot be brought in: it names a twice"),
        ("model_unquant.tflite", "alone\n", r"it holds 1 class name, expected 2 to 1,000"),
        ("one.tflite", "a\nb\n", r"which values it takes for black and white\. Say it: --range 0 1"),
        ("wide.tflite", "a\nb\n", r"it takes pictures of 64×48 pixels, expected a square"),
        ("two_inputs.tflite", "a\nb\n", r"it takes 2 inputs, expected one picture"),
        ("picture.tflite", "a\nb\n", r"its output has the shape \(1, 46, 46, 2\)"),
    ],
)
def test_says_in_a_sentence_what_is_missing_or_wrong(
    home: Path, tmp_path: Path, name: str, names: str, why: str
) -> None:
    with pytest.raises(ElsewhereError, match=why):
        bring_in(came(tmp_path, name, names))

    assert list_runs() == []


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.tflite", b"", "it is empty"),
        ("not.tflite", b"no model at all", r"it is not a whole \.tflite file"),
        ("model.onnx", b"\x08\x07" + bytes(100), "an ONNX model is not read here. Convert it"),
        ("model.pt", b"\x80\x02" + bytes(100), "a PyTorch file may run code"),
        ("zip.pt", b"PK\x03\x04" + bytes(100), "a PyTorch file may run code"),
        ("model.pkl", b"\x80\x04" + bytes(100), "a pickle may run code"),
        ("photo.png", b"\x89PNG", "it is no model. Expected a zip made by Take it with you"),
        ("model.tflite", b"\x1c\0\0\0TFL3" + b"\xff" * 400, "it is not a whole LiteRT model|it is damaged"),
        ("model.zip", b"PK\x03\x04 nothing", "the zip is damaged"),
    ],
)
def test_other_files_are_refused_with_a_way_out(
    home: Path, tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "labels.txt").write_text("a\nb\n", encoding="utf-8")

    with pytest.raises(ElsewhereError, match=why):
        bring_in(tmp_path / name)


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (("model.json", "weights.bin", "metadata.json"), "a TensorFlow.js model is not read here"),
        (("export/saved_model.pb",), "a SavedModel is not read here"),
        (("a.tflite", "b.tflite"), r"it holds 2 models \(a.tflite, b.tflite\)"),
        (("photo.png",), "it holds no model"),
    ],
)
def test_what_a_zip_holds_instead_of_a_model_is_named(
    home: Path, tmp_path: Path, names: tuple[str, ...], why: str
) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as packed:
        for name in names:
            packed.writestr(name, b"x")

    with pytest.raises(ElsewhereError, match=why):
        bring_in(tmp_path / "export.zip")


@pytest.mark.usefixtures("alone")
def test_a_file_with_wrong_bytes_never_takes_the_program_down(home: Path, tmp_path: Path) -> None:
    whole, rng = (ELSEWHERE / "model_unquant.tflite").read_bytes(), random.Random(0)
    (tmp_path / "labels.txt").write_text(TEACHABLE, encoding="utf-8")
    said = []
    for _ in range(6):
        place = rng.randrange(8, len(whole) - 40)
        (tmp_path / "model.tflite").write_bytes(whole[:place] + rng.randbytes(40) + whole[place + 40 :])
        try:
            bring_in(tmp_path / "model.tflite")
        except ElsewhereError as error:
            said.append(str(error))

    assert [sentence for sentence in said if not sentence.startswith("model.tflite cannot be brought in: ")] == []


@pytest.mark.parametrize(
    ("content", "names", "numbered"),
    [
        (b"\xef\xbb\xbf0 Happy\r\n1 Sad\r\n\r\n", ("happy", "sad"), True),
        (b"Happiness\nSadness\n", ("happy", "sad"), False),
        (b"1 of us\n2 of us\n", ("1 of us", "2 of us"), False),
        (json.dumps(["a", "b"]).encode(), ("a", "b"), False),
        (json.dumps({"b": 1, "a": 0}).encode(), ("a", "b"), False),
        (json.dumps({"0": "a", "1": "b"}).encode(), ("a", "b"), False),
        ("fröhlich\ntraurig\n".encode("latin-1"), ("fröhlich", "traurig"), False),
    ],
)
def test_class_names_are_read_as_they_are_written(content: bytes, names: tuple[str, ...], numbered: bool) -> None:
    found = labels.read(content, "labels.txt")

    assert (found.names, found.numbered) == (names, numbered)


@pytest.mark.parametrize("content", [b"", b"\0\0\0", b'{"a": 3, "b": 4}', b"[1, 2]", b"{", b"[" * 50_000])
def test_what_names_no_classes_is_refused(content: bytes) -> None:
    with pytest.raises(ElsewhereError, match=r"labels\.txt cannot be brought in"):
        labels.read(content, "labels.txt")


@pytest.mark.parametrize("name", ["model_unquant.tflite", "model.keras", "model.h5", "model.onnx"])
def test_a_model_made_elsewhere_is_named_so_where_a_model_is_asked_for(home: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"anything")

    with pytest.raises(ModelError, match=rf"was made elsewhere.*python -m emotion import {name} --labels"):
        load_model(tmp_path / name)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize("kind", ["LiteRT", "Keras", "HDF5"])
def test_memory_is_limited_whatever_opens_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    import resource

    limited = []
    monkeypatch.setattr(resource, "setrlimit", lambda _which, most: limited.append(most))
    monkeypatch.setattr(work, "opened", lambda _folder: work.Opened())
    asked = work.Opening("came", "came", kind, None, (), False, None)
    (tmp_path / work.ASKED).write_text(json.dumps(asdict(asked)), encoding="utf-8")

    work.main(tmp_path)

    assert limited == [(work.MOST_MEMORY, work.MOST_MEMORY)]
