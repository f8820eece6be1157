"""How hard the drawn faces are: coarse brightness alone must not tell happy from sad."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from emotion.data.drawn import write
from emotion.recipes.settings import DEFAULT_CLASSES


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("difficulty") / "drawn"
    write.write(root)
    return root


def coarse_faces(folder: Path, side: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Faces shrunk to (N, side * side) float64 in [0, 1], and their labels (N,)."""
    pixels, labels = [], []
    for label, name in enumerate(DEFAULT_CLASSES):
        for file in sorted((folder / name).iterdir()):
            with Image.open(file) as face:
                pixels.append(np.asarray(face.resize((side, side), Image.Resampling.BOX)).ravel() / 255)
            labels.append(label)
    return np.stack(pixels), np.array(labels)


def test_draws_2500_faces_half_of_them_happy(drawn: Path) -> None:
    counts = {
        (split, name): len(list((drawn / split / name).iterdir())) for split in write.SPLITS for name in DEFAULT_CLASSES
    }

    assert counts == {("train", "sad"): 1000, ("train", "happy"): 1000, ("test", "sad"): 250, ("test", "happy"): 250}


@pytest.mark.parametrize("strictness", [1.0, 100.0])
def test_coarse_pixels_do_not_give_the_answer_away(drawn: Path, strictness: float) -> None:
    train, test = coarse_faces(drawn / "train"), coarse_faces(drawn / "test")

    model = make_pipeline(StandardScaler(), LogisticRegression(C=strictness, max_iter=5000)).fit(*train)

    assert model.score(*test) < 0.75
