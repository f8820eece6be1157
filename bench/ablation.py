"""What each part of the quick recipe brings: the recipe without it, some seeds each, judged by validation.

    python bench/ablation.py FOLDER [--epochs 4] [--seeds 3] [--only NAME …]

The test part is not read. Seconds are those of `fit` in this process, tracing included; on a busy machine compare only
runs that stand next to each other.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from emotion.data import dataset, listing
from emotion.recipes import catalogue
from emotion.recipes.augmentation import Augmentation
from emotion.recipes.networks import quick
from emotion.recipes.recipe import Recipe
from emotion.recipes.settings import TrainingConfig
from emotion.runs import run


def _body(norm: str = "filters", *, plan: Any = quick.LAYERS, pooled: bool = False) -> Any:
    """The quick network in other words: "filters" of a fixed size, "batch" norm or "none"; pooling for strides."""

    def body(x: Any, width: float) -> Any:
        from keras import layers

        from emotion.recipes.layers.convolution import StandardizedConv2D

        kind = StandardizedConv2D if norm == "filters" else layers.Conv2D
        for channels, stride in plan:
            step = 1 if pooled else stride
            x = kind(channels, 3, step, "same", use_bias=norm != "batch", kernel_initializer="he_normal")(x)
            x = layers.BatchNormalization(momentum=0.9)(x) if norm == "batch" else x
            x = layers.Activation("relu")(x)
            x = layers.MaxPooling2D(2)(x) if pooled and stride > 1 else x
        return layers.GlobalAveragePooling2D(name="features")(x)

    return body


SIX = ((16, 2), (16, 1), (32, 2), (32, 1), (64, 2), (64, 1))
WIDE_SIX = ((24, 2), (24, 1), (48, 2), (48, 1), (96, 2), (96, 1))

# name: changes of the recipe, changes of the settings
VARIATIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "the whole recipe": ({}, {}),
    "batch norm instead of filters of a fixed size": ({"body": _body("batch")}, {"learning_rate": 0.016}),
    "neither": ({"body": _body("none")}, {"learning_rate": 0.004}),
    "pooling instead of strides": ({"body": _body(pooled=True)}, {}),
    "six layers instead of eight": ({"body": _body(plan=SIX)}, {}),
    "six wider layers": ({"body": _body(plan=WIDE_SIX)}, {}),
    "constant rate of 0.001": ({"schedule": "constant"}, {"learning_rate": 0.001}),
    "half the rate": ({}, {"learning_rate": 0.004}),
    "beta_2 of 0.999": ({"beta_2": 0.999}, {}),
    "batches of 128": ({}, {"batch_size": 128, "learning_rate": 0.012}),
    "without mirroring": ({}, {"augmentation": Augmentation(shift=0.08)}),
    "without shifting": ({}, {"augmentation": Augmentation(mirror=True)}),
    "without label smoothing": ({}, {"label_smoothing": 0.0}),
    "without weight decay": ({}, {"weight_decay": 0.0}),
}


def measure(config: TrainingConfig, recipe: Recipe, train: Any, validation: Any) -> tuple[float, float, float]:
    """Validation accuracy, that of the mean over face and mirror image, and the seconds of `fit`."""
    import keras

    from emotion.images.crop import as_batch
    from emotion.training import fit
    from emotion.training.network import served

    keras.backend.clear_session()
    catalogue.RECIPES[recipe.name] = recipe
    with tempfile.TemporaryDirectory() as folder:
        paths = run.new_run(config, Path(folder) / "run")
        start = time.perf_counter()
        model = fit.fit(config, train, validation, paths).model
        seconds = time.perf_counter() - start
    faces, found = as_batch(validation.images), []
    for mirrored in (False, True):
        answers = served(model, mirrored=mirrored).predict(faces, batch_size=256, verbose=0)["probability"][:, 0]
        found.append(float(((answers > 0.5) == validation.labels).mean()))
    return found[0], found[1], seconds


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder")
    options.add_argument("--epochs", type=int, default=4)
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--only", nargs="*", choices=list(VARIATIONS), metavar="NAME", default=list(VARIATIONS))
    chosen = options.parse_args()
    base = catalogue.config("quick", epochs=chosen.epochs)
    examples = dataset.load(listing.scan(listing.resolve(chosen.folder)), "train", base.classes)
    print("| variation | validation accuracy | mirrored mean (± sd of the seeds) | seconds |\n|---|---|---|---|")
    for name in chosen.only:
        of_recipe, of_settings = VARIATIONS[name]
        recipe = replace(catalogue.find("quick"), name="varied", **of_recipe)
        rows = []
        for seed in range(chosen.seeds):
            config = replace(base, recipe="varied", seed=seed, **of_settings)
            catalogue.RECIPES["varied"] = recipe
            places, held = dataset.split_validation(examples, config.validation_split, seed)
            rows.append(measure(config, recipe, examples.take(places), examples.take(held)))
        straight, mirrored, seconds = zip(*rows, strict=True)
        spread = statistics.stdev(mirrored) if len(mirrored) > 1 else 0.0
        print(f"| {name} | {statistics.mean(straight):.1%} | {statistics.mean(mirrored):.1%} ± {spread:.1%} | "
              f"{statistics.median(seconds):.1f} |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
