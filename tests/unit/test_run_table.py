"""The runs as a table: what a person says of them, search, order, studies, and how they differ."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emotion import runs, tuning
from emotion.recipes import Augmentation, TrainingConfig
from emotion.runs import RunPaths, Status, append_history, differences, person, read_run, summarize, table
from emotion.system import files
from emotion.tuning import Settings, folder


def made(name: str, created: float, right: float | None = None, **settings: object) -> RunPaths:
    paths = runs.new_run(TrainingConfig(name=name, **settings))
    runs.write_status(paths, Status.COMPLETED, created=created)
    if right is not None:
        append_history(paths, event="epoch", epoch=1, loss=0.5, accuracy=right, val_loss=1 - right, val_accuracy=right,
                       seconds=3)  # fmt: skip
        best = {"n": 40, "accuracy": right, "accuracy_interval": [round(right - 0.1, 3), round(right + 0.1, 3)]}
        files.write_json(paths.report, {"seconds": 9.0, "best": best})
    return paths


def names(some: list[table.RunRow]) -> list[str]:
    return [row.run.title for row in some]


def all_rows() -> list[table.RunRow]:
    return table.rows(runs.list_runs())


def test_note_and_tags_are_kept_beside_the_name_in_the_persons_own_file(home: Path) -> None:
    paths = made("first", 1)
    person.write(paths.person, name="mine", note=" with glasses\n", tags=["good", "Good", " too  late ", ""])
    files.update_json(paths.person, {"threshold": 0.4})

    person.write(paths.person, tags=["late"])

    run = read_run(paths)
    assert (run.title, run.words.note, run.words.tags) == ("mine", "with glasses", ("late",))
    assert files.read_json(paths.person)["threshold"] == 0.4


def test_tags_are_few_and_short() -> None:
    tags = person.tidy_tags(["x" * 99, *(str(n) for n in range(99))])

    assert (len(tags), len(tags[0])) == (person.MOST_TAGS, person.MAX_TAG)


def test_a_run_of_a_damaged_persons_file_is_listed_without_words(home: Path) -> None:
    paths = made("first", 1)
    paths.person.write_text('{"name": "mine", "tags": 3}')

    assert read_run(paths).words == person.Words()


def test_a_summary_tells_the_kept_epoch_and_the_test_score_with_its_interval(home: Path) -> None:
    summary = summarize(made("mine", 1, 0.8))

    assert (summary.kept, summary.kept_epoch, summary.seconds) == (0.8, 1, 9.0)
    assert summary.test is not None
    assert (summary.test.n, summary.test.accuracy, summary.test.accuracy_interval) == (40, 0.8, (0.7, 0.9))


@pytest.mark.parametrize(("find", "found"), [
    ("glasses", ["b"]), ("GLASSES demo", ["b"]), ("late", ["a"]), ("glasses late", []), ("", ["b", "a"]),
    ("classic", ["b", "a"]),
])  # fmt: skip
def test_a_search_looks_for_all_words_in_name_note_tags_data_and_recipe(
    home: Path, find: str, found: list[str]
) -> None:
    person.write(made("a", 1).person, tags=["late"])
    person.write(made("b", 2).person, note="those with Glasses")

    assert names(table.matching(all_rows(), table.Wanted(find=find))) == found


def test_filters_narrow_by_data_recipe_status_and_tag(home: Path) -> None:
    person.write(made("a", 1, recipe="quick").person, tags=["late"])
    runs.write_status(made("b", 2, data="/some/faces"), Status.FAILED)

    for wanted, found in (
        (table.Wanted(recipe="quick"), ["a"]), (table.Wanted(data="faces"), ["b"]),
        (table.Wanted(status="failed"), ["b"]), (table.Wanted(tag="late"), ["a"]), (table.Wanted(tag="no"), []),
    ):  # fmt: skip
        assert names(table.matching(all_rows(), wanted)) == found


def test_rows_are_ordered_by_time_score_or_name_and_runs_without_a_score_come_last(home: Path) -> None:
    for name, created, right in (("b", 1, 0.6), ("C", 2, None), ("a", 3, 0.9)):
        made(name, created, right)

    assert names(table.ordered(all_rows())) == ["a", "C", "b"]
    assert names(table.ordered(all_rows(), table.TESTED)) == ["a", "b", "C"]
    assert names(table.ordered(all_rows(), table.KEPT)) == ["a", "b", "C"]
    assert names(table.ordered(all_rows(), table.NAMED)) == ["a", "b", "C"]


def test_the_trials_of_a_study_are_one_row_in_the_place_of_the_first(home: Path) -> None:
    trials = [made(f"trial {number}", created, right) for number, created, right in ((1, 2, 0.6), (2, 3, 0.8))]
    made("before", 1)
    made("after", 4)
    settings = Settings(TrainingConfig(recipe="quick"), {"learning_rate": (1e-4, 1e-2)}, name="my study")
    paths = folder.new(settings)
    told = [{"number": n, "state": "finished", "values": {}, "run": run.id} for n, run in enumerate(trials, 1)]
    paths.trials.write_text(json.dumps({"trials": told}))

    grouped = table.grouped(table.rows(runs.list_runs(), tuning.studies()))

    assert [type(one).__name__ for one in grouped] == ["RunRow", "StudyRow", "RunRow"]
    study = grouped[1]
    assert isinstance(study, table.StudyRow)
    assert (study.study, names(list(study.rows))) == ((paths.id, "my study"), ["trial 2", "trial 1"])
    assert study.leader.run.title == "trial 2"


def test_a_study_that_was_removed_or_is_damaged_leaves_its_runs_alone(home: Path) -> None:
    made("trial 1", 1)
    damaged = folder.tuning_dir() / "damaged"
    damaged.mkdir(parents=True)
    (damaged / "tuning.json").write_text("{")

    assert tuning.studies() == {}


def test_only_the_settings_that_differ_are_told_and_names_are_none(home: Path) -> None:
    one = read_run(made("one", 1, epochs=5))
    two = read_run(made("two", 2, epochs=9, augmentation=Augmentation(shift=0.1)))

    found = differences.between([one, two])

    assert [(one.title, one.values) for one in found] == [("epochs", ("5", "9")), ("shift", ("–", "0.1"))]
    assert differences.between([one, one]) == []


def test_the_command_line_finds_runs_and_tells_note_tags_and_scores(home: Path, emotion) -> None:
    person.write(made("a", 1, 0.8).person, note="those with glasses", tags=["late"])
    made("b", 2)

    (row,) = json.loads(emotion("runs", "--find", "glasses", "--json").stdout)
    lines = emotion("runs").stdout.splitlines()

    assert (row["name"], row["note"], row["tags"], row["kept_epoch"]) == ("a", "those with glasses", ["late"], 1)
    assert (row["test_accuracy"], row["test_accuracy_interval"]) == (0.8, [0.7, 0.9])
    assert lines[1].split()[-3:] == ["80.0%", "a", "#late"]
