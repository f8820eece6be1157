"""What can be wrong with a model that was made elsewhere."""

from __future__ import annotations

from emotion.system import EmotionError


class ElsewhereError(EmotionError):
    """Args: name: of the file; why: what is wrong; remedy: what to do, a sentence; "" where there is nothing to do."""

    def __init__(self, name: str, why: str, remedy: str = "") -> None:
        super().__init__(f"{name} cannot be brought in: {why}.{f' {remedy}' if remedy else ''}")

    @classmethod
    def in_words(cls, sentence: str) -> ElsewhereError:
        """One that another process has put into words already."""
        error = cls.__new__(cls)
        EmotionError.__init__(error, sentence)
        return error
