"""The check on the Data page as a person meets it: before it, what it finds, one click that mends, undo."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from emotion.checks import check, label_errors
from emotion.data import edits
from emotion.data.listing import on_disk, scan
from tests import planted_data
from tests.tiny_model import BRIGHTNESS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def archive(home: Path) -> Path:
    """What `archive/` holds is the default data."""
    return planted_data.write_clean(home / "archive")


def open_check() -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params["part"] = "check"
    return app.switch_page("pages/data.py").run()


def keys(app: AppTest) -> set[str | None]:
    return {button.key for button in app.button}


def text(app: AppTest) -> str:
    return "\n".join([*(part.value for part in app.markdown), *(part.value for part in app.error)]).replace("\\", "")


def test_offers_to_check_what_was_never_checked(archive: Path) -> None:
    app = open_check()

    assert not app.exception
    assert "check" in keys(app)


def test_says_that_nothing_is_wrong(archive: Path) -> None:
    check.check(archive)

    app = open_check()

    assert not app.exception
    assert "Nothing is wrong" in app.success[0].value


def test_tells_each_finding_with_its_remedies(archive: Path) -> None:
    planted_data.twins(archive)
    planted_data.blank(archive)
    check.check(archive)

    app = open_check()

    assert not app.exception
    assert "1 test picture has an identical twin in train" in text(app)
    assert {"twins_out_of_test", "twins_out_of_train", "blank_exclude"} <= keys(app)


def test_one_click_mends_and_another_undoes(archive: Path) -> None:
    planted_data.twins(archive)
    check.check(archive)
    app = open_check()

    app.button(key="twins_out_of_test").click().run()

    assert not app.exception
    assert scan(archive).excluded == 1
    assert "1 picture left out: identical twin in train. No file was changed." in text(app)

    app.button(key="undo_last").click().run()

    assert scan(archive).excluded == 0
    assert "twins_out_of_test" in keys(app)


def test_all_exact_twins_are_one_click_and_one_step(archive: Path) -> None:
    for plant in (planted_data.twins, planted_data.duplicates, planted_data.conflicts):
        plant(archive)
    check.check(archive)
    app = open_check()

    app.button(key="all_twins").click().run()

    assert len(edits.read(archive)) == 1
    assert check.check(archive).findings == ()
    assert "Nothing is wrong" in app.success[0].value


def test_damaged_data_is_called_so_at_the_top(archive: Path) -> None:
    planted_data.sharpness(archive)
    check.check(archive)

    app = open_check()

    assert "Train is damaged: its pictures are blurred" in app.error[0].value.replace("\\", "")


def test_the_train_page_warns_of_damaged_data(archive: Path) -> None:
    planted_data.sharpness(archive)
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()

    app.switch_page("pages/train.py").run()

    assert not app.exception
    assert "Train is damaged" in app.error[0].value.replace("\\", "")


def test_a_label_error_is_changed_with_a_click(archive: Path) -> None:
    check.check(archive)
    label_errors.search(archive, str(BRIGHTNESS / "model.tflite"))
    worst = label_errors.last_found(on_disk(archive)).found[0]
    app = open_check()
    app.session_state["suspect_open"] = worst.file
    app.run()

    app.button(key="suspect_relabel").click().run()

    assert not app.exception
    assert worst.file in scan(archive).files[worst.file.split("/")[0]][worst.likely]
    assert worst.file not in [one.file for one in label_errors.last_found(on_disk(archive)).found]


def test_decisions_are_taken_in_from_a_file(archive: Path) -> None:
    planted_data.twins(archive)
    check.check(archive)
    edits.decide(archive, check.check(archive).findings[0].remedies[0].changes, "twin")
    exported = edits.export(archive)
    edits.location(archive).unlink()
    app = open_check()

    app.file_uploader(key="import_decisions").upload("d.jsonl", exported, "application/x-ndjson").run()

    assert not app.exception
    assert scan(archive).excluded == 1


def test_a_file_that_holds_no_decisions_is_refused(archive: Path) -> None:
    check.check(archive)
    app = open_check()

    app.file_uploader(key="import_decisions").upload("d.jsonl", b"hello", "application/x-ndjson").run()

    assert not app.exception
    assert "The decision cannot be taken" in text(app)


def test_evaluate_shows_both_scores(archive: Path) -> None:
    planted_data.twins(archive)
    check.check(archive)
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params["run"] = "pretrained"
    app.run()

    app.switch_page("pages/evaluate.py").run()

    assert not app.exception
    assert "Honest score" in text(app)
    assert "Naive score" in text(app)
