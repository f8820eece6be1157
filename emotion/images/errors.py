"""What can be wrong with one picture. The tree of all errors stands in `emotion.system.errors`."""

from __future__ import annotations

from emotion.system import EmotionError, _


class PictureError(EmotionError):
    """One picture that cannot be used; the others go on.

    Each kind is told in one sentence without the file's name: a name may hold anything and is shown beside it, as text.
    """


class NotAPictureError(PictureError):
    """Args: what: what the file is instead, such as "a web page"; "" where that is not known."""

    def __init__(self, what: str = "") -> None:
        known = _("The file is {what}, not a picture: choose a JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF file.",
                  what=what)  # fmt: skip
        unknown = _("The file is not a picture, whatever its name says: choose a JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP "
                    "or TIFF file.")  # fmt: skip
        super().__init__(known if what else unknown)


class NoFaceError(PictureError):
    def __init__(self) -> None:
        super().__init__(
            _("No face was found in this picture: cut the face out, or choose one that looks towards the camera.")
        )
