"""The painted faces that come along with the program, so that the first look at a page need not paint them.

`faces.npz` holds the set of `SEED`, made by `tools/paint_faces.py`: each face in even light and without noise, which is
half the size of the finished ones, and where its generator of random numbers stood. Light and noise are put on when the
set is written, which takes no time; the finished faces are those that painting would have given, to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

SEED = 0  # of the set that comes along
COUNTS = {"train": 2000, "test": 500}  # faces of a split, as many happy ones as sad ones
FILE = Path(__file__).with_name("faces.npz")

Painted = tuple[npt.NDArray[np.uint8], np.random.Generator]  # (48, 48), and the generator as painting has left it

_HALF = 1 << 64  # the generator's two numbers have 128 bits each, twice as many as NumPy's


@dataclass(frozen=True)
class Faces:
    """The faces of one class of a split, by number.

    Attributes:
        painted: (N, 48, 48).
        states: (N, 4): the upper and the lower half of the generator's state, then those of its increment.
    """

    painted: npt.NDArray[np.uint8]
    states: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.painted)

    def face(self, number: int) -> Painted:
        """One face, ready for light and noise; the generator is a new one at each call."""
        return self.painted[number], _generator(self.states[number])


def load() -> dict[tuple[str, str], Faces]:
    """Reads the faces that come along: (split, class) → faces.

    Raises:
        FileNotFoundError: if the program was copied without its file.
    """
    with np.load(FILE) as file:
        sets = sorted({key.rpartition("_")[0] for key in file.files})
        return {
            (split, name): Faces(file[f"{split}_{name}_painted"], file[f"{split}_{name}_states"])
            for split, _, name in (one.partition("_") for one in sets)
        }


def save(faces: dict[tuple[str, str], Sequence[Painted]], file: Path = FILE) -> None:
    """Writes painted faces, (split, class) → faces by number; the same faces give the same file, to the byte."""
    arrays: dict[str, npt.NDArray[np.uint8] | npt.NDArray[np.uint64]] = {}
    for (split, name), ones in sorted(faces.items()):
        arrays[f"{split}_{name}_painted"] = np.stack([painted for painted, _ in ones])
        arrays[f"{split}_{name}_states"] = np.array([_state(rng) for _, rng in ones], dtype=np.uint64)
    np.savez_compressed(file, allow_pickle=False, **arrays)


def _generator(state: npt.NDArray[np.uint64]) -> np.random.Generator:
    upper, lower, upper_step, lower_step = (int(part) for part in state)
    bits = np.random.PCG64(0)
    bits.state = {
        "bit_generator": "PCG64",
        "state": {"state": upper * _HALF + lower, "inc": upper_step * _HALF + lower_step},
        # half a number may be left over from small integers; light and noise take whole ones only
        "has_uint32": 0,
        "uinteger": 0,
    }
    return np.random.Generator(bits)


def _state(rng: np.random.Generator) -> list[int]:
    inner = rng.bit_generator.state["state"]
    return [*divmod(inner["state"], _HALF), *divmod(inner["inc"], _HALF)]
