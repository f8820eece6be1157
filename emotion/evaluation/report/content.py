"""All that a report of an evaluation says, worked out once: for its figures, its tables and its words."""

from __future__ import annotations

import datetime
import importlib.metadata
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from emotion import runs
from emotion.evaluation import gallery, robustness, selection, study
from emotion.evaluation.report import of_a_run
from emotion.metrics import Costs, calibration, neighbours, slices, thresholds
from emotion.runs import read_history
from emotion.system import DEMO_TITLE, N_, RunError, _

if TYPE_CHECKING:
    from emotion.data import Examples
    from emotion.evaluation.honest import Honest
    from emotion.evaluation.robustness import Robustness
    from emotion.evaluation.study import Study, YesOrNo
    from emotion.metrics import BandFigures, Bin, Cluster, Coverage, Figures, Labels, Slicing, Sweep
    from emotion.models import Predictor
    from emotion.recipes import ModelInfo
    from emotion.runs import History


SHOWN = 40  # faces of a gallery
OF_A_CLUSTER = 10  # faces shown of a cluster
COSTS = (Costs(1, 1), Costs(2, 1), Costs(5, 1), Costs(1, 2), Costs(1, 5))
PACKAGES = ("numpy", "pillow", "ai-edge-litert", "matplotlib")

Tell = Callable[[str, float], None]  # what is done, share of all that is done


@dataclass(frozen=True, eq=False)
class Content:
    """What a report says.

    Attributes:
        study: the model on its faces.
        whole: the model's own words, with all its classes.
        title: of the model; `data` is that of the faces, `fingerprint` that of their listing.
        made: when, in words; `versions` of the packages that worked it out.
        run: name to value: what is known of the run that made the model; {} for others.
        question: what the threshold is about, with `sweep` and the cheapest thresholds for some costs; or None.
        against_rest: class → its sweep.
        bins: what was said of the answers against how often they were right; `error` is the expected calibration error.
        galleries: title → indices of faces.
        groups: of the mistakes.
        history: of the training, or None.
        card: the model card's text, "" without one.
        both: the plain and the honest score, where a check of the data knows of two.
    """

    study: Study
    whole: ModelInfo
    title: str
    data: str
    fingerprint: str
    made: str
    versions: dict[str, str]
    run: dict[str, str]
    question: YesOrNo | None
    sweep: Sweep | None
    cheapest: tuple[tuple[Costs, Figures], ...]
    against_rest: dict[str, Sweep]
    bins: tuple[Bin, ...]
    error: float
    brier: float
    coverage: Coverage
    band: BandFigures | None
    slicings: tuple[Slicing, ...]
    robustness: Robustness | None
    galleries: dict[str, Labels]
    groups: tuple[Cluster, ...]
    history: History | None
    card: str
    both: Honest | None


def gather(
    predictor: Predictor,
    examples: Examples,
    data: str,
    tell: Tell = lambda what, share: None,
    *,
    root: Path | None = None,
    both: Honest | None = None,
    trials: bool = True,
    on: str | None = None,
) -> Content:
    """Works everything out.

    Args:
        predictor: the model.
        examples: the faces with their truth.
        data: how they are called.
        tell: called before each step.
        root: the data folder, to see how large the pictures are.
        both: see `Content`.
        trials: whether to try corrupted faces too, the longest step.
        on: a cluster of Ray whose processes ask the network.

    Raises:
        ModelError: when the model does not know a class of the examples.
        EmotionError: where the cluster cannot be asked.
    """
    asking = N_("asking the network")
    asked = study.look(predictor, examples, lambda done, of: tell(asking, 0.3 * done / max(of, 1)), on)
    tell(N_("how sure the figures are"), 0.3)
    info, labels, question = asked.info, examples.labels, study.yes_or_no(asked)
    sweep = question.sweep() if question else None
    bins = calibration.reliability(selection.probability_of_answer(asked), asked.right)
    figures: dict[str, Any] = {
        "question": question,
        "sweep": sweep,
        "cheapest": tuple((costs, thresholds.cheapest(sweep, costs)) for costs in COSTS) if sweep else (),
        "against_rest": {name: study.against_rest(asked, label) for label, name in enumerate(info.classes)},
        "bins": bins,
        "error": calibration.expected_calibration_error(bins),
        "brier": calibration.brier_score(asked.probabilities, labels),
        "coverage": calibration.coverage(asked.sureness, asked.right),
        "band": calibration.band_figures(asked.unsure, asked.right) if asked.unsure.any() else None,
    }
    tell(N_("where it is weak"), 0.35)
    figures |= {"slicings": slicings(asked, root), "galleries": galleries(asked), "groups": groups(asked)}
    spoiled = N_("faces spoiled: {what}")
    figures["robustness"] = robustness.measure(
        predictor, examples, lambda what, done, of: tell(spoiled.format(what=what), 0.4 + 0.5 * done / of), on
    ) if trials else robustness.kept(predictor, examples)  # fmt: skip
    return Content(
        study=asked,
        whole=predictor.info,
        data=data,
        fingerprint=examples.fingerprint,
        both=both,
        **figures,
        **_origin(predictor),
    )


def slicings(asked: Study, root: Path | None = None) -> tuple[Slicing, ...]:
    """The faces cut by each quantity that can be told from them, and from their files below `root`."""
    quantities = slices.quantities(asked.examples.images)
    found = [slices.by_quantity(name, values, asked.right) for name, values in quantities.items()]
    if root is not None:
        found.append(slices.by_size(root, asked.examples.files, asked.right))
    return tuple(one for one in found if one)


def galleries(asked: Study) -> dict[str, Labels]:
    """The faces that are shown, by what they have in common; at most SHOWN each."""
    labels, info = asked.examples.labels, asked.info
    wrong, unsure = (
        gallery.order_faces(asked.probabilities, labels, info, kind, show)[:SHOWN]
        for kind, show in ((gallery.MOST_WRONG, gallery.WRONG), (gallery.LEAST_SURE, gallery.ALL))
    )
    distances = neighbours.distances_from_class(asked.features, labels, len(info.classes))
    return {_(gallery.MOST_WRONG): wrong, _(gallery.LEAST_SURE): unsure} | {
        _("most typical: {name}", name=name): _nearest(distances, labels == label, SHOWN // 2)
        for label, name in enumerate(info.classes)
    }


def _nearest(distances: slices.Numbers, chosen: slices.Truths, count: int) -> Labels:
    places = np.flatnonzero(chosen)
    return places[np.argsort(distances[places], kind="stable")[:count]]


def groups(asked: Study) -> tuple[Cluster, ...]:
    """The mistakes in groups that look alike to the network."""
    return neighbours.find(asked.features, asked.examples.images, np.flatnonzero(~asked.right))


def _origin(predictor: Predictor) -> dict[str, Any]:
    """Where the model comes from, and what this report is made with."""
    card = predictor.path.with_name("README.md")
    found: dict[str, Any] = {
        "title": _("shipped model") if predictor.reference == "pretrained" else predictor.path.parent.name,
        "made": datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        "versions": _versions(),
        "run": {},
        "history": None,
        "card": card.read_text(encoding="utf-8", errors="replace") if card.is_file() else "",
    }
    paths = runs.RunPaths(predictor.path.parent)
    try:
        run = runs.read_run(paths)
    except RunError:
        return found
    history = read_history(paths)
    return found | {"title": run.title, "run": _settings(run), "history": history if history.epochs else None}


def _settings(run: runs.Run) -> dict[str, str]:
    """The run's settings as they were asked for, for a table."""
    words = {_("run"): run.id, _("status"): _(str(run.status))}
    report = of_a_run.read(run.paths)
    if report.best_epoch is not None:
        words[_("best epoch")] = _(
            "{epoch} of {all}", epoch=report.best_epoch, all="?" if report.epochs is None else report.epochs
        )
    plain = {name: value for name, value in run.config.to_json().items() if not isinstance(value, dict)}
    plain["data"] = DEMO_TITLE if plain["data"] == "demo" else Path(plain["data"]).name  # never a whole path
    return words | {name.replace("_", " "): _plain(value) for name, value in plain.items() if value != ""}


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
