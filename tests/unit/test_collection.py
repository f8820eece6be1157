"""The person's own pictures: what is kept, what of it, and that it can be taken back."""

import os

import numpy as np
import pytest
from PIL import Image

from emotion.data import collection
from emotion.system.errors import ConfigError


def face(seed=0, size=60, mode="RGB"):
    pixels = np.random.default_rng(seed).integers(0, 256, (size, size, 3), dtype=np.uint8)
    return Image.fromarray(pixels).convert(mode)


def opened(path):
    """The picture as it lies on disk, with its file closed again."""
    with Image.open(path) as picture:
        picture.load()
        return picture


def files_in(home):
    return sorted(path.relative_to(home).as_posix() for path in home.rglob("*"))


def test_reading_the_collection_writes_nothing(home):
    assert (collection.listing(), collection.counts()) == ([], {})
    assert collection.fingerprint(("sad", "happy")) == ""
    assert len(collection.examples(("sad", "happy")).labels) == 0
    collection.remove_all()

    assert files_in(home) == []


def test_a_kept_face_lies_under_its_label(home):
    path = collection.keep(face(), "happy")

    assert path.parent == home / "mine" / "train" / "happy"
    assert np.array_equal(np.asarray(opened(path)), np.asarray(face()))
    assert collection.counts() == {"happy": 1}


def test_the_name_is_made_from_the_pixels_alone(home):
    named = face()
    named.filename = "holiday with anna.jpg"

    path = collection.keep(named, "sad")

    assert path.name == collection.keep(face(), "sad").name
    assert collection.NAME.fullmatch(path.name)


def test_place_and_time_of_the_photo_are_not_kept(home, tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "anna at home"
    face().save(tmp_path / "photo.png", exif=exif, icc_profile=b"anna's screen")
    photo = opened(tmp_path / "photo.png")
    photo.info["comment"] = "anna"

    path = collection.keep(photo, "happy")

    assert b"anna" not in path.read_bytes()
    assert opened(path).info == {}


@pytest.mark.parametrize(("size", "kept"), [(255, 255), (256, 256), (257, 256), (900, 256)])
def test_a_large_face_is_made_small_enough_to_stay_whole(home, size, kept):
    path = collection.keep(face(size=size), "happy")

    assert opened(path).size == (kept, kept)


def test_the_same_face_kept_twice_is_one_picture(home):
    first, second = collection.keep(face(), "happy"), collection.keep(face(), "happy")

    assert first == second
    assert collection.counts() == {"happy": 1}


def test_a_face_with_another_label_moves(home):
    first = collection.keep(face(), "happy")

    second = collection.keep(face(), "sad")

    assert not first.exists()
    assert second.exists()
    assert collection.counts() == {"sad": 1}


def test_grey_and_transparent_faces_are_kept_too(home):
    grey, clear = collection.keep(face(mode="L"), "sad"), collection.keep(face(1, mode="RGBA"), "sad")

    assert (opened(grey).mode, opened(clear).mode) == ("L", "RGB")


def test_the_newest_comes_first(home):
    for age, seed in enumerate((3, 1, 2)):
        os.utime(collection.keep(face(seed), "happy"), (1000 - age, 1000 - age))

    times = [kept.time for kept in collection.listing()]

    assert times == [1000, 999, 998]


@pytest.mark.parametrize("label", ["", " ", ".", "..", "../x", "a/b", "a\\b", "C:", ".hidden", "a\nb", "dot."])
def test_refuses_a_label_that_is_no_folder_name(home, label):
    with pytest.raises(ConfigError, match="label: expected a class name"):
        collection.keep(face(), label)

    assert files_in(home) == []


def test_the_case_of_a_label_does_not_matter(home):
    collection.keep(face(), "Happy")

    assert collection.examples(("sad", "happy")).labels.tolist() == [1]


def test_one_picture_can_be_removed(home):
    gone, stays = collection.keep(face(1), "happy"), collection.keep(face(2), "sad")

    collection.remove(gone.stem)
    collection.remove(gone.stem)

    assert [kept.path for kept in collection.listing()] == [stays]
    assert not gone.parent.exists()


def test_removing_all_leaves_nothing_behind(home):
    for seed in range(3):
        collection.keep(face(seed), ("sad", "happy")[seed % 2])
    (home / "mine" / "train" / "sad" / ".0.1-2.tmp").write_bytes(b"cut off")
    collection.examples(("sad", "happy"))

    collection.remove_all()

    assert files_in(home) == []


def test_a_file_of_the_persons_own_making_is_not_deleted(home):
    collection.keep(face(), "happy")
    theirs = home / "mine" / "train" / "happy" / "anna.png"
    face(1).save(theirs)

    collection.remove_all()

    assert theirs.exists()
    assert collection.counts() == {}


def test_examples_are_what_the_network_sees(home):
    grey = face(size=48, mode="L")
    collection.keep(grey, "happy")

    examples = collection.examples(("sad", "happy"))

    assert examples.images.shape == (1, 48, 48)
    assert np.array_equal(examples.images[0], np.asarray(grey))


def test_pictures_of_other_classes_are_left_aside(home):
    collection.keep(face(1), "happy")
    collection.keep(face(2), "angry")

    examples = collection.examples(("sad", "happy"))

    assert examples.labels.tolist() == [1]
    assert examples.fingerprint == collection.fingerprint(("sad", "happy"))
    assert examples.fingerprint != collection.fingerprint(("sad", "happy", "angry"))


def test_a_damaged_picture_is_named_and_left_out(home):
    collection.keep(face(1), "happy")
    damaged = collection.keep(face(2), "sad")
    damaged.write_bytes(b"no longer a picture")

    examples = collection.examples(("sad", "happy"))

    assert examples.labels.tolist() == [1]
    assert examples.unreadable == (f"mine/train/sad/{damaged.name}",)


def test_the_fingerprint_follows_every_change(home):
    seen = {collection.fingerprint(("sad", "happy"))}
    first = collection.keep(face(1), "happy")
    seen.add(collection.fingerprint(("sad", "happy")))
    collection.keep(face(2), "happy")
    seen.add(collection.fingerprint(("sad", "happy")))
    collection.keep(face(1), "sad")
    seen.add(collection.fingerprint(("sad", "happy")))

    assert len(seen) == 4
    collection.remove(first.stem)
    assert collection.fingerprint(("sad", "happy")) not in seen


def test_the_fingerprint_does_not_depend_on_the_order(home):
    for seed in (1, 2):
        collection.keep(face(seed), "happy")
    before = collection.fingerprint(("sad", "happy"))
    collection.remove_all()

    for seed in (2, 1):
        collection.keep(face(seed), "happy")

    assert collection.fingerprint(("sad", "happy")) == before
