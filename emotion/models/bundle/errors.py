"""What can be wrong with a model that was taken along."""

from __future__ import annotations

from emotion.system import EmotionError


class BundleError(EmotionError):
    """A zip that is no model to take along, or one that is damaged."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"{name} is not a model that was taken along ({why}). Expected a zip made by `python -m emotion export "
            "RUN --to FILE.zip` or by the button Take it with you. Make it again."
        )


class NotPackedError(EmotionError):
    """A model that the page and the example of a zip cannot ask."""

    def __init__(self, title: str) -> None:
        super().__init__(
            f"{title} cannot be packed: it was made elsewhere and looks at colours or at whole pictures, which the web "
            "page of the zip does not. Take the file along from which it was brought in."
        )


class LibraryMissingError(EmotionError):
    """The library for the page cannot be fetched."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(
            f"LiteRT.js, which runs the network in a browser, cannot be fetched from {address} ({why}). Expected a "
            "connection to the internet, once. Try again, or leave --offline out: the page then loads it when it opens."
        )
