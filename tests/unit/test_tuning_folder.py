"""Tunings on disk: where one stands, as its processes have left it."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from dataclasses import asdict, replace
from types import SimpleNamespace

import pytest

from emotion.data.drawn import write
from emotion.recipes import catalogue
from emotion.system.errors import ConfigError, DataError, EmotionError, TuningMissingError, TuningUnreadableError
from emotion.system.files import write_json
from emotion.system.paths import drawn_faces_dir
from emotion.tuning import control, folder
from emotion.tuning.control import Attendance
from emotion.tuning.folder import TuningState
from emotion.tuning.trials import Settings, Trial, TrialState

FINISHED = Trial(1, TrialState.FINISHED, {"shift": 0.1}, 0.9, seconds=60.0).to_json()


@pytest.fixture
def paths(home):
    return made()


def made(**changes):
    return folder.new(Settings(catalogue.config("quick"), {"shift": (0.0, 0.2)}, **changes))


def has(paths, *trials):
    write_json(paths.trials, {"trials": list(trials), "written": time.time()})


def state(paths):
    return folder.read(paths).state


def a_process_that_is_gone(paths):
    child = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    attendance = Attendance(paths)
    write_json(attendance.path, asdict(attendance.worker) | {"pid": int(child.stdout), "pid_started": 1.0})


def test_is_at_work_while_its_process_is(paths):
    Attendance(paths)

    assert state(paths) is TuningState.RUNNING


def test_is_stopping_when_someone_asked_for_it(paths):
    Attendance(paths)

    control.stop(paths.id)

    assert state(paths) is TuningState.STOPPING


@pytest.mark.parametrize("how", [TuningState.FINISHED, TuningState.STOPPED, TuningState.FAILED])
def test_stands_as_its_last_process_ended(paths, how):
    Attendance(paths).end(how, "why")

    assert (state(paths), folder.read(paths).reason) == (how, "why")


def test_is_lost_when_its_process_is_gone(paths):
    a_process_that_is_gone(paths)

    assert state(paths) is TuningState.LOST


def test_a_process_on_another_computer_counts_while_it_says_so(paths):
    worker = replace(Attendance(paths).worker, host="elsewhere")

    assert folder.is_at_work(worker)
    assert not folder.is_at_work(replace(worker, seen=time.time() - 200))


def test_is_starting_until_its_process_has_come(paths):
    paths.starting.touch()
    assert state(paths) is TuningState.STARTING

    Attendance(paths)

    assert state(paths) is TuningState.RUNNING


def test_failed_when_no_process_came(paths):
    paths.starting.touch()
    os.utime(paths.starting, (1, 1))

    assert state(paths) is TuningState.FAILED
    assert "did not begin" in folder.read(paths).reason


def test_never_looks_failed_while_its_process_comes(home):
    """The process may come between any two steps of a look: here before each line of it in turn."""
    seen = []
    for line in itertools.count(1):
        paths = made()
        came = look_while_the_process_comes(paths, before=line)
        seen.append(came.state)
        if not came.has_come:
            break

    assert len(seen) > 4
    assert set(seen) <= {TuningState.STARTING, TuningState.RUNNING}


def look_while_the_process_comes(paths, before):
    """The state that is read when the process comes just before a line of the look is run, and whether it came."""
    left = before

    def trace(frame, event, _):
        nonlocal left
        if frame.f_code.co_filename != folder.__file__:
            return None
        if event == "line":
            left -= 1
            if left == 0:
                sys.settrace(None)
                Attendance(paths)
        return trace

    others = sys.gettrace()
    sys.settrace(trace)
    try:
        found = folder.read(paths)
    finally:
        sys.settrace(others)
    return SimpleNamespace(state=found.state, has_come=left <= 0)


def test_is_starting_from_the_moment_it_can_be_found(home, monkeypatch):
    monkeypatch.setattr(control.processes, "spawn", lambda *args, **kwargs: None)
    seen, write = [], folder.files.write_json

    def write_and_look(path, value):
        write(path, value)
        seen.extend(found.state for found in folder.list_all())

    monkeypatch.setattr(folder.files, "write_json", write_and_look)
    control.start(Settings(catalogue.config("quick"), {"shift": (0.0, 0.2)}))

    assert seen == [TuningState.STARTING]


def test_lists_tunings_newest_first_and_passes_over_others(paths):
    (folder.tuning_dir() / "broken").mkdir()
    (folder.tuning_dir() / "broken" / "tuning.json").write_text("{}", encoding="utf-8")

    assert [found.id for found in folder.list_all()] == [paths.id]


def test_finds_by_id_latest_and_path(paths):
    for reference in (paths.id, "latest", str(paths.root)):
        assert folder.find(reference) == paths


def test_tells_that_there_is_no_such_tuning(home):
    with pytest.raises(TuningMissingError, match="No tuning called 'latest'"):
        folder.find("latest")


def test_goes_on_with_new_limits(paths):
    paths.stop.touch()

    control.prepare(paths, trials=30, minutes=5)

    kept = folder.read(paths)
    assert (kept.settings.trials, kept.settings.minutes) == (30, 5)
    assert kept.created > 0
    assert not paths.stop.exists()


def test_refuses_to_go_on_with_one_at_work(paths):
    Attendance(paths)

    with pytest.raises(EmotionError, match="is at work"):
        control.prepare(paths)


def test_refuses_to_go_on_when_nothing_is_left_to_do(home):
    paths = made(trials=1)
    has(paths, FINISHED)

    with pytest.raises(EmotionError, match=r"1 of 1 trial, 60 s of training\. Expected more trials"):
        control.prepare(paths)


def test_refuses_limits_outside_their_range(paths):
    with pytest.raises(ConfigError, match="minutes: expected a number"):
        control.prepare(paths, minutes=-1)


def test_best_settings_have_full_length_and_say_where_from(paths):
    has(paths, FINISHED)

    config = control.best_config(folder.read(paths))

    assert config.augmentation.shift == 0.1
    assert config.epochs == catalogue.find("quick").epochs
    assert paths.id.endswith(config.name.removeprefix("best of tuning "))


def test_there_is_no_best_before_a_trial_has_finished(paths):
    with pytest.raises(EmotionError, match="no trial has finished"):
        control.best_config(folder.read(paths))


@pytest.fixture
def drawn(home):
    write.write(drawn_faces_dir(), train=40, test=10)
    return home


def test_plan_counts_the_validation_faces(drawn):
    plan = control.plan("demo", vary={"shift": None}, base={"validation_split": 0.25})

    assert plan.validation_faces == 10
    assert plan.vary == {"shift": (0.0, 0.16)}
    assert plan.trial_epochs == catalogue.find("quick").epochs // 2


def test_plan_by_minutes_alone_has_no_number_of_trials(drawn):
    assert control.plan("demo", minutes=3).trials is None


def test_plan_tells_of_a_class_that_is_not_there(drawn):
    with pytest.raises(DataError, match="no folder for the class"):
        control.plan(str(drawn_faces_dir()), classes=("happy", "angry"))


def test_plan_tells_of_a_field_that_is_unknown(drawn):
    with pytest.raises(ConfigError, match="vary: expected one of"):
        control.plan("demo", vary={"colour": None})


@pytest.mark.parametrize("damage", [{"value": 7}, {"value": -0.5}, {"curve": [0.5, 1.5]}])
def test_a_share_that_is_none_is_told_of(paths, damage):
    has(paths, FINISHED | damage)

    with pytest.raises(TuningUnreadableError, match=r"trials\.json: value: expected a share from 0 to 1"):
        folder.read(paths)
