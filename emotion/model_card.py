"""The card of the shipped model: what it is, what it learned from, what it scores, what it is not for.

Every number comes from the run and its evaluation; the sentences around them are here.
"""

from __future__ import annotations

from dataclasses import dataclass

from emotion.config import ModelInfo, TrainingConfig
from emotion.evaluation import Evaluation
from emotion.history import History

HEAD = """# The shipped model: a card

Written by `python -m emotion.shipping FOLDER`, which trains it again; settings and history of the run are beside it.
"""

LEARNED = """
## What it learned from
The seven classes of FER-2013 (Goodfellow et al. 2013), without the training faces that are, pixel by pixel, in the test
part too: {train:,} faces, and {validation:,} kept aside to choose the epoch, the temperature and the unsure band. The
pictures came from web search and have no clear licence; none of them is in this repository. Known flaws: labels are
noisy (sad more than happy), a dozen pictures are blank, drawn or show no face, and of a hundred faces hardly two are
of disgust.
"""

LIMITS = """
## Where it is weak
Fear and sadness are often taken for each other, for calm or for anger; see the lowest recalls above. It has
seen few faces in profile, covered faces and hard side light. How it does for people of different age, sex or skin
colour has not been measured: FER-2013 does not say. Drawn faces are foreign to it.

## What it must not be used for
It compares pictures; it does not read feelings. Not for deciding about people: not at work, at school, in exams, in
hiring, in policing or in health; not on anyone who does not know of it. In the European Union, inferring emotions at
work and in education is forbidden (AI Act, Article 5(1)(f)).
"""


@dataclass(frozen=True)
class Measured:
    """What the card tells in numbers.

    Attributes:
        pair: on happy and sad test faces.
        every: on all classes.
        unsure: share of the happy and sad test faces that are answered with "unsure".
        right_outside: share of right answers among the others; None where there are none.
        train, validation: numbers of faces.
        megabytes: of `model.tflite`.
    """

    pair: Evaluation
    every: Evaluation
    unsure: float
    right_outside: float | None
    train: int
    validation: int
    megabytes: float


def text(info: ModelInfo, settings: TrainingConfig, history: History, measured: Measured) -> str:
    """The card in Markdown."""
    best = history.best or {"epoch": 0}
    varied = ", ".join(f"{name} {value:g}" for name, value in vars(settings.augmentation).items() if value)
    trained = (
        f"\n## How it was trained\n{settings.epochs} epochs of batches of {settings.batch_size} with AdamW, learning rate "
        f"up to {settings.learning_rate:g} on one cycle, weight decay {settings.weight_decay:g}, label smoothing "
        f"{settings.label_smoothing:g}, seed {settings.seed}.\nFaces were varied: {varied}. The weights are those of epoch "
        f"{best['epoch']}, which had the lowest validation loss.\n"
    )
    return "".join([HEAD, _table(info, measured), LEARNED.format(**vars(measured)), trained, _scores(measured, info),
                    LIMITS])  # fmt: skip


def _table(info: ModelInfo, measured: Measured) -> str:
    return f"""
| | |
|---|---|
| What it does | says which of {len(info.classes)} groups of photos a face looks like ({", ".join(info.classes)}); asked for happy or sad: P(happy) / (P(happy) + P(sad)) |
| Network | `{info.recipe}`: a residual network, {info.parameters:,} weights; the mean over the face and its mirror image |
| Input | one face, 48×48 grey, float32 in [0, 1]; `model.json` says how a face is cut out |
| Files | `model.tflite` (to use, {measured.megabytes:.1f} MB, weights as float16), `model.keras` (to go on from), `model.json`, `config.json`, `history.jsonl` |
"""


def _scores(measured: Measured, info: ModelInfo) -> str:
    pair, every = measured.pair, measured.every
    rows = "".join(
        f"| {name} | {figures['n']:,} | {_percent(figures['recall'])} | {_percent(figures['precision'])} |\n"
        for name, figures in every.per_class.items()
    )
    low, high = info.unsure_band
    outside = "" if measured.right_outside is None else f"; of the others {measured.right_outside:.1%} are right"
    return f"""
## What it scores
On the public test part, which chose nothing (`python -m emotion evaluate pretrained --data FOLDER`, with
`--classes all` for the second column):

| figure | happy or sad | all {len(every.classes)} classes |
|---|---|---|
| faces | {pair.n:,} | {every.n:,} |
| got right (accuracy), 95 % interval | {_with_interval(pair)} | {_with_interval(every)} |
| always answering {pair.baseline["answer"]} | {pair.baseline["accuracy"]:.1%} | {every.baseline["accuracy"]:.1%} |
| balanced accuracy | {pair.balanced_accuracy:.1%} | {every.balanced_accuracy:.1%} |
| ROC AUC (of all classes: the mean of each against the rest) | {pair.auc:.4f} | {every.auc:.4f} |
| loss | {pair.loss:.3f} | {every.loss:.3f} |

| class | faces | found (recall) | trusted (precision) |
|---|---|---|---|
{rows}
Temperature {info.temperature:g}. Asked for happy or sad, answers between P = {low:.3f} and P = {high:.3f} are given as
**unsure**: by the validation faces, fewer than 85 % of the answers there are right. That is {measured.unsure:.1%} of these
test faces{outside}.
"""


def _with_interval(evaluation: Evaluation) -> str:
    low, high = evaluation.accuracy_interval
    return f"{evaluation.accuracy:.1%} ({low:.1%} to {high:.1%})"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
