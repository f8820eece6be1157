"""Paints the drawn faces that come along with the program, once more: `emotion/data/drawn/faces.npz`.

    python tools/paint_faces.py [FILE]

To be run, and its file committed, after every change in how a face is painted; a test paints ten of the faces again and
fails when they differ from those in the file.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from emotion.data.drawn import shipped, write
from emotion.recipes import DEFAULT_CLASSES


def main(file: Path) -> None:
    faces = {
        (split, name): [write.paint_one(shipped.SEED, split, name, number) for number in range(count // 2)]
        for split, count in shipped.COUNTS.items()
        for name in DEFAULT_CLASSES
    }
    shipped.save(faces, file)
    print(f"{file}: {sum(map(len, faces.values()))} faces, {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else shipped.FILE)
