"""What can be wrong with one picture. The tree of all errors stands in `emotion.system.errors`."""

from __future__ import annotations

from emotion.system import EmotionError


class PictureError(EmotionError):
    """One picture that cannot be used; the others go on.

    Each kind is told in one sentence without the file's name: a name may hold anything and is shown beside it, as text.
    """


class NotAPictureError(PictureError):
    """Args: what: what the file is instead, such as "a web page"; "" where that is not known."""

    def __init__(self, what: str = "") -> None:
        known = f"The file is {what}, not a picture" if what else "The file is not a picture, whatever its name says"
        super().__init__(f"{known}: choose a JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF file.")


class NoFaceError(PictureError):
    def __init__(self) -> None:
        super().__init__(
            "No face was found in this picture: cut the face out, or choose one that looks towards the camera."
        )
