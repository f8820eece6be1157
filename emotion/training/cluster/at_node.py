"""The process that trains a run on a computer of a cluster: the ordinary worker, with pictures that were brought.

`python -m emotion.training.cluster.at_node` reads one line from its standard input and ends when that is closed: with
the process that has started it, however that ends.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path


def main() -> None:
    """Trains one run."""
    asked = json.loads(sys.stdin.readline())
    os.environ["EMOTION_HOME"] = asked["home"]
    os.environ["TF_NUM_INTRAOP_THREADS"] = str(asked["cpus"])
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from emotion.runs import RunPaths
    from emotion.training import worker
    from emotion.training.cluster import luggage

    worker.run(RunPaths(Path(asked["run_dir"])), learned=luggage.read(Path(asked["data"])))


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
