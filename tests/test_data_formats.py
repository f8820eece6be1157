"""The page on data formats says what happens: each layout in it is built and brought in, each test in it is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emotion.data.bring import add
from emotion.system import EmotionError
from tests.zips import png

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "data-formats.md").read_text(encoding="utf-8")
FOLDERS, TABLES = PAGE.split("## Folders")[1].split("## Tables")
N = 5  # pictures in each folder


def rows(part: str) -> list[list[str]]:
    lines = [line.strip("|").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip(" |") for cell in line] for line in lines][1:]


@pytest.fixture(autouse=True)
def _own_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emotion.data.registry.sets_dir", lambda: tmp_path / "sets")


def outcome(root: Path) -> str:
    try:
        record = add.add_folder(root, "faces")
    except EmotionError as error:
        return f"refused: {error}"
    said = [f"{split}: {', '.join(sorted(classes))}" for split, classes in record.counts.items() if classes]
    if record.left_out:
        said.append("left out: " + ", ".join(f"{number} {what}" for what, number in record.left_out.items()))
    return "; ".join(said)


@pytest.mark.parametrize(("layout", "expected"), rows(FOLDERS), ids=lambda cell: cell[:60])
def test_a_layout_is_read_as_the_page_says(layout: str, expected: str, tmp_path: Path) -> None:
    for number, folder in enumerate(re.findall(r"`([^`]+)`", layout)):
        (tmp_path / "faces" / folder).mkdir(parents=True)
        for place in range(N):
            (tmp_path / "faces" / folder / f"{place}.png").write_bytes(png(100 * number + place))

    said = outcome(tmp_path / "faces")

    if expected.startswith("refused: "):
        assert said.startswith("refused: ")
        assert expected.removeprefix("refused: ") in said
    else:
        assert said == expected


def test_every_test_that_the_page_names_is_there() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = [row[2].strip("`") for row in rows(TABLES)]

    assert len(named) > 20
    assert [name for name in named if f"def {name}(" not in tests] == []
