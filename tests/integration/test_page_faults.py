"""A step of training takes its memory from what earlier steps have freed, not from the system; and none for packages
that no training needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
# A batch of 64 faces is 144 pages of 4 kB. As a `keras.utils.PyDataset` a step faulted for 104 to 430 of them on one
# machine and for 33,600 on another; through `tf.data`, with freed memory kept, for at most 13. Held for the usual step:
# on busy cores the feeding thread runs ahead once and takes a few thousand pages for good.
MOST = 50

PROGRAM = """
import json, resource, sys
from pathlib import Path
import numpy as np
from emotion import recipes, runs
from emotion.data import Examples
from emotion.system import processes
processes.keep_memory()
from emotion.training import fit

rng = np.random.default_rng(0)
def examples(n):
    files = tuple(f"{i}.png" for i in range(n))
    return Examples(rng.integers(0, 256, (n, 48, 48), np.uint8), np.arange(n) % 2, ("sad", "happy"), files, (), "noise")

seen = []
def tell(row):
    if row["event"] == "step" and row["epoch"] == 2:
        seen.append((row["step"], resource.getrusage(resource.RUSAGE_SELF).ru_minflt))

config = recipes.config(sys.argv[2], epochs=2)
fit.fit(config, examples(64 * 40), examples(64), runs.new_run(config, Path(sys.argv[1])), tell)
steps, faults = np.diff(np.array(seen), axis=0).T
loaded = [name for name in ("pandas", "matplotlib", "sklearn") if name in sys.modules]
usual = float(np.median(np.repeat(faults / steps, steps)))
print(json.dumps({"steps": int(steps.sum()), "usual": usual, "loaded": loaded}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts the page faults of Linux")
@pytest.mark.nightly
@pytest.mark.parametrize("recipe", ["classic", "quick"])
def test_a_step_of_training_takes_hardly_any_new_pages(tmp_path: Path, recipe: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "run"), recipe],
        cwd=ROOT, env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}, capture_output=True, encoding="utf-8", timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr

    found = json.loads(done.stdout.splitlines()[-1])

    assert found["steps"] >= 20
    assert found["usual"] < MOST
    assert found["loaded"] == []  # Keras would load all three: see `emotion.recipes.layers.backend`
