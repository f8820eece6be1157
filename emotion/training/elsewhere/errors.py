"""What can be wrong with a model that was made elsewhere."""

from __future__ import annotations

from emotion.system import EmotionError, _


class ElsewhereError(EmotionError):
    """Args: name: of the file; why: what is wrong; remedy: what to do, a sentence, marked by `N_`; "" for nothing."""

    def __init__(self, name: str, why: str, remedy: str = "") -> None:
        said = _("{name} cannot be brought in: {why}.", name=name, why=why)
        if remedy:
            said = _("{name} cannot be brought in: {why}. {remedy}", name=name, why=why, remedy=_(remedy))
        super().__init__(said)

    @classmethod
    def in_words(cls, sentence: str) -> ElsewhereError:
        """One that another process has put into words already."""
        error = cls.__new__(cls)
        EmotionError.__init__(error, sentence)
        return error
