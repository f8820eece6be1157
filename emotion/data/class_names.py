"""What classes and data sets may be called, and which names mean the same.

Which split a folder's name speaks of: `Train_Images`, `01_train`, `seg_test`, `trainingset`, `val2017`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from emotion.system import DEMO

SPLITS = ("train", "test", "validation")  # in the order of a fingerprint
FORBIDDEN = frozenset('/\\:*?"<>|')  # in the name of a folder, on one system or another
DEVICES = frozenset({"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)})
MOST_LETTERS = 60
LONGEST_FILE_NAME = 100
# Files that tell the names of classes by number, the likeliest first.
LISTS = ("labels.txt", "class_names.txt", "classes.txt", "classnames.txt", "label_names.txt", "names.txt")
# The seven names of FER-2013 on the left; what other collections call them on the right.
SYNONYMS = {
    "happy": ("happiness", "smile", "smiling", "smiles", "joy", "joyful", "glad", "laughing", "positive"),
    "sad": ("sadness", "unhappy", "unhappiness", "sorrow", "crying", "depressed"),
    "angry": ("anger", "mad", "rage"),
    "disgust": ("disgusted",),
    "fear": ("fearful", "afraid", "scared", "fright"),
    "surprise": ("surprised", "surprize", "amazed", "astonished"),
    "neutral": ("neutrality", "calm", "none", "no_expression"),
}
# Of the file names of JAFFE and KDEF; only where all classes of a data set are called by such codes.
CODES = {"ha": "happy", "sa": "sad", "an": "angry", "di": "disgust", "fe": "fear", "af": "fear", "su": "surprise",
         "ne": "neutral"}  # fmt: skip
_MEANS = {other: name for name, others in SYNONYMS.items() for other in others}


def means(key: str) -> str:
    """The usual name of the emotion in a class key: `happiness`, `01_happy`, `happy faces` are happy; "" for none."""
    for name in (key, key.replace(" ", "_").replace("-", "_"), "_".join(_words_but_fillers(key))):
        if name in SYNONYMS or name in _MEANS:
            return _MEANS.get(name, name)
    return ""


def class_key(name: str) -> str:
    """The one spelling of a folder or class name: lower case, and macOS's split accents put together."""
    return unicodedata.normalize("NFC", name.strip()).casefold()


def suggestions(names: Iterable[str]) -> dict[str, str]:
    """The names among these for which a more common one is known, such as {"happiness": "happy"}.

    None is suggested that would put two of the classes together.
    """
    keys = [class_key(name) for name in names]
    usual = {key: means(key) for key in keys if means(key) not in ("", key)}
    usual |= {key: CODES[key] for key in keys} if set(keys) <= CODES.keys() else {}
    taken = [usual.get(key, key) for key in keys]
    return {key: name for key, name in usual.items() if taken.count(name) == 1}


def named_like(name: str, there: Iterable[str]) -> str | None:
    """The class among these that is called so, else the only one whose name means the same; None for none.

    Args:
        there: keys, see `class_key`.
    """
    keys, wanted = list(there), class_key(name)
    if wanted in keys:
        return wanted
    alike = [key for key in keys if means(key) and means(key) == means(wanted)]
    return alike[0] if len(alike) == 1 else None


def is_folder_name(name: str) -> bool:
    """Whether a folder can be called so on every system: nothing hidden, reserved, unprintable or with a slash."""
    return (
        0 < len(name) <= MOST_LETTERS
        and name.isprintable()
        and not FORBIDDEN & set(name)
        and not name.startswith((".", " ", "-"))
        and not name.endswith((".", " "))
        and name.split(".")[0].casefold() not in DEVICES
    )


def is_data_name(name: str) -> bool:
    """Whether a data set can be called so: as a folder, and not like the drawn faces."""
    return is_folder_name(name) and class_key(name) != DEMO


def numbered_lines(text: str) -> list[tuple[str, str]]:
    """The lines of a list of class names, each as the number before the name, "" without one, and the name."""
    found = (re.fullmatch(r"(?:(\d+)[\s,:;]+)?(\S.*)", line.strip()) for line in text.splitlines())
    return [(match[1] or "", match[2]) for match in found if match]


def safe_name(name: str) -> str:
    """The nearest name that a folder or file can have on every system; "_" stands for what it cannot hold."""
    kept = "".join("_" if letter in FORBIDDEN or not letter.isprintable() else letter for letter in name)
    kept = kept.strip(" ").lstrip(".-").rstrip(". ")
    first, dot, ending = kept.rpartition(".")
    if len(kept) > LONGEST_FILE_NAME:
        kept = kept[:LONGEST_FILE_NAME] if not dot else first[: LONGEST_FILE_NAME - len(ending)] + dot + ending[:8]
    if kept.split(".")[0].casefold() in DEVICES:
        kept = f"_{kept}"
    return kept or "_"


_WORDS = {
    "train": "train", "training": "train", "trn": "train",
    "test": "test", "testing": "test", "tst": "test", "eval": "test", "evaluation": "test",
    "valid": "validation", "validation": "validation", "validate": "validation", "val": "validation",
    "dev": "validation", "development": "validation",
}  # fmt: skip
# What says nothing of its own beside such a word. "set" may also be written to it without a gap: `testset`.
_FILLERS = frozenset(
    {"set", "sets", "data", "dataset", "split", "folder", "dir", "seg", "image", "images", "img", "imgs", "pic", "pics"}
    | {"picture", "pictures", "photo", "photos", "face", "faces", "sample", "samples", "crop", "cropped", "the", "my"}
    | {"aligned", "public", "other", "others", "part", "upload", "uploads", "download", "downloads", "emotion"}
    | {"emotions", "expression", "expressions", "class", "classes", "labelled", "labeled", "folders", "output"}
)
_GLUED = ("dataset", "data", "set", "images", "imgs")


def split_words(name: str) -> tuple[str, str]:
    """The split that a folder's name speaks of, and what else it says.

    Args:
        name: as it is on disk, or a class key.

    Returns:
        ("train", "") for `01_Train_Images`, ("test", "rafdb") for `rafdb_test`, ("", name) where it speaks of none or
        of two.
    """
    words = _words_but_fillers(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))  # TrainImages
    found = {_WORDS[word] for word in words if word in _WORDS}
    if len(found) != 1:
        return "", name
    return found.pop(), "_".join([word for word in words if word not in _WORDS])


def split_of(name: str) -> str:
    """The split that a folder's name means; "" when the name has a word of another meaning, or two splits in it."""
    split, rest = split_words(name)
    return split if not rest else ""


def is_filler(name: str) -> bool:
    """Whether a folder's name says nothing of what is in it: `images`, `data`, `faces (2)`."""
    return any(letter.isalpha() for letter in name) and not _words_but_fillers(name)


def _words_but_fillers(name: str) -> list[str]:
    words = [_without_set(word) for word in re.findall(r"[^\W\d_]+", name.casefold())]
    return [word for word in words if word not in _FILLERS]


def _without_set(word: str) -> str:
    return next((word[: -len(end)] for end in _GLUED if word.endswith(end) and word[: -len(end)] in _WORDS), word)
