"""The first process of a container, tried in a namespace of processes that Linux gives to anybody."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from emotion.system import container
from tests.conftest import ROOT
from tests.waiting import wait_for

ALONE = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child"]
# What stands for the app: it starts what outlives it, and ends at once when it is told to.
APP = """
import subprocess, sys, time
from emotion.system import container
container.lead()
subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[2]], start_new_session=True)
subprocess.run(["sh", "-c", "true & exit"])  # an orphan that has ended
time.sleep(60)
"""
TRAINING = """
import sys, time
from pathlib import Path
from emotion.system import processes
folder, told = Path(sys.argv[1]), []
processes.ask_when_told(lambda: told.append(1))
(folder / "began").touch()
while not told:
    time.sleep(0.02)
time.sleep(0.5)
(folder / "kept").touch()
"""


def may_be_alone() -> bool:
    return bool(shutil.which("unshare")) and not subprocess.run([*ALONE, "true"], capture_output=True).returncode


def the_first(process: subprocess.Popen[str]) -> psutil.Process:
    return psutil.Process(process.pid).children()[0]


@pytest.mark.skipif(not may_be_alone(), reason="this system gives no namespace of processes")
def test_a_container_ends_when_a_training_in_it_has_kept_what_it_has(tmp_path: Path) -> None:
    command = [*ALONE, sys.executable, "-c", APP, TRAINING, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        wait_for((tmp_path / "began").exists, 60)
        first = the_first(process)
        states = {one.status() for one in first.children(recursive=True)}
        first.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)

    assert (tmp_path / "kept").exists()
    assert psutil.STATUS_ZOMBIE not in states
    assert process.returncode == 128 + signal.SIGTERM


@pytest.mark.skipif(not may_be_alone(), reason="this system gives no namespace of processes")
def test_a_container_ends_as_its_command_does() -> None:
    code = "import sys; from emotion.system import container; container.lead(); sys.exit(7)"

    assert subprocess.run([*ALONE, sys.executable, "-c", code], cwd=ROOT).returncode == 7


@pytest.mark.skipif(not may_be_alone(), reason="this system gives no namespace of processes")
def test_ctrl_c_reaches_the_command_of_a_container_without_a_terminal(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from emotion.system import container; container.lead()\n"
        "try:\n    Path(sys.argv[1]).touch()\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    sys.exit(3)"
    )
    command = [*ALONE, sys.executable, "-c", code, str(tmp_path / "began")]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL) as process:
        wait_for((tmp_path / "began").exists, 60)
        psutil.Process(process.pid).children()[0].send_signal(signal.SIGINT)
        process.wait(60)

    assert process.returncode == 3


def test_any_other_process_goes_on_as_it_is() -> None:
    container.lead()  # which would end this one
