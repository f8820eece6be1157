"""How fast this computer trains, beside the one that the recipes were measured on."""

from __future__ import annotations

from pathlib import Path

import pytest

from emotion.recipes import MEASURED_FACES, START, TrainingConfig, catalogue
from emotion.runs import speed
from emotion.runs.history import History

CLASSIC = catalogue.find("classic")
ASKED = catalogue.config("classic")
AN_EPOCH = (CLASSIC.seconds - START) / CLASSIC.epochs


def history(*seconds: float) -> History:
    return History([{"epoch": epoch, "seconds": since} for epoch, since in enumerate(seconds, start=1)])


def test_before_anything_was_measured_the_seconds_of_the_recipe_are_told(home: Path) -> None:
    assert speed.factor() is None
    assert speed.seconds_here(ASKED, MEASURED_FACES) == CLASSIC.seconds


def test_a_training_measures_the_computer_by_all_epochs_but_the_first(home: Path) -> None:
    speed.learn_from_run(ASKED, MEASURED_FACES, history(50, 50 + 2 * AN_EPOCH, 50 + 4 * AN_EPOCH))

    assert speed.factor() == pytest.approx(2)
    assert speed.seconds_here(ASKED, MEASURED_FACES) == pytest.approx(2 * CLASSIC.seconds)


@pytest.mark.parametrize(
    ("config", "found"),
    [
        (ASKED, history(9)),
        (ASKED, history(9, 10.9)),
        (ASKED, history(90, 5)),
        (catalogue.config("classic", start_from="pretrained"), history(9, 99)),
    ],
    ids=["one epoch", "too short", "a clock that began anew", "from another model"],
)
def test_what_tells_nothing_of_the_computer_is_not_kept(home: Path, config: TrainingConfig, found: History) -> None:
    speed.learn_from_run(config, MEASURED_FACES, found)

    assert speed.factor() is None


def test_a_calibration_counts_until_a_training_was_measured(home: Path) -> None:
    steps = speed.LEARNED * MEASURED_FACES / CLASSIC.batch_size
    speed.learn_from_steps(ASKED, 3 * AN_EPOCH / steps, 1)
    calibrated = speed.factor()
    speed.learn_from_run(ASKED, MEASURED_FACES, history(1, 1 + 2 * AN_EPOCH))
    speed.learn_from_steps(ASKED, 9 * AN_EPOCH / steps, 1)

    assert calibrated == pytest.approx(3, rel=1e-3)
    assert speed.factor() == pytest.approx(2)


def test_a_damaged_file_counts_as_nothing_measured(home: Path) -> None:
    (home / ".cache").mkdir()
    (home / ".cache" / "speed.json").write_text('{"factor": -1}', encoding="utf-8")

    assert speed.factor() is None


@pytest.mark.parametrize(
    ("classes", "faces", "expected"),
    [
        (("sad", "happy"), MEASURED_FACES, True),
        (("sad", "happy"), MEASURED_FACES - 1, False),
        (("cat", "dog"), MEASURED_FACES, False),
    ],
)
def test_a_share_right_is_told_only_of_the_data_it_was_measured_on(
    classes: tuple[str, ...], faces: int, expected: bool
) -> None:
    assert catalogue.was_measured_on(classes, faces) is expected
