"""Every page beside a damaged file: it is drawn, and says what it left out."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from emotion.checks import check
from emotion.data.bring import add
from emotion.recipes import TrainingConfig
from emotion.runs import new_run
from tests import damage
from tests.tiny_model import give_model
from tests.zips import write_archive

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("predict", "data", "train", "tune", "evaluate", "runs")
MOST = int(os.environ.get("EMOTION_DAMAGED_PAGES", "1"))  # damages of each kind of file on each page


def opened(page: str, stored: dict[str, Path]) -> AppTest:
    """A page as somebody sees it who comes from a link, with a run and a data set opened in it."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.switch_page(f"pages/{page}.py")
    words = {"train": {"run": stored["config"].parent.name}, "tune": {"id": stored["tuning"].parent.name},
             "evaluate": {"run": stored["config"].parent.name}, "data": {"set": "mine", "part": "check"},
             "runs": {"run": stored["config"].parent.name}}  # fmt: skip
    for name, word in words.get(page, {}).items():
        app.query_params[name] = word
    return app.run()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_drawn_beside_a_damaged_file_of_any_kind(stored: dict[str, Path], page: str) -> None:
    foreign: dict[str, bytes] = {}
    for number, (kind, path) in enumerate(stored.items()):
        whole = path.read_bytes()
        for text in damage.sample(damage.damages(whole), MOST, seed=number + PAGES.index(page)):
            path.write_bytes(text)
            app = opened(page, stored)
            path.write_bytes(whole)
            for error in app.exception:
                foreign.setdefault(f"{kind}: {error.message:.200} {error.stack_trace[-3:]}", text[:200])

    assert foreign == {}


@pytest.mark.parametrize(("page", "kind"), [("runs", "status"), ("data", "data set"), ("tune", "tuning")])
def test_a_page_says_how_many_were_left_out_and_why(stored: dict[str, Path], page: str, kind: str) -> None:
    path = stored[kind]
    whole = path.read_bytes()
    path.write_bytes(b'{"created": null}')
    app = opened(page, stored)
    path.write_bytes(whole)

    told = [warning.value.replace("\\", "") for warning in app.warning]
    assert any(f"1 folder could not be read: {path.parent.name} ({path.name}: " in words for words in told)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no file whose name is no UTF-8")
@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("data", {"part": "look"}),
        ("data", {"part": "check"}),
        ("train", {"run": "new"}),
        ("evaluate", {}),
        ("runs", {}),
    ],
)
def test_names_that_are_no_utf8_stop_no_page(home: Path, page: str, words: dict[str, str]) -> None:
    folder = write_archive(home / os.fsdecode(b"\xe9t\xe9"), test=4)
    for split in ("train", "test"):
        (folder / split / "happy").rename(folder / split / os.fsdecode(b"gl\xfccklich"))
    name = add.add_folder(folder, "old").name
    check.check(folder)
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.switch_page(f"pages/{page}.py")
    app.session_state["train_data"] = name
    for word, said in ({"set": name} | words).items():
        app.query_params[word] = said
    give_model(new_run(TrainingConfig(data=str(folder))))

    assert not app.run().exception
