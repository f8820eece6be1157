"""What many threads have taken and freed goes back to the system, also where each would have a heap of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
THREADS = 8
# Each thread takes and frees as the threads do that look at photos: a large block first, by which glibc learns to keep
# such blocks, then 30 MB in small ones. It says the MB that the process holds more than before.
PROGRAM = """
import sys, threading
{begin}
import psutil
from emotion.system import processes

at_once = threading.Barrier({threads})
def work():
    at_once.wait()
    for blocks, size in ((1, 20), (60, 0.5)):
        taken = [b"x" * int(size * 2**20) for _ in range(blocks)]
        at_once.wait()
        del taken

memory = psutil.Process().memory_info
before = memory().rss
threads = [threading.Thread(target=work) for _ in range({threads})]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
processes.give_memory_back()
print((memory().rss - before) / 2**20)
"""
BEGINNINGS = {
    "app": "import runpy; runpy.run_module = lambda *_, **__: None\nfrom emotion.__main__ import main; main(['app'])",
    "streamlit run": "import streamlit_app",
    "serve": """from emotion.serving import server
from emotion.system import EmotionError
try:
    server.run(None, "203.0.113.1", 8600, None, "k" * 32)  # no address of this computer, nor of any other
except EmotionError:
    pass""",
}


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc is asked for anything")
@pytest.mark.parametrize("begin", BEGINNINGS.values(), ids=BEGINNINGS)
def test_what_many_threads_have_freed_goes_back_to_the_system(begin: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(begin=begin, threads=THREADS)],
        cwd=ROOT, env=os.environ | {"EMOTION_HOME": str(tmp_path)}, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr

    assert float(done.stdout.split()[-1]) < 30, "MB of 240 that were taken and freed"
