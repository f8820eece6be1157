"""What a report says, on a model that can be worked out by hand; no figure is drawn here."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from emotion.evaluation import robustness
from emotion.evaluation.honest import Honest, Score
from emotion.evaluation.report import content as report_content
from emotion.evaluation.report import job, page, tables
from emotion.evaluation.report.content import Content
from emotion.models.predictor import load_model
from emotion.recipes.settings import TrainingConfig
from emotion.runs import run
from emotion.runs.history import append_history
from emotion.system import files, speaking
from tests.patterns import examples
from tests.tiny_model import give_model

DATA = Path(__file__).resolve().parent.parent / "data"


@pytest.fixture
def two(home: Path) -> Content:
    return report_content.gather(load_model(DATA / "brightness"), examples(), "patterns")


@pytest.fixture
def three(home: Path) -> Content:
    faces = examples(("angry", "happy", "sad"))
    return report_content.gather(load_model(DATA / "three_classes"), faces, "patterns", trials=False)


def test_the_page_holds_all_it_shows(two: Content) -> None:
    text = page.page(two, {"confusion-matrix": b"\x89PNG"})

    assert "http:" not in text.replace("http-equiv", "")
    assert "https:" not in text
    assert "<script" not in text
    assert 'src="data:image/png;base64,' in text
    assert "default-src &#x27;none&#x27;" in text or "default-src 'none'" in text


def test_speaks_the_language_of_who_asks_for_it(two: Content) -> None:
    with speaking("de"):
        text = page.page(two, {})

    assert '<html lang="de">' in text
    assert "von 90 Gesichtern richtig" in text
    assert '<th scope="col">Kennzahl</th>' in text
    assert "Auseinandergehalten (ROC AUC)" in text
    assert job.command(Path("there"), "latest", "demo", ("sad", "happy"), "de")[-2:] == ["--report-language", "de"]


def test_says_the_figures_with_their_intervals(two: Content) -> None:
    rows = {name: (value, between) for name, value, between in tables.figures(two)}

    scores = two.study.evaluation
    low, high = scores.accuracy_interval
    assert rows["got right (accuracy)"] == (
        f"{100 * scores.accuracy:.1f}\N{NO-BREAK SPACE}%",
        f"{100 * low:.1f} to {100 * high:.1f}\N{NO-BREAK SPACE}%",
    )
    assert rows["told apart (ROC AUC)"][1] != ""


def test_says_which_score_is_honest_where_there_are_two(two: Content) -> None:
    both = Honest(Score(100, 92, (0.85, 0.96)), Score(90, 81, (0.82, 0.95)), {"twins": 10})
    content = dataclasses.replace(two, both=both)

    rows = {name: value for name, value, _ in tables.figures(content)}
    text = page.page(content, {})

    assert rows["honest score, of 90 faces"] == "90.0\N{NO-BREAK SPACE}%"
    assert rows["naive score, of 100 faces"] == "92.0\N{NO-BREAK SPACE}%"
    assert "10 with an identical twin in train" in text
    assert "honest score" not in page.page(two, {}).lower()


def test_names_every_class_in_its_table(three: Content) -> None:
    rows = list(tables.classes(three))

    assert [row[0] for row in rows] == ["angry", "happy", "sad"]
    assert sum(int(row[1]) for row in rows) == 90


def test_more_classes_still_have_a_threshold_for_happy_or_sad(three: Content) -> None:
    labels = three.study.examples.labels

    assert three.question.positive_name == "happy"
    assert len(three.question.scores) == np.count_nonzero(labels != 0)
    assert next(iter(tables.thresholds(three)))[:2] == ("in use now", "0.5")


def test_whatever_a_person_named_is_escaped(home: Path) -> None:
    paths = give_model(run.new_run(TrainingConfig(name="<script>alert(1)</script>")))
    content = report_content.gather(load_model(paths.id), examples(), "<b>my faces</b>", trials=False)

    text = page.page(content, {})

    assert "<script>" not in text
    assert "<b>my" not in text
    assert "&lt;script&gt;" in text


def test_tells_the_run_that_made_the_model(home: Path) -> None:
    paths = give_model(run.new_run(TrainingConfig(name="mine", epochs=3, seed=5)))
    append_history(paths, event="epoch", epoch=1, loss=1.0, accuracy=0.5, val_loss=1.0, val_accuracy=0.5, seconds=1.0)
    files.write_json(paths.report, {"best_epoch": 2, "epochs": 3})

    content = report_content.gather(load_model(paths.id), examples(), "patterns", trials=False)

    assert content.title == "mine"
    assert content.run["seed"] == "5"
    assert content.run["best epoch"] == "2 of 3"
    assert len(content.history.epochs) == 1


def test_no_path_of_this_computer_is_in_it(home: Path) -> None:
    paths = give_model(run.new_run(TrainingConfig(data=str(home / "secret" / "photos"))))

    text = page.page(report_content.gather(load_model(paths.id), examples(), "photos", trials=False), {})

    assert str(home) not in text
    assert "photos" in text


def test_a_model_with_a_card_shows_it(two: Content, home: Path) -> None:
    assert "It is not for deciding about people" in page.page(two, {})

    shipped = report_content.gather(load_model(), examples(), "patterns", trials=False)

    assert "What it must not be used for" in page.page(shipped, {})


def test_galleries_show_what_they_say(two: Content) -> None:
    study = two.study

    assert not study.right[two.galleries["most wrong"]].any()
    assert (study.examples.labels[two.galleries["most typical: happy"]] == 1).all()
    sureness = study.sureness[two.galleries["least sure"]]
    assert (np.diff(sureness) >= 0).all()
    assert sum(len(group.members) for group in two.groups) == (~study.right).sum()


def test_the_trials_can_be_left_out(home: Path) -> None:
    model, faces = load_model(DATA / "brightness"), examples()

    without = report_content.gather(model, faces, "patterns", trials=False)
    robustness.measure(model, faces)
    kept = report_content.gather(model, faces, "patterns", trials=False)

    assert without.robustness is None
    assert kept.robustness is not None


def test_tells_how_far_it_is(home: Path) -> None:
    told: list[float] = []

    model = load_model(DATA / "brightness")
    report_content.gather(model, examples(), "patterns", lambda what, share: told.append(share))

    assert told == sorted(told)
    assert told[-1] < 1
