"""How much memory one picture may take, measured in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import each_night
from tests.odd_files import encode, jpeg, scene, with_alpha
from tests.peak_memory import PEAK

READ_AND_TELL_PEAK = f"""
import sys
from pathlib import Path
from emotion.images import open_picture

picture = open_picture(Path(sys.argv[1]), max_side=int(sys.argv[2]) or None)
{PEAK}
print(peak)
"""


def peak_megabytes(path: Path, max_side: int) -> float:
    """Peak memory of a process of its own that reads this file, in MB."""
    command = [sys.executable, "-c", READ_AND_TELL_PEAK, str(path), str(max_side)]
    root = Path(__file__).parents[2]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8", check=True)
    return int(run.stdout) / 1e6


def jpeg_on_its_side() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return jpeg(scene((8160, 6120)), exif=exif, subsampling=2)


def png_with_alpha() -> bytes:
    return encode(with_alpha(128, (8160, 6120)), "PNG", compress_level=1)


@pytest.mark.nightly  # by day: the whole command that answers one stays under as much (test_predict_command)
def test_twelve_megapixels_stay_under_300_megabytes(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(encode(scene((4000, 3000)), "WEBP", method=0))  # the hungriest kind

    assert peak_megabytes(tmp_path / "photo", 0) < 300


def jpeg_of_the_largest_telephone() -> bytes:
    return jpeg(scene((16320, 12240)).convert("L"), quality=60)


def png_of_the_largest_size() -> bytes:
    return encode(with_alpha(128, (10790, 8090)), "PNG", compress_level=1)


@pytest.mark.parametrize(
    "write",
    # The command answers the JPEG by day (test_predict_command).
    [png_of_the_largest_size, *each_night(jpeg_of_the_largest_telephone, jpeg_on_its_side, png_with_alpha)],
)
def test_the_largest_pictures_stay_under_500_megabytes(write: Callable[[], bytes], tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(write())

    assert peak_megabytes(tmp_path / "photo", 0) < 500


def test_large_jpeg_read_small_costs_little(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(jpeg_on_its_side())

    assert peak_megabytes(tmp_path / "photo", 1280) < 150
