"""From the ways in which files keep pixels to plain RGB, 8 bits a channel.

Works in bands of rows, so that a picture of 50 megapixels never stands in memory three times.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

BAND_PIXELS = 2_000_000  # of one band: 8 MB as RGB, and few enough rounds to cost nothing
DEEP_MODES = ("I", "F")  # also "I;16" and its byte orders


def is_deep(image: Image.Image) -> bool:
    """Whether a pixel is one number of more than 8 bits, which Pillow's own conversion would clip to white."""
    return image.mode in DEEP_MODES or image.mode.startswith("I;16")


def _bands(image: Image.Image, factor: int) -> Iterator[tuple[int, Image.Image]]:
    """Yields each band's first row and the band; every first row is a multiple of `factor`."""
    width, height = image.size
    rows = factor * max(1, BAND_PIXELS // (width * factor))
    for top in range(0, height, rows):
        yield top, image.crop((0, top, width, min(top + rows, height)))


def _value_range(image: Image.Image) -> tuple[float, float]:
    """The two values that become black and white.

    16-bit pictures use their full range. Other numbers say nothing of their range: the first of 0–1 (fractions only),
    0–255 and 0–65,535 that holds them all, else from the smallest to the largest value. NaN and infinity do not count.
    """
    if image.mode.startswith("I;16"):
        return 0.0, 65535.0
    lows, highs = [], []
    for _, band in _bands(image, 1):
        values = np.asarray(band)
        values = values[np.isfinite(values)]
        if values.size:
            lows.append(float(values.min()))
            highs.append(float(values.max()))
    low, high = min(lows, default=0.0), max(highs, default=0.0)
    for top in (1.0, 255.0, 65535.0) if image.mode == "F" else (255.0, 65535.0):
        if low >= 0 and high <= top:
            return 0.0, top
    return low, high


def _deep_to_grey(band: Image.Image, low: float, high: float, transparent: object) -> Image.Image:
    """Scales numbers from [low, high] to 8 bits; NaN becomes black, the transparent value white."""
    values: NDArray[np.float64] = np.asarray(band).astype(np.float64)
    scaled = np.clip((np.clip(values, low, high) - low) / max(high - low, 1e-30), 0.0, 1.0)
    grey = np.rint(np.nan_to_num(scaled, nan=0.0) * 255).astype(np.uint8)
    if isinstance(transparent, int):
        grey[values == transparent] = 255
    return Image.fromarray(grey)


def _on_white(band: Image.Image) -> Image.Image:
    """Lays a picture with transparency on white: nothing that it hides can be seen, at any later step."""
    layer = band.convert("RGBA")
    white = Image.new("RGB", band.size, "white")
    white.paste(layer, mask=layer.getchannel("A"))
    return white


def to_rgb(image: Image.Image, factor: int = 1) -> Image.Image:
    """Converts a loaded picture of any mode to RGB and shrinks it by a whole number on the way.

    Args:
        image: 1, L, LA, P, PA, RGB, RGBA, CMYK, YCbCr, LAB, HSV, I;16, I or F, with or without transparency.
        factor: blocks of factor × factor pixels become their mean; 1 keeps the size.

    Returns:
        RGB, 1/factor of the size (rounded up); the same object if there was nothing to do.
    """
    if image.mode == "RGB" and not image.has_transparency_data:
        return image.reduce(factor) if factor > 1 else image
    deep = is_deep(image)
    low, high = _value_range(image) if deep else (0.0, 255.0)
    width, height = image.size
    result = Image.new("RGB", (-(-width // factor), -(-height // factor)))
    for top, band in _bands(image, factor):
        if deep:
            rgb = _deep_to_grey(band, low, high, image.info.get("transparency")).convert("RGB")
        else:
            rgb = _on_white(band) if image.has_transparency_data else band.convert("RGB")
        result.paste(rgb.reduce(factor) if factor > 1 else rgb, (0, top // factor))
    return result
