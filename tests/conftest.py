"""What all tests share: a home of their own, the command line, a real face, the real data where it is.

Two processes share the tests when asked to (`pytest -n 2`, as `make test` does), a file at a time: the files that
train and those that open a browser come first, in turn, so that what is left is short and both end together.

Nothing a test does may reach the person's own `runs/` and `archive/`: `EMOTION_HOME` points at a temporary folder
before the first module of ours is imported, and no warm worker is started unless a test asks for it.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent

CommandLine = Callable[..., "subprocess.CompletedProcess[str]"]

_whole_session = tempfile.mkdtemp(prefix="emotion-tests-")
os.environ["EMOTION_HOME"] = _whole_session
os.environ["EMOTION_LANGUAGE"] = "en"  # what the tests read, whatever this system speaks
os.environ.setdefault("EMOTION_WARM", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("MPLBACKEND", "Agg")
if "PYTEST_XDIST_WORKER" in os.environ:  # each has a core: threads of two that train would only take it from each other
    for library in ("TF_NUM_INTRAOP_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(library, "1")


gc.disable()  # until all tests are collected, see `pytest_collection_finish`
OURS = f"{os.getpid()}-{_whole_session}"
os.environ["EMOTION_TESTS"] = OURS  # what this process starts, and what that starts in its turn, is known by it


def pytest_unconfigure() -> None:
    shutil.rmtree(_whole_session, ignore_errors=True)


def each_night(*variants: Any) -> list[Any]:
    """Further parameters of a test of which each day runs the first alone; a tuple holds several values."""
    several = (variant if isinstance(variant, tuple) else (variant,) for variant in variants)
    return [pytest.param(*values, marks=pytest.mark.nightly) for values in several]


# Of a test that kills a process at a moment that the seed draws: once, or as often as is asked for.
killed_at_random = pytest.mark.parametrize("seed", range(int(os.environ.get("EMOTION_KILLS", "1"))))


@functools.cache
def _kind(path: Path) -> str:
    """What the tests of a file mostly do."""
    if path.parent.name == "e2e":
        return "browse"
    return "train" if "pytest.mark.slow" in path.read_text(encoding="utf-8") else path.parent.name


def _places(paths: Iterable[Path]) -> dict[Path, float]:
    """When each file has its turn: trainings beside browsers, as one computes while the other waits; then the rest."""
    kinds: dict[str, list[Path]] = {}
    for path in dict.fromkeys(paths):
        kinds.setdefault(_kind(path), []).append(path)
    places: dict[Path, float] = {}
    for kind, files in kinds.items():
        first = {"browse": 0, "train": 0, "app": 1, "integration": 2}.get(kind, 3)
        places |= {path: first + number / len(files) for number, path in enumerate(files)}
    return places


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the long files first where processes share the tests; alone, the tests stay in their order."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        places = _places(item.path for item in items)
        items.sort(key=lambda item: places[item.path])


def pytest_collection_finish() -> None:
    """What is imported by now stays, and new things are looked through for garbage more seldom than is usual.

    To look through all of it as often as Python does by itself takes a tenth of the time of the tests of pages.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hands out whole files, in the order in which they were collected."""
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False
    return LoadFileScheduling(config, log)


@pytest.fixture(autouse=True, scope="module")
def no_training_outlives_its_file() -> Iterator[None]:
    """Ends whatever still trains or tunes: a test may be over before a run that it started has said its process.

    Such a run has hundreds of epochs to go, and one of the two cores would be its own until they are done.
    """
    from tests import prepared

    yield
    for process in psutil.process_iter(["cmdline"]):
        with contextlib.suppress(psutil.Error):  # it has ended, or is another person's
            trains = {"train", "tune"} & set((process.info["cmdline"] or [])[:6])
            if trains and process.environ().get("EMOTION_TESTS") == OURS:
                process.kill()
    prepared.end_all()


@pytest.fixture(autouse=True, scope="module")
def main_module_stays() -> Iterator[None]:
    """A page that is tested leaves its script as `__main__`, which every process that is begun later would run."""
    ours = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = ours


@pytest.fixture(autouse=True, scope="session")
def commands_begin_loaded() -> Iterator[None]:
    """Commands that a test has started have TensorFlow as they begin, where a process can be forked for them.

    `begins_cold` is for a test that asks how they start.
    """
    from tests import prepared

    with pytest.MonkeyPatch.context() as patch:
        if sys.platform == "linux":
            patch.setattr("emotion.system.processes.spawn", prepared.spawn)
        yield


@pytest.fixture(scope="module")
def tiny_recipes() -> Iterator[None]:
    """The recipes of `tests.tiny_recipe` are found, here and by what the tests of the file have started."""
    from emotion.recipes import catalogue
    from tests import tiny_recipe

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(tiny_recipe.WANTED, "yes")
        for name, recipe in tiny_recipe.RECIPES.items():
            patch.setitem(catalogue.RECIPES, name, recipe)
        yield


@pytest.fixture
def begins_cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that this test has started begin as a person's do."""
    from tests import prepared

    monkeypatch.setattr("emotion.system.processes.spawn", prepared.spawn_cold)


@pytest.fixture
def opened_within(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models made elsewhere are opened within this process: to start another takes longer than all that it does."""
    from emotion.training.elsewhere import bring_in, work

    monkeypatch.setattr(sys.modules[bring_in.__module__], "_work", lambda folder, found: work.tell(folder))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home for the data and results of one test."""
    monkeypatch.setenv("EMOTION_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def emotion() -> CommandLine:
    """Runs `emotion …` within this process: what is said, and the exit status, without a second for a new Python.

    `emotion("runs", "--json")` returns what `emotion_process` returns; an error that no command foresees is raised.
    """
    return command_here


def command_here(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What the fixture `emotion` gives, for fixtures that live longer than a test."""
    said, told = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    with pytest.MonkeyPatch.context() as patch, Path(os.devnull).open(encoding="utf-8") as nothing:
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.chdir(ROOT)
        patch.setattr(sys, "stdin", nothing)
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
            status = _status(list(map(str, words)))
    for stream in (said, told):
        stream.seek(0)
    return subprocess.CompletedProcess(["emotion", *map(str, words)], status, said.read(), told.read())


def _status(words: list[str]) -> int:
    from emotion.__main__ import main

    try:
        return main(words)
    except SystemExit as ended:  # argparse: 0 after --help, 2 after wrong usage
        return int(ended.code or 0)


@pytest.fixture
def emotion_process() -> CommandLine:
    """Runs `python -m emotion …` in a process of its own, from the project's folder, with the test's home.

    `emotion_process("train", "--epochs", "1")` returns the finished process; `stdout` and `stderr` are text.
    """

    def run(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "emotion", *map(str, words)],
            cwd=ROOT,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=600,  # only so that a hanging process cannot hold the whole suite
        )

    return run


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A home with one file of every kind that is stored, by kind; the same for all tests of a module."""
    from tests import damage

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMOTION_HOME", str(tmp_path_factory.mktemp("home")))
        return damage.furnish()


@pytest.fixture
def stored(furnished: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """The files of the furnished home, which is the home of this test."""
    monkeypatch.setenv("EMOTION_HOME", str(furnished["choice"].parent))
    return furnished


@pytest.fixture(scope="session")
def astronaut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo with one smiling face, free to use: a 512×512 PNG from scikit-image."""
    data = pytest.importorskip("skimage.data", reason="scikit-image is not installed: no real face to try")
    from PIL import Image

    path = tmp_path_factory.mktemp("astronaut") / "astronaut.png"
    Image.fromarray(data.astronaut()).save(path)
    return path


@pytest.fixture(scope="session")
def fer2013(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The happy and sad faces of the real data, unzipped: a folder with train/ and test/.

    `EMOTION_FER2013` names the zip; without it the test is skipped, and the summary says so.
    """
    archive = Path(os.environ.get("EMOTION_FER2013", ""))
    if not archive.is_file():
        pytest.skip("EMOTION_FER2013 does not name the zip of the real data")
    folder = tmp_path_factory.mktemp("fer2013")
    with zipfile.ZipFile(archive) as file:
        wanted = [name for name in file.namelist() if name.split("/")[-2:-1] in (["happy"], ["sad"])]
        file.extractall(folder, wanted)
    yield next(train.parent for train in folder.rglob("train") if train.is_dir())
    shutil.rmtree(folder, ignore_errors=True)
