"""The Tune page as a person meets it: the form, a tuning at work, and every way in which one can end."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from emotion.data.drawn import write
from emotion.recipes import catalogue
from emotion.runs import Status, queue
from emotion.runs import run as runs
from emotion.system import processes
from emotion.system.paths import drawn_faces_dir
from emotion.tuning import control, folder
from emotion.tuning.control import Attendance
from emotion.tuning.folder import TuningState
from emotion.tuning.trials import TrialState
from pages.ui.tune import charts
from tests.canned_tuning import RANGES, give_tuning

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def drawn(home: Path) -> Path:
    """A home with a few drawn faces."""
    write.write(drawn_faces_dir(), train=40, test=8)
    return home


def open_tune(tuning: str | None = None) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    if tuning:
        app.query_params["id"] = tuning
    return app.switch_page("pages/tune.py").run()


def words_on(app: AppTest) -> str:
    kinds = ("markdown", "caption", "info", "warning", "error", "success", "text", "code")
    return "\n".join(str(element.value) for kind in kinds for element in getattr(app, kind)).replace("\\", "")


def keys(app: AppTest) -> set[str | None]:
    return {button.key for button in app.button}


def rows(app: AppTest) -> list[dict[str, object]]:
    return app.dataframe[0].value.to_dict("records")


def test_begins_with_the_form_and_the_usual_fields(drawn: Path) -> None:
    app = open_tune()

    assert not app.exception
    fields = app.pills(key="tune_fields_quick").value
    assert fields == ["learning_rate", "width", "weight_decay", "shift", "erase"]
    assert app.number_input(key="tune_trials").value == 20
    assert "40 faces" in words_on(app)


def test_start_makes_a_tuning_of_what_the_form_says(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control.processes, "spawn", lambda *args, **kwargs: None)
    app = open_tune()
    app.pills(key="tune_fields_quick").set_value(["learning_rate", "shift"]).run()
    app.slider(key="tune_shift_quick").set_value((0.02, 0.1)).run()
    app.number_input(key="tune_minutes").set_value(3).run()
    app.number_input(key="tune_jobs").set_value(2).run()

    app.button(key="tune").click().run()

    (made,) = folder.list_all()
    own = catalogue.find("quick").learning_rate
    assert made.settings.vary == {"learning_rate": pytest.approx((own / 5, own * 5)), "shift": (0.02, 0.1)}
    assert (made.settings.trials, made.settings.minutes, made.settings.validation_faces) == (20, 3, 8)
    assert made.settings.jobs == 2
    assert made.state is TuningState.STARTING
    assert "stop" in keys(app)


def test_a_cluster_can_be_chosen_only_where_one_is_configured(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control.processes, "spawn", lambda *args, **kwargs: None)
    assert "tune_where" not in {radio.key for radio in open_tune().radio}
    monkeypatch.setattr(queue, "cluster", lambda: "auto")

    app = open_tune()
    app.radio(key="tune_where").set_value("the cluster").run()
    app.button(key="tune").click().run()

    (made,) = folder.list_all()
    assert made.settings.on == "auto"


def test_two_clicks_start_one_tuning(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control.processes, "spawn", lambda *args, **kwargs: None)
    app = open_tune()
    click = app.button(key="tune").click()

    click.run()

    assert len(folder.list_all()) == 1


def test_tells_what_keeps_it_from_starting(drawn: Path) -> None:
    app = open_tune()
    app.pills(key="tune_fields_quick").set_value(["label_smoothing"]).run()
    app.selectbox(key="tune_goal").set_value("loss").run()

    app.button(key="tune").click().run()

    assert "changes what the loss means" in app.error[0].value.replace("\\", "")
    assert folder.list_all() == []


def test_another_recipe_offers_its_own_fields(drawn: Path) -> None:
    app = open_tune()

    app.selectbox(key="tune_recipe").set_value("classic").run()

    assert app.pills(key="tune_fields_classic").value == ["learning_rate", "shift", "erase"]
    assert not app.exception


def test_a_finished_tuning_shows_the_best_and_how_to_train_it(drawn: Path) -> None:
    paths = give_tuning()

    app = open_tune(paths.id)

    assert not app.exception
    assert "Best so far" in words_on(app)
    assert "400 validation faces, differences up to about" in words_on(app)
    assert "train_best" in keys(app)


def test_the_table_has_a_row_a_trial_with_its_run(drawn: Path) -> None:
    paths = give_tuning()

    table = rows(open_tune(paths.id))

    trials = folder.read(paths).trials
    assert [row["trial"] for row in table] == [5, 4, 3, 2, 1]
    assert [row["run"] for row in table] == [f"train?run={trial.run}" for trial in reversed(trials)]
    assert {"stopped early", "★ best", "finished"} == {row["state"] for row in table}
    assert {"learning rate", "weight decay", "width", "shift"} <= set(table[0])


def test_train_the_best_starts_one_ordinary_run(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control.processes, "spawn", lambda *args, **kwargs: None)
    paths = give_tuning()
    before = {run.id for run in runs.list_runs()}
    app = open_tune(paths.id)

    app.button(key="train_best").click().run()

    (run,) = [run for run in runs.list_runs() if run.id not in before]
    best = folder.read(paths).best
    assert run.config.learning_rate == best.values["learning_rate"]
    assert run.config.epochs == 8
    assert "open_full" in keys(app)
    assert "waiting" in words_on(app)


def test_a_tuning_at_work_can_be_stopped(drawn: Path) -> None:
    paths = give_tuning([TrialState.FINISHED, TrialState.RUNNING], ended=None)
    app = open_tune()  # the one at work is shown first

    app.button(key="stop").click().run()

    assert paths.stop.exists()
    assert app.button(key="stop").disabled
    assert "Stopping" in words_on(app)


def test_each_of_several_trials_at_work_says_how_far_it_is(drawn: Path) -> None:
    give_tuning([TrialState.FINISHED, *[TrialState.RUNNING] * 4], ended=None, jobs=4)

    said = words_on(open_tune())

    assert "Trial 2: " in said
    assert "Trial 4: " in said
    assert "and 1 trial more" in said


def test_each_trial_of_a_cluster_says_on_which_computer_it_is(drawn: Path) -> None:
    give_tuning([TrialState.FINISHED, TrialState.RUNNING, TrialState.RUNNING], ended=None, jobs=2, on="auto")
    for run in runs.list_runs():
        number = run.config.name[-1]
        status = {"1": Status.COMPLETED, "2": Status.RUNNING, "3": Status.QUEUED}[number]
        node = "" if number == "3" else f"node-{number}"
        runs.write_status(run.paths, status, on="auto", node=node, **processes.me())

    app = open_tune()

    assert "on node-2" in words_on(app)
    assert "Trial 3: waiting for a computer of the cluster" in words_on(app)
    assert [row["node"] for row in rows(app)] == ["", "node-2", "node-1"]


def test_the_page_stays_with_a_tuning_that_ends(drawn: Path) -> None:
    paths = give_tuning(ended=None)
    app = open_tune()
    assert "stop" in keys(app)

    Attendance(paths).end(TuningState.FINISHED)
    app.run()

    assert "train_best" in keys(app)
    assert app.query_params["id"] == paths.id


def test_a_new_tuning_can_be_asked_for_beside_one_at_work(drawn: Path) -> None:
    give_tuning(ended=None)
    app = open_tune()

    app.selectbox(key="tune_id").set_value("new").run()

    assert "tune" in keys(app)


def test_a_tuning_that_was_cut_off_can_be_gone_on_with(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spawned = []
    monkeypatch.setattr(control.processes, "start_command", lambda words, log: spawned.append(words))
    paths = give_tuning([TrialState.LOST], ended=TuningState.STOPPED)
    app = open_tune(paths.id)

    app.button(key="resume").click().run()

    assert spawned == [["tune", "--resume", str(paths.root)]]
    assert "stop" in keys(app)


def test_more_trials_can_be_asked_for(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control.processes, "spawn", lambda *args, **kwargs: None)
    paths = give_tuning(trials=5)
    app = open_tune(paths.id)
    assert app.number_input(key="go_on_trials").value == 10

    app.button(key="go_on_button").click().run()

    assert folder.read(paths).settings.trials == 10


def test_a_failed_tuning_tells_why(drawn: Path) -> None:
    paths = give_tuning([TrialState.FAILED, TrialState.FAILED], ended=TuningState.FAILED)

    app = open_tune(paths.id)

    assert not app.exception
    assert "No folder at nowhere." in words_on(app)
    assert rows(app)[0]["state"] == "failed: No folder at nowhere."


def test_an_unknown_tuning_in_the_address_is_told(drawn: Path) -> None:
    give_tuning()

    app = open_tune("20260101-000000-zzzz")

    assert "not here" in words_on(app)
    assert not app.exception


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("goal", ["accuracy", "loss"])
def test_pictures_hold_every_trial_that_was_judged(drawn: Path, theme: str, goal: str) -> None:
    found = folder.read(give_tuning(goal=goal))

    history = charts.history(found.trials, found.settings, theme)
    parallel = charts.parallel(found.trials, found.settings, theme)

    assert sum(len(one["data"]) for one in history["series"] if one["type"] == "scatter") == 5
    lines = [[x for x, _row in one["data"]] for one in parallel["series"] if one["type"] == "line"]
    assert len(lines) == 5
    assert all(len(ways) == len(RANGES) + 1 and 0 <= min(ways) <= max(ways) <= 1 for ways in lines)


def test_pictures_stand_without_any_difference(drawn: Path) -> None:
    found = folder.read(give_tuning([TrialState.FINISHED]))

    parallel = charts.parallel(found.trials, found.settings, "light")

    assert parallel["series"][0]["data"][-1][0] == 1.0
