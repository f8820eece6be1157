"""The heat map: a model whose deciding part is known, and what is drawn over the face."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion import images
from emotion.models import heat
from emotion.models.heat import heat_map, overlay, where_hottest
from emotion.models.predictor import Predictor, load_model

DATA = Path(__file__).resolve().parent.parent / "data"
MOUTH = slice(30, 42), slice(12, 36)  # all that the model `mouth` looks at


@pytest.fixture(scope="module")
def mouth_model():
    return load_model(DATA / "mouth")


class Recording(Predictor):
    """A predictor that notes how many faces it is asked about at once."""

    def __init__(self, *words):
        super().__init__(*words)
        self.asked = []

    def predict_classes(self, faces):
        self.asked.append(len(faces))
        return super().predict_classes(faces)


def face(mouth, elsewhere):
    grey = np.full((48, 48), elsewhere, np.uint8)
    grey[MOUTH] = mouth
    return grey


def textured(mouth, seed=0):
    """A face with another grey at every place, but for the mouth."""
    grey = np.random.default_rng(seed).integers(60, 200, (48, 48), dtype=np.uint8)
    grey[MOUTH] = mouth
    return grey


HAPPY, SAD = textured(mouth=255), textured(mouth=0)


@pytest.mark.parametrize("grey", [HAPPY, SAD], ids=["happy", "sad"])
def test_the_heat_map_peaks_at_the_mouth(mouth_model, grey):
    found = heat_map(mouth_model, grey)

    row, column = np.unravel_index(found.argmax(), found.shape)
    assert (30 <= row < 42, 12 <= column < 36) == (True, True)
    assert found[MOUTH].mean() > 10 * np.abs(found[:24]).mean()


def test_the_heat_map_has_the_size_of_the_face(mouth_model):
    found = heat_map(mouth_model, HAPPY)

    assert (found.shape, found.dtype) == ((48, 48), np.float32)


def test_what_spoke_against_the_answer_is_below_zero(mouth_model):
    grey = face(mouth=200, elsewhere=60)
    grey[30:42, 12:18] = 0  # a dark corner in a bright mouth

    found = heat_map(mouth_model, grey)

    assert found[30:42, 12:15].mean() < 0 < found[30:42, 24:36].mean()


def test_a_flat_face_has_no_heat(mouth_model):
    found = heat_map(mouth_model, np.full((48, 48), 90, np.uint8))

    assert found == pytest.approx(0, abs=1e-5)


def test_heat_is_seen_where_the_probability_is_almost_one():
    grey = np.full((48, 48), 235, np.uint8)  # P(happy) of `three_classes` = 0.999
    grey[24:, 24:] = 255
    grey[:24, :24] = 215

    found = heat_map(load_model(DATA / "three_classes"), grey)

    assert found[24:, 24:].mean() > 0.01 > -0.01 > found[:24, :24].mean()


def test_classes_without_a_pair_have_a_heat_map(tmp_path):
    for file in (DATA / "three_classes").iterdir():
        text = file.read_bytes().replace(b'"sad"', b'"calm"')
        (tmp_path / file.name).write_bytes(text)
    grey = np.full((48, 48), 40, np.uint8)
    grey[:24] = 0  # darkness speaks for the third class

    found = heat_map(load_model(tmp_path), grey)

    assert found[:24].mean() > 0 > found[24:].mean()


@pytest.mark.parametrize(("positions", "side"), [(0, 1), (1, 1), (35, 5), (36, 6), (64, 8), (1000, 8)])
def test_covers_no_more_than_64_places(mouth_model, positions, side):
    recording = Recording(mouth_model.path, mouth_model.info, "mouth")

    heat_map(recording, HAPPY, positions)

    assert recording.asked == [side * side + 1]  # and the face itself, in one call


def test_covers_reach_every_pixel():
    patches = heat.covers(8, 48)

    assert patches.shape == (64, 48, 48)
    assert patches.max(axis=0).min() > 0.2


def test_the_overlay_tints_the_hottest_place_most(mouth_model):
    grey = face(mouth=200, elsewhere=100)

    picture = np.asarray(overlay(grey, heat_map(mouth_model, grey), size=96)).astype(int)

    violet = picture[..., 2] - picture[..., 1]
    assert violet[60:84, 24:72].mean() > 40
    assert np.abs(violet[:40]).mean() < 3


def test_the_face_stays_visible_under_the_tint():
    grey = np.tile(np.array([0, 255], np.uint8), (48, 24))

    picture = np.asarray(overlay(grey, np.ones((48, 48), np.float32), size=48)).astype(int)

    assert np.abs(np.diff(picture.mean(axis=2), axis=1)).min() > 100


@pytest.mark.parametrize("size", [48, 100, 192])
def test_the_overlay_has_the_size_asked_for(mouth_model, size):
    picture = overlay(HAPPY, heat_map(mouth_model, HAPPY), size)

    assert (picture.mode, picture.size) == ("RGB", (size, size))


def test_a_line_is_drawn_around_the_hot_half():
    hot = np.zeros((48, 48), np.float32)
    hot[16:32, 16:32] = 1.0

    picture = np.asarray(overlay(np.full((48, 48), 128, np.uint8), hot, size=48))

    assert (picture[15, 24] == 255).all()  # just outside
    assert (picture[5, 24] == 128).all()


@pytest.mark.parametrize(("most", "lines"), [(0.19, False), (0.2, True), (0.21, True)])
def test_little_heat_has_no_line(most, lines):
    hot = np.zeros((48, 48), np.float32)
    hot[16:32, 16:32] = most

    picture = np.asarray(overlay(np.full((48, 48), 128, np.uint8), hot, size=48))

    assert bool((picture == 255).all(axis=2).any()) == lines


def test_an_overlay_without_heat_is_the_face():
    picture = overlay(HAPPY, np.full((48, 48), -1.0, np.float32), size=48)

    assert (np.asarray(picture) == np.asarray(Image.fromarray(HAPPY).convert("RGB"))).all()


@pytest.mark.parametrize(
    ("row", "column", "name"),
    [(3, 3, "upper left"), (20, 24, "middle"), (20, 47, "right"), (40, 24, "lower middle"), (47, 0, "lower left")],
)
def test_names_the_place_as_one_sees_it(row, column, name):
    hot = np.zeros((48, 48), np.float32)
    hot[row, column] = 1.0

    assert where_hottest(hot) == name


def test_no_heat_has_no_place():
    assert where_hottest(np.full((48, 48), 0.1, np.float32)) == ""


EMOTIONS = DATA / "emotions"  # its classes go from dark to bright: sad, angry, fear, disgust, neutral, surprise, happy


@pytest.mark.parametrize(("threshold", "answered"), [(0.1, "happy"), (0.9, "sad")])
def test_the_class_that_the_asked_threshold_answers_is_explained(threshold, answered):
    """One cover over the whole face: its heat is how far the log-odds of the answer fall."""
    model, grey = load_model(DATA / "brightness"), np.full((48, 48), 120, np.uint8)
    grey[20:28, 20:28] = 255  # in the middle, where the cover hides most

    found = heat_map(model, grey, positions=1, asked=dataclasses.replace(model.info, threshold=threshold))

    assert model.info.threshold == 0.5
    assert (found > 0).all() if answered == "happy" else (found < 0).all()  # brightness speaks for happy


def test_all_classes_asked_for_have_the_heat_of_the_likeliest():
    model, grey = load_model(EMOTIONS), np.full((48, 48), round(255 * 2 / 6), np.uint8)  # fear
    grey[20:28, 20:28] = 0
    face = images.as_batch(grey)
    cover = heat.covers(1, 48)[0][..., np.newaxis]
    covered = face + cover * (face.mean() - face)

    found = heat_map(model, grey, positions=1, asked=model.info)

    named = model.info.classes.index("fear")
    before, after = (float(model.predict_classes(each.astype(np.float32))[0, named]) for each in (face, covered))
    fall = np.log(before / (1 - before)) - np.log(after / (1 - after))
    assert model.info.classes[int(model.predict_classes(face)[0].argmax())] == "fear"
    assert found == pytest.approx(fall, abs=1e-3)
    assert heat_map(model, grey, positions=1) != pytest.approx(fall, abs=1e-3)  # the usual question: happy or sad
