"""Data sets by name: what is brought in, how it is found again, and that nothing is ever half there."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from emotion.data import dataset, listing, registry
from emotion.data.bring import add, staging
from emotion.data.bring.layout import Options
from emotion.system.errors import ConfigError, DataError
from emotion.system.paths import DEMO
from tests.zips import png, write_archive, write_classes, zip_of


@pytest.fixture
def faces(home: Path) -> Path:
    """A folder of class folders, ten pictures each."""
    return write_classes(home / "elsewhere" / "faces")


@pytest.fixture
def archive(home: Path) -> Path:
    """A folder with train/ and test/."""
    return write_archive(home / "elsewhere" / "split")


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in paths}


def test_a_folder_gets_a_name_and_stays_as_it_is(archive: Path) -> None:
    before = snapshot(archive)

    record = add.add_folder(archive, "mine")

    assert record.counts == {"train": {"happy": 6, "sad": 6}, "test": {"happy": 2, "sad": 2}}
    assert listing.resolve("mine") == archive
    assert snapshot(archive) == before


def test_class_folders_get_a_split_and_stay_as_they_are(faces: Path) -> None:
    before = snapshot(faces)

    record = add.add_folder(faces, "mine")

    assert record.counts == {"train": {"happy": 8, "sad": 8}, "test": {"happy": 2, "sad": 2}}
    assert snapshot(faces) == before


def test_class_folders_without_a_name_tell_how_to_get_one(faces: Path) -> None:
    with pytest.raises(DataError, match="add the folder on the Data page"):
        listing.scan(faces)


def test_a_recorded_split_is_what_is_read(faces: Path) -> None:
    add.add_folder(faces, "mine")

    found = listing.scan(listing.resolve("mine"))
    examples = dataset.load(found, "test", ("sad", "happy"))

    assert listing.scan(found.root) == found
    assert len(examples.files) == 4
    assert not set(examples.files) & set(dataset.load(found, "train", ("sad", "happy")).files)


def test_another_split_is_another_fingerprint(faces: Path) -> None:
    first = add.add_folder(faces, "mine")

    add.remove("mine")
    second = add.add_folder(faces, "mine", Options(seed=1))

    assert first.fingerprint != second.fingerprint


def test_pictures_that_come_later_wait_to_be_shared_out(faces: Path) -> None:
    add.add_folder(faces, "mine")
    test = listing.scan(faces).files["test"]

    (faces / "happy" / "new.png").write_bytes(png(77))

    assert listing.scan(faces).skipped == 1
    assert add.refresh("mine").counts["train"]["happy"] == 9
    assert listing.scan(faces).files["test"] == test


def test_a_zip_with_an_outer_folder_is_looked_through(archive: Path, home: Path) -> None:
    record = add.add_zip(zip_of(archive, home / "a.zip", "archive/"), "zipped", "a.zip")

    assert record.counts == {"train": {"happy": 6, "sad": 6}, "test": {"happy": 2, "sad": 2}}
    assert record.is_ours


def test_a_zip_of_class_folders_gets_a_split(faces: Path, home: Path) -> None:
    record = add.add_zip(zip_of(faces, home / "a.zip"), "zipped", "a.zip")

    assert record.counts["test"] == {"happy": 2, "sad": 2}
    assert listing.scan(listing.resolve("zipped")).counts == record.counts


def test_the_same_zip_gives_the_same_fingerprint(archive: Path, home: Path) -> None:
    zipped = zip_of(archive, home / "a.zip")

    records = [add.add_zip(zipped, name, "a.zip") for name in ("one", "two")]

    assert records[0].fingerprint == records[1].fingerprint


def test_a_zip_without_classes_is_refused_as_a_whole(home: Path) -> None:
    folder = home / "elsewhere"
    folder.mkdir()
    (folder / "a.png").write_bytes(png(0))

    with pytest.raises(DataError, match="folder for each class"):
        add.add_zip(zip_of(folder, home / "a.zip"), "zipped", "a.zip")

    assert list((home / "datasets").iterdir()) == []


def test_a_class_of_one_picture_is_refused_as_a_whole(home: Path) -> None:
    faces = write_classes(home / "elsewhere", 1)

    with pytest.raises(DataError, match="two different pictures or more of the class 'happy'"):
        add.add_folder(faces, "mine")

    assert registry.list_sets() == []


@pytest.mark.parametrize(
    "name", ["", "..", ".hidden", "a/b", "a\\b", "C:", "con", "demo", "Demo", "x" * 61, "a\nb", "-x"]
)
def test_refuses_names_that_no_folder_can_have(name: str) -> None:
    assert registry.find(name) is None
    with pytest.raises(DataError, match="cannot be called"):
        registry.check_new_name(name if name else " ")


@pytest.mark.parametrize("name", ["mine", "MINE", "Mine"])
def test_a_name_is_taken_whatever_its_case(name: str, archive: Path, home: Path) -> None:
    add.add_folder(archive, "mine")

    with pytest.raises(DataError, match=r"is a data set called .* already"):
        add.add_zip(zip_of(archive, home / "a.zip"), name, "a.zip")

    assert registry.get(name).folder == archive


def test_a_folder_has_one_name_only(archive: Path) -> None:
    add.add_folder(archive, "mine")

    with pytest.raises(DataError, match="is known as 'mine' already"):
        add.add_folder(archive, "yours")


def test_a_missing_name_tells_which_there_are(archive: Path) -> None:
    add.add_folder(archive, "mine")

    with pytest.raises(DataError, match="choose one of mine"):
        registry.get("yours")


def test_refuses_what_is_no_folder_zip_or_csv(home: Path) -> None:
    with pytest.raises(DataError, match="no folder, archive or csv file"):
        add.add(home / "nowhere")


def test_a_folder_that_is_gone_is_told_by_its_name(archive: Path) -> None:
    add.add_folder(archive, "mine")

    archive.rename(archive.with_name("moved"))

    with pytest.raises(DataError, match="of the data set 'mine' are not at"):
        listing.resolve("mine")
    assert add.options() == [DEMO]


def test_a_name_goes_before_a_folder_of_that_name(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add.add_folder(archive, "mine")
    other = write_archive(archive.parent / "here" / "mine")
    monkeypatch.chdir(other.parent)

    assert listing.resolve("mine") == archive
    assert listing.resolve("./mine") == other


def test_a_run_keeps_the_name(archive: Path) -> None:
    add.add_folder(archive, "mine")

    assert dataset.checked("MINE", ("happy", "sad")) == "mine"
    assert listing.title("mine") == listing.title(str(archive)) == "mine"


def test_the_newest_name_is_the_default_without_an_archive(archive: Path, faces: Path) -> None:
    add.add_folder(faces, "older")
    add.add_folder(archive, "newer")

    assert listing.default_data() == "newer"
    assert add.options() == ["newer", "older", DEMO]


def test_an_archive_goes_before_all_names(archive: Path, home: Path) -> None:
    add.add_folder(archive, "mine")
    write_archive(home / "archive")

    assert listing.default_data() == str(home / "archive")


def test_removing_a_name_leaves_the_persons_folder(archive: Path) -> None:
    add.add_folder(archive, "mine")

    add.remove("mine")

    assert registry.list_sets() == []
    assert listing.scan(archive).counts["train"] == {"happy": 6, "sad": 6}


def test_removing_what_was_unpacked_leaves_nothing(archive: Path, home: Path) -> None:
    add.add_zip(zip_of(archive, home / "a.zip"), "zipped", "a.zip")
    dataset.load(listing.scan(listing.resolve("zipped")), "train", ("happy", "sad"))

    add.remove("zipped")

    assert list((home / "datasets").iterdir()) == []
    assert list((home / ".cache").glob("*.npz")) == []


def test_classes_get_other_names_without_a_change_on_disk(home: Path) -> None:
    folder = write_archive(home / "elsewhere")
    (folder / "train" / "happy").rename(folder / "train" / "Happiness")
    (folder / "test" / "happy").rename(folder / "test" / "Happiness")
    add.add_folder(folder, "mine")
    before = snapshot(folder)

    record = add.rename_classes("mine", add.usual_names(registry.get("mine")))

    assert record.counts["train"] == {"happy": 6, "sad": 6}
    assert listing.scan(folder).files["test"]["happy"] == ("test/Happiness/000.png", "test/Happiness/001.png")
    assert snapshot(folder) == before


def test_two_classes_of_one_name_become_one(archive: Path) -> None:
    add.add_folder(archive, "mine")

    record = add.rename_classes("mine", {"happy": "face", "sad": "face"})

    assert record.counts["train"] == {"face": 12}


def test_class_names_are_part_of_the_fingerprint(archive: Path) -> None:
    first = add.add_folder(archive, "mine")

    second = add.rename_classes("mine", {"happy": "glad"})

    assert first.fingerprint != second.fingerprint


def test_refuses_a_class_name_that_no_folder_can_have(archive: Path) -> None:
    add.add_folder(archive, "mine")

    with pytest.raises(ConfigError, match="names that a folder may have"):
        add.rename_classes("mine", {"happy": "../happy"})


def test_usual_names_put_no_two_classes_together(home: Path) -> None:
    folder = write_archive(home / "elsewhere")
    (folder / "train" / "sad").rename(folder / "train" / "happiness")

    record = add.add_folder(folder, "mine")

    assert add.usual_names(record) == {}


def test_of_two_imports_of_one_name_one_wins(archive: Path, home: Path) -> None:
    zipped, gate, outcomes = zip_of(archive, home / "a.zip"), threading.Barrier(4), []

    def bring() -> None:
        gate.wait()
        try:
            outcomes.append(add.add_zip(zipped, "same", "a.zip").name)
        except DataError:
            outcomes.append("taken")

    threads = [threading.Thread(target=bring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["same", "taken", "taken", "taken"]
    assert [path.name for path in (home / "datasets").iterdir()] == ["same"]
    assert listing.scan(listing.resolve("same")).counts["train"] == {"happy": 6, "sad": 6}


def test_many_imports_at_once_all_come(archive: Path, home: Path) -> None:
    zipped, names = zip_of(archive, home / "a.zip"), [f"set {number}" for number in range(6)]

    threads = [threading.Thread(target=add.add_zip, args=(zipped, name, "a.zip")) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(record.name for record in registry.list_sets()) == names


def test_sweeps_what_killed_processes_left(home: Path) -> None:
    left = home / "datasets" / ".0a1b2c3d.4194303.1000000000.part"
    (left / "pictures").mkdir(parents=True)

    removed = staging.sweep()

    assert removed == 1
    assert not left.exists()


def test_sweeps_nothing_of_a_process_that_lives(home: Path) -> None:
    with staging.place("mine") as part:
        removed = staging.sweep()

        assert removed == 0
        assert part.is_dir()


def test_a_record_of_a_later_version_is_left_alone(home: Path) -> None:
    folder = home / "datasets" / "future"
    folder.mkdir(parents=True)
    (folder / "dataset.json").write_text('{"format": 99}', encoding="utf-8")

    assert registry.list_sets() == []
    with pytest.raises(DataError, match=r"is a data set called .* already"):
        registry.check_new_name("future")


def test_refuses_a_folder_that_is_not_there(home: Path) -> None:
    with pytest.raises(DataError, match="No folder at"):
        add.add_folder(home / "nowhere")


@pytest.mark.parametrize("names", [("training", "testing"), ("Train", "Evaluation"), ("train", "eval")])
def test_other_names_of_the_splits_are_known(names: tuple[str, str], archive: Path) -> None:
    for old, new in zip(("train", "test"), names, strict=True):
        (archive / old).rename(archive / f"{new}-")
        (archive / f"{new}-").rename(archive / new)

    record = add.add_folder(archive, "mine")

    assert record.counts == {"train": {"happy": 6, "sad": 6}, "test": {"happy": 2, "sad": 2}}


def test_a_validation_folder_beside_test_is_kept_apart(archive: Path) -> None:
    write_classes(archive / "validation")

    record = add.add_folder(archive, "mine")

    assert record.counts["test"] == {"happy": 2, "sad": 2}


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_folders_that_only_wrap_are_looked_through(depth: int, home: Path) -> None:
    outer = home / "elsewhere"
    inner = outer.joinpath(*["wrap"] * depth, "data")
    write_classes(inner)

    assert add.add_folder(outer, "mine").folder == inner
