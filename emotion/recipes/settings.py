"""What a run is asked to do, what a model says of itself, and where things lie.

Standard library only: every other module may import this one.

Which classes of a data folder a network learns to tell apart: the sets that people mostly want, by name.

Standard library only.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emotion.recipes.augmentation import NONE, Augmentation
from emotion.system import (
    DEMO,
    IMAGE_SIZE,
    N_,
    ConfigError,
    _,
    check_between,
    check_settings,
    check_whole,
    known_fields,
    setting,
    stored,
)

DEFAULT_CLASSES = ("sad", "happy")  # in label order: sad = 0, happy = 1
PREFERRED_POSITIVE = "happy"
CLASS_WEIGHTS = ("none", "balanced")
FOLDERS, VOTES, BOTH = "folders", "votes", "both"
LABELS = (FOLDERS, VOTES, BOTH)
A_MODEL = N_("a run id, latest, pretrained, or the path of a run folder or of a .tflite file")
MAX_NAME = 80  # characters of a run's name
LARGEST_SEED = 2**31 - 1
SMALLEST_INPUT, LARGEST_INPUT = 8, 512  # pixels a side that a network may take
CHANNELS = (1, 3)
MODEL_FORMAT = 1  # raised when model.json changes in a way that older code cannot read


def label_order(named: Iterable[str]) -> tuple[str, ...]:
    """Puts class names as a person gives them into label order.

    Of two classes the positive one (happy where it is present, else the one named first) is label 1, whatever the
    order of the folders. More than two keep their order.

    Args:
        named: two or more different class names; case does not matter.

    Returns:
        The names in lower case; index = label. Not to be applied twice: without happy the order is the message.

    Raises:
        ConfigError: for fewer than two names, an empty one, or one named twice.
    """
    names = check_labels(name.strip().lower() for name in named)
    if len(names) > 2:
        return names
    positive = PREFERRED_POSITIVE if PREFERRED_POSITIVE in names else names[0]
    return tuple(sorted(names, key=lambda name: name == positive))


def check_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """The labels as a tuple; ConfigError for fewer than two, an empty one, or one that is there twice."""
    names = tuple(labels)
    if len(names) < 2 or len(set(names)) != len(names) or not all(names):
        raise ConfigError("classes", _("two or more different names"), ",".join(names))
    return names


def positive_class(labels: tuple[str, ...]) -> str:
    """The class whose probability is reported, of names in label order."""
    if PREFERRED_POSITIVE in labels:
        return PREFERRED_POSITIVE
    return labels[1] if len(labels) == 2 else labels[0]


@dataclass(frozen=True)
class TrainingConfig:
    """All that a run needs to know. Written to `config.json`; derived values are computed, never stored.

    Attributes:
        data: "demo" for the drawn faces, or the path of a folder with train/ and test/; "" with `own` for the
            person's own pictures alone.
        classes: class names in label order, see `label_order`.
        recipe: name of an entry in `emotion.recipes.catalogue.RECIPES`.
        freeze: learns the last layer only; the others stay as they are in `start_from`.
        epochs: passes over the training faces.
        batch_size: faces a step.
        learning_rate: the optimiser's, at its highest.
        width: the recipe's channels times this; the classic network has one width.
        weight_decay: of the optimiser AdamW; Adam has none.
        label_smoothing: so much of every label is shared out among all classes.
        class_weights: "balanced" lets a mistake count the more the rarer its class is; "none" counts all the same.
        augmentation: how training faces are varied.
        labels: what is learned: "folders", the class of the folder that a picture lies in; "votes", what several
            people have said of it (`emotion.data.votes`); "both", each by a last layer of its own, which are blended
            in the end. Pictures without votes count by their folder everywhere.
        drop_twins: leaves out training faces that are, pixel by pixel, in the test split too: a model that remembers
            them would look better than it is.
        validation_split: share of train that is kept aside for validation.
        seed: of the split, the first weights, the order of faces and dropout.
        name: the person's own words for this run.
        start_from: the model to go on from ("pretrained", a run id or a path); "" begins with random weights.
        own: adds the pictures that the person has corrected, see `emotion.data.collection`, to the training faces.
        decisions: digest of what was decided about the pictures (`emotion.data.edits`) when the run was asked for; ""
            for nothing. It says what the run learned from; reading the data does not ask for it.
        repeats: id of the run that this one does again on mended data, to be compared with it; "" for none.
    """

    data: str = setting(DEMO)
    classes: tuple[str, ...] = DEFAULT_CLASSES
    recipe: str = setting("classic")
    freeze: bool = setting(False, N_("with --start-from: learn the last layer only"))
    epochs: int = setting(10, N_("passes over the training faces"), low=1, high=1000)
    batch_size: int = setting(64, N_("faces a step"), low=1, high=1024)
    learning_rate: float = setting(1e-3, N_("size of a step, at its highest"), low=1e-7, high=1.0)
    width: float = setting(1.0, N_("the network's channels times this (default: 1)"), low=0.25, high=4.0)
    weight_decay: float = setting(0.0, N_("pull of the weights towards zero"), low=0.0, high=1.0)
    label_smoothing: float = setting(0.0, N_("share of a label given to all classes"), low=0.0, high=0.5)
    class_weights: str = setting("none", N_("let rare classes count more"), choices=CLASS_WEIGHTS)
    augmentation: Augmentation = setting(
        NONE,
        N_("how training faces are varied, such as mirror=1,shift=0.1 or none (default: as the recipe says)"),
        metavar="KIND=X,…",
    )
    labels: str = setting(
        FOLDERS,
        N_("what is learned: the folders' names, the votes in votes.csv beside train/ and test/, or both"),
        choices=LABELS,
    )
    drop_twins: bool = setting(False, N_("leave out training faces that are in test too"))
    validation_split: float = setting(0.2, N_("share of train kept aside"), low=0.05, high=0.5)
    seed: int = setting(0, N_("same seed, same data, same machine: same history"), low=0, high=LARGEST_SEED)
    name: str = setting("", N_("your own words for this run"), longest=MAX_NAME, metavar="TEXT")
    start_from: str = setting(
        "",
        N_(
            "go on from this model on its own data: a run id, latest, pretrained, or the path of a run folder or of a "
            ".tflite file"
        ),
        metavar="MODEL",
    )
    own: bool = setting(False, N_("add your corrected pictures, each counted ten times"))
    decisions: str = setting("")
    repeats: str = setting("")

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", check_labels(self.classes))
        check_settings(self)
        if self.freeze and not self.start_from:
            raise ConfigError("freeze", _("a model in start_from, since random layers are not worth keeping"), True)

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self) | {"classes": list(self.classes)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> TrainingConfig:
        """The inverse of `to_json`; an unknown key is an error, so that a typing mistake cannot pass silently.

        Raises:
            ConfigError: for an unknown key, or a value outside its range.
            ValueError: for a value of another type.
        """
        augmentation = values.get("augmentation", {})
        if isinstance(augmentation, dict):
            known_fields(Augmentation, augmentation, "augmentation")
        return stored.typed(known_fields(cls, values, "config"), cls)


@dataclass(frozen=True)
class ModelInfo:
    """What travels with a model (`model.json`), so that nobody has to type it again.

    Attributes:
        classes: class names in label order; `positive` is the one whose probability is reported.
        threshold: a probability above it is answered with the positive class.
        temperature: logits are divided by it before they become probabilities; 1 = as trained.
        unsure_band: probabilities from its first to its second value are answered with "unsure";
            two equal values = never.
        input_size: side of the square input in pixels.
        channels: 1 for grey, 3 for red, green and blue.
        crop: how a face box becomes the input; see `emotion.images.crop`.
        data: "demo" or a title of the data that it was trained on; `fingerprint` is that of its listing.
        recipe: of the run that made it.
        parameters: number of weights.
        scores: measured figures, such as {"test_accuracy": …, "test_n": …}; may be empty.
        versions: package name to version, at training time.
        backbone: of the network below a head (`emotion.training.head`): model, fingerprint, recipe, data; or {}.
        origin: of a model that was made elsewhere (`emotion.training.elsewhere`): its file, kind, the type and range of
            the values that its own input takes; or {}.
    """

    classes: tuple[str, ...] = DEFAULT_CLASSES
    positive: str = PREFERRED_POSITIVE
    threshold: float = 0.5
    temperature: float = 1.0
    unsure_band: tuple[float, float] = (0.5, 0.5)
    input_size: int = IMAGE_SIZE
    channels: int = 1
    crop: Any = dataclasses.field(default_factory=lambda: {"rule": "whole", "padding": "square"})
    data: str = DEMO
    fingerprint: str = ""
    recipe: str = "classic"
    parameters: int = 0
    scores: dict[str, Any] = dataclasses.field(default_factory=dict)
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    backbone: dict[str, Any] = dataclasses.field(default_factory=dict)
    origin: dict[str, Any] = dataclasses.field(default_factory=dict)
    format_version: int = MODEL_FORMAT

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", check_labels(self.classes))
        object.__setattr__(self, "unsure_band", tuple(self.unsure_band))
        if self.positive not in self.classes:
            raise ConfigError("positive", _("one of {names}", names=", ".join(self.classes)), self.positive)
        check_between("threshold", self.threshold, 0.0, 1.0)
        check_between("temperature", self.temperature, 0.01, 100.0)
        if len(self.unsure_band) != 2 or not 0.0 <= self.unsure_band[0] <= self.unsure_band[1] <= 1.0:
            raise ConfigError("unsure_band", _("two rising numbers from 0 to 1"), self.unsure_band)
        check_whole("input_size", self.input_size, SMALLEST_INPUT, LARGEST_INPUT)
        if self.channels not in CHANNELS:
            raise ConfigError("channels", _("1 (grey) or 3 (red, green, blue)"), self.channels)
        if self.format_version > MODEL_FORMAT:
            raise ConfigError(
                "format_version",
                _("at most {version} (update this program)", version=MODEL_FORMAT),
                self.format_version,
            )

    @property
    def positive_label(self) -> int:
        return self.classes.index(self.positive)

    @property
    def pair(self) -> tuple[str, str] | None:
        """The (negative, positive) classes of a yes-or-no answer: both of two, or sad and happy among more."""
        if len(self.classes) == 2:
            return self.classes[1 - self.positive_label], self.positive
        both_there = set(DEFAULT_CLASSES) <= set(self.classes) and self.positive == PREFERRED_POSITIVE
        return DEFAULT_CLASSES if both_there else None

    @property
    def usual(self) -> ModelInfo:
        """The question that the model is usually asked, as the info of a model that knows nothing else.

        Of two classes it is a question of yes or no, with the threshold; of more, which of them is the likeliest.
        """
        pair = self.pair
        return self if pair is None else dataclasses.replace(self, classes=pair, positive=pair[1])

    @property
    def network_recipe(self) -> str:
        """The recipe that the network comes from: below a head that of its backbone."""
        return str(self.backbone.get("recipe", self.recipe))

    @property
    def was_made_elsewhere(self) -> bool:
        return bool(self.origin)

    @property
    def saw_only_drawn_faces(self) -> bool:
        return self.data == DEMO

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self) | {"classes": list(self.classes), "unsure_band": list(self.unsure_band)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> ModelInfo:
        """The inverse of `to_json`. Unknown keys of a later minor version are left aside.

        Raises:
            ConfigError: for a value outside its range.
            ValueError: for a value of another type.
        """
        return stored.typed(values, cls)


SEVEN_EMOTIONS = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")  # the folders of FER-2013
TWO, SEVEN, ALL = "two", "seven", "all"
UNEVEN = 3.0  # times as many faces in the largest class as in the smallest: from here on it is worth a word


@dataclass(frozen=True)
class Preset:
    """One set of classes.

    Attributes:
        key: a fixed word: "two", "seven" or "all".
        classes: the names, happy before sad, else in the order of the folder.
    """

    key: str
    classes: tuple[str, ...]


def presets(there: Sequence[str]) -> list[Preset]:
    """The sets that a folder with these classes offers; the first is what is usually meant.

    Args:
        there: names of the class folders.

    Returns:
        "two" where happy and sad are there, "seven" where the emotions of FER-2013 are, "all" for two classes or more;
        none that is the same as one before it.
    """
    sets = {
        TWO: DEFAULT_CLASSES[::-1] if set(DEFAULT_CLASSES) <= set(there) else (),
        SEVEN: SEVEN_EMOTIONS if set(SEVEN_EMOTIONS) <= set(there) else (),
        ALL: tuple(there) if len(there) > 1 else (),
    }
    found: list[Preset] = []
    for key, classes in sets.items():
        if classes and set(classes) not in [set(other.classes) for other in found]:
            found.append(Preset(key, classes))
    return found


def unevenness(counts: Mapping[str, int]) -> float:
    """How many times as many faces the largest class has as the smallest one; 1.0 where one of them has none."""
    if not counts or min(counts.values()) < 1:
        return 1.0
    return max(counts.values()) / min(counts.values())
