"""How a tuning searches: Optuna's storage, the choice of values, the rule by which trials are stopped early.

Optuna is imported inside functions: only the processes of a tuning need it, never the server.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from emotion import tuning_fields
from emotion.tuning import Settings

if TYPE_CHECKING:
    import optuna

NAME = "tuning"  # of the one study in the file
PRUNES_AFTER_TRIALS = 4  # finished ones; before that there is no middle to be worse than
# Tenths of the way. On FER-2013 with `quick`, whose rate falls to zero, five trials lay 11 points apart at half their
# way, and one of the later best was last; at 70 % they lay as close together as at the end (4 and 5 points).
PRUNES_AFTER_TENTHS = 6
LOCK_SECONDS = 60.0


def opened(database: Path, settings: Settings) -> tuple[optuna.Study, Callable[[], None]]:
    """The study in this SQLite file, a new one where there is none, and what closes the file again."""
    import optuna
    from sqlalchemy import URL

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    address = URL.create("sqlite", database=str(database)).render_as_string()  # which knows what to escape in a path
    storage = optuna.storages.RDBStorage(address, engine_kwargs={"connect_args": {"timeout": LOCK_SECONDS}})
    study = optuna.create_study(
        storage=storage,
        pruner=optuna.pruners.MedianPruner(PRUNES_AFTER_TRIALS, PRUNES_AFTER_TENTHS),
        study_name=NAME,
        direction="minimize" if settings.sign < 0 else "maximize",
        load_if_exists=True,
    )

    def close() -> None:
        storage.remove_session()
        storage.engine.dispose()

    return study, close


def sampler(settings: Settings, number: int) -> optuna.samplers.BaseSampler:
    """Tree-structured Parzen estimator (Bergstra et al. 2011); some values at random come first.

    Seeded anew for every trial: a process that goes on chooses what the first one would have chosen.
    """
    import optuna

    at_random = min(10, max(4, (settings.trials or 20) // 4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.samplers.TPESampler(
            seed=settings.seed + number, n_startup_trials=at_random, multivariate=True, constant_liar=True
        )


def suggest(trial: optuna.trial.Trial, name: str, low: float, high: float) -> None:
    """Lets the study choose a value for a field."""
    scale = tuning_fields.FIELDS[name].scale
    if scale == "whole":
        trial.suggest_int(name, int(low), int(high))
    else:
        trial.suggest_float(name, low, high, log=scale == "log")
