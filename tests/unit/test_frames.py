"""Frames of live video: what a browser may send, and what is said of a face in it."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.images.errors import NotAPictureError, PictureError
from emotion.models.live import MAX_FRAME_BYTES, PREFIX, Tracker, decode, look
from emotion.models.predictor import Predictor, load_model

BRIGHTNESS = Path(__file__).resolve().parents[1] / "data" / "brightness"  # happy for bright, sad for dark


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return load_model(str(BRIGHTNESS / "model.tflite"))


def jpeg_of(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def url_of(content: bytes, prefix: str = PREFIX) -> str:
    return prefix + base64.b64encode(content).decode()


def test_decodes_a_jpeg_to_the_same_bytes() -> None:
    jpeg = jpeg_of(Image.new("RGB", (480, 360)))

    assert decode(url_of(jpeg)) == jpeg


@pytest.mark.parametrize(
    "text",
    [
        None,
        b"data:image/jpeg;base64,/9j/",
        "",
        "https://example.org/face.jpg",
        url_of(b"\xff\xd8\xff\xe0", "data:image/png;base64,"),
        url_of(b"<svg onload=alert(1)>"),
        PREFIX + "/9j/ not base64",
        PREFIX + "/9j/é",
    ],
)
def test_refuses_what_is_no_jpeg(text: object) -> None:
    with pytest.raises(NotAPictureError, match="not a picture"):
        decode(text)


@pytest.mark.parametrize(("more", "is_refused"), [(-1, False), (0, False), (4, True)])
def test_refuses_a_frame_over_the_limit_undecoded(more: int, is_refused: bool) -> None:
    text = url_of(b"\xff\xd8\xff".ljust(MAX_FRAME_BYTES + more, b"\0"))

    if is_refused:
        with pytest.raises(PictureError, match="at most"):
            decode(text)
    else:
        assert len(decode(text)) == MAX_FRAME_BYTES + more


def test_refuses_half_a_jpeg(predictor: Predictor) -> None:
    half = jpeg_of(Image.effect_noise((480, 360), 90))[:2000]

    with pytest.raises(PictureError, match="damaged"):
        look(half, predictor, Tracker(), 0.2)


def test_says_nothing_of_a_frame_without_a_face(predictor: Predictor) -> None:
    assert look(jpeg_of(Image.new("RGB", (480, 360), "grey")), predictor, Tracker(), 0.2) == []


def test_places_the_face_in_shares_of_the_frame(predictor: Predictor, astronaut: Path) -> None:
    frame = jpeg_of(Image.open(astronaut).resize((360, 360)))

    found = look(frame, predictor, Tracker(), 0.2)

    left, top, right, bottom = found[0].place
    assert len(found) == 1
    assert 0.3 < left < 0.44 < right < 0.6  # her nose is at 44 %, 22 % of the photo
    assert 0.05 < top < 0.22 < bottom < 0.4


def test_a_live_face_carries_all_classes(astronaut: Path) -> None:
    seven = load_model(BRIGHTNESS.with_name("emotions"))

    (found,) = look(jpeg_of(Image.open(astronaut).resize((360, 360))), seven, Tracker(), 0.2)

    assert tuple(found.face.probabilities) == seven.info.classes
    assert sum(found.face.probabilities.values()) == pytest.approx(1)


def test_answers_follow_the_face_smoothly(predictor: Predictor, astronaut: Path) -> None:
    bright = Image.open(astronaut).convert("RGB").resize((360, 360))
    dark = Image.fromarray((np.asarray(bright) * 0.5).astype(np.uint8))
    tracker = Tracker()
    first = look(jpeg_of(bright), predictor, tracker, 0.2)[0]

    soon = look(jpeg_of(dark), predictor, tracker, 0.2)[0]
    later = look(jpeg_of(dark), predictor, tracker, 10.0)[0]

    assert first.id == soon.id == later.id
    assert first.face.probability > soon.face.probability > later.face.probability
    assert later.face.label == "sad"
