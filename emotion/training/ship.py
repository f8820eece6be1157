"""Makes the model that comes along, and its card, with one command.

    python -m emotion.training.ship FOLDER                      the whole way, TIME on 2 cores
    python -m emotion.training.ship FOLDER --scale 0.01 --into DIR      the same way with every hundredth face and epoch

FOLDER is FER-2013 with train/ and test/, each with the seven class folders, and beside them `votes.csv`, the votes of
FER+ by split, class and file. It is an ordinary run: when it was interrupted, the same command goes on with it.

The card of the shipped model: what it is, what it learned from, what it scores, what it is not for.

Every number comes from the run and its evaluation; the sentences around them are here.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from emotion import evaluation, recipes, runs
from emotion.data import dataset, listing, material, votes
from emotion.models import PRETRAINED, load_model
from emotion.recipes import BOTH, FOLDERS, SEVEN_EMOTIONS
from emotion.runs import Status, queue, read_history
from emotion.system import EmotionError, files
from emotion.training import worker

if TYPE_CHECKING:
    from emotion.evaluation import Evaluation
    from emotion.models import Predictor
    from emotion.recipes import ModelInfo, Recipe, TrainingConfig
    from emotion.runs import History, RunPaths


NAME = "shipped model"
VALIDATION = 0.1  # of train: chooses the epoch, the temperature and the unsure band
LEAST_A_CLASS = 5  # pictures, at any scale


def config(data: str, scale: float = 1.0) -> TrainingConfig:
    """The settings of the shipped model; at a smaller scale with so much fewer epochs."""
    whole = recipes.config("full", data=data, classes=SEVEN_EMOTIONS, validation_split=VALIDATION, name=NAME)
    return replace(whole, drop_twins=True, labels=BOTH, epochs=max(1, round(whole.epochs * scale)))


def ship(data: str, into: Path, scale: float = 1.0) -> RunPaths:
    """Trains, and puts model, settings, history and card into a folder.

    Args:
        data: a folder as `emotion.data.dataset.resolve` takes it.
        into: gets `model.tflite`, `model.keras`, `model.json`, `config.json`, `history.jsonl` and the card `README.md`.
        scale: share of the pictures and of the epochs, above 0 and at most 1.

    Returns:
        The run that it came from.

    Raises:
        EmotionError: with what is missing.
    """
    with tempfile.TemporaryDirectory() as fewer:
        folder = listing.resolve(data)
        votes.check(folder, SEVEN_EMOTIONS)
        if scale < 1:
            folder = _thinned(folder, Path(fewer), scale)
        paths = _run(config(dataset.checked(str(folder), SEVEN_EMOTIONS), scale))
        worker.run(paths, _tell)
        copy(paths, into)
    return paths


def copy(paths: RunPaths, into: Path) -> None:
    """Puts a finished run's model into a folder, with all that is needed to repeat it, and writes the card."""
    into.mkdir(parents=True, exist_ok=True)
    for path in (paths.model, paths.keras_model):
        shutil.copyfile(path, into / path.name)
    predictor = load_model(str(paths.root))
    settings, history = runs.read_run(paths).config, read_history(paths)
    files.write_json(into / paths.model_info.name, predictor.info.to_json())
    card = text(predictor.info, settings, history, _measured(predictor, settings))
    (into / "README.md").write_text(card, encoding="utf-8")
    # A path of one computer means nothing on another.
    files.write_json(into / paths.config.name, replace(settings, data=listing.title(settings.data)).to_json())
    blend = [{"event": "blend", "share": history.blend}] if history.blend is not None else []
    rows = "".join(json.dumps(row) + "\n" for row in [*history.epochs, *blend])
    (into / paths.history.name).write_text(rows, encoding="utf-8")


def _measured(predictor: Predictor, settings: TrainingConfig) -> Measured:
    learned = material.read(settings)
    test = dataset.load(listing.scan(listing.resolve(settings.data)), "test", settings.classes)
    every, _ = evaluation.evaluate_model(predictor, test)
    faces = material.of_classes(test, predictor.info.usual.classes)
    pair, probabilities = evaluation.evaluate_model(predictor, faces)
    low, high = predictor.info.unsure_band
    unsure = (probabilities[:, 1] >= low) & (probabilities[:, 1] <= high) & (low < high)
    right = (probabilities[:, 1] > predictor.info.threshold) == (faces.labels == 1)
    return Measured(
        pair=pair,
        every=every,
        unsure=float(unsure.mean()),
        right_outside=None if unsure.all() else float(right[~unsure].mean()),
        train=len(learned.train.labels),
        validation=len(learned.validation.labels),
        megabytes=predictor.path.stat().st_size / 1e6,
    )


def _run(wanted: TrainingConfig) -> RunPaths:
    """A new run, or the one of the same settings that was interrupted."""
    for run in runs.list_runs():
        if run.config == wanted and run.status in (Status.STOPPED, Status.LOST, Status.FAILED):
            return queue.requeue(run.paths)
    return runs.new_run(wanted)


def _thinned(folder: Path, into: Path, scale: float) -> Path:
    """A folder with a share of the pictures of each class, taken at even steps, and with the votes."""
    for split, classes in listing.scan(folder).files.items():
        for names in (classes[name] for name in SEVEN_EMOTIONS if name in classes):
            wanted = min(len(names), max(LEAST_A_CLASS, round(len(names) * scale)))
            for name in (names[place * len(names) // wanted] for place in range(wanted)):
                target = into / split / Path(name).relative_to(Path(name).parts[0])
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / name, target)
    if votes.there(folder):
        shutil.copyfile(folder / votes.NAME, into / votes.NAME)
    return into


def _tell(row: dict[str, object]) -> None:
    if row["event"] == "epoch":
        print(
            f"epoch {row['epoch']}: right {row['accuracy']:.1%}, validation {row['val_accuracy']:.1%}", file=sys.stderr
        )


def main() -> int:
    """The command of this file; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m emotion.training.ship", description=__doc__.split("\n")[0])
    parser.add_argument(
        "data", metavar="FOLDER", help="FER-2013: train/ and test/ with seven class folders each, and votes.csv"
    )
    parser.add_argument("--scale", type=float, default=1.0, metavar="X", help="share of the pictures and the epochs")
    parser.add_argument("--into", type=Path, default=PRETRAINED, metavar="DIR", help="where the model goes")
    chosen = parser.parse_args()
    try:
        ship(chosen.data, chosen.into, chosen.scale)
    except EmotionError as error:
        print(f"emotion: {error}", file=sys.stderr)
        return 2
    return 0


HEAD = """# The shipped model: a card

Written by `python -m emotion.training.ship FOLDER`, which trains it again; settings and history of the run are beside it.
"""

LEARNED = """
## What it learned from
The seven classes of FER-2013 (Goodfellow et al. 2013), without the training faces that are, pixel by pixel, in the test
part too: {train:,} faces, and {validation:,} kept aside to choose the epoch, the temperature and the unsure band. The
pictures came from web search and have no clear licence; none of them is in this repository. Known flaws: labels are
noisy (sad more than happy), a dozen pictures are blank, drawn or show no face, and of a hundred faces hardly two are
of disgust.
"""

VOTED = """
Beside the label of each face it learned the votes of FER+ (Barsoum, Zhang, Canton Ferrer & Zhang 2016, arXiv 1608.01041):
ten people looked at each face. Only votes for training faces were learned; the notice of FER+ stands at the end.
"""

NOTICE = """
## Notice of FER+
Copyright (c) Microsoft Corporation. All rights reserved. MIT License.

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions: The above copyright notice and this permission notice
shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED *AS IS*, WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
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
    recipe = recipes.find(settings.recipe)
    schedule = "held, and falling to zero in the last third" if recipe.schedule == "hold" else "on one cycle"
    trained = (
        f"\n## How it was trained\n{settings.epochs} epochs of batches of {settings.batch_size} with AdamW, learning rate "
        f"up to {settings.learning_rate:g} {schedule}, weight decay {settings.weight_decay:g}, label smoothing "
        f"{settings.label_smoothing:g}, seed {settings.seed}.\nFaces were varied: {varied}. The weights are those of epoch "
        f"{best['epoch']}, which had the lowest validation loss.\n"
        f"{_means(history, recipe)}"
    )
    return "".join([HEAD, _table(info, measured), LEARNED.format(**vars(measured)),
                    VOTED if settings.labels != FOLDERS else "", trained, _scores(measured, info),
                    LIMITS, NOTICE if settings.labels != FOLDERS else ""])  # fmt: skip


def _means(history: History, recipe: Recipe) -> str:
    """What else there is to say of the weights."""
    parts = (
        [f"They are a running mean of all steps, of which {recipe.average:g} is kept at each."]
        if recipe.average
        else []
    )
    if history.blend is not None:
        parts.append(f"One last layer learned the labels, another the votes; in the blend of the two, chosen by the "
                     f"validation faces, the votes have a share of {history.blend:g}.")  # fmt: skip
    return "".join(f"{part}\n" for part in parts)


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


if __name__ == "__main__":
    sys.exit(main())
