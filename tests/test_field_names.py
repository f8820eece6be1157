"""Names of classes that are not there are refused with those that are, by every command that takes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from emotion.__main__ import main
from emotion.data import registry
from tests.zips import png


@pytest.fixture
def faces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("emotion.data.registry.sets_dir", lambda: tmp_path / "sets")
    for place, name in enumerate(("feliz", "triste")):
        (tmp_path / "faces" / name).mkdir(parents=True)
        for number in range(6):
            (tmp_path / "faces" / name / f"{number}.png").write_bytes(png(100 * place + number))
    return tmp_path / "faces"


def test_adding_with_an_unknown_name_is_refused_with_the_known_ones(
    faces: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["data", "add", str(faces), "--call", "felis=happy", "--call", "triste=sad"])

    assert status == 1
    assert "No class is called 'felis'. The classes are feliz, triste: choose among these." in capsys.readouterr().err
    assert registry.list_sets() == []


def test_renaming_an_unknown_name_is_refused_with_the_known_ones(
    faces: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["data", "add", str(faces), "--name", "mine"])

    status = main(["data", "rename", "mine", "--call", "felis=happy"])

    assert status == 1
    assert "No class is called 'felis'. The classes are feliz, triste" in capsys.readouterr().err


def test_a_class_is_renamed_by_its_folder_and_by_the_name_it_has_now(faces: Path) -> None:
    assert main(["data", "add", str(faces), "--name", "mine", "--call", "Feliz=joy"]) == 0

    assert main(["data", "rename", "mine", "--call", "joy=happy"]) == 0
    assert set(registry.get("mine").counts["train"]) == {"happy", "triste"}
    assert main(["data", "rename", "mine", "--call", "feliz=glad"]) == 0
    assert set(registry.get("mine").counts["train"]) == {"glad", "triste"}
