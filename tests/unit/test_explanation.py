"""Why: the varied answers, their spread, and the strip from the photo to the heat map."""

import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.images import crop
from emotion.images.crop import as_batch
from emotion.models.answers import Looking, answer
from emotion.models.explain import STRIP, Spread, Variant, spread, variants, why
from emotion.models.predictor import load_model

DATA = Path(__file__).resolve().parent.parent / "data"
NAMES = ["as it is", "mirrored", "larger crop", "smaller crop", "brighter", "darker"]


@pytest.fixture(scope="module")
def brightness():
    return load_model(DATA / "brightness")


def ramp(width=200, height=160):
    """A photo that gets brighter to the right and downwards."""
    across = np.linspace(0, 120, width)[np.newaxis, :] + np.linspace(0, 100, height)[:, np.newaxis]
    return Image.fromarray(np.repeat(across[..., np.newaxis], 3, axis=2).astype(np.uint8))


def saying(*probabilities, labels=None):
    labels = labels or ["happy"] * len(probabilities)
    seen = np.zeros((48, 48), np.uint8)
    return [Variant("any", p, label, p, seen) for p, label in zip(probabilities, labels, strict=True)]


def answered(picture, predictor, box=None):
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    return answer(stream.getvalue(), predictor, "photo.png", Looking(whole=box is None, box=box))


@pytest.mark.parametrize("box", [None, (60, 40, 120, 110)])
def test_varies_the_face_in_five_ways(brightness, box):
    assert [variant.name for variant in variants(brightness, ramp(), box)] == NAMES


def test_the_mirrored_face_is_the_face_turned_round(brightness):
    plain, mirrored, *_ = variants(brightness, ramp(), (60, 40, 120, 110))

    assert (mirrored.seen == plain.seen[:, ::-1]).all()
    assert mirrored.probability == pytest.approx(plain.probability, abs=1e-5)


def test_light_moves_the_answer_of_a_model_of_brightness(brightness):
    plain, *_, brighter, darker = variants(brightness, ramp(), (60, 40, 120, 110))

    assert darker.probability < plain.probability < brighter.probability
    assert brighter.seen.mean() == pytest.approx(1.25 * plain.seen.mean(), rel=0.01)


def test_too_much_light_stays_white(brightness):
    *_, brighter, _ = variants(brightness, Image.new("RGB", (90, 90), (230, 230, 230)), None)

    assert (brighter.seen == 255).all()


@pytest.mark.parametrize("box", [None, (50, 30, 140, 130)])
def test_a_larger_crop_shows_more_than_a_smaller_one(brightness, box):
    photo = Image.new("RGB", (200, 200))
    photo.paste((255, 255, 255), (70, 55, 120, 105))  # a white square in the face

    plain, _, larger, smaller, *_ = variants(brightness, photo, box)

    assert larger.seen.mean() < plain.seen.mean() < smaller.seen.mean()


def test_a_larger_whole_picture_repeats_its_borders(brightness):
    _, _, larger, *_ = variants(brightness, Image.new("RGB", (120, 80), (90, 90, 90)), None)

    assert (larger.seen == 90).all()


def test_a_grey_picture_of_two_pixels_can_be_varied(brightness):
    assert len(variants(brightness, Image.new("L", (2, 1), 40), None)) == 6


def test_a_box_at_the_edge_can_be_varied(brightness):
    assert len(variants(brightness, ramp(), (0, 0, 90, 160))) == 6


@pytest.mark.parametrize(("highest", "word"), [(0.79, "steady"), (0.8, "steady"), (0.81, "shaky")])
def test_more_than_twenty_points_are_shaky(highest, word):
    found = spread(saying(0.6, highest - 1e-9, 0.7))

    assert (found.points, found.word) == (pytest.approx(100 * (highest - 0.6)), word)


def test_an_answer_that_flips_is_shaky():
    assert spread(saying(0.49, 0.51, labels=["sad", "happy"])) == Spread(pytest.approx(2.0), "shaky")


@pytest.mark.parametrize("box", [None, (60, 40, 120, 110), (300, 200, 640, 601)])
@pytest.mark.parametrize("zoom", [1, 7, 8.3])
def test_why_begins_with_what_was_answered(brightness, box, zoom):
    photo = ramp(int(200 * zoom), int(160 * zoom)) if zoom > 1 else ramp(900, 700)
    given = answered(photo, brightness, box)

    found = why(brightness, given.faces[0], given.picture, given.scale)

    assert found.variants[0].probability == pytest.approx(given.faces[0].probability, abs=1e-6)
    assert (found.variants[0].seen == given.faces[0].seen).all()


def test_the_strip_goes_from_the_photo_to_the_heat_map(brightness):
    given = answered(ramp(), brightness, (60, 40, 120, 110))

    found = why(brightness, given.faces[0], given.picture, given.scale)

    assert [step.title for step in found.steps] == ["photo", "face", "48 × 48", "what mattered"]
    assert found.spread == spread(list(found.variants))


def test_a_whole_picture_has_no_frame_in_the_strip(brightness):
    given = answered(ramp(), brightness)

    found = why(brightness, given.faces[0], given.picture, given.scale)

    assert [step.title for step in found.steps] == ["photo", "48 × 48", "what mattered"]


@pytest.mark.parametrize("turn", list(Image.Transpose))
def test_a_turned_photo_is_shown_as_it_was_stored(brightness, turn):
    stored = ramp(80, 60)
    given = answered(stored.transpose(turn), brightness)

    found = why(brightness, given.faces[0], given.picture, given.scale, turn)

    assert [step.title for step in found.steps[:2]] == ["photo", "upright"]
    assert np.asarray(found.steps[0].picture).tolist() == np.asarray(stored).tolist()


def test_pictures_of_the_strip_are_small_and_described(brightness):
    given = answered(ramp(1000, 300), brightness, (400, 50, 560, 250))

    found = why(brightness, given.faces[0], given.picture, given.scale)

    assert {step.picture.mode for step in found.steps} == {"RGB"}
    assert max(max(step.picture.size) for step in found.steps) <= STRIP
    assert all(len(step.alt.split()) >= 3 and step.alt.endswith(".") for step in found.steps)


def test_the_heat_map_says_where_in_words():
    predictor = load_model(DATA / "mouth")
    grey = np.full((48, 48), 60, np.uint8)
    grey[30:42, 12:36] = 255
    given = answered(Image.fromarray(grey), predictor)

    found = why(predictor, given.faces[0], given.picture)

    assert found.steps[-1].alt == "Heat map over the face. What mattered most is in the lower middle of the face."


def test_a_frame_is_drawn_around_the_face(brightness):
    given = answered(ramp(384, 192), brightness, (100, 40, 200, 140))

    frame = np.asarray(why(brightness, given.faces[0], given.picture).steps[1].picture)

    assert frame.shape == (96, 192, 3)
    assert (frame[45, 51] == 255).all()  # on the left side of the box, at half the size


def test_variants_are_cut_like_every_face(brightness):
    plain, *_ = variants(brightness, ramp(), (60, 40, 120, 110))

    assert (plain.seen == crop.to_input(crop.crop_face(ramp(), (60, 40, 120, 110)))).all()


def test_all_classes_asked_for_are_explained_by_the_likeliest():
    """A question about all seven is not one about happy and sad."""
    emotions = load_model(DATA / "emotions")
    grey = np.random.default_rng(3).integers(0, 256, (48, 48), dtype=np.uint8)
    whole = emotions.predict_classes(as_batch(grey))

    found = variants(emotions, Image.fromarray(grey).convert("RGB"), None, asked=emotions.info)

    assert len(emotions.info.classes) == 7
    assert found[0].label == emotions.info.classes[int(whole[0].argmax())]
    assert found[0].probability == pytest.approx(float(whole[0].max()), abs=1e-6)


def test_the_threshold_of_the_question_decides(brightness):
    picture = Image.new("RGB", (48, 48), (150, 150, 150))
    probability = variants(brightness, picture, None)[0].probability

    labels = [
        variants(brightness, picture, None, asked=dataclasses.replace(brightness.info, threshold=threshold))[0].label
        for threshold in (probability - 0.01, probability + 0.01)
    ]

    assert labels == ["happy", "sad"]


def test_the_answers_lie_as_far_apart_as_those_for_the_class_that_is_explained():
    """Two likeliest classes with much the same share are no agreement."""
    emotions = load_model(DATA / "emotions")
    picture = Image.fromarray(np.full((48, 48), round(255 * 1.45 / 6), np.uint8)).convert("RGB")  # nearly fear

    found = variants(emotions, picture, None, asked=emotions.info)

    whole = emotions.predict_classes(as_batch(np.stack([one.seen for one in found])))
    shares = whole[:, emotions.info.classes.index(found[0].label)]
    assert len({one.label for one in found}) > 1
    assert spread(found).points == pytest.approx(100 * (shares.max() - shares.min()), abs=1e-4)
    likeliest = whole.max(axis=1)
    assert spread(found).points > 100 * (likeliest.max() - likeliest.min()) + 1
