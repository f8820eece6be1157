"""The report of an evaluation as files, from the command line and for a page; with matplotlib."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.evaluation.report import content as report_content
from emotion.evaluation.report import job, page, write
from emotion.evaluation.report.figures import FIGURES
from emotion.models.predictor import load_model
from emotion.system import DataFolderUnreadableError, OutputFolderError, Task, tasks
from tests.conftest import command_here
from tests.patterns import examples
from tests.waiting import wait_for

BRIGHTNESS = Path(__file__).resolve().parent.parent / "data" / "brightness"
THREE = BRIGHTNESS.with_name("three_classes")


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of 40 patterns with a test split alone."""
    some, root = examples(count=40), tmp_path_factory.mktemp("faces")
    for number, (image, label) in enumerate(zip(some.images, some.labels, strict=True)):
        folder = root / "test" / some.classes[label]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / f"{number}.png")
    return root


@pytest.fixture(scope="module")
def told(faces: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """The finished command, and the folder that it has written its report into."""
    home = tmp_path_factory.mktemp("home")
    words = ["evaluate", BRIGHTNESS, "--data", faces, "--report", home / "report"]
    return command_here(*words, EMOTION_HOME=str(home)), home / "report"


def test_writes_a_page_and_one_picture_a_figure(told: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    done, report = told

    assert done.returncode == 0, done.stderr
    text = (report / "report.html").read_text(encoding="utf-8")
    pictures = sorted(path.name for path in (report / "figures").iterdir())
    assert "of 40 faces got right" in text.replace("</b>", "")
    assert {"calibration.png", "confusion-matrix.png", "curves.png", "robustness.png", "threshold.png"} <= set(pictures)
    assert done.stdout.startswith("got right")


def test_nothing_is_asked_of_the_network(home: Path) -> None:
    content = report_content.gather(load_model(BRIGHTNESS), examples(), "patterns", trials=False)

    text = page.page(content, {"curves": b"\x89PNG"})
    sources = re.findall(r'(?:src|href|url)\s*[=(]\s*["\']?([^"\')\s>]+)', text)

    assert sources != []
    assert [source for source in sources if not source.startswith("data:")] == []


def test_pictures_are_sharp_enough_for_print(told: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    _, report = told

    widths = []
    for path in (report / "figures").iterdir():
        with Image.open(path) as picture:
            widths.append(picture.width)
    assert len(widths) >= 8
    assert set(widths) == {2160}


def test_more_classes_are_drawn_too(home: Path) -> None:
    faces = examples(("angry", "happy", "sad"))
    content = report_content.gather(load_model(THREE), faces, "patterns", trials=False)

    drawn = {name: draw(content) for name, draw in FIGURES.items()}

    assert [line.get_label().split(" ")[0] for line in drawn["curves"].axes[0].lines[:3]] == ["angry", "happy", "sad"]
    assert len(drawn["confusion-matrix"].axes[0].texts) == 9
    assert drawn["robustness"] is None


def test_the_curves_end_in_the_corners(home: Path) -> None:
    content = report_content.gather(load_model(BRIGHTNESS), examples(), "patterns", trials=False)

    line = FIGURES["curves"](content).axes[0].lines[0]

    assert (line.get_xdata()[0], line.get_ydata()[0]) == (1, 1)
    assert (line.get_xdata()[-1], line.get_ydata()[-1]) == (0, 0)
    area = float(np.trapezoid(line.get_ydata()[::-1], line.get_xdata()[::-1]))
    assert area == pytest.approx(content.study.evaluation.auc, abs=0.01)


def test_says_where_nothing_can_be_written(home: Path) -> None:
    (home / "file").write_text("in the way", encoding="utf-8")

    with pytest.raises(OutputFolderError, match="Nothing can be written to"):
        write.write(load_model(BRIGHTNESS), examples(), "patterns", str(home / "file"))


def test_pictures_that_cannot_be_read_are_not_told_as_nothing_to_write(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error", "archive/test/happy/1.png")

    monkeypatch.setattr(report_content, "gather", gone)

    with pytest.raises(DataFolderUnreadableError, match=r"happy/1\.png cannot be opened"):
        write.write(load_model(BRIGHTNESS), examples(), "patterns", str(home / "report"))


def ended(name: str) -> Task:
    return wait_for(lambda: task if (task := tasks.find(name)) and task.ended else None)


def test_a_page_gets_its_report_from_another_process(home: Path, faces: Path) -> None:
    assert job.page("t0ken") is None

    job.start("t0ken", str(BRIGHTNESS), str(faces), ("sad", "happy"))

    assert ended(job.task_name("t0ken")).problem == ""
    assert (job.page("t0ken") or b"").startswith(b"<!doctype html>")
    assert (job.figures("t0ken") or b"").startswith(b"PK")


def test_a_page_is_told_why_there_is_no_report(home: Path) -> None:
    job.start("bad", str(BRIGHTNESS), str(home / "gone"), ("sad", "happy"))

    assert ended(job.task_name("bad")).problem.startswith("No folder at")
    assert job.page("bad") is None
