"""Makes the shipped model again, by one command that goes on where it was interrupted: `make shipped DATA=FOLDER`.

    python tools/make_shipped.py FOLDER [--work DIR] [--into DIR]

FOLDER is FER-2013 with train/ and test/, seven class folders in each, and `votes.csv`, the votes of FER+.

1. The network that looks at the face: `emotion train --recipe full`, hours on two cores; an interrupted run is resumed.
2. The network that looks at the mirror image, and its teachers: `tools/distil.py`, a quarter of an hour with PyTorch on
   a graphics card. It may be run elsewhere: put its `other.npz` into the work folder.
3. `emotion.training.ship` puts the two together, calibrates them and writes the model and its card, in a minute.
4. `emotion evaluate` tells its figures, for happy or sad and for all seven.

What is made on the way lies in the work folder, and what lies there whole is not made again. A step is a process of its
own; the first one that fails ends this, with its exit status.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emotion import runs
from emotion.models import PRETRAINED
from emotion.runs import RunPaths, Status
from emotion.training import ship

ROOT = Path(__file__).resolve().parent.parent
Command = list[str]


def training(data: Path, work: Path, epochs: int | None) -> Command | None:
    """The command that begins the first network or goes on with it; None where it is there."""
    paths = RunPaths(work / "full")
    status = runs.read_run(paths).status if paths.config.is_file() else Status.QUEUED
    if status is Status.COMPLETED:
        return None
    if status is not Status.QUEUED:
        return ["-m", "emotion", "train", "--resume", str(paths.root)]
    asked = ["--recipe", "full", "--labels", "both", "--classes", "all", "--drop-twins", "--name", "shipped: the face"]
    # The same faces are kept aside as by `ship`, which calibrates with them.
    asked += ["--validation-split", str(ship.VALIDATION), *(["--epochs", str(epochs)] if epochs else [])]
    return ["-m", "emotion", "train", "--data", str(data), *asked, "--run-dir", str(paths.root)]


def steps(
    data: Path, work: Path, into: Path, *, epochs: int | None = None, scale: float | None = None
) -> list[Command]:
    """What is left to be done, in order, as words after `python`.

    Args:
        data: FER-2013 with its votes.
        work: the folder of what is made on the way.
        into: where the model goes.
        epochs: of the first network; None as the recipe says. For a trial.
        scale: share of the epochs of teachers and student; None: all of them. For a trial.
    """
    first, other = training(data, work, epochs), work / "other.npz"
    found = [first] if first else []
    if not other.is_file():
        shorter = ["--scale", str(scale)] if scale else []
        found.append([str(ROOT / "tools" / "distil.py"), str(data), str(other), *shorter])
    keras = RunPaths(work / "full").keras_model
    found.append(["-m", "emotion.training.ship", str(data), str(keras), str(other), "--into", str(into)])
    asked = ["-m", "emotion", "evaluate", str(into), "--data", str(data), "--classes"]
    return [*found, [*asked, "happy,sad"], [*asked, "all"]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="FOLDER", help="FER-2013 with votes.csv")
    parser.add_argument("--work", type=Path, default=ROOT / "shipping", metavar="DIR", help="what is made on the way")
    parser.add_argument("--into", type=Path, default=PRETRAINED, metavar="DIR", help="where the model goes")
    parser.add_argument("--epochs", type=int, metavar="N", help="of the first network, to try it")
    parser.add_argument("--scale", type=float, metavar="X", help="share of the second one's epochs, to try it")
    chosen = parser.parse_args()
    data, work, into = (path.expanduser().resolve() for path in (chosen.data, chosen.work, chosen.into))
    work.mkdir(parents=True, exist_ok=True)
    os.environ["EMOTION_HOME"] = str(work)
    signal.signal(signal.SIGINT, lambda number, frame: None)  # Ctrl-C is for the step, which keeps what it has
    for command in steps(data, work, into, epochs=chosen.epochs, scale=chosen.scale):
        print("python " + " ".join(command), file=sys.stderr, flush=True)
        status = subprocess.run([sys.executable, *command], cwd=ROOT, check=False).returncode
        if status:
            return status
        if command[1:3] == ["emotion", "train"] and training(data, work, chosen.epochs):
            print("The training was stopped. The same command goes on with it.", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
