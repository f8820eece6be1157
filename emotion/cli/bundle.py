"""`export --to`, `verify` and `import`: a model to take along, and back."""

from __future__ import annotations

import argparse
from pathlib import Path

from emotion.cli.options import OK, REFUSED
from emotion.system import files


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `verify` and `import`."""
    for name, what, run in (
        ("verify", "Ask the self-test of a model that was taken along again.", "verify"),
        ("import", "Make a run of a model that was taken along.", "bring_back"),
    ):
        command = commands.add_parser(
            name, help=what, description=what, epilog=f"example: python -m emotion {name} smiles.zip"
        )
        command.add_argument("zip", metavar="ZIP", help="made by `export RUN --to ZIP` or on the page Runs")
        command.set_defaults(run=__name__, what=run)


def run(chosen: argparse.Namespace) -> int:
    """Verifies a zip, or brings it back as a run and prints its id."""
    from emotion.models import bundle

    path = Path(chosen.zip).expanduser()
    if chosen.what == "bring_back":
        print(bundle.bring_back(path).id)
        return OK
    found = bundle.verify(path)
    print(f"{found.same} of {found.faces} faces are answered as when it was packed "
          f"(probabilities differ by at most {found.furthest:.1g}).")  # fmt: skip
    return OK if found.passed else REFUSED


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
