"""The heat map of a network that is trained on faces of which only the mouth tells happy from sad.

By day `tests/unit/test_heat.py` asks the same of a small network that looks at the mouth because it was made so.
"""

from dataclasses import replace

import numpy as np
import pytest

from emotion import recipes
from emotion.data.drawn.face import paint
from emotion.data.drawn.traits import draw_expression, draw_look, draw_pose
from emotion.images.crop import as_batch
from emotion.models.heat import heat_map
from emotion.models.predictor import load_model
from emotion.system.paths import IMAGE_SIZE
from tests.conftest import command_here

pytestmark = [pytest.mark.slow, pytest.mark.nightly]

OVERSIZE = 4
PAIRS = {"train": range(150), "test": range(1000, 1020)}


def draw_pair(seed):
    """The same person twice, sad and happy: nothing but the mouth differs."""
    rng = np.random.default_rng(seed)
    look, pose = replace(draw_look(rng, covered_share=0.0), beard=False, moustache=False), draw_pose(rng, reach=0.5)
    expression = replace(draw_expression(rng, 0.0), brows=0.0, eyes=0.0, tears=0)
    faces = [paint(look, replace(expression, mouth=mouth), pose, OVERSIZE * IMAGE_SIZE) for mouth in (-0.9, 0.9)]
    return [face.convert("L").reduce(OVERSIZE) for face in faces]


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    """A network that has learned from such pairs alone."""
    root = tmp_path_factory.mktemp("mouths")
    for split, seeds in PAIRS.items():
        for seed in seeds:
            for name, face in zip(("sad", "happy"), draw_pair(seed), strict=True):
                folder = root / "data" / split / name
                folder.mkdir(parents=True, exist_ok=True)
                face.save(folder / f"{seed:05d}.png")
    words = ["train", "--data", root / "data", "--epochs", "20", "--batch-size", "16", "--seed", "1"]
    done = command_here(*words, EMOTION_HOME=str(root / "home"))
    assert done.returncode == 0, done.stderr
    return load_model(root / "home" / "runs" / done.stdout.split()[-1])


@pytest.fixture(scope="module")
def pairs():
    return [[np.asarray(face) for face in draw_pair(seed)] for seed in PAIRS["test"]]


def test_the_network_has_learned_the_mouth(predictor, pairs):
    probabilities = predictor.predict(as_batch(np.concatenate(pairs)))[:, 0]

    assert ((probabilities > 0.5) == np.tile([False, True], len(pairs))).mean() >= 0.9
    assert predictor.info.recipe == recipes.DEFAULT


def test_the_heat_map_peaks_where_the_faces_differ(predictor, pairs):
    peaks = []
    for sad, happy in pairs:
        rows, columns = np.nonzero(np.abs(sad.astype(int) - happy) > 8)
        for grey in (sad, happy):
            heat = heat_map(predictor, grey)
            row, column = np.unravel_index(heat.argmax(), heat.shape)
            near = rows.min() - 3 <= row <= rows.max() + 3 and columns.min() - 3 <= column <= columns.max() + 3
            peaks.append(near)

    assert np.mean(peaks) >= 0.85


def test_the_rest_of_the_face_is_cold(predictor, pairs):
    shares = []
    for sad, happy in pairs:
        differ = np.abs(sad.astype(int) - happy) > 8
        hot = np.clip(heat_map(predictor, happy), 0, None)
        shares.append(hot[differ].mean() / hot.mean())

    assert np.median(shares) > 3
