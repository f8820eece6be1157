"""Something else lies in the place of a file, or all of it is written otherwise: only sentences of ours come out."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from emotion import models, runs
from emotion.data import edits
from emotion.data.decisions import Change
from emotion.models import preferences
from emotion.runs import RunPaths, Status, person
from emotion.system import processes, stored
from tests import damage
from tests.conftest import CommandLine

PLACES = ("data set", "decisions", "config", "status", "history", "person", "choice", "tuning", "log", "network")


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
    return found | {"decisions": edits.location(data), "log": run.log, "network": run.model}


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
                                  "endless device", "pipe", "socket"])  # fmt: skip
def test_whatever_lies_in_the_place_of_a_file_brings_out_errors_of_ours_only(
    kind: str, places: dict[str, Path], emotion: CommandLine
) -> None:
    for name in PLACES:
        path = places[name]
        whole = path.read_bytes()
        lie_there(kind, path)

        assert list(damage.foreign(damage.readers(name))) == [], name
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
