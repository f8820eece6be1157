"""Small data that tests of whole runs share."""

from pathlib import Path

import pytest

from emotion.data.drawn import write


@pytest.fixture(scope="session")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """160 training and 40 test faces, drawn, in the archive layout."""
    root = tmp_path_factory.mktemp("data") / "faces"
    write.write(root, train=160, test=40, seed=1)
    return root
