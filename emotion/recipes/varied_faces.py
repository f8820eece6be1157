"""A look at what the variations of training faces make of them, before a run begins."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np

from emotion.images import as_batch
from emotion.recipes.augmentation import NONE, STEPS, Augmentation, Faces, augment, mix

PREVIEWED = 12


def preview(images: Faces, settings: Augmentation, seed: int) -> Faces:
    """Twelve faces as training would see them in one of its epochs.

    Each step draws from a generator of its own, so that another strength of one kind leaves all others as they are.

    Args:
        images: uint8 (N, 48, 48), 1 or more; with fewer than twelve, some are taken more than once.
        settings: the kinds and their strengths, mixup too.
        seed: 0 or more; another one varies the same faces in another way.

    Returns:
        uint8 (12, 48, 48), in the order of the images.
    """
    faces = images[np.arange(PREVIEWED) % len(images)]
    chosen = asdict(settings)
    mirrored = np.random.default_rng((seed, len(STEPS))).permutation(PREVIEWED) < PREVIEWED // 2
    for number, (_, kinds) in enumerate(STEPS):
        some = replace(NONE, **{name: chosen[name] for name in kinds})
        faces = augment(faces, np.random.default_rng((seed, number)), some, mirrored)
    return _mixed(faces, settings.mixup, seed) if settings.mixup else faces


def _mixed(faces: Faces, alpha: float, seed: int) -> Faces:
    labels = np.zeros((len(faces), 1), np.float32)  # blended too, and not shown
    blended, _ = mix(as_batch(faces), labels, np.random.default_rng((seed, len(STEPS) + 1)), alpha)
    pixels: Faces = np.rint(blended[..., 0] * 255).astype(np.uint8)
    return pixels
