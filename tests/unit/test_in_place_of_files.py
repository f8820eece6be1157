"""Something else lies in the place of a file, or all of it is written otherwise: only sentences of ours come out."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from emotion import models, runs
from emotion.data import collection, edits, made_here, registry
from emotion.data.decisions import Change
from emotion.models import preferences
from emotion.recipes import MAX_NAME
from emotion.runs import RunPaths, Status, person, run
from emotion.system import files, processes, speaking, stored
from pages.ui.teach import columns
from tests import damage
from tests.conftest import CommandLine
from tests.zips import png

PLACES = ("data set", "decisions", "config", "status", "history", "person", "choice", "tuning", "log", "network",
          "starting", "own picture", "taught picture")  # fmt: skip


@pytest.fixture
def places(furnished: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """The files of a copy of the furnished home, some that hold no JSON too."""
    home, copy = furnished["choice"].parent, tmp_path / "copy"
    shutil.copytree(home, copy)
    monkeypatch.setenv("EMOTION_HOME", str(copy))
    (copy / "overlays").rename(copy / "overlays_of_the_other")
    data = copy / "elsewhere" / "faces"
    edits.decide(data, [Change("exclude", ("train/happy/0.png",))], "blurred")
    found = {kind: copy / path.relative_to(home) for kind, path in furnished.items()}
    run = RunPaths(found["config"].parent)
    run.log.write_text("It was said.\n", encoding="utf-8")
    starting = found["tuning"].with_name("starting")
    starting.touch()
    own = collection.keep(Image.new("RGB", (48, 48)), "happy")
    taught = made_here.keep(made_here.create("taught", ["happy", "sad"]), "happy", png(1))
    others = {"starting": starting, "own picture": own, "taught picture": taught}
    return found | {"decisions": edits.location(data), "log": run.log, "network": run.model} | others


def more_readers(places: dict[str, Path]) -> dict[str, Callable[[], object]]:
    """Of what is no JSON."""

    def taught() -> None:
        record = registry.get("taught")
        columns.thumbnail(str(made_here.latest(record, "happy")[0]))
        made_here.examples(record)

    return {"log": lambda: files.tail(places["log"], 100), "own picture": collection.counts, "taught picture": taught}


def writers(places: dict[str, Path]) -> dict[str, Callable[[], object]]:
    """What pages and commands write."""
    run, data = RunPaths(places["config"].parent), places["choice"].parent / "elsewhere" / "faces"

    def adjust() -> None:
        model = models.load_model(run.id)
        preferences.save(model.path, model.info, preferences.Adjustment(threshold=0.3))

    return {
        "decide": lambda: edits.decide(data, [Change("exclude", ("train/happy/1.png",))], "blurred"),
        "tell of a person": lambda: person.write(run.person, note="of May", tags=["night"]),
        "rename": lambda: runs.rename(run, "another"),
        "choose": lambda: preferences.choose_model(run.id),
        "adjust": adjust,
        "end": lambda: runs.write_status(run, Status.COMPLETED),
        "tell": lambda: runs.append_history(run, event="phase", phase="training", time=1.0),
        "start": lambda: processes.spawn(["-c", ""], run.log).wait(),
    }


def lie_there(kind: str, path: Path) -> None:
    """Puts something else there."""
    path.unlink()
    match kind:
        case "folder":
            path.mkdir()
        case "full folder":
            path.mkdir()
            (path / "file").touch()
        case "link to itself":
            path.symlink_to(path)
        case "two links":
            path.symlink_to(path.with_name("the_other"))
            path.with_name("the_other").symlink_to(path)
        case "link to nothing":
            path.symlink_to(path.with_name("nothing"))
        case "file that cannot be read":
            path.symlink_to("/proc/self/mem")
        case "endless device":
            path.symlink_to("/dev/zero")
        case "pipe":
            os.mkfifo(path)
        case "socket":
            with socket.socket(socket.AF_UNIX) as one, pytest.MonkeyPatch.context() as patch:
                patch.chdir(path.parent)  # the name of a socket has 107 letters at most
                one.bind(path.name)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes among its files, and links on request only")
@pytest.mark.parametrize("kind", ["folder", "full folder", "link to itself", "two links", "link to nothing",
                                  "file that cannot be read", "endless device", "pipe", "socket"])  # fmt: skip
def test_whatever_lies_in_the_place_of_a_file_brings_out_errors_of_ours_only(
    kind: str, places: dict[str, Path], emotion: CommandLine
) -> None:
    for name in PLACES:
        path = places[name]
        whole = path.read_bytes()
        lie_there(kind, path)

        assert list(damage.foreign(damage.readers(name) | more_readers(places))) == [], name
        assert list(damage.foreign(writers(places))) == [], name
        done = emotion(*{"data set": ("data", "list"), "tuning": ("tune", "--list")}.get(name, ("runs",)))
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), name

        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        path.with_name("the_other").unlink(missing_ok=True)
        path.write_bytes(whole)


def test_a_mark_that_an_editor_has_put_in_front_does_not_matter(places: dict[str, Path]) -> None:
    before = runs.list_runs(), edits.read(places["choice"].parent / "elsewhere" / "faces")
    for name in ("config", "status", "history", "decisions"):
        places[name].write_bytes(b"\xef\xbb\xbf" + places[name].read_bytes())

    assert (runs.list_runs(), edits.read(places["choice"].parent / "elsewhere" / "faces")) == before
    assert len(runs.read_history(RunPaths(places["history"].parent)).epochs) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{"created": nothing}', "dataset.json: line 1, column 13: it is no whole JSON"),
        ('{"created": 1}'.encode("utf-16"), "dataset.json: it is no text in UTF-8"),
        (b'{"created": ' + b"9" * 5000 + b"}", "dataset.json: a number in it has too many digits"),
        (b'{"created": NaN}', "dataset.json: NaN is no number"),
    ],
)
def test_what_is_wrong_with_json_is_said_in_our_words(places: dict[str, Path], text: bytes, said: str) -> None:
    places["data set"].write_bytes(text)

    with pytest.raises(stored.StoredFileError, match="Expected JSON as this program writes it") as raised:
        stored.read(places["data set"], dict[str, object])

    assert raised.value.why == said


@pytest.mark.parametrize(
    ("said", "kind", "why"),
    [
        ('{"name": "a\\udc80"}', person.Words, "name: a letter in it is none"),
        ('{"name": "a\\ud800"}', person.Words, "a letter in it is none"),
        ('{"tags": ["\\udc80"]}', person.Words, "tags[0]: a letter in it is none"),
        ('{"n": "\\udc80"}', dict[str, int], "a letter in it is none"),
    ],
)
def test_half_a_letter_is_told_before_it_is_shown(said: str, kind: type, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        stored.typed(stored.parse(said), kind)


def test_what_does_not_fit_a_type_is_said_in_the_readers_language() -> None:
    said = {}
    for name, value in {"status": "ended", "pid": "x", "pid_started": [], "created": -1, "reason": 3}.items():
        with speaking("de"), pytest.raises(ValueError) as raised:  # noqa: PT011 - each says something else
            stored.typed({"status": "completed", name: value}, run._Status)
        said[name] = str(raised.value)

    assert said == {
        "status": "status: 'ended' ist keines der Wörter, die da stehen dürfen",
        "pid": "pid: erwartet wird eine ganze Zahl oder nichts, da steht Text",
        "pid_started": "pid_started: erwartet wird eine Zahl oder Text oder nichts, da steht eine Liste",
        "created": "created: erwartet wird eine Zahl >= 0.0",
        "reason": "reason: erwartet wird Text, da steht eine ganze Zahl",
    }


def test_a_note_and_tags_beyond_their_limits_are_cut() -> None:
    said = person.Words("n" * 5000, "n" * 5000, tuple(map(str, range(50))))

    assert (len(said.name), len(said.note), len(said.tags)) == (MAX_NAME, person.MAX_NOTE, person.MOST_TAGS)
