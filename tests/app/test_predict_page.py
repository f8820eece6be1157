"""The Predict page as a person meets it: pictures in, answers out."""

from __future__ import annotations

import base64
import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageColor
from streamlit.testing.v1 import AppTest

from emotion.data.drawn import write
from emotion.images import memory
from emotion.images.detect import finder
from emotion.models import marking, preferences
from emotion.models.answers import Face
from emotion.models.explain import Variant, spread
from emotion.recipes import palette
from emotion.recipes.settings import ModelInfo, TrainingConfig
from emotion.runs.run import RunPaths, Status, new_run, write_status
from emotion.system import OutputFolderError
from emotion.system.files import read_json, write_json
from emotion.system.paths import drawn_faces_dir
from pages.ui.predict import answers, downloads, many, paste, shot, uploads
from pages.ui.predict import box as drawn
from pages.ui.shared.face_html import spread_words, variants_html
from tests.tiny_model import BRIGHTNESS, give_model

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def model(home: Path) -> str:
    """The id of a finished run with a model."""
    paths = new_run(TrainingConfig(name="my run", data=str(home / "gone")))  # what it costs: test_corrections.py
    use_model(paths)
    write_status(paths, Status.COMPLETED)
    return paths.id


def use_model(paths: RunPaths) -> None:
    give_model(paths)


def png(grey: int, size: int = 60) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((size, size), grey, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def noise(width: int, height: int) -> bytes:
    """A picture that is too large to be taken for a face that was cut out, without a face in it."""
    buffer = io.BytesIO()
    pixels = np.random.default_rng(0).integers(150, 255, (height, width, 3), np.uint8)
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=0)  # noise cannot be made smaller, only slowly tried
    return buffer.getvalue()


def open_predict(model: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.query_params["model"] = model
    return app.run()


def upload(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    for name, content in files:
        app.file_uploader(key="uploads").upload(name, content, "image/png")
    return app.run()


def html_of(app: AppTest) -> str:
    return " ".join(element.value if hasattr(element, "value") else element.proto.body for element in app.get("html"))


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in app.text)


def test_starts_on_the_predict_page_with_examples(model: str) -> None:
    app = open_predict(model)

    assert app.title[0].value == "Try a photo"
    assert app.button(key="example-1").label == "Try it"
    assert not app.exception


def greeting(app: AppTest) -> list[str]:
    return [button.label for button in app.button if button.key and button.key.startswith("welcome_")]


def test_tells_a_newcomer_what_this_is_and_three_ways_on(model: str) -> None:
    app = open_predict(model)

    assert greeting(app) == ["Try a photo", "Teach it your own faces", "See where it fails", "Close"]
    assert any("Happy or sad?" in said.value for said in app.markdown)
    assert greeting(upload(app, ("bright.png", png(250)))) == []


@pytest.mark.parametrize("button", ["welcome_close", "welcome_try"])
def test_a_greeting_that_was_put_away_stays_away(model: str, button: str) -> None:
    app = open_predict(model)

    app.button(key=button).click().run()

    assert greeting(app) == []
    assert greeting(open_predict(model)) == []


@pytest.mark.parametrize(("button", "title"), [("welcome_teach", "Teach"), ("welcome_fails", "Evaluate")])
def test_a_greeting_leads_to_other_pages(model: str, button: str, title: str) -> None:
    write.write(drawn_faces_dir(), train=24, test=8)
    app = open_predict(model)

    app.button(key=button).click().run()

    assert app.title[0].value == title


def test_a_greeting_goes_where_nothing_can_be_kept(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OutputFolderError(Path("/"), "read-only")

    monkeypatch.setattr(preferences, "put_greeting_away", refuse)
    app = open_predict(model)

    app.button(key="welcome_close").click().run()

    assert greeting(app) == []
    assert not app.exception


def test_says_that_a_bright_picture_looks_happy(model: str) -> None:
    app = upload(open_predict(model), ("bright.png", png(250)))

    assert "looks happy" in html_of(app)


def test_says_that_a_dark_picture_looks_sad(model: str) -> None:
    app = upload(open_predict(model), ("dark.png", png(5)))

    assert "looks sad" in html_of(app)


def test_says_what_an_answer_is_not(model: str) -> None:
    app = upload(open_predict(model), ("bright.png", png(250)))

    assert any("It does not read feelings." in caption.value for caption in app.caption)


def test_warns_of_a_model_that_saw_only_drawn_faces(model: str, home: Path) -> None:
    info = home / "runs" / model / "model.json"
    write_json(info, read_json(info) | {"data": "demo"})

    app = open_predict(model)

    assert "drawn faces" in app.warning[0].value


def test_answers_an_example_that_was_clicked(model: str) -> None:
    app = open_predict(model)

    app.button(key="example-1").click().run()

    assert "drawn face 1" in texts(app)
    assert "looks " in html_of(app)


def test_goes_back_from_an_example(model: str) -> None:
    app = open_predict(model).button(key="example-2").click().run()

    app.button(key="forget_example").click().run()

    assert app.button(key="example-2").label == "Try it"


def test_refuses_a_file_that_is_no_picture_beside_its_name(model: str) -> None:
    app = upload(open_predict(model), ("broken.png", b"no picture"))

    assert "broken.png" in texts(app)
    assert "✕" in texts(app)
    assert not app.exception


def test_answers_the_others_when_one_is_refused(model: str) -> None:
    app = upload(open_predict(model), ("a.png", png(250)), ("broken.png", b"x"), ("b.png", png(5)))

    assert "looks happy" in html_of(app)
    assert "broken.png" in texts(app)


def test_opens_the_picture_whose_thumbnail_is_clicked(model: str) -> None:
    app = upload(open_predict(model), ("a.png", png(250)), ("b.png", png(5)))

    app.button(key="open_1").click().run()

    assert "looks sad" in html_of(app)
    assert "b.png" in texts(app)


def test_shows_many_pictures_twelve_a_page(model: str) -> None:
    files = [(f"{number}.png", png(10 * number)) for number in range(14)]

    app = upload(open_predict(model), *files)

    assert sum(bool(button.key and button.key.startswith("open_")) for button in app.button) == 12


def summary_of(app: AppTest) -> str:
    return next(said.value for said in app.markdown if " · " in said.value)


def is_hidden(app: AppTest) -> bool:
    return many.HIDDEN in html_of(app)


def test_tells_many_pictures_in_a_line_in_place_of_the_files(model: str) -> None:
    files = [(f"{number}.png", png(grey)) for number, grey in enumerate([250, 250, 250, 5, 5])]

    app = upload(open_predict(model), *files)

    assert summary_of(app) == "**5 photos** · 3 happy, 2 sad, 0 unsure"
    assert is_hidden(app)


def test_one_picture_stays_beside_the_place_for_files(model: str) -> None:
    app = upload(open_predict(model), ("a.png", png(250)))

    assert not is_hidden(app)
    assert not any(button.key == "change_pictures_now" for button in app.button)


def test_the_place_for_files_comes_back_and_goes_with_new_ones(model: str) -> None:
    app = upload(open_predict(model), ("a.png", png(250)), ("b.png", png(5)))

    app.button(key="change_pictures_now").click().run()
    shown = is_hidden(app)
    upload(app, ("a.png", png(250)), ("b.png", png(5)), ("c.png", png(5)))

    assert not shown
    assert is_hidden(app)
    assert summary_of(app) == "**3 photos** · 1 happy, 2 sad, 0 unsure"


@pytest.mark.parametrize(
    ("files", "opened"),
    [
        ((b"broken", png(250), png(5)), "looks happy"),
        ((b"broken", noise(400, 400), png(5)), "looks sad"),
        ((png(5), b"broken", png(250)), "looks sad"),
    ],
)
def test_opens_the_first_picture_that_is_answered(model: str, files: tuple[bytes, ...], opened: str) -> None:
    app = upload(open_predict(model), *((f"{number}.png", content) for number, content in enumerate(files)))

    assert opened in html_of(app)


def test_opens_the_page_of_the_first_answer(model: str) -> None:
    files = [(f"{number}.png", b"broken") for number in range(12)]

    app = upload(open_predict(model), *files, ("last.png", png(250)))

    assert app.button(key="open_12").label == "▲ 13"
    assert "looks happy" in html_of(app)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([("happy", "happy"), (), "It is empty."],
         "**3 photos**, 2 faces · 2 happy, 0 sad, 0 unsure, 1 without a face, 1 not usable"),
        ([("happy",), ("unsure",)], "**2 photos** · 1 happy, 0 sad, 1 unsure"),
    ],
)  # fmt: skip
def test_sums_up_what_became_of_pictures(given: list[tuple[str, ...] | str], said: str) -> None:
    pictures = [
        shown("a.png", one) if isinstance(one, str) else
        replace(shown("a.png"), faces=[replace(face_at(None), unsure=mark == "unsure") for mark in one])
        for one in given
    ]  # fmt: skip

    assert many.summary(pictures, ModelInfo(), all_classes=False) == said


def test_sums_up_those_of_many_classes_that_were_answered() -> None:
    three = ModelInfo(classes=("angry", "fear", "happy", "sad"))
    face = replace(face_at(None), probabilities={"angry": 0.1, "fear": 0.6, "happy": 0.2, "sad": 0.1})
    pictures = [replace(shown("a.png"), faces=[face])] * 2

    said = [many.summary(pictures, three, all_classes) for all_classes in (False, True)]

    assert said == ["**2 photos** · 0 happy, 0 sad, 2 unsure", "**2 photos** · 2 fear, 0 unsure"]


def test_shows_a_file_name_as_plain_text(model: str) -> None:
    name = "**bold** <img src=x onerror=alert(1)>.png"

    app = upload(open_predict(model), (name, png(250)))

    assert name in texts(app)
    assert "<img" not in html_of(app)


def test_uses_the_model_that_the_address_names(model: str) -> None:
    app = open_predict(model)

    assert app.selectbox(key="model_choice").value == model


def test_tells_of_a_model_that_is_gone(model: str) -> None:
    app = open_predict("20200101-000000-gone")

    assert "not here" in app.info[0].value


def test_leads_to_training_when_the_model_cannot_be_used(model: str, home: Path) -> None:
    (home / "runs" / model / "model.tflite").write_bytes(b"no model")

    app = open_predict(model)

    assert "cannot be used as a model" in app.error[0].value.replace("\\", "")
    assert app.button(key="to_train").label == "Train a model"


def test_never_reads_a_model_from_a_path_in_the_address(model: str) -> None:
    app = open_predict(str(BRIGHTNESS))

    assert app.selectbox(key="model_choice").value == "pretrained"


def cameras(app: AppTest) -> set[str]:
    """The elements with a camera on the page."""
    names = {element.proto.component_name for element in app.get("bidi_component")}
    return names & {"live", "shot"}


def test_takes_a_picture_only_after_the_camera_is_switched_on(model: str) -> None:
    app = open_predict(model)
    before = cameras(app)

    app.button_group(key="camera_way").set_value("photo").run()
    photo = cameras(app)
    app.button_group(key="camera_way").set_value("live").run()

    assert (before, photo, cameras(app)) == (set(), {"shot"}, {"live"})


def test_answers_a_camera_picture_until_the_camera_is_put_away(model: str) -> None:
    app = open_predict(model)
    app.button_group(key="camera_way").set_value("photo").run()

    app.session_state[shot.TAKEN] = ("camera-1", png(250))
    taken = html_of(app.run())
    app.button_group(key="camera_way").set_value(None).run()

    assert "looks happy" in taken
    assert app.button(key="example-1").label == "Try it"


@pytest.mark.parametrize("sent", [None, 7, "data:text/html;base64,AAAA", "data:image/jpeg;base64,%%"])
def test_takes_only_a_picture_from_the_camera(sent: object, monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, object] = {shot.KEY: SimpleNamespace(picture=sent)}
    monkeypatch.setattr(shot.st, "session_state", state)

    shot._take()

    assert shot.sources() == []


def test_keeps_the_newest_picture_of_the_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, object] = {}
    monkeypatch.setattr(shot.st, "session_state", state)
    for grey in (5, 250):
        state[shot.KEY] = SimpleNamespace(picture=data_url(png(grey)))
        shot._take()

    (source,) = shot.sources()

    assert (source.name, source.read()) == ("camera picture", png(250))


def test_offers_the_whole_picture_where_no_face_is_found(model: str) -> None:
    app = upload(open_predict(model), ("landscape.png", noise(400, 400)))

    assert "No face was found" in texts(app)
    assert app.button(key="use_whole").label == "Use the whole picture"


def test_answers_the_whole_picture_when_asked_to(model: str) -> None:
    app = upload(open_predict(model), ("landscape.png", noise(400, 400)))

    app.button(key="use_whole").click().run()

    assert "looks happy" in html_of(app)


def test_answers_each_face_of_a_photo(model: str, astronaut: Path) -> None:
    face = Image.open(astronaut)
    two = Image.new("RGB", (2 * face.width, face.height))
    for place in (0, 1):
        two.paste(face, (place * face.width, 0))
    buffer = io.BytesIO()
    two.save(buffer, "PNG")

    app = upload(open_predict(model), ("two.png", buffer.getvalue()))

    assert html_of(app).count('class="answer ') == 2


def test_turns_a_picture_by_one_click(model: str, astronaut: Path) -> None:
    app = upload(open_predict(model), ("astronaut.png", astronaut.read_bytes()))

    app.button(key="turn_it").click().run()
    app.button(key="turn_it").click().run()

    (looking,) = app.session_state["looking"].values()
    (_, kept) = list(app.session_state["answers"].values())[-2:]
    assert (looking.turn, kept.turn) == (180, 180)
    assert not app.exception


def test_says_that_a_photo_was_turned_upright(model: str, astronaut: Path) -> None:
    turned = io.BytesIO()
    Image.open(astronaut).rotate(90).save(turned, "PNG")

    app = upload(open_predict(model), ("on_its_side.png", turned.getvalue()))

    assert "The photo was turned upright." in [text.value for text in app.text]


def test_marks_a_face_with_a_box_on_a_copy() -> None:
    picture = Image.new("RGB", (200, 100), "white")

    marked = marking.draw(picture, [face_at((40, 20, 100, 80))], scale=2.0)

    assert picture.getpixel((20, 25)) == (255, 255, 255)
    assert marked.getpixel((20, 25)) == ImageColor.getrgb(palette.HAPPY.dark)


def test_leaves_a_picture_without_boxes_as_it_is() -> None:
    picture = Image.new("RGB", (20, 20))

    assert marking.draw(picture, [face_at(None)], scale=1.0) is picture


def face_at(box: tuple[int, int, int, int] | None) -> Face:
    return Face(box=box, probability=0.75, label="happy", unsure=False, seen=np.zeros((48, 48), np.uint8))


def shown(name: str, error: str | None = None) -> answers.Shown:
    return answers.Shown(name, [] if error else [face_at(None)], [()], (60, 60), error, None, b"")


def rows(table: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))


def test_table_has_one_row_a_face_and_one_a_refused_picture() -> None:
    table = rows(downloads.table([shown("a.png"), shown("b.png", "It is empty.")]))

    assert [row[0] for row in table] == ["file", "a.png", "b.png"]
    assert table[1][2:6] == ["happy", "0.7500", "no", "0.7500"]
    assert table[2][10] == "It is empty."


def test_table_begins_with_a_byte_order_mark() -> None:
    assert downloads.table([]).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("name", ["=1+1.png", "+a.png", "-a.png", "@a.png", "\ta.png", "\n=1.png", "＝1.png"])
def test_table_disarms_names_that_begin_like_a_formula(name: str) -> None:
    table = rows(downloads.table([shown(name)]))

    assert table[1][0] == f"'{name}"


def test_table_tells_the_warnings_of_a_face() -> None:
    warned = replace(shown("a.png"), warnings=[("The face is blurred.", "The face is very dark.")])

    table = rows(downloads.table([warned]))

    assert table[1][12] == "The face is blurred. The face is very dark."


def source_of(name: str, content: bytes) -> answers.Source:
    return answers.Source(name, name, lambda: content)


def test_marked_pictures_keep_their_names() -> None:
    sources = [source_of("../../x.png", png(200)), source_of("broken.png", b"")]

    archive = downloads.marked_pictures(sources, [shown("../../x.png"), shown("broken.png", "It is empty.")])

    assert zipfile.ZipFile(io.BytesIO(archive)).namelist() == ["x.jpg"]


def test_marked_pictures_do_without_one_that_is_gone() -> None:
    archive = downloads.marked_pictures([source_of("a.png", b"")], [shown("a.png")])

    assert zipfile.ZipFile(io.BytesIO(archive)).namelist() == []


def test_warns_of_a_dark_face_beside_its_answer(model: str) -> None:
    app = upload(open_predict(model), ("dark.png", png(5)))

    assert "The face is very dark." in html_of(app)


def test_names_the_detector_at_work_to_who_asks_why(model: str, astronaut: Path) -> None:
    app = upload(open_predict(model), ("astronaut.png", astronaut.read_bytes()))
    named = [any(finder().name in caption.value for caption in app.caption)]
    (why,) = (expander.proto.id for expander in app.expander if "why_" in expander.proto.id)

    app.session_state[why[why.index("why_") :]] = True
    app.run()

    named.append(any(finder().name in caption.value for caption in app.caption))
    assert named == [False, True]


def test_asks_for_no_reason_before_it_is_wanted(model: str) -> None:
    app = upload(open_predict(model), ("bright.png", png(250)))

    assert app.expander[0].label == "Why?"
    assert "<table" not in html_of(app)


def test_offers_to_look_for_small_faces_in_large_pictures_only(model: str) -> None:
    large, exact = noise(1281, 300), noise(1280, 300)

    offered = [
        any(toggle.label == "Look for small faces" for toggle in upload(open_predict(model), ("n.png", one)).toggle)
        for one in (exact, large)
    ]

    assert offered == [False, True]


def test_looks_for_small_faces_when_asked_to(model: str) -> None:
    app = upload(open_predict(model), ("landscape.png", noise(1300, 300)))
    (toggle,) = (toggle for toggle in app.toggle if toggle.label == "Look for small faces")

    toggle.set_value(True).run()

    assert not app.exception
    assert next(iter(app.session_state["looking"].values())).small


def test_goes_back_from_the_whole_picture_to_its_faces(model: str) -> None:
    app = upload(open_predict(model), ("landscape.png", noise(400, 400)))
    app.button(key="use_whole").click().run()

    app.button(key="look_for_faces").click().run()

    assert "No face was found" in texts(app)


def test_shows_the_picture_to_draw_in(model: str) -> None:
    app = upload(open_predict(model), ("landscape.png", noise(400, 400)))

    app.button(key="draw_box").click().run()

    assert app.button(key="box_done").label == "Done"
    assert not app.exception


@pytest.mark.parametrize(
    ("told", "box"),
    [
        ([10, 10, 17, 17], None),
        ([10, 10, 18, 18], (10, 10, 18, 18)),
        ([10, 10, 19, 19], (10, 10, 19, 19)),
        ([-5, -5, 200, 200], (0, 0, 100, 80)),
        ([90, 90, 200, 200], None),
        ([10, 10, 60.5, 60], None),
        ([10, 10, True, 60], None),
        ([10, 10, 60], None),
        ("10 10 60 60", None),
        (None, None),
    ],
)
def test_takes_only_a_true_box_from_the_browser(told: object, box: object) -> None:
    assert drawn.as_box(told, (100, 80)) == box


def data_url(content: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def test_reads_a_pasted_picture() -> None:
    assert paste.decoded(data_url(png(9))) == png(9)


@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "",
        "data:image/png;base64,",
        "data:image/png;base64,%%%%",
        "data:image/png;base64,YQ",
        "data:image/png,abcd",
        data_url(b"text", "text/html"),
        "https://example.org/x.png",
    ],
)
def test_refuses_what_is_no_pasted_picture(url: object) -> None:
    assert paste.decoded(url) is None


def test_takes_pasted_pictures_up_to_the_limit() -> None:
    limit = memory.upload_mb() * 2**20

    sizes = [len(paste.decoded(data_url(bytes(limit + more))) or b"") for more in (-1, 0, 3)]

    assert sizes == [limit - 1, limit, 0]


def variant(name: str, probability: float) -> Variant:
    label = "happy" if probability > 0.5 else "sad"
    return Variant(name, probability, label, probability, np.zeros((48, 48), np.uint8))


@pytest.mark.parametrize(
    ("probabilities", "said"),
    [
        ((0.97, 0.972), "less than 1 point apart."),
        ((0.97, 0.96), "1 point apart."),
        ((0.9, 0.6), "30 points apart. Do not rely on it."),
        ((0.55, 0.45), "10 points apart and do not agree. Do not rely on it."),
    ],
)
def test_says_how_far_the_varied_answers_lie_apart(probabilities: tuple[float, ...], said: str) -> None:
    varied = tuple(variant("as it is", probability) for probability in probabilities)

    assert spread_words(varied, spread(list(varied))).endswith(said)


def test_shows_varied_answers_as_sign_word_and_share() -> None:
    shown_as = variants_html((variant("mirrored", 0.25),), spread([variant("mirrored", 0.25)]), ModelInfo())

    assert "mirrored" in shown_as
    assert "▼ sad" in shown_as
    assert "75\u00a0%" in shown_as


def away_and_back(app: AppTest) -> AppTest:
    app.switch_page("pages/runs.py").run()
    assert app.title[0].value == "Runs"
    return app.switch_page("pages/predict.py").run()


def test_photos_and_answers_stay_when_the_page_is_left(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = upload(open_predict(model), ("bright.png", png(250)), ("dark.png", png(5)))
    monkeypatch.setattr(answers, "answer", lambda *_: pytest.fail("asked again"))

    away_and_back(app)

    assert [source.name for source in uploads.sources_of(app.session_state)] == ["bright.png", "dark.png"]
    assert not app.exception
    assert "happy" in html_of(app).lower()
    assert app.button(key="forget_earlier").label == "Remove the 2 photos given before"


def test_photos_given_later_stand_beside_those_from_before(model: str) -> None:
    app = away_and_back(upload(open_predict(model), ("bright.png", png(250))))

    upload(app, ("dark.png", png(5)))
    away_and_back(away_and_back(app))

    assert [source.name for source in uploads.sources_of(app.session_state)] == ["bright.png", "dark.png"]


def test_photos_from_before_go_when_they_are_removed(model: str) -> None:
    app = away_and_back(upload(open_predict(model), ("bright.png", png(250))))

    app.button(key="forget_earlier").click().run()
    away_and_back(app)

    assert uploads.sources_of(app.session_state) == []
    assert app.button(key="example-1").label == "Try it"


def test_photos_that_were_taken_out_do_not_come_back(model: str) -> None:
    app = upload(open_predict(model), ("bright.png", png(250)))

    app.file_uploader(key="uploads").set_value([]).run()
    away_and_back(app)

    assert uploads.sources_of(app.session_state) == []


def test_of_photos_from_before_only_so_many_bytes_are_kept(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", len(png(5)) + 10)
    app = upload(open_predict(model), ("bright.png", png(250)), ("dark.png", png(5)))

    away_and_back(app)

    assert [source.name for source in uploads.sources_of(app.session_state)] == ["dark.png"]
