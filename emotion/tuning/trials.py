"""A tuning: many runs with different settings, judged by their validation faces, to find better settings.

What is asked for (`Settings`), what has come of each try (`Trial`), and what follows from them. Which values are tried
next is the business of `emotion.tuning.study`, where everything lies that of `emotion.tuning.folder`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from emotion.metrics import wilson_interval
from emotion.recipes import LARGEST_SEED, MAX_NAME, TrainingConfig
from emotion.system import (
    N_,
    ConfigError,
    _,
    check_settings,
    decimal,
    duration,
    known_fields,
    ngettext,
    percent,
    setting,
    stored,
)
from emotion.tuning import fields as tuning_fields
from emotion.tuning.fields import Range

GOALS = ("accuracy", "loss")  # of the validation faces: as high, or as low, as can be
MOST_TRIALS, MOST_MINUTES, MOST_JOBS = 1000, 10_000, 256


class TrialState(StrEnum):
    """Where a trial stands. Only finished and pruned ones count against the number that was asked for."""

    RUNNING = "running"
    FINISHED = "finished"
    PRUNED = "pruned"
    FAILED = "failed"
    STOPPED = "stopped"
    LOST = "lost"

    @property
    def counts(self) -> bool:
        return self in (TrialState.FINISHED, TrialState.PRUNED)

    @property
    def said(self) -> str:
        """For a person; the value is for programs."""
        return _(TRIAL_WORDS[self])


TRIAL_WORDS = {
    TrialState.RUNNING: N_("at work"),
    TrialState.FINISHED: N_("finished"),
    TrialState.PRUNED: N_("stopped early"),
    TrialState.FAILED: N_("failed"),
    TrialState.STOPPED: N_("stopped"),
    TrialState.LOST: N_("lost"),
}


@dataclass(frozen=True)
class Settings:
    """What a tuning is asked to do. Written to `tuning.json`.

    Attributes:
        base: the settings of all its runs where nothing is varied; its epochs are those of full length.
        vary: field name (`emotion.tuning.fields`) to the lowest and highest value to try.
        trials: it ends when so many have finished or been pruned; None: by time alone.
        minutes: it ends when its runs have been at work for so long altogether; None: by number alone.
        trial_epochs: of one trial, where epochs are not varied.
        goal: "accuracy" or "loss" of the validation faces, at the epoch that a run keeps.
        prune: whether trials that do worse than the middle of the others are stopped early.
        seed: of the choice of values.
        name: the person's own words.
        validation_faces: on how many faces trials are compared; 0 where that is not known.
        jobs: how many trials at once, as far as there is memory for them.
        on: the cluster whose computers train them, "auto" or ray://host:10001; "" for this computer.
    """

    base: TrainingConfig
    vary: Mapping[str, Range]
    trials: int | None = setting(
        20, N_("end after N trials (default: 20, without --minutes)"), low=1, high=MOST_TRIALS, optional=True
    )
    minutes: float | None = setting(
        None, N_("end when the trials have been at work for X minutes"), kind=float, low=0.01, high=MOST_MINUTES,
        optional=True,
    )  # fmt: skip
    trial_epochs: int = setting(5, N_("epochs of a trial (default: half of --epochs)"), low=1, high=1000)
    goal: str = setting("accuracy", N_("of the validation faces (default: accuracy)"), choices=GOALS)
    prune: bool = setting(True)
    seed: int = setting(0, N_("of the choice of values and of every run"), low=0, high=LARGEST_SEED)
    name: str = setting("", N_("your own words for this tuning"), longest=MAX_NAME, metavar="TEXT")
    validation_faces: int = setting(0, low=0, high=2**31)
    jobs: int = setting(
        1,
        N_("trials at once, each in a process of its own, as far as there is memory for it (1.5 GB each; default: 1)"),
        low=1, high=MOST_JOBS,
    )  # fmt: skip
    on: str = setting("")

    def __post_init__(self) -> None:
        object.__setattr__(self, "vary", {name: tuple(given) for name, given in self.vary.items()})
        check_settings(self)
        tuning_fields.check(self.vary, self.base.recipe, self.goal)
        if self.trials is None and self.minutes is None:
            raise ConfigError("trials", _("a number of trials, of minutes, or both"), None)

    @property
    def sign(self) -> int:
        """1 where higher values are better, -1 where lower ones are."""
        return -1 if self.goal == "loss" else 1

    def check(self, found: Iterable[Trial]) -> None:
        """ConfigError for a trial with a value that none can have here."""
        for value in (value for trial in found for value in (trial.value, *trial.curve)):
            if self.goal == "accuracy" and value is not None and not 0 <= value <= 1:
                raise ConfigError("value", _("a share from 0 to 1"), value)

    def config(self, values: Mapping[str, float], name: str) -> TrainingConfig:
        """The settings of the run of one trial."""
        short = replace(self.base, epochs=self.trial_epochs, name=name)
        return tuning_fields.applied(short, values)

    def at_full_length(self, values: Mapping[str, float], name: str) -> TrainingConfig:
        """The settings of a run with these values and all epochs: those found, or those of the base."""
        return tuning_fields.applied(replace(self.base, name=name), values)

    def to_json(self) -> dict[str, Any]:
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return fields | {"base": self.base.to_json(), "vary": {name: list(given) for name, given in self.vary.items()}}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Settings:
        """The inverse of `to_json`; an unknown key is an error.

        Raises:
            ConfigError: for an unknown key, or a value outside its range.
            ValueError: for a missing one, or a value of another type.
        """
        known = known_fields(cls, values, "tuning")
        base = known.get("base")
        return stored.typed(known | {"base": TrainingConfig.from_json(base) if isinstance(base, dict) else base}, cls)


@dataclass(frozen=True)
class Trial:
    """One try, as `trials.json` tells of it.

    Attributes:
        number: from 1.
        state: where it stands.
        values: what was varied.
        value: accuracy (share) or loss on the validation faces: of the epoch that is kept when it has finished, of
            the latest epoch before; None before the first.
        run: id of its run; "" before there is one.
        epochs_done, epochs: whole epochs so far, and of how many.
        seconds: that its run was at work.
        why: one sentence where it did not finish.
        curve: the value after each tenth of the way.
    """

    number: stored.Number
    state: TrialState
    values: dict[str, stored.Figure]
    value: stored.Figure | None = None
    run: str = ""
    epochs_done: stored.Number = 0
    epochs: stored.Number = 0
    seconds: stored.Seconds = 0.0
    why: str = ""
    curve: tuple[stored.Figure, ...] = ()

    def __post_init__(self) -> None:
        unknown = set(self.values) - set(tuning_fields.FIELDS)
        if unknown:
            raise ConfigError(
                "values", _("only the fields {names}", names=", ".join(tuning_fields.FIELDS)), ", ".join(unknown)
            )

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self) | {"state": str(self.state), "curve": list(self.curve)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Trial:
        """The inverse of `to_json`. ValueError for what is none."""
        return stored.typed(values, cls)


def best(trials: Iterable[Trial], settings: Settings) -> Trial | None:
    """The finished trial with the best value; of equals the earliest. None before the first has finished."""
    finished = [trial for trial in trials if trial.state is TrialState.FINISHED and trial.value is not None]
    return max(finished, key=lambda trial: settings.sign * (trial.value or 0.0), default=None)


def first(trials: Iterable[Trial]) -> Trial | None:
    """The trial with the recipe's own settings, which is always made first; None where it has not finished."""
    return next((trial for trial in trials if trial.number == 1 and trial.state is TrialState.FINISHED), None)


def best_so_far(trials: Sequence[Trial], settings: Settings) -> list[tuple[int, float]]:
    """(number, best value until then) for each finished trial, in order."""
    steps: list[tuple[int, float]] = []
    for trial in trials:
        if trial.state is TrialState.FINISHED and trial.value is not None:
            better = not steps or settings.sign * (trial.value - steps[-1][1]) > 0
            steps.append((trial.number, trial.value if better else steps[-1][1]))
    return steps


def seconds_used(trials: Iterable[Trial]) -> float:
    """How long the runs of all trials were at work, in seconds."""
    return sum(trial.seconds for trial in trials)


def chance(value: float, faces: int) -> float:
    """Half the width of the 95 % interval of a share measured on so many faces: smaller differences are chance."""
    low, high = wilson_interval(round(value * faces), faces)
    return (high - low) / 2


def shown(value: float | None, goal: str) -> str:
    """A value as a person reads it: "91.2 %", or a loss with three digits."""
    if value is None:
        return "–"
    return decimal(value, 3) if goal == "loss" else percent(value, 1)


def best_sentence(trials: Sequence[Trial], settings: Settings) -> str:
    """What has been found so far, in one or two sentences."""
    leader, own = best(trials, settings), first(trials)
    if leader is None:
        return _("No trial has finished yet.")
    value, values = shown(leader.value, settings.goal), tuning_fields.in_words(leader.values)
    headline = _("Best so far: {value} of the validation faces right.", value=value)
    if settings.goal == "loss":
        headline = _("Best so far: {value} loss on the validation faces.", value=value)
    near = own_settings(settings)
    if own is not None and leader.number == own.number:
        own_best = _(
            "These are {settings} (trial {number}: {values}).", settings=near, number=own.number, values=values
        )
        return f"{headline} {own_best}"
    found = _("Trial {number}: {values}.", number=leader.number, values=values)
    if own is None:
        return f"{headline} {found}"
    before = _("With {settings} (trial 1): {value}.", settings=near, value=shown(own.value, settings.goal))
    return f"{headline} {found} {before}"


def own_settings(settings: Settings) -> str:
    """What the first trial was made with, in words."""
    own = tuning_fields.own_values(settings.base, settings.vary)
    exact = all(tuning_fields.FIELDS[name].of(settings.base) == value for name, value in own.items())
    return _("the recipe's own settings") if exact else _("the values nearest to the recipe's own settings")


def doubt_sentence(trials: Sequence[Trial], settings: Settings) -> str:
    """How far the values can be trusted; "" before there is one."""
    leader = best(trials, settings)
    if leader is None or leader.value is None:
        return ""
    picked = _("The best of many looks a little better on the faces that it was picked by than it is; test faces tell.")
    if settings.goal == "loss" or not settings.validation_faces:
        return f"{_('The validation faces choose, and small differences are chance.')} {picked}"
    points = 100 * chance(leader.value, settings.validation_faces)
    chances = ngettext("With {n} validation face, differences up to about {points} points are chance.",
                       "With {n} validation faces, differences up to about {points} points are chance.",
                       settings.validation_faces, points=decimal(points))  # fmt: skip
    return f"{chances} {picked}"


def budget_sentence(trials: Sequence[Trial], settings: Settings) -> str:
    """ "3 of 20 trials, 4 min of 30 min of training"."""
    done, seconds = sum(trial.state.counts for trial in trials), seconds_used(trials)
    trials_done = ngettext("{n} trial", "{n} trials", done)
    if settings.trials:
        trials_done = ngettext("{done} of {n} trial", "{done} of {n} trials", settings.trials, done=done)
    if settings.minutes:
        most = duration(60 * settings.minutes)
        return _("{trials}, {time} of {most} of training", trials=trials_done, time=duration(seconds), most=most)
    return _("{trials}, {time} of training", trials=trials_done, time=duration(seconds))


def share_done(trials: Sequence[Trial], settings: Settings) -> float:
    """0 to 1: how much of the number of trials or of the time is used, whichever is further."""
    by_number = sum(trial.state.counts for trial in trials) / settings.trials if settings.trials else 0.0
    by_time = seconds_used(trials) / (60 * settings.minutes) if settings.minutes else 0.0
    return min(1.0, max(by_number, by_time))
