"""Small data that tests of whole runs share."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from emotion.data.drawn import write
from emotion.recipes import TrainingConfig
from tests import tiny_recipe


@pytest.fixture(scope="session")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """160 training and 40 test faces, drawn, in the archive layout."""
    root = tmp_path_factory.mktemp("data") / "faces"
    write.write(root, train=160, test=40, seed=1)
    return root


@pytest.fixture(scope="module")
def traced(tiny_recipes: None) -> tuple[Any, TrainingConfig]:
    """The tiny network after a step, for tests that ask what surrounds a training."""
    from emotion.training import fit

    config = tiny_recipe.config(batch_size=16)
    return fit.trace(config), config


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Eight dark and eight bright pictures of face size, and no test split."""
    rng = np.random.default_rng(0)
    for name, low in (("dark", 0), ("bright", 150)):
        folder = tmp_path / "data" / "train" / name
        folder.mkdir(parents=True)
        for number in range(8):
            Image.fromarray(rng.integers(low, low + 100, (48, 48), np.uint8)).save(folder / f"{number}.png")
    return tmp_path / "data"
