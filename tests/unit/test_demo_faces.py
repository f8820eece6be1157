from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.data.drawn import shipped, write
from emotion.system.errors import DataError
from tools import paint_faces


def contents(root: Path) -> dict[str, bytes]:
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def average_face(happiness: float, count: int = 24) -> np.ndarray:
    faces = [write.draw_face(np.random.default_rng(seed), happiness) for seed in range(count)]
    return np.mean([np.asarray(face, dtype=np.float64) for face in faces], axis=0)


def test_writes_the_layout_of_the_archive(tmp_path: Path) -> None:
    root = tmp_path / "drawn"

    write.write(root, train=4, test=2)

    assert sorted(contents(root)) == [
        "test/happy/00001.png",
        "test/sad/00001.png",
        "train/happy/00001.png",
        "train/happy/00002.png",
        "train/sad/00001.png",
        "train/sad/00002.png",
    ]


def test_writes_faces_of_48_pixels_in_grey(tmp_path: Path) -> None:
    write.write(tmp_path / "drawn", train=2, test=2)

    with Image.open(tmp_path / "drawn/train/happy/00001.png") as face:
        assert (face.size, face.mode) == ((48, 48), "L")


def test_gives_an_odd_face_to_happy(tmp_path: Path) -> None:
    write.write(tmp_path / "drawn", train=3, test=1)

    assert len(list((tmp_path / "drawn/train/happy").iterdir())) == 2
    assert len(list((tmp_path / "drawn/train/sad").iterdir())) == 1
    assert list((tmp_path / "drawn/test/sad").iterdir()) == []


def test_same_seed_writes_identical_files(tmp_path: Path) -> None:
    write.write(tmp_path / "first", train=6, test=2, seed=5)
    write.write(tmp_path / "second", train=6, test=2, seed=5)

    assert contents(tmp_path / "first") == contents(tmp_path / "second")


def test_another_seed_writes_other_faces(tmp_path: Path) -> None:
    write.write(tmp_path / "first", train=2, test=2, seed=5)
    write.write(tmp_path / "second", train=2, test=2, seed=6)

    first, second = contents(tmp_path / "first"), contents(tmp_path / "second")
    assert all(first[name] != second[name] for name in first)


def test_asking_for_more_changes_no_face(tmp_path: Path) -> None:
    write.write(tmp_path / "few", train=4, test=2)
    write.write(tmp_path / "many", train=10, test=6)

    few, many = contents(tmp_path / "few"), contents(tmp_path / "many")
    assert few.items() <= many.items()


def test_no_face_is_drawn_twice(tmp_path: Path) -> None:
    write.write(tmp_path / "drawn", train=40, test=20)

    files = contents(tmp_path / "drawn")
    assert len(set(files.values())) == len(files) == 60


def test_progress_ends_with_all_faces(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    write.write(tmp_path / "drawn", train=60, test=10, progress=lambda done, total: seen.append((done, total)))

    assert seen == [(50, 70), (70, 70)]


def test_an_interruption_leaves_nothing_behind(tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt("stopped by hand")

    with pytest.raises(KeyboardInterrupt, match="stopped by hand"):
        write.write(tmp_path / "drawn", train=60, test=10, progress=interrupt)

    assert list(tmp_path.iterdir()) == []


def test_shows_no_folder_before_all_is_drawn(tmp_path: Path) -> None:
    seen: list[bool] = []

    write.write(
        tmp_path / "drawn", train=60, test=0, progress=lambda done, total: seen.append((tmp_path / "drawn").exists())
    )

    assert seen == [False, False]
    assert [path.name for path in tmp_path.iterdir()] == ["drawn"]


def test_refuses_a_folder_that_holds_files(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me", encoding="utf-8")

    with pytest.raises(DataError, match="already holds files"):
        write.write(tmp_path, train=2, test=2)

    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_fills_a_folder_that_is_empty(tmp_path: Path) -> None:
    root = tmp_path / "drawn"
    root.mkdir()

    write.write(root, train=2, test=2)

    assert len(contents(root)) == 4


def test_makes_the_folders_above_it(tmp_path: Path) -> None:
    write.write(tmp_path / "a" / "b" / "drawn", train=2, test=2)

    assert len(contents(tmp_path / "a" / "b" / "drawn")) == 4


def test_lets_a_faster_process_win(tmp_path: Path) -> None:
    root = tmp_path / "drawn"

    def other_process(done: int, total: int) -> None:
        if done == total:
            write.write(root, train=2, test=2)

    write.write(root, train=60, test=2, progress=other_process)

    assert len(contents(root)) == 4
    assert [path.name for path in tmp_path.iterdir()] == ["drawn"]


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize("name", ["sad", "happy"])
def test_the_faces_that_come_along_are_those_that_painting_gives(split: str, name: str) -> None:
    faces = shipped.load()[split, name]

    assert len(faces) == shipped.COUNTS[split] // 2
    for number in (0, len(faces) // 2, len(faces) - 1):  # twelve in all
        came_along, at_hand = faces.face(number)
        painted, left_by_painting = write.paint_one(shipped.SEED, split, name, number)
        assert came_along.tobytes() == painted.tobytes()
        assert at_hand.random(10).tolist() == left_by_painting.random(10).tolist()


def test_writes_the_same_files_with_and_without_the_faces_that_come_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write.write(tmp_path / "came along", train=30, test=10)
    monkeypatch.setattr(shipped, "load", dict)
    write.write(tmp_path / "painted", train=30, test=10)

    assert contents(tmp_path / "came along") == contents(tmp_path / "painted")


def test_paints_none_of_the_faces_that_come_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[int] = []
    monkeypatch.setattr(write, "_painted", lambda rng, happiness: painted.append(1))

    write.write(tmp_path / "drawn")

    assert painted == []
    assert len(contents(tmp_path / "drawn")) == 2500


def test_paints_the_faces_beyond_those_that_come_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {key: shipped.Faces(faces.painted[:2], faces.states[:2]) for key, faces in shipped.load().items()}
    write.write(tmp_path / "all came along", train=8, test=4)
    monkeypatch.setattr(shipped, "load", lambda: few)

    write.write(tmp_path / "some painted", train=8, test=4)

    assert contents(tmp_path / "some painted") == contents(tmp_path / "all came along")


def test_the_tool_makes_the_same_file_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "COUNTS", {"train": 4, "test": 2})

    paint_faces.main(tmp_path / "first.npz")
    paint_faces.main(tmp_path / "second.npz")

    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()
    all_faces = shipped.load()
    monkeypatch.setattr(shipped, "FILE", tmp_path / "first.npz")
    for key, few in shipped.load().items():
        assert few.painted.tobytes() == all_faces[key].painted[: len(few)].tobytes()
        assert few.states.tolist() == all_faces[key].states[: len(few)].tolist()


def test_same_generator_draws_same_face() -> None:
    first = write.draw_face(np.random.default_rng(3), 0.5)
    second = write.draw_face(np.random.default_rng(3), 0.5)

    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("happiness", [-1.0, 0.0, 1.0])
def test_draws_every_happiness_from_end_to_end(happiness: float) -> None:
    for seed in range(12):
        face = np.asarray(write.draw_face(np.random.default_rng(seed), happiness))

        assert face.shape == (48, 48)
        assert face.std() > 8  # something is to be seen


def test_more_happiness_moves_the_average_face_further() -> None:
    sad, middle, happy = (average_face(happiness) for happiness in (-1.0, -0.3, 1.0))

    assert np.abs(happy - sad).mean() > np.abs(middle - sad).mean()


@pytest.mark.parametrize("happy", [True, False])
def test_portrait_has_its_size_and_colours(happy: bool) -> None:
    portrait = write.draw_portrait(1, happy=happy, size=120)

    assert (portrait.size, portrait.mode) == ((120, 120), "RGB")


def test_portrait_is_480_pixels_unless_told() -> None:
    assert write.draw_portrait(1, happy=True).size == (480, 480)


def test_same_seed_draws_same_portrait() -> None:
    first = write.draw_portrait(9, happy=True, size=96)
    second = write.draw_portrait(9, happy=True, size=96)

    assert first.tobytes() == second.tobytes()


def test_happy_and_sad_portrait_differ_in_the_face_alone() -> None:
    happy, sad = (np.asarray(write.draw_portrait(4, happy=kind, size=96)) for kind in (True, False))

    differs = (happy != sad).any(axis=2)
    assert differs[32:80, 24:72].any()
    assert not differs[:, :16].any()
    assert not differs[:16].any()


@pytest.mark.parametrize("seed", range(12))
def test_portrait_keeps_its_head_inside_the_frame(seed: int) -> None:
    portrait = np.asarray(write.draw_portrait(seed, happy=True, size=96))

    background = portrait[0, 0]
    top, left, right = portrait[:2], portrait[:60, :2], portrait[:60, -2:]
    assert all((edge == background).all() for edge in (top, left, right))
