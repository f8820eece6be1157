"""The Data page as a person meets it: what is there, bringing more in, looking at it, and taking it away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from emotion.checks import check
from emotion.data import listing, made_here, registry
from emotion.data.bring import add, import_jobs
from emotion.data.drawn import write
from emotion.system.paths import drawn_faces_dir
from emotion.system.tasks import Task
from pages.ui.data import bring, look
from tests.waiting import wait_for
from tests.zips import png, write_archive, write_classes, zip_names, zip_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def no_imports() -> Iterator[None]:
    yield
    for task in import_jobs.list_imports():
        import_jobs.dismiss(task.name)


@pytest.fixture
def drawn(home: Path) -> Path:
    """A home with a few drawn faces."""
    write.write(drawn_faces_dir(), train=24, test=8)
    return home


def open_data(**address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    for name, word in address.items():
        app.query_params[name] = word
    return app.switch_page("pages/data.py").run()


def words_on(app: AppTest) -> str:
    kinds = ("markdown", "caption", "info", "warning", "error", "success", "text", "code")
    shown = "\n".join(str(element.value) for kind in kinds for element in getattr(app, kind))
    return shown + "\n".join(element.proto.body for element in app.get("html"))


def keys(app: AppTest) -> set[str | None]:
    return {button.key for button in app.button}


def wait_for_imports() -> None:
    wait_for(lambda: all(task.ended for task in import_jobs.list_imports()))


def test_shows_the_drawn_faces_when_there_is_nothing_else(drawn: Path) -> None:
    app = open_data()

    assert app.selectbox(key="data_set").value == "demo"
    assert '<span class="n">12</span>' in words_on(app)
    assert "train_with" in keys(app)
    assert not app.exception


def test_draws_the_faces_at_the_first_look(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write.write, "__defaults__", (8, 4, 0, None))

    app = open_data()
    wait_for((home / "drawn_faces" / "train").is_dir)

    assert '<span class="n">4</span>' in words_on(app.run())
    assert not app.exception


def test_an_archive_is_shown_first(drawn: Path) -> None:
    write_archive(drawn / "archive")

    app = open_data()

    assert app.selectbox(key="data_set").value == "archive/"


def test_the_address_names_the_data_and_the_part(drawn: Path) -> None:
    add.add_folder(write_archive(drawn / "elsewhere"), "mine")
    write_archive(drawn / "archive")

    app = open_data(set="mine", part="bring")
    assert "bring_zip_go" in keys(app)
    assert "data_set" not in [box.key for box in app.selectbox]  # what is brought in is no part of another set

    app.segmented_control(key="data_part").set_value("look").run()
    assert app.selectbox(key="data_set").value == "mine"


def test_a_path_in_the_address_is_never_read(drawn: Path) -> None:
    app = open_data(set="/etc")

    assert app.selectbox(key="data_set").value == "demo"


def test_brings_a_zip_in_and_tells_its_counts(drawn: Path) -> None:
    zipped = zip_of(write_archive(drawn / "elsewhere"), drawn / "a.zip", "archive/")
    app = open_data(part="bring")
    app.file_uploader[0].upload("faces.zip", zipped.read_bytes(), "application/zip").run()

    app.button(key="bring_zip_go").click().run()
    wait_for_imports()
    app.run()

    assert "**faces** is here: 12 train (6 happy, 6 sad), 4 test (2 happy, 2 sad)." in words_on(app)
    assert registry.get("faces").counts["train"] == {"happy": 6, "sad": 6}
    assert app.selectbox(key="data_set").value == "faces"  # it is chosen, and shown
    assert "part" not in app.query_params


def test_an_import_that_ends_while_the_page_is_drawn_is_told(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_jobs.add(str(write_archive(drawn / "elsewhere")), "mine", "elsewhere")
    wait_for_imports()
    now, looks = import_jobs.list_imports, 0

    def list_imports() -> list[Task]:
        """At the first look nothing has come of it yet."""
        nonlocal looks
        looks += 1
        return [replace(task, ended=looks > 1, result=task.result if looks > 1 else "") for task in now()]

    monkeypatch.setattr(import_jobs, "list_imports", list_imports)
    app = open_data(part="bring")

    assert looks > 1
    assert "**mine** is here: 12 train" in words_on(app)


def test_looks_at_what_was_brought_in(drawn: Path) -> None:
    name = import_jobs.add(str(write_archive(drawn / "elsewhere")), "mine", "elsewhere")
    wait_for_imports()
    app = open_data(part="bring")

    app.button(key=f"look_{name}").click().run()

    assert app.selectbox(key="data_set").value == "mine"
    assert app.query_params["set"] == "mine"
    assert "is here" not in words_on(app)


def test_tells_why_a_zip_was_refused(drawn: Path) -> None:
    bad = zip_names(drawn / "bad.zip", {"../out.png": png(0)})
    app = open_data(part="bring")
    app.file_uploader[0].upload("bad.zip", bad.read_bytes(), "application/zip").run()

    app.button(key="bring_zip_go").click().run()
    wait_for_imports()
    app.run()

    assert "a path in it leads out of its folder" in app.error[0].value
    assert not (drawn / "datasets" / "bad").exists()


def test_brings_a_folder_in_by_its_path(drawn: Path) -> None:
    folder = write_classes(drawn / "elsewhere")
    app = open_data(part="bring")
    app.segmented_control(key="bring_way").set_value(bring.PATH).run()
    app.text_input(key="bring_path").set_value(f'"{folder}"').run()
    app.text_input(key="bring_path_name").set_value("mine").run()

    app.button(key="bring_path_go").click().run()
    wait_for_imports()

    assert registry.get("mine").folder == folder


def test_shows_the_terms_before_the_download(drawn: Path) -> None:
    app = open_data(part="bring")

    app.segmented_control(key="bring_way").set_value(bring.KAGGLE).run()

    assert "no clear licence" in words_on(app)
    assert "bring_kaggle_go" not in keys(app) or app.button(key="bring_kaggle_go").disabled


def test_offers_usual_names_and_takes_them(drawn: Path) -> None:
    folder = write_classes(drawn / "elsewhere")
    (folder / "happy").rename(folder / "happiness")
    add.add_folder(folder, "mine")
    app = open_data(set="mine")

    app.button(key="usual_names").click().run()

    assert registry.get("mine").names == {"happiness": "happy"}
    assert "usual_names" not in keys(app)
    assert not app.exception


def test_classes_can_be_called_anything(drawn: Path) -> None:
    add.add_folder(write_archive(drawn / "elsewhere"), "mine")
    app = open_data(set="mine")

    app.text_input(key="class_name_mine_happy").set_value("glad")
    app.button(key="save_names").click().run()

    assert registry.get("mine").counts["test"] == {"glad": 2, "sad": 2}


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("data", {"set": "mine"}),
        ("train", {"run": "new"}),
        ("tune", {"id": "new"}),
        ("evaluate", {"run": "pretrained", "data": "set-mine", "classes": "all"}),
    ],
    ids=["data", "train", "tune", "evaluate"],
)
def test_another_name_of_a_class_is_known_at_once_on_every_page(
    drawn: Path, monkeypatch: pytest.MonkeyPatch, page: str, address: dict[str, str]
) -> None:
    monkeypatch.setattr(listing, "SETTLED_NS", -1)  # as if the pictures had lain there for a while
    add.add_folder(write_archive(drawn / "elsewhere"), "mine")
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    app.session_state["train_data"] = "mine"
    for name, word in address.items():
        app.query_params[name] = word
    app.switch_page(f"pages/{page}.py").run()
    before = words_on(app)

    add.rename_classes("mine", {"happy": "merry"})  # no name that is known to mean happy
    app.run()

    assert "happy" in before
    assert "merry" not in before
    assert "merry" in words_on(app)
    assert not app.exception


def test_a_check_before_another_name_of_a_class_counts_no_more(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "SETTLED_NS", -1)
    add.add_folder(write_archive(drawn / "elsewhere"), "mine")
    check.check(drawn / "elsewhere")
    app = open_data(set="mine", part="check")
    before = keys(app)

    add.rename_classes("mine", {"happy": "glad"})
    app.run()

    assert "check" not in before
    assert "check" in keys(app)


def test_removes_a_name_after_a_second_click(drawn: Path) -> None:
    add.add_folder(write_archive(drawn / "elsewhere"), "mine")
    app = open_data(set="mine")

    app.button(key="remove_data_now").click().run()

    assert registry.list_sets() == []
    assert app.selectbox(key="data_set").value == "demo"
    assert (drawn / "elsewhere" / "train").is_dir()


def test_a_missing_folder_has_its_ways_out(drawn: Path) -> None:
    folder = write_archive(drawn / "elsewhere")
    add.add_folder(folder, "mine")
    folder.rename(drawn / "moved")

    app = open_data(set="mine")

    assert app.selectbox(key="data_set").value == "demo"
    assert not app.exception


def test_a_folder_that_lost_its_splits_has_its_ways_out(drawn: Path) -> None:
    folder = write_archive(drawn / "elsewhere")
    add.add_folder(folder, "mine")
    for split, other in (("train", "first"), ("test", "second")):
        (folder / split).rename(folder / other)

    app = open_data(set="mine")

    assert "has no train/" in app.error[0].value
    assert {"to_bring", "remove_data_now"} <= keys(app)


def test_trains_with_what_is_shown(drawn: Path) -> None:
    add.add_folder(write_archive(drawn / "elsewhere"), "mine")
    write_archive(drawn / "archive")
    app = open_data(set="mine")

    app.button(key="train_with").click().run()

    assert app.selectbox(key="train_data").value == "mine"
    assert "12 faces" in words_on(app)


def test_filters_choose_which_pictures_are_counted(drawn: Path) -> None:
    app = open_data()

    app.selectbox(key="data_split").set_value("test").run()
    app.selectbox(key="data_class").set_value("happy").run()

    assert "4 pictures. In the corner" in words_on(app)
    assert app.query_params["split"] == "test"


def test_a_picture_in_the_address_is_open(drawn: Path) -> None:
    app = open_data(picture="test/happy/00001.png")

    assert "48 × 48 pixels, L" in words_on(app)
    assert "close_in_gallery" in keys(app)


def test_asks_before_a_long_reading(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "PATIENCE", 0.0)
    add.add_folder(write_archive(drawn / "elsewhere"), "mine")

    app = open_data(set="mine")
    assert "data_split" not in {box.key for box in app.selectbox}

    app.button(key="read_all").click().run()
    assert "data_split" in {box.key for box in app.selectbox}


def test_making_it_here_leads_to_teach(drawn: Path) -> None:
    app = open_data(part="bring")
    app.segmented_control(key="bring_way").set_value(bring.MAKE).run()

    app.button(key="to_teach").click().run()

    assert app.title[0].value == "Teach"


def test_a_set_made_here_opens_in_teach(drawn: Path) -> None:
    record = made_here.create("mine", ["smile", "frown"])
    for place, label in enumerate(("smile", "frown")):
        made_here.keep(record, label, png(place))
    add.refresh("mine")
    app = open_data(set="mine")

    app.button(key="to_teach").click().run()

    assert "mine" in app.query_params["set"]
    assert app.text_input(key="teach_name_smile").value == "smile"


def test_an_empty_data_set_says_where_pictures_come_from(drawn: Path) -> None:
    made_here.create("mine", ["happy", "sad"])

    app = open_data(set="mine")

    assert "no picture in it yet" in words_on(app)
    assert "to_bring_pictures" in keys(app)


def test_names_are_shown_as_text(drawn: Path) -> None:
    folder = write_classes(drawn / "elsewhere")
    (folder / "happy").rename(folder / "&lt;b&gt;_x_")

    add.add_folder(folder, "a _b_ c")
    app = open_data()

    assert "&amp;lt;b&amp;gt;_x_" in words_on(app)
    assert not app.exception
