"""A run's state in words."""

import dataclasses

import pytest

from emotion.recipes.settings import TrainingConfig
from emotion.runs import progress
from emotion.runs.history import History
from emotion.runs.run import Run, RunPaths, Status
from emotion.system import duration


@pytest.fixture
def run(tmp_path):
    return Run(RunPaths(tmp_path), TrainingConfig(epochs=4), Status.RUNNING)


def step(epoch, number, seconds):
    return {"event": "step", "epoch": epoch, "step": number, "steps": 10, "seconds": seconds}


def epoch_row(number):
    return {"event": "epoch", "epoch": number, "val_loss": 0.5}


def test_remaining_time_follows_the_latest_speed(run):
    history = History([], [step(1, 5, 10.0), step(1, 10, 15.0)], "training")

    state = progress.describe(run, history)

    assert state.seconds_left == pytest.approx(30.0)  # half an epoch took 5 s, three epochs are left
    assert state.text == "epoch 2 of 4, 30 s left"
    assert state.share == pytest.approx(0.25)


def test_nothing_is_said_of_the_time_before_two_rows(run):
    state = progress.describe(run, History([], [step(1, 5, 10.0)], "training"))

    assert (state.seconds_left, state.text) == (None, "epoch 1 of 4")


def test_the_clock_of_an_earlier_sitting_does_not_count(run):
    history = History([epoch_row(1)], [step(1, 10, 500.0), step(2, 5, 1.0), step(2, 10, 2.0)], "training")

    assert progress.seconds_left(history, 4) == pytest.approx(4.0)


def test_phases_before_the_present_one_are_done(run):
    starting = dataclasses.replace(run, status=Status.STARTING)

    state = progress.describe(starting, History(phase="loading TensorFlow"))

    assert [how for _, how in state.phases] == ["done", "now", "later", "later"]
    assert state.text == "loading TensorFlow"


def test_a_finished_run_is_whole(run):
    finished = dataclasses.replace(run, status=Status.COMPLETED)

    state = progress.describe(finished, History([epoch_row(4)], [step(4, 9, 9.0)], "evaluating"))

    assert (state.share, state.text, {how for _, how in state.phases}) == (1.0, "finished", {"done"})


@pytest.mark.parametrize(
    ("ahead", "text"), [(0, "waiting to start"), (1, "waiting: 1 run before it"), (2, "waiting: 2 runs before it")]
)
def test_a_waiting_run_says_how_many_come_first(run, ahead, text):
    waiting = dataclasses.replace(run, status=Status.QUEUED)

    assert progress.describe(waiting, History(), ahead).text == text


@pytest.mark.parametrize(("seconds", "text"), [(41.2, "41 s"), (100, "2 min"), (3900, "1 h 5 min")])
def test_durations_are_told_in_their_own_unit(seconds, text):
    assert duration(seconds) == text


def test_a_run_of_a_cluster_says_what_it_waits_for_and_where_it_is(run):
    waiting = dataclasses.replace(run, status=Status.QUEUED, on="auto")
    away = dataclasses.replace(run, status=Status.STARTING, on="auto", node="node7")

    assert progress.describe(waiting, History(), ahead=3).text == "waiting for a computer of the cluster"
    assert progress.describe(away, History(phase="loading data")).text == "loading data · on node7"
