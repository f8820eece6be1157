"""The package as a person installs it: a wheel is built, put into a folder and used from another one."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emotion.data.drawn import write
from emotion.runs.run import Status
from emotion.system import read_json
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
TOP_LEVEL = ("pyproject.toml", "README.md", "LICENSE", "requirements.txt", "streamlit_app.py")
FOLDERS = ("emotion", "pages", ".streamlit")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "secrets.toml")

ENDS = (Status.COMPLETED, Status.FAILED)
QUEUE = """
import sys
from emotion import recipes
from emotion.runs import queue
print(queue.start(recipes.config("classic", data=sys.argv[1], epochs=1)).id)
"""

Installed = Callable[..., "subprocess.CompletedProcess[str]"]


def files_of(folder: Path) -> set[str]:
    """Names of all files below, but for what Python compiles."""
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in found}


def pip(*words: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *map(str, words)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the wheel is made from, since building leaves folders beside the sources."""
    folder = tmp_path_factory.mktemp("source")
    for name in TOP_LEVEL:
        shutil.copy(ROOT / name, folder / name)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("setuptools", reason="setuptools is not installed: no wheel can be built without the network")
    pytest.importorskip("wheel", reason="wheel is not installed: no wheel can be built without the network")
    into = tmp_path_factory.mktemp("wheel")
    before = files_of(source)
    pip("wheel", source, "--no-deps", "--no-build-isolation", "--wheel-dir", into)
    for name in files_of(source) - before:
        (source / name).unlink()
    return next(into.glob("*.whl"))


@pytest.fixture(scope="module")
def packages(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the wheel is installed into, as `pip install --target` does."""
    folder = tmp_path_factory.mktemp("packages")
    pip("install", wheel, "--no-deps", "--target", folder)
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder that has nothing to do with the project: the person works there."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


@pytest.fixture
def variables(packages: Path, tmp_path: Path) -> dict[str, str]:
    """The variables of a person who has installed the package and set nothing: data goes to tmp_path/share/emotion."""
    inherited = {name: value for name, value in os.environ.items() if name != "EMOTION_HOME"}
    added = {"PYTHONPATH": str(packages), "XDG_DATA_HOME": str(tmp_path / "share"), "PYTHONIOENCODING": "utf-8"}
    return inherited | added


@pytest.fixture
def installed(elsewhere: Path, variables: dict[str, str]) -> Installed:
    """Runs the installed `python -m emotion …` in the folder `elsewhere`."""

    def run(*words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "emotion", *map(str, words)],
            cwd=elsewhere,
            env=variables | more,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=600,
        )

    return run


@pytest.fixture
def untouched(packages: Path, elsewhere: Path) -> Iterator[None]:
    """Fails when a test has written beside the installed code or into the folder that it was used from."""
    before = files_of(packages), files_of(elsewhere)
    yield
    assert (files_of(packages), files_of(elsewhere)) == before


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """Where the data of an installed package belongs on Linux."""
    if sys.platform in ("win32", "darwin"):
        pytest.skip("XDG_DATA_HOME is a habit of Linux")
    return tmp_path / "share" / "emotion"


def test_the_wheel_holds_every_file_of_the_program(source: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}

    wanted = {name if name.startswith("emotion/") else f"emotion_app/{name}" for name in files_of(source)}
    assert held == wanted - {f"emotion_app/{name}" for name in TOP_LEVEL if name != "streamlit_app.py"}


def test_the_program_says_its_version(packages: Path, variables: dict[str, str], elsewhere: Path) -> None:
    from emotion import __version__

    program = next((packages / "bin").glob("emotion*"))
    done = subprocess.run(
        [str(program), "--version"], cwd=elsewhere, env=variables, capture_output=True, encoding="utf-8", timeout=120
    )

    assert (done.returncode, done.stdout.strip()) == (0, f"emotion {__version__}"), done.stderr
    assert (packages / f"emotion-{__version__}.dist-info").is_dir()


@pytest.mark.usefixtures("untouched")
def test_it_answers_a_picture_from_any_folder(installed: Installed, faces: Path) -> None:
    picture = next((faces / "test" / "happy").iterdir())

    done = installed("predict", picture, "--whole", "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["file"] == str(picture)


@pytest.mark.nightly  # each day the queue trains with it, see the next test
@pytest.mark.usefixtures("untouched")
def test_it_trains_and_keeps_the_run_in_the_users_folder(installed: Installed, share: Path, tmp_path: Path) -> None:
    write.write(tmp_path / "few", train=80, test=20, seed=2)

    done = installed("train", "--data", tmp_path / "few", "--recipe", "classic", "--epochs", "1")

    assert done.returncode == 0, done.stderr
    assert (share / "runs" / done.stdout.split()[-1] / "model.tflite").is_file()


@pytest.mark.usefixtures("untouched")
def test_a_training_of_the_queue_finds_the_package_in_its_own_process(
    packages: Path, variables: dict[str, str], share: Path, elsewhere: Path, tmp_path: Path
) -> None:
    """As the page Train starts it; its process begins in another folder, and `PYTHONPATH` is named from this one."""
    write.write(tmp_path / "few", train=80, test=20, seed=2)
    named = variables | {"PYTHONPATH": os.path.relpath(packages, elsewhere)}

    done = subprocess.run(
        [sys.executable, "-c", QUEUE, str(tmp_path / "few")],
        cwd=elsewhere, env=named, capture_output=True, encoding="utf-8", timeout=120,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    run = share / "runs" / done.stdout.strip()
    said = wait_for(lambda: read_json(run / "status.json").get("status") in ENDS and read_json(run / "status.json"))
    assert said["status"] == Status.COMPLETED, (run / "log.txt").read_text(encoding="utf-8")


@pytest.mark.usefixtures("untouched")
def test_emotion_home_moves_the_data_of_an_installed_package(installed: Installed, share: Path, tmp_path: Path) -> None:
    write.write(tmp_path / "few", train=20, test=10, seed=3)

    done = installed("data", "add", tmp_path / "few", "--name", "few", EMOTION_HOME=str(tmp_path / "chosen"))

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "chosen" / "datasets").is_dir()
    assert not share.exists()


@pytest.mark.usefixtures("untouched")
def test_the_app_starts_with_its_own_settings(variables: dict[str, str], elsewhere: Path, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (tmp_path / "log.txt").open("wb")
    command = [sys.executable, "-m", "emotion", "app", "--port", str(port), "--no-browser"]
    server = subprocess.Popen(
        command, cwd=elsewhere, env=variables | {"EMOTION_WARM": "0"}, stdout=log, stderr=subprocess.STDOUT
    )

    def healthy() -> bool:
        assert server.poll() is None, (tmp_path / "log.txt").read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5) as answer:
                return bool(answer.read() == b"ok")
        except OSError:
            return False

    try:
        assert wait_for(healthy)
        said = wait_for(lambda: (tmp_path / "log.txt").read_text(encoding="utf-8").strip())
        assert f"http://127.0.0.1:{port}" in said  # as .streamlit/config.toml asks; Streamlit's own default says more
        assert "Network URL" not in said
    finally:
        server.terminate()
        server.wait(60)
        log.close()
