"""The process of a run that a cluster trains: it finds a computer for it, and writes what comes back into its folder.

It is the only writer of that folder, as the worker is of one that is trained here, so that everything that reads runs
sees an ordinary one. Where a computer is gone, another goes on from the last whole epoch that has come back.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from emotion import __version__, evaluation, recipes, runs
from emotion.data import material, title
from emotion.evaluation import honest
from emotion.models import load_model, many
from emotion.runs import RunPaths, Status, queue, read_history
from emotion.system import DEMO, ENGLISH, ConfigError, DataError, EmotionError, _, files, speaking
from emotion.training import worker
from emotion.training.cluster import luggage, mirror, site

if TYPE_CHECKING:
    from types import ModuleType

    from emotion.data import Material
    from emotion.recipes import TrainingConfig
    from emotion.training.worker import Tell

LOOK_SECONDS = 0.5  # as often as a worker writes a live row
CORES = 2  # that a run asks for, where a computer has so many
TRIES = 3  # in a row without a whole epoch: then it is not the computers that are wrong


class ComputerGoneError(EmotionError):
    """What trained a run is gone: its computer, or its process there."""

    def __init__(self, node: str) -> None:
        super().__init__(_("{computer} or its process there, which trained this run, is gone.", computer=node))


class Elsewhere(Protocol):
    """A place on another computer: the methods of `site.Site`, by their names."""

    def call(self, name: str, *words: Any, **named: Any) -> Any:
        """What a method says.

        Args:
            name: of the method; words, named: what it is given, but for the number of cores of `begin`.
            named: `meanwhile` is called again and again as long as it has not answered.

        Raises:
            ComputerGoneError
        """

    def end(self) -> None:
        """Gives the place back."""


def run(paths: RunPaths, on: str, tell: Tell = lambda row: None) -> None:
    """Has a queued run trained by a computer of a cluster, or goes on with it there.

    Args:
        paths: a run with the status queued.
        on: the cluster: "auto", or ray://host:10001.
        tell: is called with every history row.

    Raises:
        EmotionError: what went wrong in plain words; it is in `status.json` too.
    """
    if not runs.queue.claim(paths, Status.QUEUED):
        return
    tell_reader = worker.in_own_language(tell)
    with speaking(ENGLISH), worker.failure_told(paths):
        ray = many.connect(on)[0]
        follow(paths, lambda: _Actor(ray), tell_reader)


def room(on: str) -> int:
    """How many runs a cluster can train at once, at least 1.

    Raises:
        EmotionError: where it cannot be asked.
    """
    ray = many.connect(on)[0]
    cores = _cores(ray)
    return max(1, sum(int(node["Resources"].get("CPU", 0) // cores) for node in ray.nodes() if node["Alive"]))


def _cores(ray: ModuleType) -> int:
    """How many cores a run asks for: two, or what the largest computer has.

    Raises:
        EmotionError: where none has a core.
    """
    most = max((int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]), default=0)
    if not most:
        raise many.no_cluster(_("the cluster"), _("no computer with a processor core to train on"))
    return min(CORES, most)


def follow(paths: RunPaths, found: Callable[[], Elsewhere], tell: Tell = lambda row: None) -> None:
    """Takes a run to one computer after the other until it has ended.

    Args:
        paths: a queued run that this process has claimed.
        found: a new place for it.
        tell: is called with every history row.
    """
    config, tries = runs.read_run(paths).config, 0
    if config.recipe == recipes.HEAD.name:
        raise ConfigError("recipe", _("a network, such as quick, where --on is said: head takes seconds here"), "head")
    while tries < TRIES:
        done = len(read_history(paths).epochs)
        place = found()
        try:
            _Journey(paths, config, place, tell).whole()
            return
        except ComputerGoneError:
            if paths.stop.exists():
                raise
            tries = 0 if len(read_history(paths).epochs) > done else tries + 1
            runs.write_status(paths, Status.STARTING, node="")
        finally:
            place.end()
    raise EmotionError(_(
        "Run {run} was given to {n} computers of the cluster, one after the other, and none of them has finished an "
        "epoch. Its log tells more; go on with it here by --resume without --on.", run=paths.id, n=TRIES,
    ))  # fmt: skip


class _StoppedWaitingError(Exception):
    """Someone pressed Stop before there was a place."""


class _Journey:
    """A run's time at one place."""

    def __init__(self, paths: RunPaths, config: TrainingConfig, place: Elsewhere, tell: Tell) -> None:
        self._paths, self._config, self._place, self._tell = paths, config, place, tell
        self._node = ""

    def whole(self) -> None:
        """Waits for the place, brings what is needed, and writes what comes back until the run has ended."""
        try:
            self._node, version = self._place.call("hello", meanwhile=self._leave_if_stopped)
            if version != __version__:
                raise many.no_cluster(
                    self._node, _("version {there} there and {here} here", there=version, here=__version__)
                )
            learned = material.read(self._config)
            packed = luggage.pack(learned)
            key = luggage.key(packed)
            self._bring(key, packed)
        except _StoppedWaitingError:
            runs.write_status(self._paths, Status.STOPPED, reason=queue.LEFT_QUEUE)
            return
        runs.write_status(self._paths, Status.STARTING, node=self._node)
        self._place.call("begin", self._paths.id, self._content(), key)
        while not self._look(learned):
            time.sleep(LOOK_SECONDS)

    def _leave_if_stopped(self) -> None:
        if self._paths.stop.exists():
            raise _StoppedWaitingError

    def _bring(self, key: str, packed: luggage.Arrays) -> None:
        """Brings the pictures, once a computer: others that want the same wait for those that are on their way."""
        while (said := self._place.call("wants", key)) != site.THERE:
            self._leave_if_stopped()
            if said == site.BRING:
                self._place.call("take", key, packed)
                return
            time.sleep(LOOK_SECONDS)

    def _content(self) -> dict[str, bytes]:
        """What the run's folder begins with there, and the models that it goes on from: name below the home → content.

        The data goes by its title there, since it has no folder.
        """
        data = self._config.data if self._config.data in ("", DEMO) else title(self._config.data)
        config = dataclasses.replace(self._config, data=data).to_json()
        known = files.read_json(self._paths.status)
        status = {name: known[name] for name in ("created", "queued", "fingerprint") if name in known}
        mine = luggage.folder_of(self._paths) | {
            self._paths.config.name: json.dumps(config).encode(),
            self._paths.status.name: json.dumps(status | {"status": str(Status.QUEUED)}).encode(),
        }
        below = {f"runs/{self._paths.id}/{name}": content for name, content in mine.items()}
        return luggage.models(self._config) | below

    def _look(self, learned: Material) -> bool:
        """Writes what has come back since the last look; whether the run has ended."""
        changes = self._place.call("changes", stop=self._paths.stop.exists())
        for row in mirror.write(self._paths, changes):
            self._tell(row)
        if not changes.has_ended:
            if changes.gone:
                raise ComputerGoneError(self._node)
            self._tell_status(changes)
            return False
        with contextlib.suppress(DataError):
            _add_honest_score(self._paths, learned)
        self._tell_status(changes)
        return True

    def _tell_status(self, changes: mirror.Changes) -> None:
        said = dict(changes.status)
        status = Status(said.pop("status", Status.STARTING))
        if status is Status.QUEUED:  # there it waits for nobody
            status = Status.STARTING
        known = files.read_json(self._paths.status)
        if any(known.get(name) != value for name, value in ({"status": str(status)} | said).items()):
            runs.write_status(self._paths, status, **said)


def _add_honest_score(paths: RunPaths, learned: Material) -> None:
    """Adds to the report what only this computer knows: what the check of the data folder says of its test faces."""
    if learned.listing is None or "best" not in files.read_json(paths.report):
        return
    test = learned.test()
    if test is None:
        return
    predictor = load_model(str(paths.root))
    probabilities = evaluation.evaluate_model(predictor, test)[1]
    both = honest.of_model(learned.listing.root, predictor, test, probabilities)
    files.update_json(paths.report, {"honest": both.to_json() if both else None})


class _Actor:
    """A place that Ray has found: an actor on one of the computers of a cluster.

    Args:
        ray: connected to the cluster.
    """

    def __init__(self, ray: ModuleType) -> None:
        self._ray = ray
        self._cores = _cores(ray)
        largest = max(node["Resources"].get("memory", 0) for node in ray.nodes() if node["Alive"])
        memory = min(queue.RUN_NEEDS_BYTES, largest)
        options = {"num_cpus": self._cores, "memory": int(memory), "max_restarts": 0}
        self._actor: Any = ray.remote(**options)(site.Site).remote()
        self._is_there = False

    def call(self, name: str, *words: Any, meanwhile: Callable[[], None] = lambda: None, **named: Any) -> Any:
        """See `Elsewhere`."""
        more = (self._cores,) if name == "begin" else ()
        try:
            ref = getattr(self._actor, name).remote(*words, *more, **named)
            while not self._ray.wait([ref], timeout=LOOK_SECONDS)[0]:
                meanwhile()
            said = self._ray.get(ref)
            self._is_there = True
            return said
        except (self._ray.exceptions.RayActorError, self._ray.exceptions.NodeDiedError) as error:
            raise ComputerGoneError(_("the cluster")) from error
        except self._ray.exceptions.RayError as error:
            raise many.no_cluster(_("the cluster"), str(error).strip().splitlines()[-1]) from error

    def end(self) -> None:
        """Gives the place back. The folder there goes with it, or with the next actor where it cannot be reached."""
        if self._is_there:
            with contextlib.suppress(Exception):  # it is gone already
                self._ray.get(self._actor.end.remote(), timeout=10 * LOOK_SECONDS)
        with contextlib.suppress(Exception):
            self._ray.kill(self._actor)
