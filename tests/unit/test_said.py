"""What a check tells from the votes of several people."""

from __future__ import annotations

from pathlib import Path

import pytest

from emotion.checks import check
from emotion.checks.finding import Finding
from emotion.data import edits
from tests import planted_data

HEAD = "split,class,file,happiness,sadness,contempt,NF"


@pytest.fixture
def clean(home: Path) -> Path:
    return planted_data.write_clean(home / "data")


def vote(root: Path, *lines: str, head: str = HEAD) -> None:
    (root / "votes.csv").write_text("\n".join([head, *lines]), encoding="utf-8")


def found(root: Path) -> dict[str, Finding]:
    return {finding.kind: finding for finding in check.check(root).findings}


def test_says_nothing_of_votes_where_there_are_none(clean: Path) -> None:
    report = check.check(clean)

    assert report.findings == ()
    assert not any("people" in words for words in check.not_found(report))


def test_says_what_was_looked_for_where_all_agree(clean: Path) -> None:
    vote(clean, "train,happy,00.png,10,0,0,0", "test,sad,00.png,2,8,0,0")

    report = check.check(clean)

    assert report.findings == ()
    assert [words for words in check.not_found(report) if "people" in words] == [
        "pictures in which most people saw no face",
        "labels that most people contradict",
        "pictures on which people disagree",
    ]


def test_offers_to_leave_out_what_most_people_see_no_face_in(clean: Path) -> None:
    vote(clean, "train,happy,00.png,5,0,0,5", "train,happy,01.png,6,0,0,4")

    (finding,) = found(clean).values()

    assert (finding.kind, finding.files) == ("no_face_by_votes", ("train/happy/00.png",))
    assert finding.notes == {"train/happy/00.png": "no face: 5 of 10"}
    edits.decide(clean, finding.remedies[0].changes, finding.remedies[0].why)
    assert found(clean) == {}


def test_shows_labels_that_most_people_contradict_the_clearest_first(clean: Path) -> None:
    vote(clean, "train,happy,00.png,4,6,0,0", "test,sad,01.png,9,1,0,0", "train,sad,02.png,5,5,0,0")

    finding = found(clean)["outvoted"]

    assert finding.files == ("test/sad/01.png", "train/happy/00.png")
    assert finding.notes == {"test/sad/01.png": "happy: 9 of 10", "train/happy/00.png": "sad: 6 of 10"}


@pytest.mark.parametrize("remedy", [0, 1])
def test_a_contradicted_label_can_be_mended_and_the_mending_undone(clean: Path, remedy: int) -> None:
    vote(clean, "train,happy,00.png,4,6,0,0")
    before = found(clean)
    chosen = before["outvoted"].remedies[remedy]

    decision = edits.decide(clean, chosen.changes, chosen.why)

    assert found(clean) == {}
    edits.undo(clean, decision.id)
    assert found(clean) == before


def test_shows_pictures_on_which_people_disagree_the_most_divided_first(clean: Path) -> None:
    vote(clean, "train,happy,00.png,5,4,1,0", "train,sad,01.png,2,3,5,0", "train,sad,02.png,0,6,4,0")

    (finding,) = found(clean).values()

    assert (finding.kind, finding.files) == ("undecided", ("train/sad/01.png", "train/happy/00.png"))
    assert finding.notes == {
        "train/sad/01.png": "sad 3, happy 2, other 5",
        "train/happy/00.png": "happy 5, sad 4, other 1",
    }
    edits.decide(clean, finding.remedies[0].changes, finding.remedies[0].why)
    assert found(clean) == {}


def test_pictures_that_nobody_was_asked_about_are_no_finding(clean: Path) -> None:
    vote(clean, "train,happy,00.png,0,0,0,0", "train,happy,nowhere.png,0,9,0,1")

    assert found(clean) == {}


def test_a_table_that_cannot_be_used_is_told_and_ends_no_check(clean: Path) -> None:
    vote(clean, "train,happy,00.png,9", head="split,class,file,happy")

    (finding,) = found(clean).values()

    assert (finding.kind, finding.remedies) == ("votes", ())
    assert "a column for the class 'sad'" in finding.why


def test_new_votes_change_what_a_page_has_to_show(clean: Path) -> None:
    listing = check.on_disk(clean)
    before = check.version(listing)

    vote(clean, "train,happy,00.png,4,6,0,0")

    assert check.version(listing) != before
