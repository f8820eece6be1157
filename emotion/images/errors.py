"""What can be wrong with one picture. The tree of all errors stands in `emotion.system.errors`."""

from __future__ import annotations

from emotion.system import EmotionError


class PictureError(EmotionError):
    """One picture that cannot be used; the others go on.

    Each kind is told in one sentence without the file's name: a name may hold anything and is shown beside it, as text.
    """


class PictureFileError(PictureError):
    def __init__(self) -> None:
        super().__init__("The file cannot be opened: check that it is there, is not a folder, and may be read.")


class PictureEmptyError(PictureError):
    def __init__(self) -> None:
        super().__init__("The file is empty: copy or download the picture again.")


class PictureFileTooLargeError(PictureError):
    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"The file has {size / 2**20:,.1f} MB and at most {limit / 2**20:g} MB are read: save the picture smaller."
        )


class NotAPictureError(PictureError):
    """Args: what: what the file is instead, such as "a web page"; "" where that is not known."""

    def __init__(self, what: str = "") -> None:
        known = f"The file is {what}, not a picture" if what else "The file is not a picture, whatever its name says"
        super().__init__(f"{known}: choose a JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF file.")


class KindNotReadError(PictureError):
    """Args: kind: how people call this kind of picture, such as "JPEG XL"."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"The file is a picture of a kind that is not read ({kind}): save it as JPEG or PNG.")


class RawPhotoError(KindNotReadError):
    """Args: preview: width and height of the largest picture in a raw photo that can be drawn; None without one."""

    def __init__(self, preview: tuple[int, int] | None) -> None:
        size = f", whose preview has only {preview[0]} × {preview[1]} pixels" if preview else ""
        super().__init__(f"camera raw{size}")


class PictureTooSmallError(PictureError):
    """Args: size: width and height in pixels; least: that its shorter side must have."""

    def __init__(self, size: tuple[int, int], least: int) -> None:
        super().__init__(
            f"The picture has only {size[0]:,} × {size[1]:,} pixels, too few to see a face, and at least {least} "
            "on its shorter side are expected: choose a larger one."
        )


class PictureDamagedError(PictureError):
    def __init__(self) -> None:
        super().__init__(
            "The picture is damaged, cut short or saved in a rare way: download it again or save it as JPEG or PNG."
        )


class TooManyPixelsError(PictureError):
    """Args:
    size: width and height in pixels as the file claims them, None where only too many is known.
    limit: width × height.
    kind: how people call a kind of file that takes more memory than others, such as "WebP"; else "".
    """

    def __init__(self, size: tuple[int, int] | None, limit: int, kind: str = "") -> None:
        claim = f"measures {size[0]:,} × {size[1]:,} pixels" if size else "is far too large"
        of, way = (f" of such {kind} files", ", or save it as JPEG") if kind else ("", "")
        super().__init__(
            f"The picture {claim} and at most {limit / 1e6:.3g} megapixels are read{of}: make it smaller first{way}."
        )


class PictureTooSlowError(PictureError):
    """Args: seconds: of computing time that were spent on it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The picture was given up after {seconds:g} seconds of work, where others take one or two: save it again "
            "as JPEG or PNG."
        )


class HiddenTextError(PictureError):
    def __init__(self) -> None:
        super().__init__("The picture carries more than 1 MB of hidden text: save it again without its metadata.")


class HeicMissingError(PictureError):
    def __init__(self) -> None:
        super().__init__(
            "HEIC pictures need the package pillow-heif, which is not installed: install it or save the picture "
            "as JPEG."
        )


class NoFaceError(PictureError):
    def __init__(self) -> None:
        super().__init__(
            "No face was found in this picture: cut the face out, or choose one that looks towards the camera."
        )
