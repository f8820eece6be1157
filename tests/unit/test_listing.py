"""What a data folder holds, and which folder a person means."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from emotion.data import listing, registry
from emotion.data.bring import add
from emotion.data.registry import DataSet
from emotion.system.errors import DataError, DataFolderUnreadableError, SplitMissingError


def put(root: Path, *names: str) -> Path:
    """Files with a few bytes; for a listing nobody opens them."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"picture")
    return root


def test_counts_pictures_per_split_and_class(tmp_path: Path) -> None:
    put(tmp_path, "train/happy/1.jpg", "train/happy/2.jpg", "train/sad/1.jpg", "test/happy/1.jpg")

    found = listing.scan(tmp_path)

    assert found.counts == {"train": {"happy": 2, "sad": 1}, "test": {"happy": 1}}
    assert found.classes == ("happy", "sad")


def test_lists_files_sorted_and_relative(tmp_path: Path) -> None:
    put(tmp_path, "train/sad/b.jpg", "train/sad/a.jpg")

    found = listing.scan(tmp_path)

    assert found.files["train"]["sad"] == ("train/sad/a.jpg", "train/sad/b.jpg")


@pytest.mark.parametrize("name", ["1.jpg", "1.JPEG", "1.Png", "1.bmp", "1.WEBP", "two.dots.jpg"])
def test_takes_every_kind_in_any_case(tmp_path: Path, name: str) -> None:
    put(tmp_path, f"train/sad/{name}")

    found = listing.scan(tmp_path)

    assert found.counts["train"] == {"sad": 1}


@pytest.mark.parametrize(
    "name",
    [".DS_Store", "Thumbs.db", "._1.jpg", "notes.txt", "jpg", "__MACOSX/1.jpg", ".hidden/1.jpg"],
)
def test_skips_and_counts_nested_junk(tmp_path: Path, name: str) -> None:
    put(tmp_path, "train/sad/1.jpg", f"train/sad/{name}", f"train/{name}")

    found = listing.scan(tmp_path)

    assert found.counts["train"] == {"sad": 1}
    assert found.skipped == 2


def test_walks_folders_inside_class_folders(tmp_path: Path) -> None:
    put(tmp_path, "train/sad/person 1/morning/1.jpg", "train/sad/2.jpg")

    found = listing.scan(tmp_path)

    assert found.files["train"]["sad"] == ("train/sad/2.jpg", "train/sad/person 1/morning/1.jpg")


def test_ignores_case_of_folder_names(tmp_path: Path) -> None:
    put(tmp_path, "Train/Happy/1.jpg", "TEST/HAPPY/1.jpg")

    found = listing.scan(tmp_path)

    assert found.counts == {"train": {"happy": 1}, "test": {"happy": 1}}
    assert found.files["test"]["happy"] == ("TEST/HAPPY/1.jpg",)


def test_refuses_folders_that_differ_in_case(tmp_path: Path) -> None:
    put(tmp_path, "train/Happy/1.jpg", "train/happy/2.jpg")
    if len(os.listdir(tmp_path / "train")) == 1:
        pytest.skip("this disk does not tell upper from lower case")

    with pytest.raises(DataError, match="several folders with one name: Happy, happy"):
        listing.scan(tmp_path)


def test_keeps_an_empty_class_in_sight(tmp_path: Path) -> None:
    put(tmp_path, "train/sad/1.jpg")
    (tmp_path / "train" / "happy").mkdir()

    found = listing.scan(tmp_path)

    assert found.counts["train"] == {"happy": 0, "sad": 1}


def test_lists_a_folder_without_test(tmp_path: Path) -> None:
    put(tmp_path, "train/sad/1.jpg")

    found = listing.scan(tmp_path)

    assert "test" not in found.files
    assert found.counts["test"] == {}


def test_takes_classes_from_test_without_train(tmp_path: Path) -> None:
    put(tmp_path, "test/sad/1.jpg", "test/angry/1.jpg")

    found = listing.scan(tmp_path)

    assert found.classes == ("angry", "sad")


def test_leaves_links_to_folders_aside(tmp_path: Path) -> None:
    put(tmp_path, "train/sad/1.jpg")
    try:
        (tmp_path / "train" / "sad" / "round").symlink_to(tmp_path / "train", target_is_directory=True)
    except OSError:
        pytest.skip("links cannot be made here")

    found = listing.scan(tmp_path)

    assert (found.counts["train"], found.skipped) == ({"sad": 1}, 1)


def test_names_a_folder_without_splits(tmp_path: Path) -> None:
    put(tmp_path, "happy/1.jpg")

    with pytest.raises(SplitMissingError, match=r"has no train/ folder\. Expected train/<class>/"):
        listing.scan(tmp_path)


def test_names_a_folder_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"No folder at .*nowhere"):
        listing.scan(tmp_path / "nowhere")


@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root opens all")
def test_names_a_folder_that_is_locked(tmp_path: Path) -> None:
    put(tmp_path, "train/sad/1.jpg")
    (tmp_path / "train" / "sad").chmod(0)

    with pytest.raises(DataFolderUnreadableError, match="sad cannot be opened"):
        listing.scan(tmp_path)


def test_fingerprint_stays_when_nothing_changes(tmp_path: Path) -> None:
    put(tmp_path, "train/sad/1.jpg", "test/sad/1.jpg")

    assert listing.scan(tmp_path).fingerprint == listing.scan(tmp_path).fingerprint


def _touch(root: Path) -> None:
    os.utime(root / "train/sad/1.jpg", ns=(1, 1))


def _grow(root: Path) -> None:
    file = root / "train/sad/1.jpg"
    changed = file.stat().st_mtime_ns
    file.write_bytes(b"another picture")
    os.utime(file, ns=(changed, changed))


def _rename(root: Path) -> None:
    (root / "train/sad/1.jpg").rename(root / "train/sad/2.jpg")


def _move(root: Path) -> None:
    (root / "train/sad/1.jpg").rename(root / "train/happy/1.jpg")


def _add(root: Path) -> None:
    put(root, "test/angry/1.jpg")


@pytest.mark.parametrize("change", [_touch, _grow, _rename, _move, _add])
def test_fingerprint_changes_with_any_file(tmp_path: Path, change: object) -> None:
    put(tmp_path, "train/sad/1.jpg", "train/happy/0.jpg", "test/sad/1.jpg")
    before = listing.scan(tmp_path).fingerprint

    change(tmp_path)  # type: ignore[operator]

    assert listing.scan(tmp_path).fingerprint != before


def test_fingerprint_leaves_junk_aside(tmp_path: Path) -> None:
    put(tmp_path, "train/sad/1.jpg")
    before = listing.scan(tmp_path).fingerprint

    put(tmp_path, "train/sad/.DS_Store")

    assert listing.scan(tmp_path).fingerprint == before


@pytest.mark.parametrize(
    "typed", ["{}", "  {}  ", '"{}"', "'{}'", "{}/", "\u201c{}\u201d", "file://{}", "'file://{}/'"]
)
@pytest.mark.parametrize("name", ["faces", "My Photos \u00e9 \u7b11"])
def test_understands_paths_as_people_paste_them(tmp_path: Path, typed: str, name: str) -> None:
    put(tmp_path / name, "train/sad/1.jpg")
    path = quote(str(tmp_path / name)) if "file:" in typed else str(tmp_path / name)

    assert listing.resolve(typed.format(path)) == tmp_path / name


@pytest.mark.skipif(os.name == "nt", reason="a backslash parts folders there")
def test_understands_the_backslashes_of_a_terminal(tmp_path: Path) -> None:
    put(tmp_path / "My Photos (2)", "train/sad/1.jpg")

    assert listing.resolve(str(tmp_path / "My\\ Photos\\ \\(2\\)")) == tmp_path / "My Photos (2)"


def test_starts_at_home_for_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "faces/train/sad/1.jpg")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    assert listing.resolve("~/faces") == tmp_path / "faces"


def test_starts_at_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "faces/train/sad/1.jpg")
    monkeypatch.chdir(tmp_path)

    assert listing.resolve("faces") == tmp_path / "faces"


def test_looks_through_one_outer_folder(tmp_path: Path) -> None:
    put(tmp_path, "fer2013/train/sad/1.jpg", "__MACOSX/fer2013/train/sad/1.jpg", "readme.txt")

    assert listing.resolve(str(tmp_path)) == tmp_path / "fer2013"


def test_chooses_none_of_two_data_folders(tmp_path: Path) -> None:
    put(tmp_path, "one/train/sad/1.jpg", "two/train/sad/1.jpg")

    assert listing.resolve(str(tmp_path)) == tmp_path


@pytest.mark.parametrize("typed", ["", "  ", '""', "no/such/folder", "~nobody-of-this-name/x", "a" * 5000, "nul\0byte"])
def test_refuses_paths_that_lead_nowhere(typed: str) -> None:
    with pytest.raises(DataError, match="No folder at"):
        listing.resolve(typed)


def test_refuses_a_file_as_data(tmp_path: Path) -> None:
    put(tmp_path, "archive.zip")

    with pytest.raises(DataError, match=r"No folder at .*archive\.zip"):
        listing.resolve(str(tmp_path / "archive.zip"))


def test_titles_the_demo_as_drawn_faces() -> None:
    assert listing.title("demo") == "drawn faces (demo)"


def test_titles_a_folder_by_its_name(tmp_path: Path) -> None:
    assert listing.title(f'"{tmp_path / "my faces"}"') == "my faces"


def test_takes_the_demo_without_an_archive(home: Path) -> None:
    assert listing.default_data() == "demo"


def test_takes_the_demo_beside_an_empty_archive(home: Path) -> None:
    (home / "archive").mkdir()

    assert listing.default_data() == "demo"


@pytest.mark.parametrize("name", ["archive/train/sad/1.jpg", "archive/Train/sad/1.jpg", "archive/fer/train/sad/1.jpg"])
def test_takes_the_archive_when_it_is_there(home: Path, name: str) -> None:
    put(home, name)

    assert listing.default_data() == str(home / "archive")


def test_uses_drawn_faces_that_are_there(home: Path) -> None:
    put(home, "drawn_faces/train/sad/1.png")

    assert listing.resolve("demo") == home / "drawn_faces"


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every folder had been left alone for a while."""
    monkeypatch.setattr(listing, "SETTLED_NS", -1)


def test_an_unchanged_folder_is_listed_once(tmp_path: Path, settled: None) -> None:
    put(tmp_path, "train/happy/1.jpg", "test/happy/1.jpg")

    first = listing.current(tmp_path)

    assert listing.is_current(tmp_path)
    assert listing.current(tmp_path) is first


def _add_inside(root: Path) -> None:
    put(root, "train/sad/deep/er/3.jpg")


def _remove(root: Path) -> None:
    (root / "train" / "sad" / "1.jpg").unlink()


def _swap(root: Path) -> None:
    """Another picture under the same name, moved into place as programs that save do it."""
    put(root, "train/sad/new.part")
    (root / "train" / "sad" / "new.part").replace(root / "train" / "sad" / "1.jpg")


def _new_class(root: Path) -> None:
    put(root, "train/fear/1.jpg")


def _put_the_time_back(root: Path) -> None:
    """As programs do that copy or unpack a folder with its times."""
    folder = root / "train" / "sad"
    before = folder.stat()
    put(root, "train/sad/3.jpg")
    os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("change", [_rename, _move, _add, _add_inside, _remove, _swap, _new_class])
def test_a_folder_that_changes_is_listed_anew(tmp_path: Path, settled: None, change: Callable[[Path], None]) -> None:
    put(tmp_path, "train/sad/1.jpg", "train/sad/2.jpg", "train/happy/1.jpg", "train/sad/deep/er/2.jpg")
    before = listing.current(tmp_path)

    change(tmp_path)

    assert not listing.is_current(tmp_path)
    assert listing.current(tmp_path) == listing.on_disk(tmp_path) != before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no time that a program cannot put back")
def test_a_change_is_seen_where_the_time_was_put_back(tmp_path: Path, settled: None) -> None:
    put(tmp_path, "train/sad/1.jpg", "train/sad/2.jpg")
    listing.current(tmp_path)

    _put_the_time_back(tmp_path)

    assert listing.current(tmp_path).counts["train"] == {"sad": 3}


def test_a_folder_that_has_only_just_changed_is_looked_at_again(tmp_path: Path) -> None:
    """A disk's clock may be so coarse that the next change leaves the time as it is."""
    put(tmp_path, "train/sad/1.jpg")

    listing.current(tmp_path)

    assert not listing.is_current(tmp_path)


def test_a_picture_painted_over_is_seen_when_all_are_looked_at_again(
    tmp_path: Path, settled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "train/sad/1.jpg", "train/sad/2.jpg")
    before = listing.current(tmp_path)
    _grow(tmp_path)

    monkeypatch.setattr(listing, "LOOK_AGAIN", 0.0)

    assert listing.current(tmp_path).fingerprint == listing.on_disk(tmp_path).fingerprint != before.fingerprint


def test_a_forgotten_folder_is_listed_anew(tmp_path: Path, settled: None) -> None:
    put(tmp_path, "train/sad/1.jpg")
    listing.current(tmp_path)

    listing.forget(tmp_path)

    assert not listing.is_current(tmp_path)


def test_a_folder_that_goes_away_is_told(tmp_path: Path, settled: None) -> None:
    root = put(tmp_path / "data", "train/sad/1.jpg")
    listing.current(root)

    root.rename(tmp_path / "elsewhere")

    with pytest.raises(DataError, match="No folder at"):
        listing.current(root)


def test_other_names_of_classes_count_at_once(home: Path, settled: None) -> None:
    root = put(home / "data", "train/happy/1.jpg", "train/sad/1.jpg", "test/happy/1.jpg", "test/sad/1.jpg")
    add.add_folder(root, "mine")
    listing.current(root)

    add.rename_classes("mine", {"happy": "glad"})

    assert listing.current(root).classes == ("glad", "sad")


def test_another_recorded_split_counts_at_once(home: Path, settled: None) -> None:
    root = put(home / "data", "happy/1.jpg", "happy/2.jpg", "sad/1.jpg", "sad/2.jpg")
    record = DataSet("mine", registry.sets_dir() / "mine", root)
    record.home.mkdir(parents=True)
    registry.write(record)
    sides = {"happy/1.jpg": "train", "happy/2.jpg": "test", "sad/1.jpg": "train", "sad/2.jpg": "test"}
    registry.write_placement(record.home, registry.Placement(sides), 0.5, 0)
    before = listing.current(root)

    registry.write_placement(record.home, registry.Placement(sides | {"sad/2.jpg": "train"}), 0.5, 0)

    assert before.counts["test"] == {"happy": 1, "sad": 1}
    assert listing.current(root).counts["test"] == {"happy": 1, "sad": 0}


def test_only_the_latest_folders_are_kept(tmp_path: Path, settled: None) -> None:
    roots = [put(tmp_path / str(number), "train/sad/1.jpg") for number in range(listing.MOST_KEPT + 1)]

    for root in roots:
        listing.current(root)

    assert [listing.is_current(root) for root in roots] == [False] + [True] * listing.MOST_KEPT
