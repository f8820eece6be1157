"""Updates of one JSON file by many writers at once, and of a file that cannot be read."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from emotion.runs import run
from emotion.runs.run import RunPaths
from emotion.system import files
from emotion.system.errors import StoredFileError

WRITER = """
import sys
from pathlib import Path
from emotion.system import files
for number in range(100):
    files.update_json(Path(sys.argv[1]), {f"{sys.argv[2]}-{number}": number})
"""


def test_two_threads_that_update_one_file_lose_no_key(tmp_path: Path) -> None:
    path = tmp_path / "person.json"

    def write(who: str) -> None:
        for number in range(400):
            files.update_json(path, {f"{who}-{number}": number})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, ("a", "b")))
    assert len(json.loads(path.read_text())) == 800


def test_two_processes_that_update_one_file_lose_no_key(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), who]) for who in ("a", "b")]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert len(json.loads(path.read_text())) == 200


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff"])
def test_a_file_that_cannot_be_read_is_not_written_over(tmp_path: Path, content: bytes) -> None:
    paths = RunPaths(tmp_path)
    paths.person.write_bytes(content)
    with pytest.raises(StoredFileError, match="cannot be read"):
        run.rename(paths, "mine")
    assert paths.person.read_bytes() == content


def test_a_passing_read_error_wipes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = RunPaths(tmp_path)
    files.write_json(paths.person, {"name": "old", "other": 1})

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError("busy")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", refuse)
        with pytest.raises(StoredFileError, match="busy"):
            run.rename(paths, "mine")
    assert files.read_json(paths.person) == {"name": "old", "other": 1}


def test_a_value_that_is_no_json_leaves_no_temporary_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        files.write_json(tmp_path / "a.json", {"loss": float("nan")})
    assert not list(tmp_path.iterdir())
