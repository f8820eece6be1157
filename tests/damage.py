"""A home with one of everything that this program keeps, ways to damage it, and everything that reads it.

What comes out of a reader is a value or an error of ours; anything else is a fault of the program.
"""

from __future__ import annotations

import functools
import json
import os
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from emotion import evaluation, metrics, models, runs, training, tuning
from emotion.checks import check, label_errors
from emotion.checks.label_errors import LabelError, LabelErrors
from emotion.checks.rules import faceless
from emotion.data import decided, edits, material, on_disk, registry, resolve, scan
from emotion.data.bring import add, import_jobs
from emotion.data.decisions import Change
from emotion.models import preferences
from emotion.recipes import TrainingConfig
from emotion.runs import RunPaths, Status, progress, queue
from emotion.system import EmotionError, files, home, processes, tasks
from emotion.tuning import folder
from tests.canned_tuning import give_tuning
from tests.tiny_model import give_model
from tests.zips import write_classes

DEEP = 10_000  # brackets

# Whole files: what a disk, an editor, another program or an unlucky copy may leave in the place of JSON.
WHOLE = (
    b"", b"null", b"7", b"-1.5", b'"text"', b"[]", b"[1, 2]", b"{}", b"true", b"NaN", b"{", b'{"a": ', b"\0" * 512,
    b"\xff\xfe{\0}\0", b"\x80\x81\x82", b"\xef\xbb\xbf{}", b"[" * DEEP, b'{"a":' * DEEP, b"[" * DEEP + b"]" * DEEP,
    b'{"status": "running"}', b"\n\n\n", b"{}{}", b"PK\x03\x04", b"SQLite format 3\0",
)  # fmt: skip
# In the place of one value.
ODD = (
    "null", "true", "false", "0", "-1", "1", "2", "0.5", "-0.0", "1e300", "1e999", "-1e300", "NaN", "Infinity",
    "9" * 30, "-" + "9" * 30, "9" * 5000, "99999999999999", "253402300800", "-62135596801", '""', '"x"', '"\\u0000"',
    '"\\ud800"', '"../../.."', '"/"', '"~nobody"', '"running"', '"' + "x" * 5000 + '"', '"**b** <b>$x$ :red[a]"',
    "[]", "[null]", "[[]]", "[1, 2, 3]", '["x", "x"]', "{}", '{"x": null}', '{"x": {"y": []}}',
    "[" * DEEP + "]" * DEEP, "[" * 200 + "]" * 200,
)  # fmt: skip
KEYS, TWICE = (b"status", b"name", b"classes", b"id", b"epochs"), (b"null", b'"x"', b"-1", b"[]")  # given twice
HERE = "\N{PERSONAL COMPUTER}"  # stands for the value that is replaced


def furnish() -> dict[str, Path]:
    """Fills the home; returns the files that hold JSON, by a name each."""
    data = write_classes(home() / "elsewhere" / "faces")
    record = add.add_folder(data, "mine")
    listing = on_disk(data)
    check.check(data)
    _task()
    _suspects(listing)
    files.write_json(_faces(data), {"asked": 3, "without": ["happy/0.png"]})
    edits.decide(data, [Change("exclude", (listing.files["train"]["happy"][0],))], "blurred")
    taken = edits.decide(data, [Change("relabel", (listing.files["train"]["sad"][0],), "happy")], "smiles")
    edits.undo(data, taken.id)
    run = _run(str(data))
    preferences.choose_model(run.id)
    shipped = models.load_model("pretrained")
    preferences.save(shipped.path, shipped.info, preferences.Adjustment(threshold=0.6))
    tuned = give_tuning()
    files.write_json(tuned.full, {"run": run.id})
    return {
        "data set": record.home / registry.RECORD,
        "split": record.home / registry.SPLIT,
        "task": home() / ".cache" / "tasks" / "one" / tasks.STARTED,
        "told": home() / ".cache" / "tasks" / "one" / tasks.TOLD,
        "suspects": _labels(data),
        "faces": _faces(data),
        "decisions": edits.location(data),
        "config": run.config,
        "status": run.status,
        "history": run.history,
        "model": run.model_info,
        "report": run.report,
        "person": run.person,
        "choice": home() / "choice.json",
        "shipped": home() / "pretrained.json",
        "tuning": tuned.settings,
        "trials": tuned.trials,
        "full": tuned.full,
        "worker": next(tuned.workers.glob("*.json")),
    }


def _task() -> None:
    """A task that has ended and left a result."""
    folder = home() / ".cache" / "tasks" / "one"
    folder.mkdir(parents=True)
    now = time.time()
    started = {"title": "One", "pid": os.getpid(), "pid_started": processes.started(), "thread": False, "at": now}
    files.write_json(folder / tasks.STARTED, started)
    told = {"what": "reading", "done": 3, "total": 9, "seconds": 4.0, "ended": True, "problem": "", "result": "mine"}
    files.write_json(folder / tasks.TOLD, told | {"at": now})


def _all_tasks() -> None:
    for task in tasks.list_tasks(""):
        _ = task.share, task.seconds_left, import_jobs.record(task)


def _labels(data: Path) -> Path:
    return label_errors._location(on_disk(data))


def _faces(data: Path) -> Path:
    return _labels(data).with_name(_labels(data).name.replace("labels", "faces"))


def _suspects(listing: Any) -> None:
    name = listing.files["train"]["happy"][1]
    found = LabelErrors("pretrained", 20, ("sad", "happy"), 0.9, (LabelError(name, "happy", "sad", 0.8),))
    files.write_json(_labels(listing.root), found.to_json())


def _run(data: str) -> RunPaths:
    """A run that has ended, with everything that a run may leave."""
    paths = give_model(runs.new_run(TrainingConfig(data=data, name="mine", epochs=3)))
    runs.append_history(paths, event="phase", phase="training", time=1.0)
    figures = {"loss": 0.5, "accuracy": 0.7, "seconds": 3.0}
    for epoch in (1, 2, 3):
        runs.append_history(paths, event="step", epoch=epoch, step=4, steps=9, **figures)
        runs.append_history(paths, event="epoch", epoch=epoch, val_loss=0.6 / epoch, val_accuracy=0.6, **figures)
    files.write_json(paths.report, report())
    runs.write_status(paths, Status.COMPLETED, fingerprint="f")
    runs.rename(paths, "my run")
    model = models.load_model(paths.id)
    preferences.save(model.path, model.info, preferences.Adjustment(threshold=0.4, unsure_band=(0.3, 0.5)))
    return paths


def report() -> dict[str, Any]:
    """A `report.json` with all that may be in one."""
    info = models.load_model("pretrained").info
    labels = np.arange(20) % 2
    probabilities = np.stack([1 - labels * 0.8, labels * 0.8], axis=1).astype(np.float32)
    best = evaluation.evaluate(probabilities, labels, info.usual).to_json()
    pair = {"before": best, "after": best, "comparison": metrics.compare(labels > 0, labels >= 0).to_json()}
    score = {"n": 20, "right": 18, "accuracy": 0.9, "interval": [0.7, 0.97]}
    honest = {"naive": score, "honest": score, "left_out": {"twins": 2}, "words": "Without 2 test pictures."}
    compared = {"base": "pretrained", "test": pair, "own": pair | {"how": "In turn.", "seen": 9}, "warning": "so"}
    facts = {"seconds": 12.5, "epochs": 3, "best_epoch": 3, "method": "held out in turn", "folds": 5, "warning": "w"}
    return facts | {"best": best, "last": best, "honest": honest, "compared": compared}


class Damages(Sequence[bytes]):
    """Damaged texts, of thousands of which a few are looked at: those with one value replaced are made then."""

    def __init__(self, made: Iterable[bytes | Callable[[], bytes]]) -> None:
        self._made = tuple(made)

    def __len__(self) -> int:
        return len(self._made)

    def __getitem__(self, place: Any) -> Any:
        one = self._made[place]
        return one() if callable(one) else one


@functools.cache
def damages(text: bytes) -> Damages:
    """Every damage that is known here to a file of JSON or of lines of JSON."""
    return Damages(_damages(text))


def _damages(text: bytes) -> Iterator[bytes | Callable[[], bytes]]:
    yield from WHOLE
    lines = text.splitlines(keepends=True)
    if _is_json(text):
        yield from (partial(_with, text, place, odd) for place in _places(json.loads(text)) for odd in (None, *ODD))
    else:
        for number, line in enumerate(lines):
            before, after = b"".join(lines[:number]), b"".join(lines[number + 1 :])
            for odd in (*(odd.encode() + b"\n" for odd in ODD), b"\xff\xfe\n", b"\n", line[:-5]):
                yield before + odd + after
            for place in _places(json.loads(line)):
                yield from (partial(_with, line, place, odd, before, b"\n" + after) for odd in (None, *ODD))
    yield from _otherwise(text)
    yield from (text[:end] for end in range(0, len(text), max(1, len(text) // 40)))
    yield from (
        text[:at] + bytes([text[at] ^ 0x55]) + text[at + 1 :] for at in range(0, len(text), len(text) // 60 + 1)
    )


def _otherwise(text: bytes) -> Iterator[bytes]:
    """All of it as another editor keeps it, after a bad copy, or with zeros where the disk had not written yet."""
    words, middle = text.decode(), len(text) // 2
    yield from (words.encode(code) for code in ("utf-8-sig", "utf-16", "utf-16-le", "utf-32"))
    yield from (text.replace(b"\n", end) for end in (b"\r\n", b"\r", b""))
    yield from (bytes(len(text)), text[:middle] + bytes(len(text) - middle), text[middle:], text + text)
    yield from (text.replace(b"{", b'{"%b": %b, ' % (key, odd), 1) for key in KEYS for odd in TWICE)


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return text.count(b'"event"') == 0 and text.count(b'"who"') == 0  # one line of a file of lines is one, too


def _places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The keys and indices that lead to each value within this one; of a long list the first two only."""
    inside = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for key, part in inside:
        yield (*place, key)
        yield from _places(part, (*place, key))


def _with(text: bytes, place: tuple[Any, ...], odd: str | None, before: bytes = b"", after: bytes = b"") -> bytes:
    """The JSON with one value replaced, or taken out for None, between what stands before and after it."""
    value = json.loads(text)
    inside = value
    for key in place[:-1]:
        inside = inside[key]
    if odd is None:
        del inside[place[-1]]
        return before + json.dumps(value).encode() + after
    inside[place[-1]] = HERE
    return before + json.dumps(value).replace(json.dumps(HERE), odd).encode() + after


def sample(all_damages: Sequence[bytes], most: int, seed: int) -> Sequence[bytes]:
    """At most so many of them; the same ones for the same seed."""
    return all_damages if len(all_damages) <= most else random.Random(seed).sample(all_damages, most)


def foreign(works: dict[str, Callable[[], object]]) -> Iterator[str]:
    """Of works by their names those that end in an error that is none of ours, with that error."""
    for name, work in works.items():
        try:
            work()
        except EmotionError:
            continue
        except Exception as error:  # noqa: BLE001 - what is looked for
            yield f"{name}: {type(error).__name__}: {error!s:.100}"


def readers(kind: str) -> dict[str, Callable[[], object]]:
    """Everything of the core that reads stored files, as pages and commands call it.

    Args:
        kind: of the file that is damaged; the shipped model, of which 7 MB are read, is asked where that can matter.
    """
    data = home() / "elsewhere" / "faces"
    runs_there = [RunPaths(path) for path in sorted((home() / "runs").iterdir()) if path.is_dir()]
    mine = next(paths for paths in runs_there if os.path.lexists(paths.model))
    tuned = folder.TuningPaths(next((home() / "tuning").iterdir()))

    def run() -> None:
        found = runs.read_run(mine)
        progress.describe(found, runs.read_history(mine))
        _ = found.title, found.when, material.title(found.config), found.config.to_json()

    def trials() -> None:
        found = folder.read(tuned)
        _ = found.title, tuning.best_sentence(found.trials, found.settings)
        tuning.doubt_sentence(found.trials, found.settings)
        tuning.budget_sentence(found.trials, found.settings)

    shipped = {"shipped": lambda: models.load_model("pretrained").info} if kind in ("shipped", "choice") else {}
    return shipped | {
        "runs": lambda: [runs.list_runs(), runs.unreadable_runs(), queue.queue(), queue.active()],
        "run": run,
        "history": lambda: runs.summarize(mine),
        "report": lambda: evaluation.read_report(mine),
        "held out": lambda: evaluation.read_held_out(mine),
        "model": lambda: models.load_model(mine.id).predict(np.zeros((1, 48, 48, 1), np.float32)),
        "choice": preferences.chosen_model,
        "data sets": lambda: [registry.list_sets(), registry.unreadable_sets(), registry.find("mine")],
        "split": lambda: registry.split_settings(home() / "datasets" / "mine"),
        "listing": lambda: decided(scan(resolve("mine"))),
        "decisions": lambda: [edits.read(data), edits.confirmed(data), edits.digest_of("mine"), edits.export(data)],
        "tasks": _all_tasks,
        "suspects": lambda: label_errors.last_found(on_disk(data)),
        "faces": lambda: [faceless.asked(on_disk(data)), faceless.last_without_face(on_disk(data))],
        "tunings": lambda: [folder.list_all(), folder.unreadable(), folder.active()],
        "trials": trials,
        "repetitions": lambda: training.repeat.repetitions(on_disk(data)),
    }
