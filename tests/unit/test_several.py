"""Several runs on the same test faces."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from emotion import runs
from emotion.evaluation import several
from emotion.metrics import paired
from emotion.recipes import TrainingConfig
from emotion.runs import Run, Status
from emotion.system import DataError
from tests.tiny_model import BRIGHTNESS, THREE_CLASSES, give_model


@pytest.fixture
def faces(home: Path) -> Path:
    """Two test faces of each class that the brightness answers right, and one of each that it answers wrong."""
    root = home / "faces"
    for split in ("train", "test"):
        for name, greys in (("sad", (10, 20, 240)), ("happy", (240, 230, 10))):
            (root / split / name).mkdir(parents=True)
            for number, grey in enumerate(greys):
                Image.new("L", (48, 48), grey).save(root / split / name / f"{number}.png")
    return root


def run(data: Path, model: Path | None = BRIGHTNESS, **info: object) -> Run:
    paths = runs.new_run(TrainingConfig(data=str(data)))
    if model:
        give_model(paths, model, **info)
    runs.write_status(paths, Status.COMPLETED)
    return runs.read_run(paths)


def test_each_run_is_set_against_the_one_with_most_right(faces: Path) -> None:
    always = run(faces, threshold=0.0)

    found = several.compare([always, run(faces), run(faces, None)], str(faces))

    assert (found.n, found.classes) == (6, ("sad", "happy"))
    assert [one.right for one in found.standings] == [3, 4, None]
    first, leader, without = found.standings
    assert leader.words == "most right"
    assert first.behind is not None
    assert (first.behind.only_before, first.behind.only_after) == (2, 1)
    assert first.p_value == paired.mcnemar(2, 1) == 1.0
    assert first.words.startswith("1 fewer right; this may be chance")
    assert without.why_not == "It has no model."


def test_models_of_two_and_of_three_classes_are_asked_about_what_both_know(faces: Path) -> None:
    found = several.compare([run(faces, THREE_CLASSES), run(faces)], str(faces))

    assert set(found.classes) == {"happy", "sad"}
    assert [one.right is not None for one in found.standings] == [True, True]


def test_runs_without_any_model_are_told_and_data_that_is_gone_is_an_error(faces: Path, home: Path) -> None:
    assert several.compare([run(faces, None), run(faces, None)], str(faces)).n == 0
    with pytest.raises(DataError, match=re.escape("gone")):
        several.compare([run(faces), run(faces)], str(home / "gone"))


def test_many_comparisons_raise_the_p_values_as_holm_does() -> None:
    assert paired.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert paired.holm([0.9, 0.5]) == [1.0, 1.0]
    assert paired.holm([]) == []
