"""How training faces are varied on the fly: which kinds, how strongly.

Standard library only: the settings belong to `config.json`. The pixels are the noun of `emotion.recipes.augment`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emotion.system import ConfigError, check_between, known_fields, stored

# What each strength is allowed to be: beyond these a face is no longer the face that its label was given to.
LIMITS = {"shift": 0.2, "zoom": 0.3, "rotation": 30.0, "shear": 0.2, "brightness": 0.5, "contrast": 0.6, "shadow": 0.95,
          "shrink": 1.0, "blur": 1.0, "jpeg": 1.0, "erase": 1.0, "mixup": 1.0}  # fmt: skip


@dataclass(frozen=True)
class Augmentation:
    """Strengths; 0 (or False) leaves a kind out. Every face draws its own values anew in every epoch.

    Attributes:
        mirror: left and right are swapped, by turns: a face that is mirrored in one epoch is not in the next.
        shift: up to this share of the side, up to 0.2, in both directions, in whole pixels.
        zoom: up to this share larger or smaller, up to 0.3.
        rotation: up to so many degrees to either side, up to 30.
        shear: top and bottom moved apart sideways by up to this share of the side, up to 0.2.
        brightness: up to this share of the range from black to white lighter or darker, up to 0.5.
        contrast: up to this share more or less around the face's own mean, up to 0.6.
        shadow: up to this share of the light taken away from one side, or from all of it, up to 0.95.
        shrink: share of the faces that are made small, down to a fourth, and enlarged again, 0 to 1.
        blur: share of the faces that are softened, 0 to 1.
        jpeg: share of the faces that go through a JPEG of low quality, 0 to 1.
        erase: share of the faces of which a box is painted over with grey, 0 to 1.
        mixup: alpha of the Beta distribution by which two faces and their labels are blended (Zhang et al. 2018,
            arXiv 1710.09412), 0 to 1.
    """

    mirror: bool = False
    shift: float = 0.0
    zoom: float = 0.0
    rotation: float = 0.0
    shear: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    shadow: float = 0.0
    shrink: float = 0.0
    blur: float = 0.0
    jpeg: float = 0.0
    erase: float = 0.0
    mixup: float = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.mirror, bool):
            raise ConfigError("augmentation.mirror", "true or false", self.mirror)
        for name, most in LIMITS.items():
            check_between(f"augmentation.{name}", getattr(self, name), 0.0, most)

    def __bool__(self) -> bool:
        """Whether anything is varied at all."""
        return self != Augmentation()

    @classmethod
    def parse(cls, text: str) -> Augmentation:
        """From "mirror=1,shift=0.1"; "none" is nothing at all. ConfigError for anything else."""
        if text.strip().lower() == "none":
            return cls()
        values: dict[str, Any] = {}
        for part in text.split(","):
            name, _, number = (piece.strip() for piece in part.partition("="))
            try:
                values[name] = bool(float(number)) if name == "mirror" else float(number)
            except ValueError as error:
                raise ConfigError("augmentation", "kinds with numbers such as mirror=1,shift=0.1", text) from error
        return cls.from_json(values)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Augmentation:
        """The inverse of `dataclasses.asdict`; an unknown key is an error.

        Raises:
            ConfigError: for an unknown key, or a value outside its range.
            ValueError: for a value of another type.
        """
        return stored.typed(known_fields(cls, values, "augmentation"), cls)


NONE = Augmentation()
