"""What a run with own pictures learns from, and what it must not be asked about."""

import numpy as np
import pytest
from PIL import Image

from emotion.data import collection, dataset, listing, material
from emotion.data.drawn import write
from emotion.recipes.settings import TrainingConfig
from emotion.system.errors import DataError, VotesError

CLASSES = ("sad", "happy")


@pytest.fixture
def faces(home):
    root = home / "faces"
    write.write(root, train=40, test=20)
    return root


def keep(label, *seeds):
    for seed in seeds:
        pixels = np.random.default_rng(seed).integers(0, 256, (48, 48), dtype=np.uint8)
        collection.keep(Image.fromarray(pixels), label)


def keep_file(path, label):
    with Image.open(path) as picture:
        collection.keep(picture, label)


def asked(data, **changes):
    return TrainingConfig(data=str(data), own=True, **changes)


def test_a_run_without_own_pictures_is_as_it_was(faces):
    keep("happy", 1)

    learned = material.read(TrainingConfig(data=str(faces)))

    assert (len(learned.train.labels), len(learned.validation.labels)) == (32, 8)
    assert learned.own is None
    assert learned.fingerprint == learned.listing.fingerprint


def test_each_own_picture_counts_ten_times_in_train_only(faces):
    keep("happy", 1, 2)
    keep("sad", 3)

    learned = material.read(asked(faces))

    assert len(learned.train.labels) == 32 + 30
    assert learned.train.labels[32:].tolist() == [1] * 20 + [0] * 10
    assert len(learned.train.files) == 62
    assert (len(learned.old.labels), len(learned.validation.labels)) == (32, 8)


def test_a_corrected_face_is_no_longer_tested_on(faces):
    keep_file(next((faces / "test" / "happy").iterdir()), "sad")

    learned = material.read(asked(faces))

    assert len(learned.test().labels) == 19


def test_a_corrected_face_no_longer_chooses_the_best_epoch(faces):
    held = material.read(TrainingConfig(data=str(faces))).validation.files[0]
    keep_file(faces / held, "happy")

    learned = material.read(asked(faces))

    assert len(learned.validation.labels) == 7
    assert held not in learned.validation.files


def test_the_fingerprint_covers_the_own_pictures(faces):
    keep("happy", 1)
    first = material.read(asked(faces)).fingerprint
    keep("happy", 2)

    second = material.read(asked(faces)).fingerprint

    assert len({first, second, material.read(TrainingConfig(data=str(faces))).fingerprint}) == 3


def test_own_pictures_alone_give_up_some_for_validation(home):
    keep("happy", *range(5))
    keep("sad", *range(5, 12))

    learned = material.read(asked(""))

    assert np.bincount(learned.validation.labels).tolist() == [1, 1]
    assert np.bincount(learned.train.labels).tolist() == [60, 40]
    assert (learned.test(), learned.listing, learned.old) == (None, None, None)
    assert learned.fingerprint == collection.fingerprint(CLASSES)


@pytest.mark.parametrize(("happy", "enough"), [(4, False), (5, True), (6, True)])
def test_alone_five_of_each_class_are_needed(home, happy, enough):
    keep("happy", *range(happy))
    keep("sad", *range(10, 18))

    if enough:
        material.read(asked(""))
    else:
        with pytest.raises(DataError, match=r"8 sad, 4 happy. Expected at least 5 of each class, because"):
            material.read(asked(""))


def test_beside_a_folder_one_picture_is_enough(faces):
    with pytest.raises(DataError, match=r"0 sad, 0 happy. Expected at least one"):
        material.read(asked(faces))
    keep("happy", 1)

    assert len(material.read(asked(faces)).own.labels) == 1


def test_the_data_is_called_by_all_that_is_in_it(faces):
    assert material.title(TrainingConfig(data=str(faces))) == "faces"
    assert material.title(asked(faces)) == "faces and my own pictures"
    assert material.title(asked("")) == "my own pictures"


def vote(root, *lines):
    (root / "votes.csv").write_text("\n".join(["split,class,file,happy,sad,NF", *lines]), encoding="utf-8")


def train_files(root):
    return [(path.parent.name, path.name) for path in sorted((root / "train").rglob("*.png"))]


def test_what_people_have_said_comes_along_where_it_is_learned(faces):
    vote(faces, *(f"train,{label},{name},7,3,0" for label, name in train_files(faces)[1:]))

    learned = material.read(TrainingConfig(data=str(faces), labels="votes"))

    both = np.concatenate([learned.train.votes, learned.validation.votes])
    assert both.shape == (40, 2)
    assert np.isnan(both[:, 0]).sum() == 1
    np.testing.assert_allclose(both[~np.isnan(both[:, 0])], [[0.3, 0.7]] * 39)
    assert material.read(TrainingConfig(data=str(faces))).train.votes is None


def test_pictures_without_a_face_are_judged_and_not_learned(faces):
    vote(faces, *(f"train,{label},{name},1,0,9" for label, name in train_files(faces)))
    plain = material.read(TrainingConfig(data=str(faces)))

    learned = material.read(TrainingConfig(data=str(faces), labels="both"))

    assert len(learned.train.labels) == 0
    assert learned.validation.files == plain.validation.files


def test_own_pictures_have_no_votes(faces):
    vote(faces, *(f"train,{label},{name},7,3,0" for label, name in train_files(faces)))
    keep("happy", 1)

    learned = material.read(asked(faces, labels="both"))

    assert learned.train.votes.shape == (len(learned.train.labels), 2)
    assert np.isnan(learned.train.votes[:, 0]).sum() == 10


def test_says_that_there_are_no_votes_to_learn(faces):
    with pytest.raises(VotesError, match="no votes at"):
        material.read(TrainingConfig(data=str(faces), labels="votes"))


def test_most_people_say_what_a_picture_is(faces):
    names = train_files(faces)[:4]
    said = ("6,4,0", "5,4,1", "3,7,0", "0,6,4")
    vote(faces, *(f"train,{label},{name},{row}" for (label, name), row in zip(names, said, strict=True)))
    examples = dataset.load(listing.scan(faces), "train", CLASSES)

    clear = material.by_majority(examples, faces)

    told = dict(zip(clear.files, clear.labels.tolist(), strict=True))
    assert told == {
        f"train/{names[0][0]}/{names[0][1]}": 1,
        **{f"train/{label}/{name}": 0 for label, name in names[2:]},
    }


def test_says_that_people_agree_on_no_picture(faces):
    vote(faces, *(f"train,{label},{name},5,5,0" for label, name in train_files(faces)))

    with pytest.raises(VotesError, match="a picture on which most people agree"):
        material.by_majority(dataset.load(listing.scan(faces), "train", CLASSES), faces)
