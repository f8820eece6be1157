"""Makes the model that comes along, and its card, from the two networks that were trained for it.

    python tools/make_shipped.py FOLDER      trains both, calls this, and tells the figures; goes on where it was interrupted
    python -m emotion.training.ship FOLDER RUN/model.keras other.npz      a minute: calibrates, tests, writes the card

FOLDER is FER-2013 with train/ and test/, each with the seven class folders, and beside them `votes.csv`, the votes of
FER+ by split, class and file.

The card of the shipped model: what it is, what it learned from, what it scores, what it is not for. Every number comes
from the run and its evaluation; the sentences around them are here.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emotion import evaluation, recipes, runs
from emotion.data import dataset, listing, material, votes
from emotion.images import as_batch
from emotion.models import PRETRAINED, load_model
from emotion.recipes import BOTH, SEVEN_EMOTIONS
from emotion.runs import Status, append_history, read_history
from emotion.system import EmotionError, ModelError, files

if TYPE_CHECKING:
    import keras

    from emotion.data import Examples, Material
    from emotion.evaluation import Evaluation
    from emotion.models import Predictor
    from emotion.recipes import ModelInfo, TrainingConfig
    from emotion.runs import RunPaths


NAME = "shipped model"
VALIDATION = 0.1  # of train: has chosen the networks, and chooses the temperature and the unsure band
Weights = list[NDArray[np.float32]]  # of one layer, as Keras lays them out


def config(data: str) -> TrainingConfig:
    """The settings of the shipped model."""
    whole = recipes.config("duo", data=data, classes=SEVEN_EMOTIONS, validation_split=VALIDATION, name=NAME)
    return replace(whole, drop_twins=True, labels=BOTH)


def ship(data: str, one: Path, other: Path, into: Path) -> RunPaths:
    """Puts two trained networks together, calibrates and tests them, and writes model, settings, history and card.

    Args:
        data: a folder as `emotion.data.dataset.resolve` takes it.
        one: the `model.keras` of a run of `full` with seven classes: it looks at the face.
        other: what `tools/distil.py` has written: it looks at the mirror image.
        into: gets `model.tflite`, `model.keras`, `model.json`, `config.json`, `history.jsonl` and the card `README.md`.

    Returns:
        The run that stands for it.

    Raises:
        EmotionError: with what is missing.
    """
    from emotion.training import fit, report, worker
    from emotion.training.callbacks import save_whole
    from emotion.training.network import load_whole

    folder = listing.resolve(data)
    votes.check(folder, SEVEN_EMOTIONS)
    settings = config(dataset.checked(str(folder), SEVEN_EMOTIONS))
    layers, about = read(other)
    learned = material.read(settings)
    paths = runs.new_run(settings)
    runs.queue.claim(paths, Status.STARTING)
    runs.write_status(paths, Status.RUNNING, fingerprint=learned.fingerprint)
    model = joined(load_whole(one, compiled=False), layers)
    save_whole(model, paths.keras_model, optimizer=False)
    validated = {f"val_{name}": value for name, value in _figures(model, learned.validation).items()}
    append_history(
        paths, event="epoch", epoch=settings.epochs, seconds=0.0, **_figures(model, learned.train), **validated
    )
    worker.export_run(paths)
    report.write(paths, learned, fit.Fitted(model, settings.epochs, stopped=False), seconds=0.0)
    runs.write_status(paths, Status.COMPLETED)
    copy(paths, into, learned, about)
    return paths


def _figures(model: keras.Model, examples: Examples) -> dict[str, float]:
    """Loss and share of right answers, as a history has them; of faces as they are, without variations."""
    said = model.predict(as_batch(examples.images), verbose=0)
    loss = -np.log(said[np.arange(len(said)), examples.labels]).mean()
    right = (said.argmax(axis=1) == examples.labels).mean()
    return {"loss": round(float(loss), 6), "accuracy": round(float(right), 6)}


def read(file: Path) -> tuple[list[Weights], dict[str, Any]]:
    """The layers that `tools/distil.py` has trained, in the order in which they were made, and what it tells of them.

    Raises:
        ModelError: when it is no such file.
    """
    try:
        with np.load(file) as stored:
            arrays = [stored[name] for name in stored.files if name.startswith("layer_")]
            last = [stored["kernel"], stored["bias"]]
            about: dict[str, Any] = json.loads(str(stored["about"]))
    except (OSError, ValueError, KeyError) as error:
        raise ModelError.of_file(file, "it does not hold the network of tools/distil.py") from error
    # A convolution has one array of four axes; batch norm has four of one axis, which lie in one.
    return [*([array] if array.ndim == 4 else list(array) for array in arrays), last], about


def joined(one: keras.Model, other: list[Weights]) -> keras.Model:
    """The network of the recipe `duo` with the weights of both, which answers with the mean of their logits.

    Args:
        one: of the recipe `full`.
        other: from `read`.
    """
    from emotion.training.network import LAST, network

    model = network(recipes.find("duo"), len(SEVEN_EMOTIONS))
    given = [*(layer.get_weights() for layer in _as_made(one)), *other[:-1]]
    for layers, kind in ((_as_made(model), kind) for kind in (_is_norm, _is_thin, _is_convolution)):
        pairs = zip([layer for layer in layers if kind(layer.get_weights())], filter(kind, given), strict=True)
        for layer, weights in pairs:
            layer.set_weights(weights)
    ends = [one.get_layer(LAST).get_weights(), other[-1]]
    kernel, bias = np.concatenate([end[0] for end in ends]) / 2, sum(end[1] for end in ends) / 2
    model.get_layer(LAST).set_weights([kernel, bias])
    return model


def _as_made(model: keras.Model) -> list[keras.Layer]:
    """The layers with weights, without the last, in the order of their making."""
    return sorted((layer for layer in model.layers if layer.weights and not hasattr(layer, "units")), key=_number)


def _number(layer: keras.Layer) -> int:
    """Keras numbers the names of a kind of layers as they are made; the first one has no number."""
    return int(found[1]) if (found := re.search(r"_(\d+)$", layer.name)) else 0


def _is_norm(weights: Weights) -> bool:
    return len(weights) == 4


def _is_thin(weights: Weights) -> bool:
    return len(weights) == 1 and weights[0].shape[3] == 1  # one filter a channel


def _is_convolution(weights: Weights) -> bool:
    return len(weights) == 1 and weights[0].shape[3] > 1


def copy(paths: RunPaths, into: Path, learned: Material, about: dict[str, Any]) -> None:
    """Puts a finished run's model into a folder, with all that is needed to repeat it, and writes the card.

    Args:
        learned: what the networks have learned from.
        about: of the training of its networks, as `tools/distil.py` tells it.
    """
    into.mkdir(parents=True, exist_ok=True)
    for path in (paths.model, paths.keras_model):
        shutil.copyfile(path, into / path.name)
    predictor = load_model(str(paths.root))
    settings, history = runs.read_run(paths).config, read_history(paths)
    files.write_json(into / paths.model_info.name, predictor.info.to_json())
    card = text(predictor.info, settings, about, _measured(predictor, settings, learned))
    (into / "README.md").write_text(card, encoding="utf-8")
    # A path of one computer means nothing on another.
    files.write_json(into / paths.config.name, replace(settings, data=listing.title(settings.data)).to_json())
    rows = "".join(json.dumps(row) + "\n" for row in history.epochs)
    (into / paths.history.name).write_text(rows, encoding="utf-8")


def _measured(predictor: Predictor, settings: TrainingConfig, learned: Material) -> Measured:
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


def main() -> int:
    """The command of this file; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m emotion.training.ship", description=__doc__.split("\n")[0])
    parser.add_argument(
        "data", metavar="FOLDER", help="FER-2013: train/ and test/ with seven class folders each, and votes.csv"
    )
    parser.add_argument("one", type=Path, metavar="KERAS", help="model.keras of a run of `full` with seven classes")
    parser.add_argument("other", type=Path, metavar="NPZ", help="what tools/distil.py has written")
    parser.add_argument("--into", type=Path, default=PRETRAINED, metavar="DIR", help="where the model goes")
    chosen = parser.parse_args()
    try:
        ship(chosen.data, chosen.one, chosen.other, chosen.into)
    except EmotionError as error:
        print(f"emotion: {error}", file=sys.stderr)
        return 2
    return 0


HEAD = """# The shipped model: a card

Written by `python -m emotion.training.ship`; `make shipped DATA=FOLDER` trains its two networks again and writes it anew.
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

TAUGHT = """
## How it was trained
Its two networks were trained one by one and put together. The one that looks at the face is a run of the recipe `full` with
both labels and votes, as `docs/decisions/0012-votes-and-full-resolution.md` tells. The one that looks at its mirror image has
separable convolutions from 12 pixels on: {epochs} epochs of batches of {batch} with AdamW, learning rate up to {rate:g} held, and
falling to zero in the last third, weight decay {decay:g}, seed {seed}; its weights are a running mean of all steps.
Faces were varied: {varied}.
{share:.0%} of what it learned of a face was the mean answer of two teachers that had not seen this face (five of each kind, each
trained without a fifth of the faces), the rest was its label. A second last layer, thrown away at the end, learned the votes.
What the five of a kind get right together on the validation faces, with the mirror image:

| teachers | began with | licence of that | epochs | seven | happy or sad |
|---|---|---|---|---|---|
{teachers}
PyTorch {torch} on one {device}; what else was weighed stands in `docs/decisions/0018-two-networks.md`.
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


def text(info: ModelInfo, settings: TrainingConfig, about: dict[str, Any], measured: Measured) -> str:
    """The card in Markdown."""
    varied = ", ".join(f"{name} {value:g}" for name, value in vars(settings.augmentation).items() if value)
    return "".join([HEAD, _table(info, measured), LEARNED.format(**vars(measured)), VOTED, _taught(about, varied),
                    _scores(measured, info), LIMITS, NOTICE])  # fmt: skip


def _taught(about: dict[str, Any], varied: str) -> str:
    """How the networks were trained, and by which teachers."""
    teachers = "".join(
        f"| {one['name']} | {one['weights']} | {one['licence']} | {one['epochs']} | {one['seven']} % | {one['pair']} % |\n"
        for one in about["teachers"]
    )
    return TAUGHT.format(varied=varied, teachers=teachers, **about["settings"])


def _table(info: ModelInfo, measured: Measured) -> str:
    return f"""
| | |
|---|---|
| What it does | says which of {len(info.classes)} groups of photos a face looks like ({", ".join(info.classes)}); asked for happy or sad: P(happy) / (P(happy) + P(sad)) |
| Network | `{info.recipe}`: two networks side by side, {info.parameters:,} weights; one looks at the face, the other at its mirror image, and the answer is the mean of both |
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
