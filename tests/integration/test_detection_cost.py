"""What a look of the face detector may not cost."""

from __future__ import annotations

import platform

import pytest
from PIL import Image

from emotion.images import detect

LOOKS = 5


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc hands large blocks back at once")
def test_a_look_takes_no_fresh_memory_each_time() -> None:
    import resource

    finder, picture = detect.finder(), Image.new("RGB", (640, 480), "grey")
    finder.find(picture)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt

    for _ in range(LOOKS):
        finder.find(picture)

    fresh = (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / LOOKS
    assert fresh < 1000  # pages of 4 kB; the whole working memory of a look has 9,700
