"""The study of a tuning on histories that are made up: what is tried, what is stopped early, what survives."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3

import pytest

from emotion.recipes import catalogue
from emotion.recipes.settings import TrainingConfig
from emotion.runs.history import History
from emotion.runs.run import Run, RunPaths, Status
from emotion.system import EmotionError
from emotion.tuning import folder as tuning_folder
from emotion.tuning import study as tuning_search
from emotion.tuning import work
from emotion.tuning.study import TuningStudy, reports
from emotion.tuning.trials import Settings, TrialState

RANGES = {"learning_rate": (1e-4, 1e-1), "shift": (0.0, 0.2)}


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A file of a study with nothing in it: making one takes longer than all that a test does with it."""
    path = tmp_path_factory.mktemp("study") / "study.db"
    _, close = tuning_search.opened(path, Settings(catalogue.config("quick"), RANGES))
    close()
    return path


@pytest.fixture
def study(home, empty):
    """Makes studies, of one folder or of several, and closes their files."""
    made = []

    def make(paths=None, me="one", **changes):
        if paths is None:
            paths = folder(**changes)
            if "goal" not in changes:  # the direction is kept in the file
                shutil.copy(empty, paths.study)
        made.append(TuningStudy(paths, tuning_folder.read(paths).settings, me))
        return made[-1]

    yield make
    for each in made:
        each.close()


def folder(**changes):
    return tuning_folder.new(Settings(**{"base": catalogue.config("quick"), "vary": RANGES, "trials": 8} | changes))


def epochs(*values):
    return [{"epoch": number, "val_accuracy": value} for number, value in enumerate(values, start=1)]


def finish(study, value, of=4):
    trial = study.ask()
    trial.note(run="r", epochs=of)
    trial.report(reports(epochs(*[value] * of), of, "accuracy"))
    trial.end(TrialState.FINISHED, value)
    return trial


def test_tries_the_recipes_own_settings_first(study):
    trial = study().ask()

    assert trial.values == {"learning_rate": catalogue.find("quick").learning_rate, "shift": 0.08}


def test_stays_within_the_ranges(study):
    tried = study()
    made = [finish(tried, 0.5).values for _ in range(8)]

    assert all(1e-4 <= values["learning_rate"] <= 1e-1 and 0 <= values["shift"] <= 0.2 for values in made)
    assert len({values["learning_rate"] for values in made}) == 8


def test_asks_for_as_many_trials_as_were_wanted(study):
    tried = study()
    for _ in range(7):
        finish(tried, 0.5)
    last = tried.ask()

    assert last is not None
    assert tried.ask() is None  # the eighth is at work


def test_a_failed_trial_is_made_up_for(study):
    tried = study(trials=1)

    tried.ask().end(TrialState.FAILED, why="The folder was gone.")

    assert tried.ask() is not None


def test_asks_for_no_more_when_the_time_is_used(study):
    tried = study(trials=None, minutes=1)
    tried.ask().note(seconds=59.0)
    assert not tried.is_time_up()

    tried.ask().note(seconds=1.0)

    assert tried.is_time_up()
    assert tried.ask() is None


@pytest.mark.parametrize(
    ("of", "done", "tenths"),
    [(4, 1, [1, 2]), (4, 4, list(range(1, 11))), (20, 1, []), (20, 2, [1]), (1, 1, list(range(1, 11)))],
)
def test_reports_tenths_of_the_way(of, done, tenths):
    assert sorted(reports(epochs(*[0.5] * done), of, "accuracy")) == tenths


def test_a_tenth_has_the_value_of_the_epoch_that_passed_it():
    assert reports(epochs(0.5, 0.6), 4, "accuracy") == {1: 0.5, 2: 0.5, 3: 0.6, 4: 0.6, 5: 0.6}


def test_stops_a_trial_that_is_worse_than_the_middle(study):
    tried = study()
    for value in (0.7, 0.8, 0.8, 0.9):
        finish(tried, value)
    trial = tried.ask()

    trial.report(reports(epochs(0.6, 0.6, 0.6), 4, "accuracy"))

    assert trial.is_worse_than_most()


def test_lets_a_trial_go_on_that_is_better_than_the_middle(study):
    tried = study()
    for value in (0.7, 0.8, 0.8, 0.9):
        finish(tried, value)
    trial = tried.ask()

    trial.report(reports(epochs(0.6, 0.6, 0.85), 4, "accuracy"))

    assert not trial.is_worse_than_most()


def test_stops_nothing_in_the_first_half_of_its_way(study):
    tried = study()
    for value in (0.7, 0.8, 0.8, 0.9):
        finish(tried, value)
    trial = tried.ask()

    trial.report(reports(epochs(0.1, 0.1), 4, "accuracy"))

    assert not trial.is_worse_than_most()


def test_stops_nothing_before_four_have_finished(study):
    tried = study()
    for value in (0.7, 0.8, 0.9):
        finish(tried, value)
    trial = tried.ask()

    trial.report(reports(epochs(0.1, 0.1, 0.1), 4, "accuracy"))

    assert not trial.is_worse_than_most()


def test_stops_nothing_when_pruning_is_off(study):
    tried = study(prune=False)
    for value in (0.7, 0.8, 0.8, 0.9):
        finish(tried, value)
    trial = tried.ask()

    trial.report(reports(epochs(0.1, 0.1, 0.1), 4, "accuracy"))

    assert not trial.is_worse_than_most()


def test_a_lower_loss_is_better(study):
    tried = study(goal="loss")
    for value in (0.7, 0.5, 0.5, 0.4):
        trial = tried.ask()
        trial.report(dict.fromkeys(range(1, 11), value))
        trial.end(TrialState.FINISHED, value)
    trial = tried.ask()

    trial.report(dict.fromkeys(range(1, 8), 0.6))

    assert trial.is_worse_than_most()


def test_a_new_process_finds_all_trials(study):
    left = study()
    finish(left, 0.7)

    rows = study(left.paths, "two").rows()

    assert [(row.number, row.state, row.value) for row in rows] == [(1, TrialState.FINISHED, 0.7)]


def test_the_summary_tells_what_the_study_holds(study):
    tried = study()
    finish(tried, 0.7)
    tried.ask().note(run="second", epochs=4)
    tried.publish()

    read = tuning_folder.read(tried.paths)

    assert read.trials == tried.rows()
    assert read.best.value == 0.7
    assert read.trials[1].state is TrialState.RUNNING


def test_takes_over_the_open_trial_of_a_process_that_is_gone(study):
    left = study()
    trial = left.ask()
    trial.note(run="r", epochs=4)
    trial.report(reports(epochs(0.5), 4, "accuracy"))

    taken = study(left.paths, "two").adopt(lambda name: name == "one")

    assert [(each.number, each.values, each.told["run"]) for each in taken] == [(1, trial.values, "r")]
    taken[0].report(reports(epochs(0.5, 0.6), 4, "accuracy"))
    taken[0].end(TrialState.FINISHED, 0.6)
    assert left.rows()[0].curve == (0.5, 0.5, 0.6, 0.6, 0.6)


def test_leaves_the_open_trial_of_a_process_at_work(study):
    left = study()
    left.ask()

    assert study(left.paths, "two").adopt(lambda name: False) == []


def test_tries_the_values_of_a_lost_trial_once_more(study):
    tried = study()
    lost = tried.ask()
    lost.end(TrialState.LOST)

    tried.retry()
    tried.retry()

    again, other = tried.ask(), tried.ask()
    assert again.values == lost.values
    assert other.values != lost.values


def test_the_same_seed_tries_the_same_values_after_a_restart(study):
    whole, parts = study(seed=3), folder(seed=3)
    without = [finish(whole, 0.5).values for _ in range(4)]

    broken = [finish(study(parts, str(number)), 0.5).values for number in range(4)]

    assert broken == without


def ended(status, *values, reason=""):
    """What becomes of a run with these losses."""
    rows = [{"epoch": n, "val_loss": loss, "val_accuracy": 1 - loss} for n, loss in enumerate(values, start=1)]
    return Run(RunPaths(None), TrainingConfig(), status, reason), History(rows)


def test_value_is_that_of_the_epoch_that_is_kept():
    run, history = ended(Status.COMPLETED, 0.4, 0.1, 0.3)

    assert work.outcome(run, history, "accuracy", None) == (TrialState.FINISHED, 0.9, "")
    assert work.outcome(run, history, "loss", None) == (TrialState.FINISHED, 0.1, "")


def test_a_run_stopped_for_its_values_counts_as_pruned():
    run, history = ended(Status.STOPPED, 0.4)
    asked = (TrialState.PRUNED, work.WORSE)

    assert work.outcome(run, history, "accuracy", asked) == (TrialState.PRUNED, None, work.WORSE)


def test_a_run_stopped_by_hand_says_nothing_of_its_values():
    assert work.outcome(*ended(Status.STOPPED, 0.4), "accuracy", None)[0] is TrialState.STOPPED


def test_a_failed_run_hands_its_reason_on():
    run, history = ended(Status.FAILED, reason="No folder.")

    assert work.outcome(run, history, "accuracy", None) == (TrialState.FAILED, None, "No folder.")


def test_a_run_without_bound_is_a_bad_trial_and_no_failure():
    run, history = ended(Status.DIVERGED, 0.4, reason="The loss grew without bound at epoch 2.")

    assert work.outcome(run, history, "accuracy", None) == (TrialState.PRUNED, None, run.reason)


def test_a_damaged_database_is_told_in_one_sentence_and_left(study, empty):
    finish(study(), 0.7)
    paths = study().paths
    whole = empty.read_bytes()
    for number, damage in enumerate((b"no database" * 90, whole[:5000], whole[:4096] + b"\xff" * (len(whole) - 4096))):
        paths = folder()
        paths.study.write_bytes(damage)

        with pytest.raises(EmotionError, match=r"its study\.db cannot be used: it is damaged"):
            TuningStudy(paths, tuning_folder.read(paths).settings, f"number {number}")

        assert paths.study.read_bytes() == damage


def test_a_database_that_another_program_holds_is_told(study, monkeypatch):
    monkeypatch.setattr(tuning_search, "FILE_SECONDS", 0.05)
    paths = study().paths
    with contextlib.closing(sqlite3.connect(paths.study, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(EmotionError, match="another program holds it"):
            TuningStudy(paths, tuning_folder.read(paths).settings, "two")


def test_a_database_that_is_damaged_meanwhile_is_told(study):
    one = study()
    trial = one.ask()
    one.close()
    one.paths.study.write_bytes(b"\xff" * 100_000)

    for step in (one.ask, one.rows, one.retry, lambda: trial.note(run="r"), lambda: trial.end(TrialState.FAILED)):
        with pytest.raises(EmotionError, match="it is damaged"):
            step()


def test_a_share_above_one_in_the_database_is_not_told_on(study):
    one = study()
    finish(one, 0.7)
    one.close()
    told = one.paths.trials.read_bytes()
    with contextlib.closing(sqlite3.connect(one.paths.study)) as file:
        file.execute("UPDATE trial_values SET value = 7")
        file.commit()

    with pytest.raises(EmotionError, match=r"study\.db cannot be used: it is damaged \(value: expected a share"):
        TuningStudy(one.paths, one.settings, "two")

    assert one.paths.trials.read_bytes() == told


@pytest.mark.parametrize("value", ["7", "null", "[]", "NaN"])
def test_odd_values_in_the_database_are_not_told_on(study, value):
    one = study()
    finish(one, 0.7)
    one.close()
    told = one.paths.trials.read_bytes()
    with contextlib.closing(sqlite3.connect(one.paths.study)) as file:
        file.execute("UPDATE trial_user_attributes SET value_json = ? WHERE key = 'run'", (value,))
        file.commit()

    with pytest.raises(EmotionError, match=r"study\.db cannot be used: it is damaged"):
        TuningStudy(one.paths, one.settings, "two")

    assert one.paths.trials.read_bytes() == told


@pytest.mark.parametrize("gone", [lambda path: path.unlink(), lambda path: path.write_bytes(b"")])
def test_trials_that_are_told_of_are_not_forgotten_with_the_database(study, gone):
    one = study()
    finish(one, 0.7)
    one.close()
    told = one.paths.trials.read_bytes()
    gone(one.paths.study)

    with pytest.raises(EmotionError, match=r"trials\.json knows of trials"):
        TuningStudy(one.paths, one.settings, "two")

    assert one.paths.trials.read_bytes() == told


def test_a_tuning_with_a_damaged_database_has_failed_for_that_reason(study):
    paths = folder()
    paths.study.write_bytes(b"no database" * 90)

    with pytest.raises(EmotionError, match="it is damaged"):
        work.work(paths)

    found = tuning_folder.read(paths)
    assert found.state is tuning_folder.TuningState.FAILED
    assert "study.db cannot be used" in found.reason
