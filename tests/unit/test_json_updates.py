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


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt("stopped")])
def test_a_file_that_cannot_be_written_whole_leaves_nothing_behind(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "model.keras"
    target.write_text("before", encoding="utf-8")

    with pytest.raises(type(error), match=str(error)), files.whole(target) as temporary:  # noqa: PT012 - the block is what is tested
        assert temporary.suffix == ".keras"
        temporary.write_text("half", encoding="utf-8")
        raise error

    assert [path.name for path in tmp_path.iterdir()] == ["model.keras"]
    assert target.read_text(encoding="utf-8") == "before"


def test_what_a_killed_process_left_half_written_can_be_found(tmp_path: Path) -> None:
    with files.whole(tmp_path / "pictures-1.npz") as temporary:
        temporary.write_bytes(b"half")
        left = list(files.unfinished(tmp_path, "pictures-"))

    assert left == [temporary]
    assert list(files.unfinished(tmp_path)) == []


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff", b'{"a":' * 200_000], ids=["torn", "list", "bytes", "deep"])
def test_what_is_no_object_reads_as_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "status.json").write_bytes(content)

    assert files.read_json(tmp_path / "status.json") == {}
