"""A model to take along: what the zip holds, that it answers elsewhere as here, and what is refused."""

from __future__ import annotations

import importlib.util
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.images import as_batch
from emotion.models import Predictor, bundle, load_model
from emotion.models.bundle import web
from emotion.recipes import config
from emotion.runs import Status, new_run, read_run, write_status
from emotion.system import EmotionError, files
from tests.conftest import CommandLine
from tests.tiny_model import THREE_CLASSES, give_model


def repacked(content: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    """The same zip after a change to its files."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        entries = {name: file.read(name) for name in file.namelist()}
    change(entries)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name, what in entries.items():
            file.writestr(name, what)
    return target.getvalue()


@pytest.fixture(scope="module")
def packed() -> bytes:
    return bundle.pack("pretrained")


def test_holds_what_it_takes_to_use_the_model_elsewhere(packed: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        names = set(file.namelist())
        labels = file.read("labels.txt").decode().split()
        card = file.read("README.md").decode()

    faces = {f"selftest/{number}.png" for number in range(1, 9)}
    assert names >= {"model.tflite", "model.keras", "model.json", "README.md", "predict.py", "index.html"} | faces
    assert labels == ["angry", "disgust", "fear", "happy", "neutral", "sad", "surprise"]
    assert "# shipped model" in card
    assert "litert/core/dist/index.js" not in names


def test_answers_the_self_test_as_when_it_was_packed(packed: bytes) -> None:
    found = bundle.verify(packed)

    assert (found.faces, found.same, found.passed) == (8, 8, True)
    assert found.furthest < 1e-5


def test_tells_when_the_network_answers_otherwise(packed: bytes) -> None:
    def other_rules(entries: dict[str, bytes]) -> None:
        entries["model.json"] = json.dumps(json.loads(entries["model.json"]) | {"temperature": 3.0}).encode()

    changed = repacked(packed, other_rules)

    assert not bundle.verify(changed).passed
    with pytest.raises(EmotionError, match=r"far\.zip is not .*only \d of 8 faces are answered as when"):
        bundle.bring_back(changed, "far.zip")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda entries: entries.pop("model.tflite"), "it holds no model.tflite"),
        (lambda entries: entries.pop("selftest.json"), "it holds no selftest.json"),
        (lambda entries: entries.update({"selftest.json": b"[" * 100_000}), "its selftest.json cannot be read"),
        (lambda entries: entries.update({"selftest.json": b'{"faces": [null], "tolerance": 1}'}), "cannot be read"),
        (lambda entries: entries.update({"selftest.json": b'{"faces": [], "tolerance": 1}'}), "names no face"),
        (lambda entries: entries.update({"selftest/3.png": b"no picture"}), "selftest/3.png is not a picture"),
    ],
)
def test_refuses_a_damaged_zip_in_one_sentence(
    packed: bytes, change: Callable[[dict[str, bytes]], object], why: str
) -> None:
    with pytest.raises(EmotionError, match=why):
        bundle.verify(repacked(packed, change))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", b"GIF89a"])
def test_refuses_what_is_no_zip(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "smiles.zip"
    path.write_bytes(content)

    with pytest.raises(EmotionError, match=r"smiles\.zip is not a model that was taken along"):
        bundle.verify(path)


def test_a_file_that_is_not_there_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(EmotionError, match=r"gone\.zip is not a model"):
        bundle.verify(tmp_path / "gone.zip")


def test_a_run_comes_back_as_it_went(home: Path) -> None:
    paths = give_model(new_run(config(epochs=3, name="own faces")))
    write_status(paths, Status.COMPLETED)
    files.write_json(paths.report, {"best": {"n": 4}})

    back = bundle.bring_back(bundle.pack(paths.id))

    run = read_run(back)
    assert back.id != paths.id
    assert (run.status, run.title, run.config.epochs) == (Status.COMPLETED, "own faces", 3)
    assert files.read_json(back.report) == {"best": {"n": 4}}
    face = np.full((1, 48, 48, 1), 0.7, np.float32)
    assert np.array_equal(load_model(back.id).predict(face), load_model(paths.id).predict(face))


@pytest.mark.parametrize("damage", [{"test_n": "many"}, {"test_accuracy": None}, {"test_accuracy_interval": 7}])
def test_a_model_with_a_damaged_figure_is_packed_all_the_same(home: Path, damage: dict[str, object]) -> None:
    whole = {"test_n": 20, "test_accuracy": 0.9, "test_accuracy_interval": [0.7, 0.97]}
    paths = give_model(new_run(config()), scores=whole | damage)

    with zipfile.ZipFile(io.BytesIO(bundle.pack(paths.id))) as packed:
        assert "what came of it cannot be read" in packed.read("README.md").decode()


def test_export_writes_over_no_model_that_its_run_has_finished(home: Path, emotion: CommandLine) -> None:
    paths = give_model(new_run(config()), scores={"test_n": 20})
    write_status(paths, Status.COMPLETED)
    paths.keras_model.touch()
    before = [path.read_bytes() for path in (paths.model, paths.model_info)]

    done = emotion("export", paths.id)

    assert (done.returncode, "nothing is written over it" in done.stderr) == (0, True)
    assert [path.read_bytes() for path in (paths.model, paths.model_info)] == before


def test_a_name_with_markup_stays_text_on_the_page(home: Path) -> None:
    paths = give_model(new_run(config(name="</script><b>bold")))

    with zipfile.ZipFile(io.BytesIO(bundle.pack(paths.id))) as file:
        page = file.read("index.html").decode()

    assert "<b>bold" not in page
    assert "&lt;/script&gt;&lt;b&gt;bold" in page


@pytest.mark.parametrize("title", ["own faces", "Ärger & Freude", "///", "../../etc"])
def test_the_zip_gets_a_name_that_every_system_takes(title: str) -> None:
    name = bundle.file_name(title)

    assert name.endswith(".zip")
    assert set(name[:-4]) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(name) > len(".zip")


def test_the_network_of_the_page_answers_as_the_model_does(tmp_path: Path) -> None:
    model = load_model(THREE_CLASSES)
    fixed = tmp_path / "model.tflite"
    fixed.write_bytes(web.one_face_at_a_time(model.path.read_bytes()))
    faces = as_batch(np.random.default_rng(0).integers(0, 256, (3, 48, 48), dtype=np.uint8))

    one = Predictor(fixed, model.info, "fixed")

    assert one._network.get_input_details()[one._input]["shape_signature"].tolist() == [1, 48, 48, 1]
    each = np.concatenate([one.predict_classes(faces[number : number + 1]) for number in range(3)])
    assert np.allclose(each, model.predict_classes(faces), atol=1e-6)


def test_the_example_in_python_says_what_the_program_says(packed: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        file.extractall(tmp_path)
    tests = json.loads((tmp_path / "selftest.json").read_text(encoding="utf-8"))["faces"]
    photo = tmp_path / "selftest" / "1.png"

    done = subprocess.run([sys.executable, "predict.py", photo], cwd=tmp_path, capture_output=True, encoding="utf-8")

    said = {name: float(percent[:-1]) / 100 for percent, name in map(str.split, done.stdout.splitlines())}
    assert said == pytest.approx(tests[0]["probabilities"], abs=1e-4)


def test_the_example_cuts_a_box_out_as_the_program_does(packed: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        file.extractall(tmp_path)
    grey = np.random.default_rng(1).integers(0, 256, (20, 30), dtype=np.uint8)
    photo = tmp_path / "photo.png"
    Image.fromarray(grey).resize((600, 400)).save(photo)
    model = load_model(tmp_path / "model.tflite")

    words = [sys.executable, "predict.py", photo, "400", "120", "590", "390"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, encoding="utf-8")

    from emotion.models import Looking, answer

    face = answer(photo, model, "photo", Looking(box=(400, 120, 590, 390))).faces[0]
    said = {name: float(percent[:-1]) / 100 for percent, name in map(str.split, done.stdout.splitlines())}
    assert said == pytest.approx(face.probabilities, abs=0.01)


def test_offline_wants_the_library_that_it_knows(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.urllib.request, "urlopen", lambda *_, **__: io.BytesIO(b"something else"))

    with pytest.raises(EmotionError, match="what came is not the file that was expected"):
        bundle.pack("pretrained", offline=True)


def test_without_the_internet_offline_says_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(web.urllib.request, "urlopen", unreachable)

    with pytest.raises(EmotionError, match=r"no route to host.*leave --offline out"):
        bundle.pack("pretrained", offline=True)


def test_the_example_is_a_page_of_code() -> None:
    spec = importlib.util.find_spec("emotion.models.bundle.example")
    assert spec is not None
    assert spec.origin is not None
    code = Path(spec.origin).read_text(encoding="utf-8").partition('"""\n\n')[2]
    assert len([line for line in code.splitlines() if line.strip()]) <= 35
