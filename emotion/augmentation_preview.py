"""A look at what the variations of training faces make of them, before a run begins."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
from numpy.typing import NDArray

from emotion.augmentation import NONE, Augmentation
from emotion.augmenter import augment, mix
from emotion.images import as_batch

COUNT = 12
# The kinds in the order in which `augmenter.augment` applies them. Each group draws from a generator of its own, so
# that another strength of one kind leaves all others as they are.
GROUPS = (("mirror", "shift", "zoom", "rotation"), ("brightness", "contrast"), ("blur",), ("jpeg",), ("erase",))


def preview(images: NDArray[np.uint8], settings: Augmentation, seed: int) -> NDArray[np.uint8]:
    """Twelve faces as training would see them in one of its epochs.

    Args:
        images: uint8 (N, 48, 48), 1 or more; with fewer than twelve, some are taken more than once.
        settings: the kinds and their strengths, mixup too.
        seed: 0 or more; another one varies the same faces in another way.

    Returns:
        uint8 (12, 48, 48), in the order of the images.
    """
    faces = images[np.arange(COUNT) % len(images)]
    chosen = asdict(settings)
    mirrored = np.random.default_rng((seed, len(GROUPS))).permutation(COUNT) < COUNT // 2
    for number, kinds in enumerate(GROUPS):
        some = replace(NONE, **{kind: chosen[kind] for kind in kinds})
        faces = augment(faces, np.random.default_rng((seed, number)), some, mirrored)
    return _mixed(faces, settings.mixup, seed) if settings.mixup else faces


def _mixed(faces: NDArray[np.uint8], alpha: float, seed: int) -> NDArray[np.uint8]:
    labels = np.zeros((len(faces), 1), np.float32)  # blended too, and not shown
    blended, _ = mix(as_batch(faces), labels, np.random.default_rng((seed, len(GROUPS) + 1)), alpha)
    pixels: NDArray[np.uint8] = np.rint(blended[..., 0] * 255).astype(np.uint8)
    return pixels
