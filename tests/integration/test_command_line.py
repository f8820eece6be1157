"""The command line as other programs use it."""

import json
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from emotion.data import material
from emotion.evaluation import recalibrate
from emotion.models.predictor import load_model
from emotion.runs import run as runs
from emotion.runs.history import read_history
from emotion.training import report
from tests.conftest import command_here
from tests.waiting import wait_for

COMMANDS = ("train", "evaluate", "predict", "runs", "export")


@pytest.fixture(scope="module")
def trained(tmp_path_factory, faces, tiny_recipes):
    """A home with one short run in it, trained by the command line."""
    home = tmp_path_factory.mktemp("home")
    words = ["train", "--data", faces, "--recipe", "tiny", "--epochs", "1", "--seed", "3", "--name", "short"]
    done = command_here(*words, EMOTION_HOME=str(home))
    assert done.returncode == 0, done.stderr
    return home, done


def test_a_process_of_its_own_says_the_same_as_this_one(emotion, emotion_process, home):
    for words in (["--help"], ["runs", "--json"], ["evaluate", "nobody"], ["dance"], ["data", "list"]):
        within, alone = emotion(*words), emotion_process(*words)

        assert (within.returncode, within.stdout, within.stderr) == (alone.returncode, alone.stdout, alone.stderr)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_has_an_example(emotion, command):
    done = emotion(command, "--help")

    assert done.returncode == 0
    assert f"example: python -m emotion {command}" in " ".join(done.stdout.split())


@pytest.mark.slow
def test_train_prints_the_run_id_last_and_progress_on_stderr(trained):
    home, done = trained

    (run,) = [entry for entry in (home / "runs").iterdir() if entry.is_dir()]
    assert done.stdout.splitlines()[-1] == run.name
    assert "epoch 1 of 1" in done.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("tiny_recipes")
def test_train_says_why_there_is_no_test_score(emotion, faces, tmp_path):
    shutil.copytree(faces / "train", tmp_path / "data" / "train")

    done = emotion("train", "--data", str(tmp_path / "data"), "--recipe", "tiny", "--epochs", "1")

    assert done.returncode == 0
    assert "There is no test score. " in done.stderr


@pytest.mark.slow
def test_evaluate_prints_one_object_with_the_promised_figures(emotion, trained, faces):
    home, _ = trained

    done = emotion("evaluate", "latest", "--data", faces, "--json", EMOTION_HOME=str(home))

    scores = json.loads(done.stdout)
    assert done.returncode == 0
    assert {
        "n",
        "loss",
        "accuracy",
        "accuracy_interval",
        "balanced_accuracy",
        "auc",
        "confusion_matrix",
        "classes",
    } <= set(scores)
    assert (scores["n"], scores["classes"]) == (40, ["sad", "happy"])
    assert [sum(row) for row in scores["confusion_matrix"]] == [20, 20]
    report = json.loads((next((home / "runs").glob("2*")) / "report.json").read_text(encoding="utf-8"))
    assert scores["accuracy"] == report["best"]["accuracy"]


@pytest.mark.slow
def test_evaluate_leaves_other_class_folders_aside(emotion, trained, faces, tmp_path):
    home, _ = trained
    more = shutil.copytree(faces, tmp_path / "more")
    shutil.copytree(more / "test" / "sad", more / "test" / "angry")

    done = emotion("evaluate", "latest", "--data", more, "--json", EMOTION_HOME=str(home))

    assert json.loads(done.stdout)["n"] == 40


@pytest.mark.slow
def test_evaluate_speaks_in_plain_words_without_json(emotion, trained, faces):
    home, _ = trained

    done = emotion("evaluate", "latest", "--data", faces, EMOTION_HOME=str(home))

    assert "of 40 faces" in done.stdout
    assert "always happy" in done.stdout


@pytest.mark.slow
def test_runs_lists_what_was_trained(emotion, trained):
    home, done = trained

    (row,) = json.loads(emotion("runs", "--json", EMOTION_HOME=str(home)).stdout)

    assert row["id"] == done.stdout.split()[-1]
    assert (row["name"], row["status"], row["recipe"], row["epochs_done"]) == ("short", "completed", "tiny", 1)
    assert 0 <= row["best_validation_accuracy"] <= 1


@pytest.mark.slow
def test_export_makes_the_weights_usable_again(emotion, trained):
    home, done = trained
    run = home / "runs" / done.stdout.split()[-1]
    noise = np.random.default_rng(0).random((8, 48, 48, 1), np.float32)
    before = load_model(run).predict(noise)
    (run / "model.tflite").unlink()
    (run / "model.json").unlink()

    exported = emotion("export", run.name, EMOTION_HOME=str(home))

    assert exported.returncode == 0, exported.stderr
    assert "never unsure" not in exported.stderr
    np.testing.assert_allclose(load_model(run).predict(noise), before, atol=1e-6)
    assert json.loads((run / "model.json").read_text(encoding="utf-8"))["classes"] == ["sad", "happy"]


@pytest.mark.slow
def test_a_rescued_model_is_calibrated_as_its_run_would_have_done_it(trained, tmp_path, monkeypatch):
    from emotion.training import worker

    home, done = trained
    shutil.copytree(home, tmp_path / "home")
    monkeypatch.setenv("EMOTION_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(recalibrate, "ENOUGH", 1)  # the run has fewer validation faces than a calibration wants
    paths = runs.find_run(done.stdout.split()[-1])
    paths.model_info.unlink()

    said = worker.rescue(paths)

    config = runs.read_run(paths).config
    rescued = json.loads(paths.model_info.read_text(encoding="utf-8"))
    report.calibrate(paths, material.read(config).validation)
    assert said == ""
    assert rescued["temperature"] != 1.0
    assert rescued == json.loads(paths.model_info.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_export_says_why_a_model_is_never_unsure(emotion, trained, tmp_path):
    home, done = trained
    shutil.copytree(home, tmp_path / "home")
    run = tmp_path / "home" / "runs" / done.stdout.split()[-1]
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    (run / "config.json").write_text(json.dumps(config | {"data": str(tmp_path / "gone")}), encoding="utf-8")
    (run / "model.json").unlink()

    exported = emotion("export", run.name, EMOTION_HOME=str(tmp_path / "home"))

    assert exported.returncode == 0
    assert "it is never unsure" in exported.stderr
    assert str(tmp_path / "gone") in exported.stderr


def test_predict_answers_the_others_when_one_is_refused(emotion_process, tmp_path, astronaut):
    shutil.copy(astronaut, tmp_path / "a face.png")
    (tmp_path / "broken.jpg").write_bytes(b"no picture at all")

    done = emotion_process("predict", tmp_path, "--json")

    rows = [json.loads(line) for line in done.stdout.splitlines()]
    good, bad = rows
    assert done.returncode == 1
    assert set(good) == set(bad) == {"file", "faces", "turned", "error", "note"}
    assert good["file"].endswith("a face.png")
    assert good["error"] is None
    assert set(good["faces"][0]) == {"box", "probability", "label", "unsure", "share"}
    assert bad["faces"] == []
    assert bad["error"].endswith(".")
    assert "Traceback" not in done.stderr


def test_predict_says_that_all_were_answered(emotion, astronaut):
    done = emotion("predict", astronaut)

    assert done.returncode == 0
    assert f"{astronaut.name}: looks happy" in done.stdout


def test_a_picture_without_a_face_is_no_error(emotion, tmp_path):
    Image.new("RGB", (400, 300), "green").save(tmp_path / "meadow.png")

    done = emotion("predict", tmp_path / "meadow.png", "--json")

    (row,) = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 0
    assert (row["faces"], row["error"]) == ([], None)
    assert row["note"].startswith("No face was found")


def test_a_photo_upside_down_is_turned_upright_and_that_is_said(emotion, astronaut, tmp_path):
    Image.open(astronaut).rotate(180).save(tmp_path / "upside_down.png")

    as_text = emotion("predict", tmp_path / "upside_down.png")
    as_json = emotion("predict", tmp_path / "upside_down.png", "--json")

    assert "looks happy" in as_text.stdout
    assert "(The photo was turned upright.)" in as_text.stdout
    assert json.loads(as_json.stdout)["turned"] == 180


@pytest.mark.parametrize("asked", ["0", "90"])
def test_a_photo_is_turned_as_it_is_asked_for(emotion, astronaut, tmp_path, asked):
    Image.open(astronaut).rotate(180).save(tmp_path / "upside_down.png")

    done = emotion("predict", tmp_path / "upside_down.png", "--turn", asked, "--json")

    row = json.loads(done.stdout)
    assert (row["turned"], "upright" in (row["note"] or "")) == (int(asked), False)


def test_a_turn_that_is_none_is_refused(emotion_process, astronaut):
    done = emotion_process("predict", astronaut, "--turn", "45")

    assert done.returncode == 2
    assert "expected 0, 90, 180, 270 or auto. Received: 45" in done.stderr


def test_a_file_name_cannot_steer_the_terminal(emotion_process, tmp_path):
    name = "x\x1b[31m\nred.png"
    Image.new("L", (48, 48)).save(tmp_path / name)

    done = emotion_process("predict", tmp_path / name)

    assert "\x1b" not in done.stdout
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["train", "--data", "/no/such/folder"], "No folder at /no/such/folder"),
        (["train", "--epochs", "0", "--data", "demo"], "epochs: expected a whole number from 1 to 1000"),
        (["train", "--recipe", "magic", "--data", "demo"], "recipe: expected one of"),
        (["train", "--resume", "nobody"], "No run called 'nobody'"),
        (["evaluate", "nobody"], "No model called 'nobody'"),
        (["predict", "--model", "nobody", "x.jpg"], "No model called 'nobody'"),
        (["export", "nobody"], "No run called 'nobody'"),
        (["predict"], "the following arguments are required"),
        (["dance"], "invalid choice"),
    ],
)
def test_wrong_usage_is_one_sentence_and_status_two(emotion, home, words, sentence):
    done = emotion(*words)

    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (home / "runs").exists() or not any((home / "runs").iterdir())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a single child")
def test_ctrl_c_stops_and_keeps(home, faces):
    words = ["train", "--data", str(faces), "--recipe", "classic", "--epochs", "500", "--batch-size", "16"]
    with subprocess.Popen(
        [sys.executable, "-m", "emotion", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        paths = wait_for(lambda: next((run.paths for run in runs.list_runs()), None))
        wait_for(lambda: read_history(paths).epochs)

        child.send_signal(signal.SIGINT)
        out, _ = child.communicate()

    assert child.returncode == 0
    assert out.split()[-1] == paths.id
    assert runs.read_run(paths).has_model
    assert str(runs.read_run(paths).status) == "stopped"
