"""From a picture to an answer, with the model whose P(happy) is the sigmoid of 8 x brightness - 4."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.images import crop, detect
from emotion.images.load import load_and_preprocess_image
from emotion.images.way_up import WayUp
from emotion.models import explain
from emotion.models.answers import Face, Looking, answer, judge, looks
from emotion.models.predictor import Predictor, load_model
from emotion.recipes.settings import ModelInfo

DATA = Path(__file__).resolve().parent.parent / "data"
WHOLE = Looking(whole=True)
SEVEN = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")


@pytest.fixture(scope="module")
def model() -> Predictor:
    return load_model(DATA / "brightness")


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def halves(width: int, height: int) -> Image.Image:
    """Black on the left, white on the right."""
    image = Image.new("RGB", (width, height))
    image.paste((255, 255, 255), (width // 2, 0, width, height))
    return image


def test_a_bright_picture_is_happy(model: Predictor) -> None:
    given = answer(png(Image.new("RGB", (100, 100), "white")), model, "white.png")

    (face,) = given.faces
    assert face.label == "happy"
    assert face.probability == pytest.approx(1 / (1 + np.exp(-4)), abs=1e-5)


def test_a_dark_picture_is_sad(model: Predictor) -> None:
    given = answer(png(Image.new("RGB", (100, 100), "black")), model, "black.png")

    assert given.faces[0].label == "sad"
    assert given.faces[0].probability == pytest.approx(1 / (1 + np.exp(4)), abs=1e-5)


def test_a_picture_can_be_taken_whole(model: Predictor) -> None:
    given = answer(png(halves(300, 200)), model, "wide.png", WHOLE)

    (face,) = given.faces
    assert face.box is None
    assert face.seen.shape == (48, 48)
    assert face.seen.dtype == np.uint8
    assert given.note is None


def test_drawn_faces_are_taken_whole(model: Predictor) -> None:
    drawn = Predictor(model.path, dataclasses.replace(model.info, data="demo"), "drawn")

    assert answer(png(halves(300, 200)), drawn, "wide.png").faces[0].box is None


def test_sees_what_a_training_picture_becomes(model: Predictor, astronaut: Path) -> None:
    given = answer(astronaut, model, astronaut.name)

    (face,) = given.faces
    assert face.seen / np.float32(255) == pytest.approx(load_and_preprocess_image(astronaut)[0, :, :, 0])


def test_each_face_gets_its_own_answer(model: Predictor, astronaut: Path) -> None:
    one = Image.open(astronaut).convert("RGB")
    two = Image.new("RGB", (1024, 512))
    two.paste(one.point(lambda value: value // 4), (0, 0))
    two.paste(one.point(lambda value: 128 + value // 2), (512, 0))

    given = answer(png(two), model, "two.png")

    dark, light = given.faces
    assert (dark.label, light.label) == ("sad", "happy")
    assert dark.box[2] < 512 < light.box[0]


def test_boxes_are_told_in_pixels_of_the_whole_picture(model: Predictor, astronaut: Path) -> None:
    one = answer(astronaut, model, "one.png").faces[0].box
    large = Image.open(astronaut).resize((2560, 2560))

    given = answer(png(large), model, "large.png")

    assert given.scale == 2
    assert given.faces[0].box == pytest.approx([5 * edge for edge in one], abs=40)


def test_a_drawn_box_is_the_face(model: Predictor) -> None:
    given = answer(png(halves(2560, 1920)), model, "hills.png", Looking(box=(2000, 600, 2400, 1100)))

    (face,) = given.faces
    assert (face.box, face.label) == ((2000, 600, 2400, 1100), "happy")


def test_a_large_picture_without_a_face_has_no_answer(model: Predictor) -> None:
    given = answer(png(halves(300, 200)), model, "hills.png")

    assert given.faces == []
    assert given.error is None
    assert given.note == detect.NO_FACE


def test_faces_below_the_smallest_height_are_left_out(model: Predictor, astronaut: Path) -> None:
    box = answer(astronaut, model, "one.png").faces[0].box
    height = box[3] - box[1]

    found = [len(answer(astronaut, model, "x", Looking(min_face=height + more)).faces) for more in (-1, 0, 1)]

    assert found == [1, 1, 0]


@pytest.mark.parametrize(("side", "n"), [(255, 1), (256, 1), (257, 0)])
def test_a_small_picture_without_a_face_is_used_whole(model: Predictor, side: int, n: int) -> None:
    given = answer(png(Image.new("L", (side, side))), model, "crop.png")

    assert len(given.faces) == n
    assert given.note == (detect.NO_FACE_SMALL if n else detect.NO_FACE)


@pytest.mark.parametrize("content", [b"", b"not a picture", png(Image.new("L", (48, 48)))[:-30]])
def test_a_bad_picture_is_answered_with_one_sentence(model: Predictor, content: bytes) -> None:
    given = answer(content, model, "bad.jpg")

    assert given.faces == []
    assert given.picture is None
    assert given.error
    assert "\n" not in given.error


def test_a_missing_file_is_answered_too(model: Predictor, tmp_path: Path) -> None:
    assert answer(tmp_path / "gone.jpg", model, "gone.jpg").error


def test_an_animation_is_noted(model: Predictor) -> None:
    buffer = io.BytesIO()
    Image.new("L", (60, 60), 0).save(buffer, "GIF", save_all=True, append_images=[Image.new("L", (60, 60), 255)])

    given = answer(buffer.getvalue(), model, "wink.gif")

    assert given.note is not None
    assert "first" in given.note
    assert given.note.endswith(detect.NO_FACE_SMALL)


def test_json_has_the_words_others_rely_on(model: Predictor) -> None:
    given = answer(png(Image.new("L", (300, 300), 255)), model, 'odd "name"\n.png', Looking(box=(1, 2, 250, 260)))

    line = json.loads(json.dumps(given.to_json()))

    assert line == {
        "file": 'odd "name"\n.png',
        "faces": [{"box": [1, 2, 250, 260], "probability": given.faces[0].probability, "label": "happy",
                   "unsure": False, "share": given.faces[0].probability}],
        "turned": 0,
        "error": None,
        "note": None,
    }  # fmt: skip


def test_an_answer_is_unsure_where_it_is_not_clear_which_way_up(
    model: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detect.way_up, "of_crop", lambda image, using: WayUp(is_sure=False))

    given = answer(png(Image.new("L", (48, 48), 255)), model, "face.png")

    assert [face.headline().words for face in given.faces] == ["unsure: looks most like happy"]
    assert (given.note or "").startswith(detect.UNCLEAR_WAY)


def test_a_box_is_where_the_face_is_in_the_turned_picture(model: Predictor) -> None:
    left_white = halves(300, 200).transpose(Image.Transpose.ROTATE_180)

    given = answer(png(left_white), model, "x.png", Looking(box=(160, 10, 290, 190), turn=180))

    assert given.picture is not None
    assert given.picture.getpixel((299, 0)) == (255, 255, 255)
    assert given.faces[0].label == "happy"


@pytest.mark.parametrize(("turn", "size"), [(0, (300, 200)), (90, (200, 300)), (180, (300, 200)), (270, (200, 300))])
def test_the_picture_of_an_answer_is_turned_to_the_right(model: Predictor, turn: int, size: tuple[int, int]) -> None:
    given = answer(png(halves(300, 200)), model, "x.png", Looking(whole=True, turn=turn))

    assert given.picture is not None
    assert (given.picture.size, given.turn) == (size, turn)
    white_at = {0: (size[0] - 1, 0), 90: (0, size[1] - 1), 180: (0, 0), 270: (0, 0)}[turn]
    assert given.picture.getpixel(white_at) == (255, 255, 255)


def test_json_of_a_whole_picture_has_no_box(model: Predictor) -> None:
    given = answer(png(Image.new("L", (48, 48), 255)), model, "face.png")

    assert given.to_json()["faces"][0]["box"] is None


def test_json_tells_all_classes_on_request() -> None:
    given = answer(png(Image.new("L", (48, 48), 0)), load_model(DATA / "emotions"), "black.png")

    (face,) = json.loads(json.dumps(given.to_json(all_classes=True)))["faces"]

    assert list(face) == [
        "box", "probability", "label", "unsure", "share", "likeliest", "likeliest_probability", "probabilities",
    ]  # fmt: skip
    assert tuple(face["probabilities"]) == SEVEN
    assert (face["likeliest"], face["likeliest_probability"]) == ("sad", face["probabilities"]["sad"])


def test_json_of_a_refusal_has_no_faces(model: Predictor) -> None:
    given = answer(b"", model, "empty.png")

    assert given.to_json() == {"file": "empty.png", "faces": [], "turned": 0, "error": given.error, "note": None}


def test_the_label_follows_the_threshold_of_the_model() -> None:
    info = ModelInfo(threshold=0.7)
    happy = np.array([0.69, 0.7, 0.71])

    words = judge(np.stack([1 - happy, happy], axis=1), info)

    assert [label for _, label, _ in words] == ["sad", "sad", "happy"]


def test_answers_within_the_band_are_unsure() -> None:
    info = ModelInfo(unsure_band=(0.4, 0.6))
    happy = np.array([0.39, 0.4, 0.41, 0.59, 0.6, 0.61])

    words = judge(np.stack([1 - happy, happy], axis=1), info)

    assert [unsure for _, _, unsure in words] == [False, True, True, True, True, False]


def test_a_band_without_width_is_never_unsure() -> None:
    ((_, _, unsure),) = judge(np.array([[0.5, 0.5]]), ModelInfo(unsure_band=(0.5, 0.5)))

    assert not unsure


def test_seven_classes_answer_happy_or_sad() -> None:
    info = ModelInfo(classes=SEVEN)
    probabilities = np.array([[0.7, 0, 0, 0.2, 0, 0.1, 0], [0, 0, 0.1, 0.1, 0.1, 0.4, 0.3]])

    words = judge(probabilities, info)

    assert [(round(p, 6), label) for p, label, _ in words] == [(0.666667, "happy"), (0.2, "sad")]


def test_other_classes_answer_with_the_likeliest() -> None:
    info = ModelInfo(classes=("cat", "dog", "owl"), positive="cat")

    words = judge(np.array([[0.3, 0.1, 0.6], [0.5, 0.4, 0.1]]), info)

    assert words == [(0.6, "owl", False), (0.5, "cat", False)]


def test_other_classes_have_no_unsure_band() -> None:
    info = ModelInfo(classes=("cat", "dog", "owl"), positive="cat", unsure_band=(0.0, 1.0))

    ((_, _, unsure),) = judge(np.array([[0.5, 0.1, 0.4]]), info)

    assert not unsure


def test_the_band_of_seven_classes_is_about_happy_or_sad() -> None:
    info = ModelInfo(classes=SEVEN, unsure_band=(0.4, 0.6))
    probabilities = np.array([[0.8, 0, 0, 0.1, 0, 0.1, 0], [0, 0, 0, 0.5, 0.4, 0.1, 0]])

    words = judge(probabilities, info)

    assert [unsure for _, _, unsure in words] == [True, False]


def test_a_face_carries_all_classes_of_the_model() -> None:
    seven = load_model(DATA / "emotions")

    (face,) = answer(png(Image.new("L", (48, 48), round(255 / 3))), seven, "third.png").faces

    assert tuple(face.probabilities) == SEVEN
    assert sum(face.probabilities.values()) == pytest.approx(1)
    assert face.likeliest == "fear"
    assert face.probabilities["fear"] == pytest.approx(0.786, abs=0.002)
    assert face.headline().words == "unsure: looks most like fear"
    assert face.headline(all_classes=True).words == "looks like fear"


def seen_as(**probabilities: float) -> Face:
    """A face of a model that is asked for happy or sad, and knows these classes."""
    happy, sad = probabilities["happy"], probabilities["sad"]
    share = happy / (happy + sad)
    return Face(None, share, "happy" if share > 0.5 else "sad", False, np.zeros((48, 48), np.uint8), probabilities)


@pytest.mark.parametrize(
    ("happy", "fear", "unsure"), [(0.44, 0.36, True), (0.45, 0.35, False), (0.46, 0.34, False), (0.3, 0.5, True)]
)
def test_one_of_two_is_answered_only_where_it_leads_all_others_clearly(happy: float, fear: float, unsure: bool) -> None:
    said = seen_as(happy=happy, fear=fear, sad=0.2).headline()

    assert said.unsure is unsure
    assert said.label == ("fear" if fear > happy else "happy")


def test_a_headline_tells_the_share_of_its_own_class() -> None:
    face = seen_as(happy=0.1, fear=0.3, sad=0.6)

    assert [round(face.headline(every).share, 6) for every in (False, True)] == [round(6 / 7, 6), 0.6]


def test_the_likeliest_of_all_is_the_headline_where_all_are_asked_for() -> None:
    said = seen_as(happy=0.4, fear=0.41, sad=0.19).headline(all_classes=True)

    assert (said.words, said.share, said.mark) == ("looks like fear", 0.41, "fear")


def test_no_headline_is_sure_where_the_way_up_is_not_clear() -> None:
    face = dataclasses.replace(seen_as(happy=0.9, fear=0.05, sad=0.05), upright=False)

    assert [face.headline(every).words for every in (False, True)] == ["unsure: looks most like happy"] * 2


@pytest.mark.parametrize(("label", "words"), [("happy", "looks happy"), ("fear", "looks like fear")])
def test_says_an_answer_in_plain_words(label: str, words: str) -> None:
    assert looks(label) == words


def test_a_face_of_two_classes_carries_both(model: Predictor) -> None:
    (face,) = answer(png(Image.new("L", (48, 48), 255)), model, "white.png").faces

    assert face.probabilities["happy"] == face.probability
    assert face.probabilities["sad"] == pytest.approx(1 - face.probability)
    assert face.likeliest == "happy"


def test_other_pairs_keep_their_own_names(model: Predictor) -> None:
    info = dataclasses.replace(model.info, classes=("no", "yes"), positive="yes")

    words = judge(np.array([[0.1, 0.9], [0.9, 0.1]]), info)

    assert [label for _, label, _ in words] == ["yes", "no"]


def test_each_model_sees_faces_as_it_has_learned_to(model: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that comes later changes nothing for the models of before."""
    later, picture, box = {"rule": "square", "side": 2.0}, halves(300, 200), (130, 60, 190, 130)
    monkeypatch.setattr(crop, "SIDES", (*crop.SIDES, (later, 2.0)))
    of_later = Predictor(model.path, dataclasses.replace(model.info, crop=later), "later")

    (before,), (after,) = (answer(png(picture), one, "x.png", Looking(box=box)).faces for one in (model, of_later))

    assert (before.seen == crop.to_input(crop.crop_face(picture, box))).all()
    assert (after.seen == crop.to_input(crop.crop_face(picture, box, later))).all()
    assert (before.seen != after.seen).any()
    assert (explain.variants(of_later, picture, box)[0].seen == after.seen).all()
