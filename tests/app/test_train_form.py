"""The form of the Train page: data and classes, recipes and their numbers, varied faces, what to start from."""

from __future__ import annotations

import dataclasses
import json
import shutil
import threading
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from emotion.data.drawn import write
from emotion.recipes import catalogue
from emotion.recipes.augmentation import Augmentation
from emotion.recipes.settings import SEVEN_EMOTIONS, TrainingConfig
from emotion.runs import queue
from emotion.runs.run import RunPaths, Status, list_runs, new_run, read_run, write_status
from emotion.system import DataError, duration, tasks
from emotion.system.files import read_json, write_json
from emotion.system.paths import drawn_faces_dir
from pages.ui.shared import listings
from pages.ui.train import augmentation
from tests.tiny_model import BRIGHTNESS, give_model
from tests.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
EMOTIONS = ROOT / "tests" / "data" / "emotions"
DEFAULT = catalogue.find(catalogue.DEFAULT)


@pytest.fixture
def drawn(home: Path) -> Path:
    """A home with a few drawn faces."""
    write.write(drawn_faces_dir(), train=24, test=8)
    return home


def open_train() -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    return app.switch_page("pages/train.py").run()


def words_on(app: AppTest) -> str:
    kinds = ("markdown", "caption", "info", "warning", "error", "success")
    return "\n".join(str(element.value) for kind in kinds for element in getattr(app, kind)).replace("\\", "")


def keys(app: AppTest, kind: str) -> set[str | None]:
    return {element.key for element in getattr(app, kind)}


def folder_of(home: Path, classes: tuple[str, ...]) -> Path:
    """A data folder whose class folders all hold the same drawn faces."""
    for split in ("train", "test"):
        for name in classes:
            shutil.copytree(drawn_faces_dir() / split / "sad", home / "other" / split / name)
    return home / "other"


def choose_folder(app: AppTest, folder: Path, recipe: str | None = catalogue.DEFAULT) -> AppTest:
    """Chooses a folder and a recipe: of so few faces none would be chosen but head. None: leaves the recipe alone."""
    app.selectbox(key="train_data").set_value("another folder").run()
    app.text_input(key="train_folder").set_value(str(folder)).run()
    return take(app, recipe) if recipe else app


def take(app: AppTest, recipe: str) -> AppTest:
    """Chooses a recipe, from the longer list where it is not among the three of the first one."""
    if recipe not in catalogue.MAIN and not app.session_state["train_more_recipes"]:
        app.toggle(key="train_more_recipes").set_value(True).run()
    return app.radio(key="train_recipe").set_value(recipe).run()


def trained(model: Path = EMOTIONS, **config: object) -> RunPaths:
    """A finished run with a model that can be gone on from; its weights are never read here."""
    paths = give_model(new_run(TrainingConfig(**config)), model)  # type: ignore[arg-type]
    write_status(paths, Status.COMPLETED)
    paths.keras_model.touch()
    return paths


def form_alone() -> None:
    """The form on a page of its own that also says what a click on Train would ask for."""
    import json

    import streamlit as st

    from emotion.system.errors import EmotionError
    from pages.ui.train import form
    from pages.ui.train import recipe as train_recipe

    form.show_form(st.container())
    try:
        config = train_recipe.config()
        st.code(json.dumps(config.to_json()))
    except EmotionError as error:
        st.code(f"error: {error}")


def open_form() -> AppTest:
    return AppTest.from_function(form_alone, default_timeout=60).run()


def asked(app: AppTest) -> TrainingConfig:
    assert not app.exception
    return TrainingConfig.from_json(json.loads(app.code[0].value))


def test_shows_the_form_at_once_while_the_faces_are_being_drawn(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on, draw = threading.Event(), write.write

    def slow(root: Path, progress: object) -> None:
        goes_on.wait(60)
        draw(root, train=24, test=8)

    monkeypatch.setattr(write, "write", slow)
    app = open_train()
    shown = keys(app, "button") | keys(app, "radio")
    told = " ".join(element.proto.text for element in app.get("progress"))
    goes_on.set()
    wait_for((home / "drawn_faces" / "train").is_dir)

    assert {"train", "train_recipe"} <= shown
    assert told == "Starting"
    assert "24 faces" in words_on(app.run())


def test_offers_to_draw_the_faces_again_where_that_failed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(root: Path, progress: object) -> None:
        raise DataError(f"{root} already holds files.")

    with monkeypatch.context() as patch:
        patch.setattr(write, "write", fails)
        open_train()
        wait_for(lambda: (task := tasks.find(listings.DRAWING)) is not None and task.ended)
        app = open_train()
    monkeypatch.setattr(write.write, "__defaults__", (24, 8, 0, None))
    problem = words_on(app)
    app.button(key="draw_again").click().run()
    wait_for((home / "drawn_faces" / "train").is_dir)

    assert "drawn_faces" in problem
    assert "24 faces" in words_on(app.run())


def test_shows_counts_and_samples_of_the_drawn_faces(drawn: Path) -> None:
    app = open_train()

    assert "24 faces" in words_on(app)
    assert app.selectbox(key="train_data").value == "demo"
    assert app.image
    assert not app.exception


def test_takes_archive_first_when_it_is_there(drawn: Path) -> None:
    write.write(drawn / "archive", train=8, test=4)

    app = open_train()

    assert app.selectbox(key="train_data").value == str(drawn / "archive")
    assert "8 faces" in words_on(app)


def test_tells_what_is_wrong_with_a_folder(drawn: Path) -> None:
    app = choose_folder(open_train(), drawn / "nowhere")

    assert "No folder at" in app.error[0].value


def test_offers_the_drawn_faces_in_place_of_a_wrong_folder(drawn: Path) -> None:
    app = choose_folder(open_train(), drawn / "nowhere")

    app.button(key="use_drawn").click().run()

    assert app.selectbox(key="train_data").value == "demo"


def test_starts_no_run_on_a_wrong_folder(drawn: Path) -> None:
    app = choose_folder(open_train(), drawn / "nowhere")

    app.button(key="train").click().run()

    assert list_runs() == []
    assert "No folder at" in app.error[0].value


def test_a_cluster_can_be_chosen_only_where_one_is_configured(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.setattr(queue.processes, "start_command", lambda words, log: started.append(words))
    assert "train_where" not in keys(open_form(), "radio")
    monkeypatch.setattr(queue, "cluster", lambda: "auto")

    app = open_form()
    app.radio(key="train_where").set_value("the cluster").run()
    app.button(key="train").click().run()

    (run,) = list_runs()
    assert (run.on, len(started)) == ("auto", 1)


def test_asks_for_nothing_but_the_recipe_at_first(drawn: Path) -> None:
    assert asked(open_form()) == catalogue.config(data="demo", classes=("happy", "sad"))


def recipes_in(app: AppTest) -> list[str]:
    return [option.split("*")[2].replace("\\", "") for option in app.radio(key="train_recipe").options]


def test_offers_three_recipes_with_the_usual_one_chosen_and_the_others_on_request(drawn: Path) -> None:
    app = open_train()
    first = recipes_in(app)
    app.toggle(key="train_more_recipes").set_value(True).run()

    assert first == ["head", "quick", "strong"]
    assert app.radio(key="train_recipe").value == catalogue.DEFAULT
    assert recipes_in(app) == ["head", *catalogue.RECIPES]


def test_only_the_recipe_that_is_chosen_for_this_data_is_called_the_usual_one(drawn: Path) -> None:
    options = open_train().radio(key="train_recipe").options

    assert ["the usual choice" in option for option in options] == [False, True, False]


def test_tells_what_each_recipe_is_good_for_and_takes(drawn: Path) -> None:
    app = open_train()
    told = app.toggle(key="train_more_recipes").set_value(True).run().radio(key="train_recipe").proto.captions

    for recipe, caption in zip(catalogue.RECIPES.values(), told[1:], strict=True):
        assert recipe.summary in caption.replace("\\", "")
        assert f"{recipe.parameters:,} weights" in caption.replace("\\", "")


def test_seconds_are_for_this_data_on_this_computer_and_no_share_is_told_of_other_data(drawn: Path) -> None:
    (drawn / ".cache").mkdir(exist_ok=True)
    write_json(drawn / ".cache" / "speed.json", {"factor": 40})
    expected = duration(40 * catalogue.expected_seconds(catalogue.config("strong"), 24))

    title = open_train().radio(key="train_recipe").options[2].replace("\\", "")

    assert title == f"**strong** · about {expected}"


def test_form_begins_with_the_numbers_of_the_recipe(drawn: Path) -> None:
    app = open_train()

    assert app.number_input(key="train_epochs").value == DEFAULT.epochs
    assert app.number_input(key="train_batch_size").value == DEFAULT.batch_size
    assert app.number_input(key="train_learning_rate").value == DEFAULT.learning_rate
    assert app.number_input(key="train_weight_decay").value == DEFAULT.weight_decay
    assert app.number_input(key="train_label_smoothing").value == DEFAULT.label_smoothing
    assert app.slider(key="train_validation_split").value == 20


@pytest.mark.parametrize("name", catalogue.RECIPES)
def test_another_recipe_brings_its_own_numbers(drawn: Path, name: str) -> None:
    app = open_form()
    app.number_input(key="train_epochs").set_value(3)
    app.slider(key="train_vary_zoom").set_value(0.2).run()

    take(app, name)

    if name != catalogue.DEFAULT:
        assert asked(app) == catalogue.config(name, data="demo", classes=("happy", "sad"))


def test_another_recipe_leaves_seed_and_name(drawn: Path) -> None:
    app = open_form()
    app.number_input(key="train_seed").set_value(7)
    app.text_input(key="train_name").set_value(" mine ").run()

    take(app, "classic")

    assert (asked(app).seed, asked(app).name) == (7, "mine")


def test_every_setting_of_the_form_goes_into_the_run(drawn: Path) -> None:
    app = open_form()
    said = {"epochs": 3, "batch_size": 8, "learning_rate": 0.002, "width": 0.5, "weight_decay": 0.01,
            "label_smoothing": 0.05, "seed": 5}  # fmt: skip
    for name, value in said.items():
        app.number_input(key=f"train_{name}").set_value(value)
    app.slider(key="train_validation_split").set_value(30)
    app.checkbox(key="train_drop_twins").set_value(True)
    app.radio(key="train_class_weights").set_value("balanced").run()

    config = asked(app)

    assert {name: getattr(config, name) for name in said} == said
    assert (config.validation_split, config.class_weights, config.drop_twins) == (0.3, "balanced", True)


def test_adam_has_no_weight_decay_to_set(drawn: Path) -> None:
    app = open_form()

    take(app, "classic")

    assert app.number_input(key="train_weight_decay").disabled


def test_settings_survive_a_look_at_another_page(drawn: Path) -> None:
    app = open_train()
    app.number_input(key="train_epochs").set_value(3)
    app.slider(key="train_vary_zoom").set_value(0.2).run()

    app.switch_page("pages/predict.py").run()
    app.switch_page("pages/train.py").run()

    assert app.number_input(key="train_epochs").value == 3
    assert app.slider(key="train_vary_zoom").value == 0.2


def test_tells_how_long_it_will_take(drawn: Path) -> None:
    app = open_form()

    take(app, "classic")

    assert "With these settings and 24 faces: about 3 s" in words_on(app)


def test_two_classes_leave_nothing_to_choose(drawn: Path) -> None:
    app = open_form()

    assert "train_task" not in keys(app, "radio")
    assert asked(app).classes == ("sad", "happy")


def test_takes_happy_and_sad_of_many_classes_first(drawn: Path) -> None:
    app = choose_folder(open_form(), folder_of(drawn, SEVEN_EMOTIONS))

    assert app.radio(key="train_task").options == ["Happy or sad", "All seven emotions", "Choose"]
    assert asked(app).classes == ("sad", "happy")


def test_takes_all_seven_emotions_with_one_click(drawn: Path) -> None:
    app = choose_folder(open_form(), folder_of(drawn, SEVEN_EMOTIONS))

    app.radio(key="train_task").set_value("seven").run()

    assert asked(app).classes == SEVEN_EMOTIONS
    assert f"{7 * 12} faces" in words_on(app)


def test_takes_any_classes_of_a_folder(drawn: Path) -> None:
    app = choose_folder(open_form(), folder_of(drawn, ("cat", "dog", "owl")))
    app.radio(key="train_task").set_value("choose").run()

    app.multiselect(key="train_classes").set_value(["owl", "cat"]).run()

    assert app.radio(key="train_task").options == ["All 3 classes of this folder", "Choose"]
    assert asked(app).classes == ("cat", "owl")


@pytest.mark.parametrize("chosen", [[], ["cat"]])
def test_one_class_is_not_enough(drawn: Path, chosen: list[str]) -> None:
    app = choose_folder(open_form(), folder_of(drawn, ("cat", "dog", "owl")))
    app.radio(key="train_task").set_value("choose").run()

    app.multiselect(key="train_classes").set_value(chosen).run()

    assert "It takes two classes or more" in words_on(app)
    assert app.code[0].value.startswith("error: classes: expected two or more")


def test_another_folder_has_its_own_classes(drawn: Path) -> None:
    app = choose_folder(open_form(), folder_of(drawn, ("cat", "dog", "owl")))
    app.radio(key="train_task").set_value("choose").run()

    app.selectbox(key="train_data").set_value("demo").run()

    assert asked(app).classes == ("sad", "happy")


def test_tells_when_one_class_is_much_rarer(drawn: Path) -> None:
    folder = folder_of(drawn, ("cat", "dog", "owl"))
    for picture in sorted((folder / "train" / "cat").iterdir())[3:]:
        picture.unlink()

    app = choose_folder(open_form(), folder)

    assert "The largest class has 4 times as many faces as the smallest." in words_on(app)


def test_has_a_control_for_every_kind_of_variation(drawn: Path) -> None:
    app = open_form()

    controls = {key for key in keys(app, "slider") | keys(app, "toggle") if key and key.startswith("train_vary_")}

    assert controls == {f"train_vary_{field.name}" for field in dataclasses.fields(Augmentation)}


def test_variations_of_the_form_go_into_the_run(drawn: Path) -> None:
    app = open_form()
    app.toggle(key="train_vary_mirror").set_value(False)
    app.slider(key="train_vary_rotation").set_value(20.0)
    app.slider(key="train_vary_mixup").set_value(0.3).run()

    varied = asked(app).augmentation

    assert varied == dataclasses.replace(DEFAULT.augmentation, mirror=False, rotation=20.0, mixup=0.3)


def pictures(app: AppTest) -> list[str]:
    return [url for image in app.image for url in image.value]


def test_shows_twelve_varied_faces_that_follow_the_controls(drawn: Path) -> None:
    app = open_form()
    plain, before = pictures(app)

    app.slider(key="train_vary_brightness").set_value(0.3).run()

    assert pictures(app)[0] == plain
    assert pictures(app)[1] != before
    assert app.image[1].proto.imgs[0].alt == "Twelve varied training faces"


def test_shows_other_twelve_on_request(drawn: Path) -> None:
    app = open_form()
    plain, before = pictures(app)

    app.button(key="other_twelve").click().run()

    assert pictures(app)[0] == plain
    assert pictures(app)[1] != before


def test_says_that_only_training_faces_are_varied(drawn: Path) -> None:
    assert augmentation.EXPLAINED in words_on(open_form())


def test_begins_with_random_weights(drawn: Path) -> None:
    run = trained()

    app = open_form()

    options = ["nothing (random weights)", "shipped model", f"run: {read_run(run).title}"]
    assert app.selectbox(key="train_start").options == options
    assert "train_freeze" not in keys(app, "checkbox")
    assert asked(app).start_from == ""


def test_few_faces_build_on_the_shipped_model_and_the_form_says_why(drawn: Path) -> None:
    app = choose_folder(open_form(), folder_of(drawn, ("cat", "sad")), recipe=None)

    assert app.radio(key="train_recipe").value == "head"
    assert "24 faces: builds on the shipped model, about 1 s; with thousands of faces" in words_on(app)
    assert app.selectbox(key="train_backbone").value == "pretrained"
    assert not app.number_input(key="train_seed").disabled
    assert "train_epochs" not in keys(app, "number_input")
    config = asked(app)
    assert (config.recipe, config.start_from, config.freeze, config.classes) == (
        "head",
        "pretrained",
        True,
        ("sad", "cat"),
    )


def test_a_recipe_that_a_person_has_chosen_stays_with_few_faces(drawn: Path) -> None:
    app = open_form()
    take(app, "classic")

    choose_folder(app, folder_of(drawn, ("cat", "sad")), recipe=None)

    assert asked(app).recipe == "classic"


def test_a_head_can_build_on_a_run_and_keeps_the_seed_and_the_name(drawn: Path) -> None:
    run = trained()
    app = choose_folder(open_form(), folder_of(drawn, ("cat", "sad")), recipe=None)

    app.selectbox(key="train_backbone").set_value(run.id).run()
    app.number_input(key="train_seed").set_value(7).run()
    app.text_input(key="train_name").set_value(" cats ").run()

    config = asked(app)
    assert (config.start_from, config.seed, config.name, config.epochs) == (run.id, 7, "cats", 1)


def test_a_run_without_its_weights_cannot_be_gone_on_from(drawn: Path) -> None:
    trained().keras_model.unlink()

    assert len(open_form().selectbox(key="train_start").options) == 2


def test_few_faces_teach_the_last_layer_only(drawn: Path) -> None:
    app = open_form()

    app.selectbox(key="train_start").set_value("pretrained").run()

    config = asked(app)
    assert (config.start_from, config.freeze) == ("pretrained", True)
    assert config.augmentation == DEFAULT.augmentation
    assert "too few for all layers" not in words_on(app)


def test_all_layers_take_the_smaller_steps_of_a_retraining(drawn: Path) -> None:
    app = open_form()
    app.selectbox(key="train_start").set_value("pretrained").run()

    app.checkbox(key="train_freeze").set_value(False).run()

    config = asked(app)
    assert not config.freeze
    assert config.learning_rate == catalogue.TOGETHER_RATE
    assert "24 faces are too few for all layers" in words_on(app)


def test_going_on_keeps_aside_what_was_kept_aside(drawn: Path) -> None:
    run = trained(seed=11, validation_split=0.3)
    app = open_form()

    app.selectbox(key="train_start").set_value(run.id).run()

    assert (asked(app).seed, asked(app).validation_split) == (11, 0.3)


def test_numbers_fit_the_data_when_a_model_is_gone_on_from(drawn: Path) -> None:
    run = trained(BRIGHTNESS)
    app = choose_folder(open_form(), folder_of(drawn, SEVEN_EMOTIONS))
    app.selectbox(key="train_start").set_value(run.id).run()
    known = asked(app)

    app.radio(key="train_task").set_value("seven").run()

    assert asked(app).epochs > known.epochs
    assert asked(app).learning_rate > known.learning_rate


def test_numbers_that_a_person_has_set_stay_with_other_data(drawn: Path) -> None:
    app = choose_folder(open_form(), folder_of(drawn, SEVEN_EMOTIONS))
    app.selectbox(key="train_start").set_value("pretrained").run()
    app.number_input(key="train_epochs").set_value(3).run()

    app.radio(key="train_task").set_value("seven").run()

    assert asked(app).epochs == 3


def test_beginning_anew_brings_back_the_recipes_numbers(drawn: Path) -> None:
    app = open_form()
    app.selectbox(key="train_start").set_value("pretrained").run()

    app.selectbox(key="train_start").set_value("").run()

    assert asked(app) == catalogue.config(data="demo", classes=("happy", "sad"))


def test_says_which_classes_the_model_does_not_know(drawn: Path) -> None:
    run = trained()
    app = choose_folder(open_form(), folder_of(drawn, ("cat", "sad")))

    app.selectbox(key="train_start").set_value(run.id).run()

    assert "which tells 7 classes apart. 1 class it does not know yet: cat" in words_on(app)


def test_the_same_classes_keep_the_last_layer(drawn: Path) -> None:
    run = trained()
    own_order = SEVEN_EMOTIONS[::-1]
    write_json(run.model_info, read_json(run.model_info) | {"classes": own_order})
    app = choose_folder(open_form(), folder_of(drawn, SEVEN_EMOTIONS))
    app.radio(key="train_task").set_value("seven").run()

    app.selectbox(key="train_start").set_value(run.id).run()

    assert "last layer is made anew" not in words_on(app)
    assert asked(app).classes == own_order


def test_going_on_says_what_the_recipe_is_for_then(drawn: Path) -> None:
    app = open_form()

    app.selectbox(key="train_start").set_value("pretrained").run()

    assert "From the recipe come only the way of learning and how the faces are varied." in words_on(app)
    assert app.number_input(key="train_width").disabled


def test_offers_a_trained_model_for_few_faces(drawn: Path) -> None:
    app = open_form()

    app.button(key="start_trained").click().run()

    assert (asked(app).start_from, asked(app).freeze) == ("pretrained", True)
    assert "start_trained" not in keys(app, "button")


def test_a_deleted_run_is_no_longer_gone_on_from(drawn: Path) -> None:
    run = trained()
    app = open_form()
    app.selectbox(key="train_start").set_value(run.id).run()

    shutil.rmtree(run.root)
    app.run()

    assert asked(app).start_from == ""


def test_train_starts_one_run_with_the_settings_of_the_form(drawn: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[list[str]] = []
    monkeypatch.setattr(queue.processes, "start_command", lambda words, log: begun.append(words))
    app = open_train()
    app.number_input(key="train_epochs").set_value(3)
    app.text_input(key="train_name").set_value("mine").run()

    app.button(key="train").click().run()

    (run,) = list_runs()
    assert begun == [["train", "--run-dir", str(run.paths.root)]]
    assert (run.config.epochs, run.config.name, run.config.recipe) == (3, "mine", catalogue.DEFAULT)
    assert app.query_params["run"] == run.id


def test_votes_can_be_learned_where_there_are_some_and_only_there(drawn: Path) -> None:
    app = open_form()
    assert "train_labels" not in keys(app, "radio")
    folder = folder_of(drawn, ("happy", "sad"))
    file = next((folder / "train" / "sad").iterdir()).name
    (folder / "votes.csv").write_text(f"split,class,file,happy,sad\ntrain,sad,{file},1,9\n", encoding="utf-8")

    choose_folder(app, folder)
    app.radio(key="train_labels").set_value("votes").run()

    assert asked(app).labels == "votes"
    (folder / "votes.csv").unlink()  # as when other pictures are chosen
    app.run()
    assert asked(app).labels == "folders"
