"""The predict command on people's own photos: faces, marked copies, folders of odd files, thousands of pictures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from emotion.data.drawn import write
from tests.conftest import ROOT, CommandLine, each_night
from tests.odd_files import Outcome, encode, jpeg, scene, with_alpha, write_odd_files
from tests.peak_memory import PEAK

COMMAND_AND_PEAK = f"""
import sys
from emotion.__main__ import main

status = main(sys.argv[1:])
{PEAK}
sys.stderr.write(f"\\n{{peak}}")
sys.exit(status)
"""


def predict_and_tell_peak(*words: str | Path) -> tuple[subprocess.CompletedProcess[str], float]:
    """The finished command, and its peak memory in MB."""
    command = [sys.executable, "-c", COMMAND_AND_PEAK, "predict", *map(str, words)]
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8")
    return done, int(done.stderr.splitlines()[-1]) / 1e6


@pytest.fixture(scope="module")
def two_faces(astronaut: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo with a face of 114 pixels and one of 57."""
    with Image.open(astronaut) as face:
        photo = Image.new("RGB", (1280, 960), "grey")
        photo.paste(face, (20, 160))
        photo.paste(face.resize((256, 256)), (800, 300))
    path = tmp_path_factory.mktemp("photos") / "two faces.jpg"
    photo.save(path, quality=92)
    return path


def faces_of(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    row = json.loads(done.stdout)
    assert row["error"] is None
    return row["faces"]


def test_gives_every_face_of_a_photo(emotion: CommandLine, two_faces: Path) -> None:
    done = emotion("predict", two_faces, "--json")

    left, right = faces_of(done)
    assert left["box"][0] < right["box"][0]  # type: ignore[index]
    assert left["label"] == "happy"


def test_says_faces_by_their_numbers(emotion: CommandLine, two_faces: Path) -> None:
    done = emotion("predict", two_faces)

    assert "two faces.jpg: 1: " in done.stdout
    assert ", 2: " in done.stdout


def test_whole_takes_the_picture_for_one_face(emotion: CommandLine, two_faces: Path) -> None:
    done = emotion("predict", two_faces, "--whole", "--json")

    (face,) = faces_of(done)
    assert face["box"] is None


def test_min_face_leaves_smaller_ones_out(emotion: CommandLine, two_faces: Path) -> None:
    done = emotion("predict", two_faces, "--min-face", "80", "--json")

    assert len(faces_of(done)) == 1


def test_small_faces_finds_more(emotion: CommandLine, astronaut: Path, tmp_path: Path) -> None:
    photo = Image.new("RGB", (3000, 2000), "grey")
    with Image.open(astronaut) as face:
        photo.paste(face, (100, 100))
        photo.paste(face.resize((120, 120)), (2000, 1500))
    photo.save(tmp_path / "large.jpg", quality=95)

    found = [
        len(faces_of(emotion("predict", tmp_path / "large.jpg", "--json", *more))) for more in ([], ["--small-faces"])
    ]

    assert found == [1, 2]


@pytest.mark.parametrize("words", [["--whole", "--small-faces"], ["--min-face", "0"], ["--min-face", "many"]])
def test_refuses_ways_of_looking_that_make_no_sense(emotion: CommandLine, two_faces: Path, words: list[str]) -> None:
    done = emotion("predict", two_faces, *words)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_annotate_writes_a_marked_copy_under_the_same_name(
    emotion: CommandLine, two_faces: Path, tmp_path: Path
) -> None:
    before = two_faces.read_bytes()

    done = emotion("predict", two_faces, "--annotate", tmp_path / "new" / "marked")

    (copy,) = (tmp_path / "new" / "marked").iterdir()
    assert done.returncode == 0
    assert copy.name == f"{two_faces.stem}.jpg"
    with Image.open(copy) as marked:
        assert marked.size == (1280, 960)
    assert two_faces.read_bytes() == before


def test_annotate_never_replaces_a_file(emotion: CommandLine, tmp_path: Path) -> None:
    write.draw_portrait(1, happy=True).save(tmp_path / "a.jpg")
    before = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.png").write_bytes(encode(write.draw_portrait(2, happy=False), "PNG"))

    emotion("predict", tmp_path / "a.png", "--annotate", tmp_path, "--whole")

    assert (tmp_path / "a.jpg").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"a.jpg", "a-2.jpg", "a.png"}


def test_annotate_does_not_walk_its_own_copies(emotion: CommandLine, two_faces: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(two_faces.read_bytes())
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c.jpg").write_bytes(two_faces.read_bytes())
    words = ("predict", tmp_path, "--annotate", tmp_path / "aa", "--json")

    answered = [len(emotion(*words).stdout.splitlines()) for _ in range(2)]

    assert answered == [2, 2]


def test_annotate_says_when_it_cannot_write(emotion: CommandLine, two_faces: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")

    done = emotion("predict", two_faces, "--annotate", tmp_path / "file")

    assert done.returncode == 2
    assert "Nothing can be written to" in done.stderr
    assert "Traceback" not in done.stderr


def test_says_that_a_folder_holds_no_pictures(emotion: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("none", encoding="utf-8")
    (tmp_path / "._photo.jpg").write_bytes(b"what macOS leaves behind")

    done = emotion("predict", tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert "holds no pictures" in done.stderr


def test_answers_or_refuses_every_odd_file_as_listed(tmp_path: Path) -> None:
    odd_files = write_odd_files(tmp_path)

    done, peak = predict_and_tell_peak(tmp_path, "--json", "--annotate", tmp_path / "marked")

    rows = {Path(row["file"]).name: row for row in map(json.loads, done.stdout.splitlines())}
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
    assert set(rows) == {odd.name for odd in odd_files}
    for odd in odd_files:
        row = rows[odd.name]
        assert (row["error"] is not None) == (odd.outcome is Outcome.REFUSED), odd.name
        assert odd.says in (row["error"] or row["note"] or ""), odd.name
    assert peak < 300


def photo(kind: str, megapixels: int) -> bytes:
    """A photo that takes much memory for its kind."""
    size = {12: (4000, 3000), 24: (6000, 4000), 40: (7302, 5477), 50: (8160, 6120), 200: (16320, 12240)}[megapixels]
    if kind == "JPEG":
        return jpeg(scene(size), progressive=megapixels < 100)
    if kind == "PNG":
        return encode(with_alpha(128, size), "PNG", compress_level=1)
    return encode(scene(size), kind, **({"method": 0} if kind == "WEBP" else {"speed": 10}))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["WEBP", *each_night("JPEG", "PNG", "AVIF")])  # the hungriest kind first
def test_twelve_megapixels_are_answered_below_300_megabytes(kind: str, tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(photo(kind, 12))

    done, peak = predict_and_tell_peak(tmp_path / "photo")

    assert done.returncode == 0
    assert peak < 300


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "megapixels"), [("JPEG", 200), ("AVIF", 40), *each_night(("JPEG", 50), ("PNG", 50), ("WEBP", 24))]
)
def test_the_largest_photos_are_answered_below_500_megabytes(kind: str, megapixels: int, tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(photo(kind, megapixels))

    done, peak = predict_and_tell_peak(tmp_path / "photo")

    assert done.returncode == 0, done.stdout
    assert peak < 500


@pytest.mark.slow
@pytest.mark.nightly  # by day: the largest photos one at a time
@pytest.mark.parametrize(("first", "all_of_them"), [(20, 80), (100, 600)])
def test_memory_stays_flat_over_many_pictures(tmp_path: Path, astronaut: Path, first: int, all_of_them: int) -> None:
    with Image.open(astronaut) as face:
        picture = jpeg(face.resize((600, 600)))  # 1 MB decoded: 60 that stay are 65 MB
    for number in range(all_of_them):
        (tmp_path / f"{number}.jpg").write_bytes(picture)
    some = sorted(tmp_path.iterdir())[:first]

    _, few = predict_and_tell_peak(*some, "--json")
    done, many = predict_and_tell_peak(tmp_path, "--json")

    assert len(done.stdout.splitlines()) == all_of_them
    assert many - few < 15


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_shows_how_far_it_is_where_a_person_watches(tmp_path: Path) -> None:
    import pty

    for number in range(3):
        Image.new("L", (48, 48)).save(tmp_path / f"{number}.png")
    ours, theirs = pty.openpty()

    done = subprocess.run(
        [sys.executable, "-m", "emotion", "predict", str(tmp_path), "--json"],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    said = os.read(ours, 100_000).decode()
    os.close(ours)

    assert len(done.stdout.splitlines()) == 3
    assert "1 of 3" in said
