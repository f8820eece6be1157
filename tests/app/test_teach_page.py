"""Teach: every state from nothing to a kept model, and what is said in each."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from emotion.data import listing, made_here, registry
from emotion.data.drawn.write import draw_portrait
from emotion.runs.run import Run, Status, list_runs, write_status
from emotion.training.head import run as head_run
from pages.ui.teach import columns, hold, opened
from tests.zips import png

ROOT = Path(__file__).resolve().parents[2]


def face(number: int, happy: bool) -> bytes:
    """A drawn face of 96 pixels: small enough to be taken whole."""
    buffer = io.BytesIO()
    draw_portrait(number, happy).resize((96, 96)).save(buffer, "PNG")
    return buffer.getvalue()


def wall() -> bytes:
    """A large picture without a face."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((400, 600, 3), 120, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def open_teach(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.run()
    app.switch_page("pages/teach.py")
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def drop(app: AppTest, name: str, *pictures: bytes) -> AppTest:
    (place,) = [each for each in app.file_uploader if str(each.key).startswith(f"teach_drop_{name}_")]
    place.set_value([(f"{number}.png", picture, "image/png") for number, picture in enumerate(pictures)]).run()
    return app


def taught(number: int) -> AppTest:
    """The page with so many faces of each class."""
    app = open_teach()
    for label, happy in (("happy", True), ("sad", False)):
        drop(app, label, *[face(100 * happy + place, happy) for place in range(number)])
    return app


def words_on(app: AppTest) -> str:
    shown = [*app.markdown, *app.caption, *app.warning, *app.error, *app.success]
    html = [each.proto.body for each in app.get("html") if "<style>" not in each.proto.body]
    return "\n".join([*[each.value for each in shown], *html]).replace("\\", "")


def keys(app: AppTest) -> set[str]:
    return {str(each.key) for each in app.button}


def the_set() -> registry.DataSet:
    (record,) = registry.list_sets()
    return record


def the_report() -> dict[str, Any]:
    (run,) = list_runs()
    found: dict[str, Any] = json.loads(run.paths.report.read_text(encoding="utf-8"))
    return found


def end(run: Run) -> None:
    """What the worker does with the run, in this process."""
    write_status(run.paths, Status.RUNNING)
    head_run.work(run.paths, run.config, lambda phase: None, lambda row: None)
    write_status(run.paths, Status.COMPLETED)


@pytest.fixture
def kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page after Keep, the run at its end; no process is started."""
    monkeypatch.setattr("emotion.system.processes.start_command", lambda words, log: None)
    app = taught(3)
    app.button(key="teach_keep").click().run()
    (run,) = list_runs()
    end(run)
    return app.run()


def test_begins_empty_says_what_to_do_and_keeps_nothing(home: Path) -> None:
    app = open_teach()

    assert "Drop a few pictures into each class" in words_on(app)
    assert "a data set is made on this computer" in words_on(app)
    assert "teach_keep" not in keys(app)
    assert registry.list_sets() == []


def test_with_one_class_it_asks_for_the_other(home: Path) -> None:
    app = drop(open_teach(), "happy", face(1, True), face(2, True))

    assert "Now a picture of **sad**" in words_on(app)
    assert "2 faces" in words_on(app)
    assert "teach_keep" not in keys(app)


def test_with_one_picture_each_it_answers_and_says_what_a_score_needs(home: Path) -> None:
    app = taught(1)

    assert "It answers already. **One more picture of each class**" in words_on(app)
    assert "teach_keep" in keys(app)


def test_with_two_pictures_each_there_is_a_score_with_its_interval(home: Path) -> None:
    said = words_on(taught(2))

    assert " of 4</b> right, each held out in turn" in said
    assert "with 95 % certainty" in said


def test_says_where_the_faces_are_kept(home: Path) -> None:
    assert "in the data set **my faces**" in words_on(taught(1))
    assert made_here.counts(the_set()) == {"happy": 1, "sad": 1}


def test_tells_which_it_got_wrong_and_what_would_help(home: Path) -> None:
    app = open_teach()
    drop(app, "happy", *[face(number, True) for number in range(8)], face(200, False), face(201, False))
    drop(app, "sad", *[face(100 + number, False) for number in range(8)])

    said = words_on(app)

    assert "Wrong when held out" in said
    assert re.search(r"Ten more of \*\*(happy|sad)\*\* would help most", said)


def test_the_same_pictures_in_both_classes_cannot_be_told_apart(home: Path) -> None:
    same = [face(number, True) for number in range(4)]
    app = drop(drop(open_teach(), "happy", *same), "sad", *same)

    said = words_on(app)

    assert "4 pictures are in both **sad** and **happy**" in said
    assert "It cannot tell **sad** from **happy** yet" in said


def test_a_picture_without_a_face_is_asked_about(home: Path) -> None:
    app = drop(open_teach(), "happy", wall())

    assert "No face was found in 0.png." in words_on(app)
    assert registry.list_sets() == [] or made_here.counts(the_set())["happy"] == 0

    app.button(key="teach_whole_happy").click().run()

    assert made_here.counts(the_set()) == {"happy": 1, "sad": 0}
    assert "No face was found" not in words_on(app)


def test_a_picture_without_a_face_can_be_left_out(home: Path) -> None:
    app = drop(open_teach(), "happy", wall(), face(1, True))

    app.button(key="teach_leave_happy").click().run()

    assert made_here.counts(the_set()) == {"happy": 1, "sad": 0}
    assert "No face was found" not in words_on(app)


def test_what_is_no_picture_is_named_and_the_others_are_kept(home: Path) -> None:
    app = drop(open_teach(), "happy", b"no picture", face(1, True))

    assert "1 picture left out. 0.png: The file is not a picture" in words_on(app)
    assert made_here.counts(the_set()) == {"happy": 1, "sad": 0}


def test_only_the_face_of_a_photo_is_kept(home: Path, astronaut: Path) -> None:
    drop(open_teach(), "happy", astronaut.read_bytes())

    (path,) = made_here.latest(the_set(), "happy")
    with Image.open(path) as picture:
        assert picture.width == picture.height < 200


def test_a_removed_face_can_be_put_back(home: Path) -> None:
    app = taught(3)
    record = the_set()
    path = made_here.latest(record, "happy")[0]
    app.session_state[columns.REMOVED] = (record.name, "happy", path.read_bytes())  # as a click on its cross does
    made_here.remove_picture(record, path)
    app.run()
    assert "2 faces" in words_on(app)

    app.button(key="teach_put_back").click().run()

    assert made_here.counts(record)["happy"] == 3
    assert "teach_put_back" not in keys(app)


def test_a_class_is_renamed_before_there_is_a_picture(home: Path) -> None:
    app = open_teach()

    app.text_input(key="teach_name_happy").set_value("Smile").run()
    app.text_input(key="teach_name_sad").set_value("frown").run()
    drop(app, "smile", face(1, True))

    assert made_here.classes(the_set()) == ("smile", "frown")


def test_a_class_is_renamed_with_its_pictures(home: Path) -> None:
    app = taught(2)

    app.text_input(key="teach_name_sad").set_value("frown").run()

    assert made_here.counts(the_set()) == {"happy": 2, "frown": 2}
    assert not app.exception


@pytest.mark.parametrize("name", ["happy", "a/b", "test"])
def test_a_name_that_cannot_be_is_refused_in_words(name: str, home: Path) -> None:
    app = open_teach()

    app.text_input(key="teach_name_sad").set_value(name).run()

    assert "classes: expected" in words_on(app)
    assert app.text_input(key="teach_name_sad").value == "sad"


def test_a_class_is_added_and_removed(home: Path) -> None:
    app = taught(1)
    assert "teach_drop_class_happy" not in keys(app)

    app.button(key="teach_add").click().run()
    assert made_here.classes(the_set()) == ("happy", "sad", "class 3")

    app.button(key="teach_drop_class_class 3").click().run()
    assert made_here.classes(the_set()) == ("happy", "sad")


def test_an_added_class_without_a_picture_does_not_stop_the_answers(home: Path) -> None:
    app = taught(2)

    app.button(key="teach_add").click().run()

    assert "each held out in turn" in words_on(app)


def test_many_faces_are_shown_in_part_and_all_on_request(home: Path) -> None:
    app = open_teach()
    drop(app, "happy", *[png(number) for number in range(columns.SHOWN + 5)])

    assert app.toggle(key="teach_all_happy").label == "All 20"


def test_answers_a_photo_that_is_not_kept(home: Path, astronaut: Path) -> None:
    app = taught(2)
    app.segmented_control(key="teach_way").set_value("A photo").run()

    app.file_uploader(key="teach_photo").upload("photo.png", astronaut.read_bytes(), "image/png").run()

    assert 'class="bars"' in words_on(app)
    assert sum(made_here.counts(the_set()).values()) == 4


def test_a_photo_without_a_face_is_told(home: Path) -> None:
    app = taught(1)
    app.segmented_control(key="teach_way").set_value("A photo").run()

    app.file_uploader(key="teach_photo").upload("wall.png", wall(), "image/png").run()

    assert any("face" in each.value for each in app.warning)


def test_keeping_makes_one_ordinary_run(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("emotion.system.processes.start_command", lambda words, log: started.append(words))
    app = taught(2)

    app.button(key="teach_keep").click().run()
    app.run()

    (run,) = list_runs()
    assert (run.config.recipe, run.config.data, run.config.start_from) == ("head", "my faces", "pretrained")
    assert run.config.name == "happy or sad"
    assert len(started) == 1
    assert "teach_keeping" in keys(app)


def test_a_kept_model_leads_to_predict_evaluate_and_export(kept: AppTest) -> None:
    assert "Kept as **happy or sad" in words_on(kept)
    assert {"teach_predict", "teach_evaluate"} <= keys(kept)
    assert kept.get("download_button")[0].proto.label == "Take it with you"


def test_the_run_has_the_score_that_the_page_has_shown(kept: AppTest) -> None:
    report = the_report()

    right = sum(row[place] for place, row in enumerate(report["best"]["confusion_matrix"]))
    assert report["method"] == head_run.HELD_OUT
    assert f"<b>{right} of 6</b>" in words_on(kept)


def test_more_faces_can_be_kept_anew(kept: AppTest) -> None:
    drop(kept, "happy", face(900, True))

    assert "The faces have changed since it was kept." in words_on(kept)
    assert "teach_keep" in keys(kept)


def test_predicting_with_it_makes_it_the_model_in_use(kept: AppTest) -> None:
    (run,) = list_runs()

    kept.button(key="teach_predict").click().run()

    assert kept.title[0].value == "Try a photo"
    assert kept.selectbox(key="model_choice").value == run.id


def test_evaluating_it_shows_the_score_of_held_out_faces(kept: AppTest) -> None:
    kept.button(key="teach_evaluate").click().run()

    assert kept.title[0].value == "Evaluate"
    assert "This data has no test split." in kept.info[0].value
    assert not kept.error
    right = sum(row[place] for place, row in enumerate(the_report()["best"]["confusion_matrix"]))
    assert f"{right / 6:.1%}".replace("%", "\N{NO-BREAK SPACE}%") in words_on(kept)
    assert "Who was called what" in {each.value for each in kept.subheader}
    assert not {"Two models", "Report"} & set(kept.segmented_control(key="evaluate_look").options)


def test_a_run_that_failed_says_why_and_can_be_tried_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emotion.system.processes.start_command", lambda words, log: None)
    app = taught(2)
    app.button(key="teach_keep").click().run()
    (run,) = list_runs()
    write_status(run.paths, Status.FAILED, reason="The disk is full.")

    app.run()

    assert "It could not be kept. The disk is full." in words_on(app)
    assert "teach_keep" in keys(app)


def test_comes_back_to_the_newest_set_and_can_begin_anew(home: Path) -> None:
    taught(1)
    app = open_teach()
    assert app.selectbox(key="teach_set").value == "my faces"

    app.button(key="teach_new").click().run()
    assert "Drop a few pictures into each class" in words_on(app)
    drop(app, "happy", face(1, True))

    assert {record.name for record in registry.list_sets()} == {"my faces", "my faces-2"}
    assert app.selectbox(key="teach_set").value == "my faces-2"


def test_an_address_with_a_set_that_is_gone_opens_what_there_is(home: Path) -> None:
    assert "Drop a few pictures" in words_on(open_teach(set="gone"))


def test_a_data_set_that_it_made_can_be_trained_with(home: Path) -> None:
    taught(2)

    assert listing.scan(listing.resolve("my faces")).classes == ("happy", "sad")


def test_a_held_frame_is_kept_and_what_is_none_is_told(home: Path) -> None:
    taken: list[bytes] = []
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(buffer, "JPEG")
    sent = "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()

    good = hold._kept({"n": 1, "jpeg": sent}, lambda picture: (taken.append(picture), 7)[1])
    bad = hold._kept({"n": 2, "jpeg": "nothing"}, lambda picture: 0)

    assert good == {"n": 1, "problem": "", "kept": 7}
    assert taken == [buffer.getvalue()]
    assert bad is not None
    assert "not a picture" in bad["problem"]
    assert hold._kept(None, lambda picture: 0) is None


def test_the_first_picture_makes_the_set_and_no_second_one(home: Path) -> None:
    app = open_teach()
    drop(app, "happy", face(1, True), face(2, True))
    drop(app, "sad", face(3, False))

    assert the_set().name == opened.WANTED_NAME
