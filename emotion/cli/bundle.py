"""`export --to`, `verify` and `import`: a model to take along, and back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from emotion import images
from emotion.cli.options import OK, REFUSED
from emotion.system import _, compact, expanded, files, tasks


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `verify` and `import`."""
    for name, what, example in (
        ("verify", _("Ask the self-test of a model that was taken along again."), "smiles.zip"),
        (
            "import",
            _("Make a run of a model that was taken along, or of one that was made elsewhere."),
            "model_unquant.tflite --labels labels.txt",
        ),
    ):
        command = commands.add_parser(
            name,
            help=what,
            description=what,
            epilog=_("example: {command}", command=f"python -m emotion {name} {example}"),
        )
        ours = _("a zip made by `export RUN --to ZIP` or on the page Runs")
        elsewhere = _("{ours}; or a .tflite, .keras or .h5 image classifier, or the zip of one", ours=ours)
        command.add_argument("file", metavar="FILE", help=ours if name == "verify" else elsewhere)
        command.set_defaults(run=__name__, what=name)
    command.add_argument(
        "--labels",
        metavar="FILE",
        help=_(
            "of a model made elsewhere: its class names, one a line, in the order of its answers; without it those in "
            "the file or in a labels.txt beside it"
        ),
    )
    command.add_argument(
        "--range",
        nargs=2,
        type=float,
        metavar=("BLACK", "WHITE"),
        help=_(
            "of a model made elsewhere: the values that it takes for black and white pixels, such as 0 1, -1 1 or 0 "
            "255; known of Teachable Machine's"
        ),
    )
    command.add_argument(
        "--looks-at",
        choices=("face", "picture"),
        default="",
        help=_(
            "of a model made elsewhere: what it was taught with, faces cut out or whole pictures (default: picture for "
            "Teachable Machine's, else face)"
        ),
    )


def run(chosen: argparse.Namespace) -> int:
    """Verifies a zip, or brings it back as a run and prints its id."""
    from emotion.models import bundle

    path = expanded(chosen.file)
    if chosen.what == "import":
        return _bring_in(path, chosen)
    found = bundle.verify(path)
    print(
        _(
            "{same} of {faces} faces are answered as when it was packed (probabilities differ by at most {furthest}).",
            same=found.same,
            faces=found.faces,
            furthest=compact(found.furthest, 1),
        )
    )
    return OK if found.passed else REFUSED


def _bring_in(path: Path, chosen: argparse.Namespace) -> int:
    from emotion.models import bundle, load_model
    from emotion.training import elsewhere

    if elsewhere.is_ours(path):
        run = bundle.bring_back(path)
    else:
        labels = expanded(chosen.labels) if chosen.labels else None
        value_range = tuple(chosen.range) if chosen.range else None
        run = elsewhere.bring_in(path, elsewhere.Description(labels, value_range, chosen.looks_at))
        info = load_model(run.id).info
        looks = _("whole pictures") if images.takes_whole(info.crop) else _("faces")
        low, high = info.origin["range"]
        colours = _("in colour") if info.channels > 1 else _("grey")
        print(
            _(
                "emotion: tells {names} by {looks} of {side}×{side} pixels, {colours}, values {low} to {high}",
                names=", ".join(info.classes),
                looks=looks,
                side=info.input_size,
                colours=colours,
                low=compact(low, 3),
                high=compact(high, 3),
            ),
            file=sys.stderr,
        )
    tasks.hand_over(run.id)
    print(run.id)
    return OK


def write(reference: str, target: Path, *, offline: bool) -> int:
    """Packs a model into a zip and prints its path.

    Raises:
        OutputFolderError: when nothing can be written there.
    """
    from emotion.models import bundle

    content = bundle.pack(reference, offline=offline)
    with files.whole(target) as temporary:
        temporary.write_bytes(content)
    print(target)
    return OK
