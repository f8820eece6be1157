"""The process of a run: waits its turn, reads the data, trains, and leaves a usable model behind.

The only writer of a run's files. TensorFlow is imported inside functions, after the run has said that it starts.
`python -m emotion.training.worker` is the warm worker: it imports TensorFlow at once and waits for one line on its
standard input that names a run.
"""

from __future__ import annotations

import contextlib
import contextvars
import json
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emotion import recipes, runs
from emotion.models import read_info
from emotion.runs import RunPaths, Status, append_history, read_history, speed
from emotion.runs import queue as jobs
from emotion.system import ENGLISH, N_, DataError, EmotionError, RunError, _, disk, files, language, processes, speaking
from emotion.training.head import run as head_run

if TYPE_CHECKING:
    import keras

    from emotion.data import Material
    from emotion.recipes import TrainingConfig
    from emotion.training.fit import Fitted

# What TensorFlow has to tell a person comes as an exception; its log of processors and drivers helps nobody here.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
HALF = 0.5
WARM_DELAY_SECONDS = 1.5  # the browser draws the first page in this time; TensorFlow's import would slow it down
INSIDE = N_("Something went wrong inside the program ({error}). The last lines of its log tell more.")
UNCALIBRATED = N_("The model can be used, but it is never unsure: the faces that would tell when are not there. {why}")
Tell = Callable[[dict[str, Any]], None]


def run(
    paths: RunPaths,
    tell: Tell = lambda row: None,
    goodbye: Callable[[], None] = lambda: None,
    traced: tuple[keras.Model, TrainingConfig] | None = None,
    learned: Material | None = None,
) -> None:
    """Trains a queued run when its turn comes, or goes on with it where it was resumed.

    What is kept of it is said in English, whoever has started it (`emotion.system.retold`); `tell` speaks as this call.

    Args:
        paths: a run with the status queued.
        tell: is called with every history row, and {"event": "waiting", "ahead": n}.
        goodbye: is called before the process ends at once because Stop came while it was still loading.
        traced: a network that is already traced, and the configuration that it was traced for.
        learned: what it learns from, where that was brought here; None reads it from the data folder.

    Raises:
        EmotionError: what went wrong in plain words; it is in `status.json` too.
    """
    processes.keep_memory()
    tell_reader = in_own_language(tell)
    with speaking(ENGLISH), jobs.turn(paths, lambda ahead: tell_reader({"event": "waiting", "ahead": ahead})) as ours:
        if ours:
            jobs.claim(paths, Status.STARTING)
            with failure_told(paths):
                status, reason = _train(paths, tell_reader, goodbye, traced, learned)
            runs.write_status(paths, status, **({"reason": reason} if reason else {}))
    jobs.start_orphans()


def in_own_language(tell: Tell) -> Tell:
    """`tell` in the language of this moment, for a block that writes what is kept, which is in English."""
    reader = language()

    def tell_reader(row: dict[str, Any]) -> None:
        with speaking(reader):
            tell(row)

    return tell_reader


@contextlib.contextmanager
def failure_told(paths: RunPaths) -> Iterator[None]:
    """Writes what goes wrong in the block into the run's status, and raises it in plain words.

    Raises:
        EmotionError
    """
    try:
        yield
    except Exception as error:
        told = disk.in_words(error, paths.root)
        reason = str(told) if isinstance(told, EmotionError) else _(INSIDE, error=type(error).__name__)
        tail = traceback.format_exc().splitlines()[-12:]
        try:
            runs.write_status(paths, Status.FAILED, reason=reason, error=type(error).__name__, traceback=tail)
        except EmotionError:  # too long for what room is left
            runs.write_status(paths, Status.FAILED, reason=reason)
        raise told from error


def _train(
    paths: RunPaths,
    tell: Tell,
    goodbye: Callable[[], None],
    traced: tuple[keras.Model, TrainingConfig] | None,
    brought: Material | None,
) -> tuple[Status, str]:
    """The whole run, in order. Returns how it ended, and what there is to say about that."""
    config = runs.read_run(paths).config
    began = time.monotonic()
    with StopWatch(paths, goodbye):
        _enter(paths, tell, "starting")
        _enter(paths, tell, N_("loading data"))
        from emotion.data import material

        if config.recipe == recipes.HEAD.name:
            head_run.work(paths, config, lambda phase: _enter(paths, tell, phase), tell)
            return Status.COMPLETED, ""
        learned = _unchanged(paths, brought or material.read(config), own=config.own)
        _enter(paths, tell, N_("loading TensorFlow"))
        from emotion.training import fit

    runs.write_status(paths, Status.RUNNING)
    _enter(paths, tell, "training")
    usable = traced[0] if traced and fit.serves(traced[1], config) else None
    fitted = fit.fit(config, learned.train, learned.validation, paths, tell, usable)
    runs.write_status(paths, Status.STOPPING if fitted.stopped else Status.RUNNING)
    speed.learn_from_run(config, len(learned.train.labels) + len(learned.validation.labels), read_history(paths))
    kept = int((read_history(paths).best or {}).get("epoch", 0))
    if kept or not fitted.diverged:
        _enter(paths, tell, "exporting")
        export_run(paths)
        _enter(paths, tell, "evaluating")
        _report(paths, learned, fitted, round(time.monotonic() - began, 1))
    if not fitted.stopped:
        paths.last_checkpoint.unlink(missing_ok=True)
        paths.average.unlink(missing_ok=True)
    _rescue_lost_runs()
    if fitted.diverged:
        return Status.DIVERGED, _diverged(fitted.diverged, config.learning_rate, kept)
    return (Status.STOPPED if fitted.stopped else Status.COMPLETED), ""


def _report(paths: RunPaths, learned: Material, fitted: Fitted, seconds: float) -> None:
    """Evaluates the run. What goes wrong in that is said; a run that has a model is not called failed for it."""
    from emotion.training import report  # draws with Matplotlib, whose import would hold up the first epoch

    try:
        report.write(paths, learned, fitted, seconds)
    except Exception as error:
        if disk.is_full(error):  # nor could this be written; the run can be gone on with when there is room
            raise
        traceback.print_exc()
        why = str(error) if isinstance(error, EmotionError) else _(INSIDE, error=type(error).__name__)
        files.write_json(paths.report, {"warning": _("There is no test score. {why}", why=why), "seconds": seconds})


def _diverged(epoch: int, rate: float, kept: int) -> str:
    """What happened to the loss, what is left, and what to do.

    Args:
        kept: the 1-based epoch whose weights are kept; 0: none.
    """
    left = _("What it knew after epoch {epoch} is kept.", epoch=kept)
    if not kept:
        left = _("There was no whole epoch before, so nothing is kept.")
    grew = _("The loss grew without bound at epoch {epoch}.", epoch=epoch)
    return f"{grew} {left} {_('Lower the learning rate (it was {rate}).', rate=f'{rate:g}')}"


def _enter(paths: RunPaths, tell: Tell, phase: str) -> None:
    row = {"event": "phase", "phase": phase, "time": time.time()}
    append_history(paths, **row)
    tell(row)


def _unchanged(paths: RunPaths, learned: Material, *, own: bool) -> Material:
    """What a run learns from, after it was seen to be what it learned from before; its fingerprint is written down."""
    before = files.read_json(paths.status).get("fingerprint")
    if before and paths.last_checkpoint.exists() and before != learned.fingerprint:
        # Pictures that the run has learned from could be among those that judge it now.
        whose = _("your own pictures") if own else _("the pictures, or what was decided about them,")
        raise DataError(_(
            "Run {run} cannot go on: {whose} have changed since it began. Expected the same pictures. Start a new run "
            "with those that are kept now.", run=paths.id, whose=whose,
        ))  # fmt: skip
    runs.write_status(paths, Status.STARTING, fingerprint=learned.fingerprint)
    return learned


def export_run(paths: RunPaths) -> None:
    """Writes `model.tflite` and `model.json` from a run's `model.keras`.

    Raises:
        RunError: when there is no `model.keras`.
    """
    state = runs.read_run(paths)
    if not paths.keras_model.is_file():
        raise RunError.in_state(
            state.id, _("{status} without any weights", status=state.status), _("a run that has finished an epoch")
        )
    from emotion.training import export, network

    whole = network.load_whole(paths.keras_model, classes=len(state.config.classes))
    model = network.blended(whole, HALF)  # of a lost run: nothing has chosen a share
    if state.config.recipe == recipes.HEAD.name:  # what it says of itself was known before this file was
        export.write_model(paths, model, read_info(paths.model))
        return
    best = read_history(paths).best or {}
    scores: dict[str, Any] = {name: best[name] for name in ("epoch", "val_loss", "val_accuracy") if name in best}
    fingerprint = str(files.read_json(paths.status).get("fingerprint", ""))
    export.write_model(paths, model, export.describe(model, state.config, fingerprint, scores))


def rescue(paths: RunPaths) -> str:
    """What a run does at its end, for one whose process was gone before: `export_run`, then the model is calibrated.

    Returns:
        "", or a sentence on why it could not be calibrated: it is never unsure then.

    Raises:
        RunError: when there is no `model.keras`.
    """
    export_run(paths)
    config = runs.read_run(paths).config
    if config.recipe == recipes.HEAD.name:  # it is calibrated before it has any file
        return ""
    from emotion.data import material
    from emotion.training import report

    try:
        learned = material.read(config)
    except EmotionError as error:
        return _(UNCALIBRATED, why=error)
    if learned.fingerprint != files.read_json(paths.status).get("fingerprint"):
        why = _("The pictures, or what was decided about them, have changed since it began.")
        return _(UNCALIBRATED, why=why)
    report.calibrate(paths, learned.validation)
    return ""


def _rescue_lost_runs() -> None:
    """Makes the best weights of runs usable whose process was killed, now that TensorFlow is here."""
    for lost in runs.list_runs():
        if lost.status is Status.LOST and lost.paths.keras_model.is_file() and not lost.has_model:
            try:
                rescue(lost.paths)
            except Exception:  # noqa: BLE001 - another run's broken file is no reason to fail this one
                traceback.print_exc()


class StopWatch:
    """Ends the process at once when Stop comes while it is loading: an import cannot be interrupted."""

    def __init__(self, paths: RunPaths, goodbye: Callable[[], None]) -> None:
        self.paths, self.goodbye = paths, goodbye
        self.done = threading.Event()
        self.thread = threading.Thread(target=contextvars.copy_context().run, args=(self._watch,), daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_other: object) -> None:
        self.done.set()
        self.thread.join()

    def _watch(self) -> None:
        while not self.done.wait(0.1):
            if self.paths.stop.exists():
                runs.write_status(self.paths, Status.STOPPED, reason=_("It was stopped before training began."))
                self.goodbye()
                sys.stdout.flush()
                os._exit(0)


def main() -> None:
    """The warm worker: TensorFlow imported and the default recipe traced, then one run, then the end."""
    processes.keep_memory()
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_read_input, args=(lines,), daemon=True).start()
    line = _within(lines, WARM_DELAY_SECONDS)
    traced = None
    if line is None:
        from emotion.training import fit

        config = recipes.config()
        traced = (fit.trace(config), config)
        if speed.factor() is None:
            speed.learn_from_steps(config, *fit.timed_steps(*traced))
        line = lines.get()
    paths = RunPaths(Path(json.loads(line)["run_dir"]))
    _log_to(paths.log)
    processes.ask_when_told(lambda: runs.request_stop(paths))
    run(paths, traced=traced)


def _read_input(lines: queue.Queue[str]) -> None:
    line = sys.stdin.readline()
    if not line:
        os._exit(0)  # the server has ended, and nothing is lost
    lines.put(line)


def _within(lines: queue.Queue[str], seconds: float) -> str | None:
    try:
        return lines.get(timeout=seconds)
    except queue.Empty:
        return None


def _log_to(path: Path) -> None:
    with disk.open_end(path) as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)


if __name__ == "__main__":
    main()
