"""What can go wrong with a table of answers."""

from __future__ import annotations

from pathlib import Path

from emotion.system import EmotionError


class TableKindError(EmotionError):
    def __init__(self, path: Path, kinds: tuple[str, ...]) -> None:
        super().__init__(f"{path}: expected a file that ends in {' or '.join(kinds)}. Call the table so.")


class OutputThereError(EmotionError):
    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is there already: nothing is written over it. Move it away, or name another with --out."
        )


class TableTakenError(EmotionError):
    def __init__(self, path: Path) -> None:
        super().__init__(f"Another process is writing {path} at this moment: wait for it, or name another table.")


class RayMissingError(EmotionError):
    def __init__(self) -> None:
        super().__init__(
            "--on needs the package ray, which is not installed. Install it here and on each computer of the cluster: "
            'pip install "emotion[cluster]"'
        )


class ClusterError(EmotionError):
    def __init__(self, where: str, why: str) -> None:
        super().__init__(
            f"{where}: expected a cluster of Ray whose computers have this version of the program. "
            f"Received: {why[:300].rstrip('.')}. Start one with `ray start --head`, or leave out --on."
        )


class WorkersError(EmotionError):
    def __init__(self) -> None:
        super().__init__(
            "The processes that look at photos end before they have looked at any. Expected room for one, of about "
            "500 MB: end other programs, or try without --out."
        )
