"""The class names of a model that was made elsewhere, in the order of its answers.

One a line, as most programs write them; with the number of the answer before the name, as Teachable Machine does; or
JSON: a list, or what Keras calls class_indices, {"happy": 0}, or the other way round, {"0": "happy"}.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from emotion.data import class_names
from emotion.recipes import label_order
from emotion.system import N_, _, ngettext, stored
from emotion.training.elsewhere.errors import ElsewhereError

MOST = 1000  # classes
LONGEST = 200  # characters of a name


@dataclass(frozen=True)
class Labels:
    """Class names as this program spells them.

    Attributes:
        names: in the order of the model's answers.
        numbered: whether they came with their numbers, as Teachable Machine writes them.
    """

    names: tuple[str, ...]
    numbered: bool = False

    @property
    def ordered(self) -> tuple[str, ...]:
        """In the order in which this program keeps them; see `emotion.recipes.label_order`."""
        return label_order(self.names)


def read(content: bytes, name: str) -> Labels:
    """Class names from a file.

    Args:
        content: of the file.
        name: of the file, for a refusal.

    Raises:
        ElsewhereError: when they are no class names, or the same one twice.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if "\0" in text or len(text) > MOST * LONGEST:
        raise ElsewhereError(name, _("it is no text file with a class name a line"), REMEDY)
    if text.lstrip().startswith(("{", "[")):
        return _checked(_from_json(text, name), name)
    found = class_names.numbered_lines(text)
    if found and [number and int(number) for number, _other in found] == list(range(len(found))):
        return _checked([label for _other, label in found], name, numbered=True)
    return _checked([line.strip() for line in text.splitlines() if line.strip()], name)


REMEDY = N_(
    "Expected one class name a line, in the order of the model's answers, such as labels.txt of Teachable Machine."
)


def _from_json(text: str, name: str) -> list[str]:
    try:
        said = stored.parse(text)
        if isinstance(said, dict) and all(isinstance(number, int) for number in said.values()):
            said = {str(number): label for label, number in said.items()}
        if isinstance(said, dict):
            said = [said[str(number)] for number in range(len(said))]
    except (ValueError, KeyError) as error:
        raise ElsewhereError(name, _("its JSON does not number the classes from 0"), REMEDY) from error
    if not isinstance(said, list) or not all(isinstance(label, str) for label in said):
        raise ElsewhereError(name, _("its JSON is no list of class names"), REMEDY)
    return said


def _checked(names: Sequence[str], name: str, *, numbered: bool = False) -> Labels:
    keys = [class_names.class_key(label) for label in names]
    if not 2 <= len(keys) <= MOST or any(len(key) > LONGEST for key in keys):
        raise ElsewhereError(
            name,
            ngettext(
                "it holds {n} class name, expected 2 to {most}",
                "it holds {n} class names, expected 2 to {most}",
                len(keys),
                most=MOST,
            ),
            REMEDY,
        )
    usual = class_names.suggestions(keys)
    spelled = tuple(usual.get(key, key) for key in keys)
    if twice := [key for key in spelled if spelled.count(key) > 1]:
        raise ElsewhereError(name, _("it names {name} twice", name=twice[0]), REMEDY)
    return Labels(spelled, numbered)
