"""The Train page as a person meets it: a run at work, and every way in which one can end. The form: test_train_form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from emotion.data.drawn import write
from emotion.evaluation import RunReport
from emotion.recipes.settings import TrainingConfig
from emotion.runs.history import History, append_history
from emotion.runs.queue import claim
from emotion.runs.run import RunPaths, Status, new_run, read_run, write_status
from emotion.system import stored
from emotion.system.files import write_json
from emotion.system.paths import drawn_faces_dir
from pages.ui.shared import figure
from pages.ui.train import curves, result
from tests.tiny_model import give_model

ROOT = Path(__file__).resolve().parents[2]
BEST = {"n": 500, "accuracy": 0.906, "accuracy_interval": [0.877, 0.929]}


@pytest.fixture
def drawn(home: Path) -> Path:
    """A home with a few drawn faces."""
    write.write(drawn_faces_dir(), train=24, test=8)
    return home


def open_train(run: str | None = None) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    if run:
        app.query_params["run"] = run
    return app.switch_page("pages/train.py").run()


def run_in(status: Status, **config: object) -> RunPaths:
    """A run with two epochs behind it, as its worker would have left it."""
    paths = new_run(TrainingConfig(**config))  # type: ignore[arg-type]
    append_history(paths, event="phase", phase="training")
    append_history(paths, event="step", epoch=1, step=5, steps=10, loss=0.7, accuracy=0.5, seconds=1)
    for epoch in (1, 2):
        append_history(paths, event="epoch", epoch=epoch, loss=0.6 / epoch, accuracy=0.5 + 0.1 * epoch,
                       val_loss=0.7 / epoch, val_accuracy=0.5 + 0.12 * epoch, seconds=3)  # fmt: skip
    write_status(paths, status)
    return paths


def words_on(app: AppTest) -> str:
    kinds = ("markdown", "caption", "info", "warning", "error", "success", "text", "code")
    return "\n".join(str(element.value) for kind in kinds for element in getattr(app, kind))


def html_on(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html")).replace("\N{NO-BREAK SPACE}", " ")


def progress_text(app: AppTest) -> str:
    return " ".join(element.proto.text for element in app.get("progress"))


def keys(app: AppTest) -> set[str | None]:
    return {button.key for button in app.button}


def test_shows_a_run_at_work_in_words(drawn: Path) -> None:
    paths = run_in(Status.RUNNING)
    claim(paths, Status.RUNNING)

    app = open_train(paths.id)

    assert "epoch 3 of 10" in progress_text(app)
    assert "74.0\N{NO-BREAK SPACE}%" in words_on(app).replace("\\", "")
    assert app.button(key="stop").label == "Stop and keep"


def test_finds_the_run_at_work_without_an_address(drawn: Path) -> None:
    paths = run_in(Status.RUNNING)
    claim(paths, Status.RUNNING)

    app = open_train()

    assert app.query_params["run"] == paths.id
    assert "stop" in keys(app)


def test_stop_asks_the_run_to_stop(drawn: Path) -> None:
    paths = run_in(Status.RUNNING)
    claim(paths, Status.RUNNING)
    app = open_train(paths.id)

    app.button(key="stop").click().run()

    assert paths.stop.exists()
    assert app.button(key="stop").disabled


def test_a_waiting_run_tells_how_many_come_first(drawn: Path) -> None:
    claim(run_in(Status.RUNNING), Status.RUNNING)
    waiting = new_run(TrainingConfig())

    app = open_train(waiting.id)

    assert "waiting: 1 run before it" in progress_text(app).replace("\\", "")
    assert app.button(key="stop").label == "Take out of the queue"


def test_form_for_another_run_tells_of_the_queue(drawn: Path) -> None:
    claim(run_in(Status.RUNNING), Status.RUNNING)

    app = open_train("new")

    assert "1 run before this one" in words_on(app)


def test_a_finished_run_tells_its_result_in_one_sentence(drawn: Path) -> None:
    paths = give_model(run_in(Status.COMPLETED))
    write_json(paths.report, {"best": BEST})

    app = open_train(paths.id)

    box = html_on(app)
    assert '<span class="big">90.6 %</span><p>of 500 faces right that it had never seen (87.7–92.9 %' in box
    assert {"to_evaluate", "to_predict", "again"} <= keys(app)


def test_train_again_opens_the_form(drawn: Path) -> None:
    app = open_train(give_model(run_in(Status.COMPLETED)).id)

    app.button(key="again").click().run()

    assert "train" in keys(app)


def test_predict_with_this_model_leads_to_the_predict_page(drawn: Path) -> None:
    paths = give_model(run_in(Status.COMPLETED))
    app = open_train(paths.id)

    app.button(key="to_predict").click().run()

    assert app.title[0].value == "Try a photo"
    assert app.selectbox(key="model_choice").value == paths.id


def test_a_failed_run_tells_the_reason_and_its_log(drawn: Path) -> None:
    paths = run_in(Status.FAILED)
    write_status(paths, Status.FAILED, reason="The disk is full.")
    paths.log.write_text("line one\nlast line\n", encoding="utf-8")

    app = open_train(paths.id)

    assert "The disk is full." in app.error[0].value.replace("\\", "")
    assert "last line" in app.code[0].value
    assert "retry" in keys(app)


def test_a_run_whose_loss_grew_without_bound_is_not_simply_tried_again(drawn: Path) -> None:
    paths = run_in(Status.RUNNING)
    write_status(paths, Status.DIVERGED, reason="The loss grew without bound at epoch 2.")

    app = open_train(paths.id)

    assert app.button(key="again").proto.type == "primary"
    assert "retry" not in keys(app)


def test_a_lost_run_with_weights_offers_to_make_them_usable(drawn: Path) -> None:
    paths = run_in(Status.RUNNING)
    paths.keras_model.touch()
    paths.last_checkpoint.touch()

    app = open_train(paths.id)

    assert read_run(paths).status is Status.LOST
    assert "cut off" in app.warning[0].value
    assert {"rescue", "resume"} <= keys(app)


def test_a_lost_run_without_weights_offers_to_try_again(drawn: Path) -> None:
    app = open_train(run_in(Status.RUNNING).id)

    assert "retry" in keys(app)
    assert "rescue" not in keys(app)


def test_a_run_that_is_not_here_opens_the_form(drawn: Path) -> None:
    app = open_train("20200101-000000-gone")

    assert "not here" in app.info[0].value
    assert "train" in keys(app)


def test_a_path_in_the_address_is_no_run(drawn: Path) -> None:
    app = open_train("../runs")

    assert "train" in keys(app)


def test_chip_shows_the_run_at_work_on_other_pages(drawn: Path) -> None:
    paths = run_in(Status.RUNNING, name="mine")
    claim(paths, Status.RUNNING)

    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()

    assert app.button(key="run_chip").label.replace("\\", "").startswith("● mine · epoch 3 of 10")


def test_chip_leads_to_the_run(drawn: Path) -> None:
    claim(run_in(Status.RUNNING), Status.RUNNING)
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()

    app.button(key="run_chip").click().run()

    assert app.title[0].value == "Train"


def test_chip_tells_the_end_until_it_was_seen(drawn: Path) -> None:
    paths = give_model(run_in(Status.RUNNING, name="mine"))
    claim(paths, Status.RUNNING)
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    write_json(paths.report, {"best": BEST})
    write_status(paths, Status.COMPLETED)

    told = app.run().button(key="run_chip").label.replace("\\", "").replace("\N{NO-BREAK SPACE}", " ")
    app.button(key="run_chip").click().run()

    assert told == "✓ 90.6 % · mine"
    assert "run_chip" not in keys(app)


def test_no_chip_when_nothing_is_trained(drawn: Path) -> None:
    assert "run_chip" not in keys(open_train())


def history(steps: int) -> History:
    rows = [{"epoch": 1, "step": step, "steps": steps, "loss": 0.5, "accuracy": 0.5} for step in range(1, steps + 1)]
    return History(epochs=[{"epoch": 1, "loss": 0.5, "accuracy": 0.8, "val_loss": 1.4, "val_accuracy": 0.7}],
                          steps=rows)  # fmt: skip


def test_curves_never_carry_more_than_400_points() -> None:
    chart = curves.accuracy_chart(history(5000), TrainingConfig(), "light")

    assert all(len(series["data"]) <= figure.MOST_POINTS for series in chart["series"])
    assert chart["series"][0]["data"][-1] == [1, 50]


def test_curves_keep_their_axes_while_points_arrive() -> None:
    early = curves.accuracy_chart(history(1), TrainingConfig(), "dark")
    late = curves.accuracy_chart(history(300), TrainingConfig(), "dark")

    assert early["xAxis"] == late["xAxis"]
    assert early["yAxis"] == late["yAxis"]


@pytest.mark.parametrize(("lowest", "begins"), [(0.72, 40), (0.4, 30), (0.37, 30), (0.0, 0)])
def test_the_accuracy_axis_begins_below_the_lowest_point(lowest: float, begins: int) -> None:
    row = {"epoch": 1, "loss": 0.7, "accuracy": 0.9, "val_loss": 0.9, "val_accuracy": lowest}

    assert curves.accuracy_chart(History(epochs=[row]), TrainingConfig(), "light")["yAxis"]["min"] == begins


def test_validation_is_dashed_and_training_solid() -> None:
    chart = curves.loss_chart(history(3), TrainingConfig(), "light")

    kinds = {series["name"]: series["lineStyle"]["type"] for series in chart["series"]}

    assert kinds == {curves.TRAINING: "solid", curves.VALIDATION: "dashed"}


def test_the_kept_epoch_has_a_large_mark_on_both_curves_and_a_beginning_none() -> None:
    rows = [{"epoch": n, "loss": 0.5, "accuracy": 0.8, "val_loss": loss, "val_accuracy": 1 - loss}
            for n, loss in ((1, 0.5), (2, 0.25), (3, 0.75))]  # fmt: skip
    begun = [{"epoch": 0, "val_loss": 0.1, "val_accuracy": 0.9}]

    def marked(found: History) -> list[object]:
        charts = (draw(found, TrainingConfig(), "light") for draw in (curves.accuracy_chart, curves.loss_chart))
        return [mark["coord"] for chart in charts for mark in chart["series"][2]["markPoint"]["data"]]

    assert marked(History(epochs=rows)) == [[2, 75], [2, 0.25]]
    assert marked(History(epochs=rows, begun=begun)) == []
    assert marked(History()) == []


def test_loss_axis_grows_in_whole_steps() -> None:
    chart = curves.loss_chart(history(3), TrainingConfig(), "light")

    assert chart["yAxis"]["max"] == 2


def test_chart_is_plain_json() -> None:
    assert json.dumps(curves.loss_chart(history(3), TrainingConfig(), "light"))


@pytest.mark.parametrize("method", ["held out in turn", "test split"])
def test_the_result_says_its_doubt_however_it_was_measured(method: str) -> None:
    best = {"accuracy": 0.5, "accuracy_interval": [0.4, 0.6], "n": 20, "doubt": "It has learned nothing."}

    assert result.result_sentence(stored.typed({"method": method, "best": best}, RunReport)).endswith(
        " It has learned nothing."
    )


def test_result_without_a_report_is_no_sentence() -> None:
    assert result.result_sentence(RunReport()) == ""
