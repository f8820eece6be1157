"""The words of pages and command line: every sentence in every language, and each person's own."""

from __future__ import annotations

import contextvars
import json
import string
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from emotion import runs
from emotion.__main__ import main
from emotion.recipes import TrainingConfig
from emotion.system import (
    LANGUAGES,
    N_,
    StoredFileMissingError,
    _,
    decimal,
    in_script,
    language,
    listed,
    moment,
    nearest,
    ngettext,
    number,
    own_name,
    percent,
    retold,
    speaking,
)
from emotion.system.words import reader as which
from emotion.system.words.sentences import sentences_of
from emotion.training import worker
from tests.words import unmarked
from tools import words

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = sorted(which.FOLDER.glob("*.po"))
# Files and folders in which every sentence is marked.
SPOKEN = [
    "emotion/__main__.py",
    "emotion/checks/check.py",
    "emotion/checks/label_errors.py",
    "emotion/checks/rules",
    "emotion/cli",
    "emotion/data",
    "emotion/evaluation",
    "emotion/images/decode.py",
    "emotion/images/detect.py",
    "emotion/images/detectors",
    "emotion/images/errors.py",
    "emotion/images/kinds",
    "emotion/images/measure.py",
    "emotion/metrics",
    "emotion/models/answers.py",
    "emotion/models/bundle/verify.py",
    "emotion/models/bundle/web.py",
    "emotion/models/explain.py",
    "emotion/models/many",
    "emotion/models/heat.py",
    "emotion/models/predictor.py",
    "emotion/models/preferences.py",
    "emotion/recipes",
    "emotion/runs",
    "emotion/system/arrays.py",
    "emotion/system/disk.py",
    "emotion/system/errors.py",
    "emotion/system/stored.py",
    "emotion/system/tasks.py",
    "emotion/system/validate.py",
    "emotion/system/words",
    "emotion/training",
    "emotion/tuning",
    "pages/data.py",
    "pages/evaluate.py",
    "pages/predict.py",
    "pages/runs.py",
    "pages/teach.py",
    "pages/train.py",
    "pages/tune.py",
    "pages/ui/data",
    "pages/ui/evaluate",
    "pages/ui/predict",
    "pages/ui/runs",
    "pages/ui/shared",
    "pages/ui/teach",
    "pages/ui/train",
    "pages/ui/tune",
    "streamlit_app.py",
]
SILENT = {
    "emotion/training/ship.py",  # a command for those who make this program; the card that it writes is English
    "pages/ui/shared/other_sites.py",  # what it says goes to programs
}

each_catalogue = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)


@pytest.fixture
def command_line(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Asked as on the command line, with nothing set."""
    monkeypatch.setattr(which, "_asked", which.of_the_system)
    for name in (which.VARIABLE, *which.OF_THE_SYSTEM):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def spoken() -> Iterator[Path]:
    for name in SPOKEN:
        place = ROOT / name
        assert place.exists(), f"{name} is gone: take it out of SPOKEN"
        files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
        yield from (path for path in files if path.relative_to(ROOT).as_posix() not in SILENT)


def fields(sentence: str) -> set[str]:
    return {name for _literal, name, *_rest in string.Formatter().parse(sentence) if name is not None}


@each_catalogue
def test_a_catalogue_holds_the_sentences_of_the_code_and_no_others(path: Path) -> None:
    """`python tools/words.py` brings it up to date."""
    held = {words.key(entry) for entry in polib.pofile(str(path))}
    said = set(words.sentences())

    assert sorted(said - held) == [], "missing: run python tools/words.py and translate"
    assert sorted(held - said) == [], "no longer said: run python tools/words.py"


def test_no_sentence_has_two_for_several() -> None:
    """gettext finds a sentence by the one for one alone."""
    known = [(said.where, said.one) for said in words.sentences()]

    assert [each for each in set(known) if known.count(each) > 1] == []


@each_catalogue
def test_every_sentence_is_translated(path: Path) -> None:
    entries = polib.pofile(str(path))

    assert [entry.msgid for entry in entries if not entry.translated() or entry.obsolete or entry.fuzzy] == []


@each_catalogue
def test_a_catalogue_is_in_the_order_in_which_changes_merge(path: Path) -> None:
    entries = polib.pofile(str(path), wrapwidth=0, check_for_duplicates=True)

    assert [words.key(entry) for entry in entries] == words.sentences()
    assert path.read_text(encoding="utf-8") == str(entries).rstrip("\n") + "\n"


@each_catalogue
def test_a_translation_has_the_places_of_the_sentence(path: Path) -> None:
    for entry in polib.pofile(str(path)):
        several = entry.msgstr_plural
        if several:
            assert set().union(*map(fields, several.values())) <= fields(entry.msgid) | fields(entry.msgid_plural)
            assert fields(several[max(several)]) == fields(entry.msgid_plural), entry.msgid
        else:
            assert fields(entry.msgstr) == fields(entry.msgid), entry.msgid


@each_catalogue
def test_a_translation_keeps_marks_and_tags(path: Path) -> None:
    """Bold, code and HTML of the sentence are those of its translation too, as is a space at an end."""
    for entry in polib.pofile(str(path)):
        said, other = entry.msgid, entry.msgstr
        if entry.msgid_plural:
            said, other = entry.msgid_plural, entry.msgstr_plural[max(entry.msgstr_plural)]
        for mark in ("**", "`", "<b>", "</b>", "\n"):
            assert said.count(mark) == other.count(mark), (mark, said)
        assert [said[0].isspace(), said[-1].isspace()] == [other[0].isspace(), other[-1].isspace()], said


def test_what_is_put_into_a_sentence_is_named_and_formatted_before() -> None:
    for said in words.sentences():
        for sentence in filter(None, said[:2]):
            for _literal, name, spec, conversion in string.Formatter().parse(sentence):
                assert name is None or (name.isidentifier() and not spec and not conversion), sentence


def test_rooms_that_speak_all_languages_have_no_sentence_that_speaks_one() -> None:
    """Mark it: `_("…")` where it is said, `N_("…")` where it is written down at import."""
    found = [f"{path.relative_to(ROOT)}:{line}: {said}" for path in spoken() for line, said in unmarked(path)]

    assert found == []


def test_a_file_that_says_sentences_calls_nothing_else_underscore() -> None:
    """`for _ in …` beside `_("…")` would call a number."""
    wrong = [
        str(path.relative_to(ROOT)) for path in words.code() if path.suffix == ".py" and words.hides_the_marker(path)
    ]

    assert wrong == []


def test_the_language_is_the_one_that_is_set(command_line: pytest.MonkeyPatch) -> None:
    said = {}
    for name, value in (
        ("LANG", "de_DE.UTF-8"), ("LC_ALL", "C.UTF-8"), ("LANGUAGE", "fr:de"), ("EMOTION_LANGUAGE", "en"),
    ):  # fmt: skip
        command_line.setenv(name, value)
        said[name] = language()

    assert said == {"LANG": "de", "LC_ALL": "en", "LANGUAGE": "de", "EMOTION_LANGUAGE": "en"}


def test_the_command_line_helps_and_refuses_in_the_language_of_the_system(
    command_line: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command_line.setenv("LANG", "de_DE.UTF-8")

    for asked, status in ((["runs", "--help"], "0"), (["train", "--epochs", "many"], "2")):
        with pytest.raises(SystemExit, match=status):
            main(asked)
    told = capsys.readouterr()

    assert told.out.startswith("Aufruf: ")
    assert "Alle Läufe auflisten" in told.out
    assert "diese Hilfe zeigen und enden" in told.out
    assert told.err.endswith("Fehler: Argument --epochs: kein gültiger Wert vom Typ int: 'many'\n")


def test_an_error_is_told_in_the_language_of_the_system_and_to_programs_in_english(
    command_line: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    command_line.setenv("LANG", "de_DE.UTF-8")

    assert [main(["data", "show", "none", *more]) for more in ([], ["--json"])] == [2, 2]
    german, english = capsys.readouterr().err.splitlines()

    assert german.startswith("emotion: Kein Datensatz heißt 'none': ")
    assert english.startswith("emotion: No data set is called 'none': ")


@pytest.mark.parametrize(
    ("asked", "found"),
    [("de-AT", "de"), ("DE", "de"), ("en-GB", "en"), ("fr-FR", "en"), ("C", "en"), ("", "en"), (None, "en")],
)
def test_a_locale_finds_the_language_that_suits_it(asked: str | None, found: str) -> None:
    assert nearest(asked) == found


def test_english_is_said_as_it_is_written() -> None:
    assert _("Add a class") == "Add a class"
    assert _("{done} of {all}", done=1200, all="many") == "1,200 of many"
    assert [ngettext("{n} face", "{n} faces", n) for n in (0, 1, 1200)] == ["0 faces", "1 face", "1,200 faces"]
    assert in_script('say(_("Use the camera"))') == "{}"


def test_german_is_said_to_who_reads_german() -> None:
    with speaking("de"):
        assert _("Add a class") == "Klasse hinzufügen"
        assert [ngettext("{n} face", "{n} faces", n) for n in (1, 1200)] == ["1 Gesicht", "1.200 Gesichter"]
        assert json.loads(in_script('say(_("Use the camera"))')) == {"Use the camera": "Kamera benutzen"}
        assert (number(12000), decimal(1234.56), percent(0.913, 1)) == ("12.000", "1.234,6", "91,3\N{NO-BREAK SPACE}%")
        assert listed(["a", "b", "c"]) == "a, b und c"

    assert _("Add a class") == "Add a class"


def test_a_time_is_written_as_the_reader_writes_it() -> None:
    noon = time.mktime((2026, 3, 5, 12, 34, 0, 0, 0, -1))

    assert (moment(noon), moment(noon, with_year=False)) == ("05 Mar 2026 12:34", "05 Mar 12:34")
    with speaking("de"):
        assert (moment(noon), moment(noon, with_year=False)) == ("05.03.2026 12:34", "05.03. 12:34")


def test_what_nobody_has_translated_is_said_in_english() -> None:
    with speaking("de"):
        assert _("Nobody knows this sentence.") == "Nobody knows this sentence."
        assert _("") == ""


def test_a_sentence_marked_at_import_is_translated_where_it_is_shown() -> None:
    marked = N_("Camera")

    with speaking("de"):
        assert (marked, _(marked)) == ("Camera", "Kamera")


def test_kept_sentences_are_english_and_told_in_the_readers_language() -> None:
    kept = _("It cannot tell **{first}** from **{second}** yet: {right} of {n} right, which may be luck.",
             first="happy", second="sad", right=3, n=1200)  # fmt: skip

    with speaking("de"):
        assert retold(kept).startswith("**happy** und **sad** kann es noch nicht unterscheiden: 3 von 1.200 richtig")
        assert retold("2 pictures left out.") == "2 Bilder ausgelassen."
        assert retold("It could not be kept.") == "Das Modell konnte nicht behalten werden."
        assert retold("Nobody knows this sentence.") == "Nobody knows this sentence."
        assert retold("The photo was turned upright. The face is blurred.") == (
            "Das Foto wurde aufrecht gedreht. Das Gesicht ist unscharf."
        )
        damaged = str(StoredFileMissingError(Path("/x")))
        assert damaged.startswith("/x ist nicht lesbar (sie ist nicht da). Erwartet wird JSON")
    assert retold(kept) == kept


def test_kept_sentences_that_stand_together_are_told_one_by_one() -> None:
    kept = "2 pictures left out. Nobody knows this sentence. It could not be kept."

    with speaking("de"):
        assert (
            retold(kept) == "2 Bilder ausgelassen. Nobody knows this sentence. Das Modell konnte nicht behalten werden."
        )


def test_a_kept_sentence_is_not_taken_for_a_short_one_that_fits_everywhere() -> None:
    """ "{low} to {high}" and "{positive} or {negative}" would make half of many a sentence German."""
    with speaking("de"):
        assert retold("Nobody goes from here to there.") == "Nobody goes from here to there."
        assert retold("Nobody is happy or sad") == "Nobody is happy or sad"
        assert retold("12 % to 15 %") == "12 % bis 15 %"


def test_a_kept_sentence_within_another_is_told_too() -> None:
    kept = str(StoredFileMissingError(Path("/x")))

    with speaking("de"):
        assert retold(kept) == str(StoredFileMissingError(Path("/x")))


def test_two_people_are_answered_at_once_each_in_their_language() -> None:
    said: dict[str, str] = {}

    def say(code: str) -> None:
        with speaking(code):
            said[code] = _("Add a class")

    threads = [threading.Thread(target=contextvars.Context().run, args=(say, code)) for code in ("de", "en")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert said == {"de": "Klasse hinzufügen", "en": "Add a class"}


def test_a_run_keeps_english_and_tells_its_progress_to_the_reader(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = runs.new_run(TrainingConfig())
    told = []

    def train(paths: runs.RunPaths, tell: worker.Tell, *_others: object) -> tuple[runs.Status, str]:
        tell({"event": "epoch"})
        return runs.Status.STOPPED, language()

    monkeypatch.setattr(worker, "_train", train)
    with speaking("de"):
        worker.run(paths, lambda row: told.append((row, language())))

    assert runs.read_run(paths).reason == "en"
    assert told == [({"event": "epoch"}, "de")]


def test_a_language_tells_its_own_name() -> None:
    assert [own_name(code) for code in LANGUAGES[:2]] == ["English", "Deutsch"]


def test_scripts_of_pages_find_their_sentences() -> None:
    assert sentences_of('a(_("One."), _("Two, \\u2026")); say(_(later))') == ("One.", "Two, \\u2026")


def test_words_of_the_rule_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "page.py"
    path.write_text(
        '"""A docstring of words."""\n'
        'st.button("Save", key="no words here")\n'
        'raise DataError(f"The folder {path} is empty.")\n'
        "st.html(f'<p class=\"not for you\">{n} of all</p>')\n"
        'st.caption(_("This is marked."))\n'
        'log.warning("nobody reads this")\n'
        'names = ["happy", "sad"]\n'
        'JUNK = {"lost and found"}\n'
        'style = "display: grid; margin: 0 auto"\n',
        encoding="utf-8",
    )

    assert [line for line, _said in unmarked(path)] == [2, 3, 4]
