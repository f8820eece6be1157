"""Labelled pictures as arrays, on tiny folders of flat and noisy squares."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.data import dataset
from emotion.data.class_names import SPLITS
from emotion.data.dataset import Examples
from emotion.data.listing import Listing, scan
from emotion.system.errors import ConfigError, DataError, SplitMissingError

CLASSES = ("sad", "happy")


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def make(root: Path, n: int = 5, **counts: int) -> Listing:
    """A folder with n noisy pictures a class and split, none like another."""
    rng = np.random.default_rng(0)
    for split in SPLITS:
        for name in CLASSES:
            for number in range(counts.get(f"{split}_{name}", n)):
                save(root / split / name / f"{number:03d}.png", rng.integers(0, 256, (48, 48), dtype=np.uint8))
    return scan(root)


def examples(labels: list[int], twins: list[list[int]] | None = None) -> Examples:
    """Examples of two classes in memory; all images of one list in `twins` are identical."""
    images = np.random.default_rng(0).integers(0, 256, (len(labels), 48, 48), dtype=np.uint8)
    for places in twins or []:
        images[places] = images[places[0]]
    files = tuple(f"train/{CLASSES[label]}/{place}.png" for place, label in enumerate(labels))
    return Examples(images, np.array(labels, dtype=np.int64), CLASSES, files, (), "f" * 32)


def cache_files(home: Path) -> list[Path]:
    return sorted((home / ".cache").iterdir())


def test_reads_grey_squares_with_labels(home: Path, tmp_path: Path) -> None:
    listing = make(tmp_path / "data", n=3)

    loaded = dataset.load(listing, "train", CLASSES)

    assert (loaded.images.shape, loaded.images.dtype) == ((6, 48, 48), np.uint8)
    assert (loaded.labels.tolist(), loaded.labels.dtype) == ([0, 0, 0, 1, 1, 1], np.int64)
    assert loaded.files[3] == "train/happy/000.png"
    assert loaded.fingerprint == listing.fingerprint


def test_labels_follow_the_names_given(home: Path, tmp_path: Path) -> None:
    listing = make(tmp_path / "data", train_sad=2, train_happy=3)

    loaded = dataset.load(listing, "train", ("happy", "sad"))

    assert (loaded.classes, loaded.labels.tolist()) == (("happy", "sad"), [0, 0, 0, 1, 1])


def test_finds_class_names_in_any_case(home: Path, tmp_path: Path) -> None:
    listing = make(tmp_path / "data", n=1)

    loaded = dataset.load(listing, "train", ("Sad", "Happy"))

    assert (loaded.classes, len(loaded.files)) == (("Sad", "Happy"), 2)


def test_keeps_pixels_of_the_right_size(home: Path, tmp_path: Path) -> None:
    listing = make(tmp_path / "data", n=1)

    loaded = dataset.load(listing, "train", CLASSES)

    assert (loaded.images[0] == np.asarray(Image.open(tmp_path / "data" / loaded.files[0]))).all()


def test_pads_pictures_that_are_not_square(home: Path, tmp_path: Path) -> None:
    root = tmp_path / "data"
    make(root, n=1)
    wide = np.zeros((48, 96, 3), dtype=np.uint8)
    wide[:, 36:60] = 255  # a quarter of the width, so a quarter of a padded square too
    save(root / "train" / "sad" / "000.png", wide)

    loaded = dataset.load(scan(root), "train", CLASSES)

    assert (loaded.images[0][24] > 128).sum() == 12


def test_leaves_unreadable_pictures_out(home: Path, tmp_path: Path) -> None:
    root = tmp_path / "data"
    make(root, n=3)
    (root / "train" / "sad" / "001.png").write_bytes(b"not a picture")
    (root / "train" / "happy" / "002.png").write_bytes(b"")

    loaded = dataset.load(scan(root), "train", CLASSES)

    assert loaded.unreadable == ("train/sad/001.png", "train/happy/002.png")
    assert loaded.labels.tolist() == [0, 0, 1, 1]
    assert loaded.files[1] == "train/sad/002.png"
    assert (loaded.images[1] == np.asarray(Image.open(root / "train/sad/002.png"))).all()


def test_a_run_keeps_the_absolute_path_of_its_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "data", n=2)
    monkeypatch.chdir(tmp_path)

    assert dataset.checked("data", CLASSES) == str(tmp_path / "data")
    assert dataset.checked("demo", CLASSES) == "demo"
    with pytest.raises(DataError, match="no folder for the class 'angry'"):
        dataset.checked("data", ("angry", "sad"))


def test_larger_pictures_without_a_face_are_left_out_by_name(home: Path, tmp_path: Path) -> None:
    listing = make(tmp_path / "data", n=2)
    Image.new("L", (300, 300)).save(tmp_path / "data" / "train" / "sad" / "hills.png")
    listing = scan(tmp_path / "data")

    first, again = (dataset.load(listing, "train", CLASSES) for _ in range(2))

    assert first.faceless == again.faceless == ("train/sad/hills.png",)
    assert (len(again.images), again.unreadable) == (4, ())


def test_remembers_unreadable_pictures_when_cached(home: Path, tmp_path: Path) -> None:
    root = tmp_path / "data"
    make(root, n=3)
    (root / "train" / "sad" / "001.png").write_bytes(b"not a picture")
    first = dataset.load(scan(root), "train", CLASSES)

    again = dataset.load(scan(root), "train", CLASSES)

    assert (again.unreadable, again.files) == (first.unreadable, first.files)
    assert (again.images == first.images).all()


def test_looks_again_at_pictures_given_up(home: Path, tmp_path: Path) -> None:
    root = tmp_path / "data"
    listing = make(root, n=3)
    hidden = (root / "train/sad/001.png").rename(tmp_path / "away.png")
    assert dataset.load(listing, "train", CLASSES).unreadable == ("train/sad/001.png",)

    hidden.rename(root / "train/sad/001.png")

    assert dataset.load(listing, "train", CLASSES).unreadable == ()


def test_names_a_split_that_is_missing(home: Path, tmp_path: Path) -> None:
    save(tmp_path / "data/train/sad/1.png", np.zeros((48, 48), dtype=np.uint8))

    with pytest.raises(SplitMissingError, match="has no test/ folder"):
        dataset.load(scan(tmp_path / "data"), "test", CLASSES)


def test_names_a_class_that_is_missing(home: Path, tmp_path: Path) -> None:
    listing = make(tmp_path / "data", n=1)

    with pytest.raises(DataError, match=r"train has no folder for the class 'angry'\. Found: happy, sad"):
        dataset.load(listing, "train", ("angry", "happy"))


def test_names_a_class_without_files(home: Path, tmp_path: Path) -> None:
    listing = make(tmp_path / "data", train_sad=0)
    (tmp_path / "data/train/sad").mkdir()

    with pytest.raises(DataError, match=r"sad holds no readable picture"):
        dataset.load(scan(listing.root), "train", CLASSES)


def test_names_a_class_without_readable_files(home: Path, tmp_path: Path) -> None:
    listing = make(tmp_path / "data", n=1)
    (tmp_path / "data/train/sad/000.png").write_bytes(b"not a picture")

    with pytest.raises(DataError, match=r"sad holds no readable picture"):
        dataset.load(listing, "train", CLASSES)


def test_checks_classes_without_reading_pictures(home: Path, tmp_path: Path) -> None:
    listing = make(tmp_path / "data", n=1)
    (tmp_path / "data/train/sad/000.png").write_bytes(b"not a picture")

    dataset.check_classes(listing, "train", CLASSES)
    with pytest.raises(DataError, match="no folder for the class 'angry'"):
        dataset.check_classes(listing, "train", ("angry", "sad"))


def test_takes_examples_in_the_order_asked() -> None:
    some = examples([0, 0, 1])

    taken = some.take(np.array([2, 0]))

    assert (taken.files, taken.labels.tolist()) == (("train/happy/2.png", "train/sad/0.png"), [1, 0])
    assert (taken.images == some.images[[2, 0]]).all()


def test_tells_progress_up_to_the_end(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emotion.images.load.CHUNK", 4)
    listing = make(tmp_path / "data", n=5)
    told: list[tuple[int, int]] = []

    dataset.load(listing, "train", CLASSES, lambda done, total: told.append((done, total)))

    assert len(told) == 3
    assert sorted(told) == told
    assert told[-1] == (10, 10)


def test_reads_the_same_in_any_chunks(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = make(tmp_path / "data", n=5)
    whole = dataset.load(listing, "train", CLASSES)
    cache_files(home)[0].unlink()

    monkeypatch.setattr("emotion.images.load.CHUNK", 3)
    parts = dataset.load(listing, "train", CLASSES)

    assert (parts.images == whole.images).all()


def test_ends_when_progress_raises(home: Path, tmp_path: Path) -> None:
    listing = make(tmp_path / "data", n=2)

    def stop(done: int, total: int) -> None:
        raise InterruptedError("stop was pressed")

    with pytest.raises(InterruptedError, match="stop was pressed"):
        dataset.load(listing, "train", CLASSES, stop)
    assert not (home / ".cache").exists()


def test_second_load_opens_no_pictures(home: Path, tmp_path: Path) -> None:
    root = tmp_path / "data"
    listing = make(root, n=2)
    first = dataset.load(listing, "train", CLASSES)
    for file in first.files:
        (root / file).unlink()
    told: list[tuple[int, int]] = []

    again = dataset.load(listing, "train", CLASSES, lambda done, total: told.append((done, total)))

    assert (again.images == first.images).all()
    assert told == [(4, 4)]


def test_reads_anew_after_a_change(home: Path, tmp_path: Path) -> None:
    root = tmp_path / "data"
    dataset.load(make(root, n=2), "train", CLASSES)

    save(root / "train/sad/000.png", np.full((48, 48), 77, dtype=np.uint8))
    loaded = dataset.load(scan(root), "train", CLASSES)

    assert (loaded.images[0] == 77).all()


def test_forgets_older_states_of_a_folder(home: Path, tmp_path: Path) -> None:
    root = tmp_path / "data"
    dataset.load(make(root, n=2), "train", CLASSES)
    old = cache_files(home)

    listing = make(root, n=3)
    dataset.load(listing, "train", CLASSES)
    dataset.load(listing, "test", CLASSES)

    assert len(cache_files(home)) == 2
    assert not set(old) & set(cache_files(home))


def test_keeps_other_folders_in_the_cache(home: Path, tmp_path: Path) -> None:
    dataset.load(make(tmp_path / "one", n=1), "train", CLASSES)

    dataset.load(make(tmp_path / "two", n=1), "train", CLASSES)

    assert len(cache_files(home)) == 2


def test_keeps_a_limited_number_of_files(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emotion.images.cache.KEPT", 2)

    for name in ("one", "two", "three"):
        dataset.load(make(tmp_path / name, n=1), "train", CLASSES)

    assert len(cache_files(home)) == 2


@pytest.mark.parametrize("size", [0, 10, 3000])
def test_rebuilds_a_torn_cache_file(home: Path, tmp_path: Path, size: int) -> None:
    listing = make(tmp_path / "data", n=2)
    first = dataset.load(listing, "train", CLASSES)
    kept = cache_files(home)[0]
    kept.write_bytes(kept.read_bytes()[:size])

    again = dataset.load(listing, "train", CLASSES)

    assert (again.images == first.images).all()
    assert kept.stat().st_size > 3000


@pytest.mark.parametrize("place", [0, 200, 5000, -30])
def test_rebuilds_a_damaged_cache_file(home: Path, tmp_path: Path, place: int) -> None:
    listing = make(tmp_path / "data", n=2)
    first = dataset.load(listing, "train", CLASSES)
    content = bytearray(cache_files(home)[0].read_bytes())
    content[place] ^= 255
    cache_files(home)[0].write_bytes(content)

    again = dataset.load(listing, "train", CLASSES)

    assert (again.images == first.images).all()


def test_rebuilds_a_cache_file_of_wrong_content(home: Path, tmp_path: Path) -> None:
    listing = make(tmp_path / "data", n=2)
    first = dataset.load(listing, "train", CLASSES)
    none = np.empty(0, dtype=np.int64)
    np.savez(cache_files(home)[0], images=first.images[:1], unreadable=none, faceless=none)

    again = dataset.load(listing, "train", CLASSES)

    assert (again.images == first.images).all()


def test_works_where_nothing_can_be_kept(home: Path, tmp_path: Path) -> None:
    (home / ".cache").write_text("a file where the folder should be", encoding="utf-8")

    loaded = dataset.load(make(tmp_path / "data", n=1), "train", CLASSES)

    assert len(loaded.files) == 2


@pytest.mark.parametrize(("count", "expected"), [(0, [0, 0]), (1, [1, 0]), (5, [3, 2]), (12, [5, 5])])
def test_samples_evenly_over_the_classes(home: Path, tmp_path: Path, count: int, expected: list[int]) -> None:
    listing = make(tmp_path / "data", n=5)

    few = dataset.samples(listing, "train", CLASSES, count)

    assert np.bincount(few.labels, minlength=2).tolist() == expected
    assert len(few.images) == len(few.files) == sum(expected)


def test_samples_depend_on_the_seed(home: Path, tmp_path: Path) -> None:
    listing = make(tmp_path / "data", n=20)

    files = [dataset.samples(listing, "train", CLASSES, 6, seed).files for seed in (1, 1, 2)]

    assert files[0] == files[1] != files[2]


def test_samples_pass_over_unreadable_pictures(home: Path, tmp_path: Path) -> None:
    root = tmp_path / "data"
    listing = make(root, n=3)
    for number in (0, 1):
        (root / f"train/sad/{number:03d}.png").write_bytes(b"not a picture")

    few = dataset.samples(listing, "train", CLASSES, 6)

    assert sorted(few.unreadable) == ["train/sad/000.png", "train/sad/001.png"]
    assert few.labels.tolist() == [0, 1, 1, 1]


def test_samples_name_an_unreadable_class(home: Path, tmp_path: Path) -> None:
    listing = make(tmp_path / "data", n=1)
    (tmp_path / "data/train/happy/000.png").write_bytes(b"not a picture")

    with pytest.raises(DataError, match="happy holds no readable picture"):
        dataset.samples(listing, "train", CLASSES, 2)


def test_split_uses_every_example_once() -> None:
    training, validation = dataset.split_validation(examples([0] * 30 + [1] * 50), 0.2, seed=0)

    assert sorted([*training, *validation]) == list(range(80))
    assert training.dtype == validation.dtype == np.int64


def test_split_takes_its_share_of_each_class() -> None:
    labels = np.repeat([0, 1], [30, 50])

    _, validation = dataset.split_validation(examples(labels.tolist()), 0.2, seed=0)

    assert np.bincount(labels[validation]).tolist() == [6, 10]


def test_split_depends_on_the_seed_alone() -> None:
    some = examples([0] * 30 + [1] * 50)

    validations = [dataset.split_validation(some, 0.2, seed)[1].tolist() for seed in (1, 1, 2)]

    assert validations[0] == validations[1] != validations[2]


@pytest.mark.parametrize("seed", range(10))
def test_split_keeps_twins_on_one_side(seed: int) -> None:
    twins = [[0, 1, 2], [3, 45], [5, 6], [40, 41]]  # the second with two labels

    training, _ = dataset.split_validation(examples([0] * 30 + [1] * 50, twins), 0.2, seed)

    for group in twins:
        assert np.isin(group, training).sum() in (0, len(group))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_split_needs_two_pictures_a_class(n: int) -> None:
    some = examples([0] * n + [1] * 20)

    if n == 1:
        with pytest.raises(DataError, match="two different pictures or more of the class 'sad'"):
            dataset.split_validation(some, 0.2, seed=0)
    else:
        assert (dataset.split_validation(some, 0.2, seed=0)[1] < n).sum() == 1


def test_split_counts_identical_pictures_once() -> None:
    some = examples([0] * 5 + [1] * 20, twins=[[0, 1, 2, 3, 4]])

    with pytest.raises(DataError, match=r"sad: expected two different .* Received: 1\."):
        dataset.split_validation(some, 0.2, seed=0)


@pytest.mark.parametrize("share", [0, 1, -0.2])
def test_split_refuses_a_share_out_of_range(share: float) -> None:
    with pytest.raises(ConfigError, match="a share above 0 and below 1"):
        dataset.split_validation(examples([0, 0, 1, 1]), share, seed=0)


def test_a_class_of_test_may_have_another_name_that_means_the_same(home: Path, tmp_path: Path) -> None:
    make(tmp_path / "data", n=2)
    (tmp_path / "data" / "test" / "happy").rename(tmp_path / "data" / "test" / "happiness")
    (tmp_path / "data" / "test" / "sad").rename(tmp_path / "data" / "test" / "Sadness")

    loaded = dataset.load(scan(tmp_path / "data"), "test", CLASSES)

    assert (loaded.classes, loaded.labels.tolist()) == (CLASSES, [0, 0, 1, 1])
    assert [Path(file).parent.name for file in loaded.files] == ["Sadness", "Sadness", "happiness", "happiness"]


def test_two_names_of_test_that_mean_the_same_are_not_guessed_between(home: Path, tmp_path: Path) -> None:
    make(tmp_path / "data", n=2)
    (tmp_path / "data" / "test" / "happy").rename(tmp_path / "data" / "test" / "joy")
    save(tmp_path / "data" / "test" / "smile" / "1.png", np.zeros((48, 48), np.uint8))

    with pytest.raises(DataError, match="has no folder for the class 'happy'"):
        dataset.load(scan(tmp_path / "data"), "test", CLASSES)
