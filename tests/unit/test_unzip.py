"""Zips that were made to harm are refused as a whole; good ones give their pictures."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from emotion.data.bring import add, zip_entries, zips
from emotion.data.bring.errors import (
    BringError,
    NoRoomError,
    NotAZipError,
    SourceMissingError,
    ZipBombError,
    ZipCutShortError,
    ZipEncryptedError,
    ZipError,
    ZipLinkError,
    ZipMethodError,
    ZipNamesError,
    ZipPathError,
    ZipTooManyError,
    ZipWithoutPicturesError,
)
from tests.zips import crowd, link, png, raw_zip, special, zip_names

GOOD = png(0)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def refuse(home: Path, source: Path | bytes, kind: type[BringError], match: str) -> None:
    """Brings a zip in and checks that it is refused in one sentence, with nothing written anywhere."""
    before = files_in(home)
    given = io.BytesIO(source) if isinstance(source, bytes) else source

    with pytest.raises(kind, match=match) as refused:
        add.add_zip(given, "bad", "bad.zip")

    assert ". " not in str(refused.value).replace("'train/.. /.. /outside.png'", "")
    assert str(refused.value).endswith(".")
    assert files_in(home) == before
    assert list((home / "datasets").iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "/tmp/absolute.png",
        "../outside.png",
        "train/happy/../../../outside.png",
        "..\\outside.png",
        "train\\..\\..\\outside.png",
        "C:\\Windows\\a.png",
        "c:a.png",
        "\\\\server\\share\\a.png",
        "train/.. /.. /outside.png",
        "a/" * 13 + "deep.png",
        "../readme.txt",
    ],
)
def test_refuses_a_path_that_leads_out(name: str, home: Path) -> None:
    refuse(home, zip_names(home / "bad.zip", {name: GOOD}), ZipPathError, "path in it leads out")


def test_refuses_a_path_with_a_zero(home: Path) -> None:
    refuse(home, raw_zip([(b"a.png\0/../b.png", GOOD)]), ZipPathError, "path in it leads out")


def test_takes_twelve_folders_in_one_another(target: Path) -> None:
    source = zip_names(target.parent / "deep.zip", {"a/" * 11 + "deep.png": GOOD})

    zips.unpack(source, target)

    assert "a/" * 11 + "deep.png" in files_in(target)


def test_refuses_a_symbolic_link(home: Path) -> None:
    refuse(home, zip_names(home / "bad.zip", dict([link("train/happy/b.png", "/etc/passwd")])), ZipLinkError, "a link")


@pytest.mark.parametrize("kind", [stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
def test_refuses_devices_and_pipes(kind: int, home: Path) -> None:
    refuse(home, zip_names(home / "bad.zip", {special("b.png", kind): b""}), ZipLinkError, "or a device")


def test_refuses_a_locked_zip(home: Path) -> None:
    refuse(home, raw_zip([(b"a.png", GOOD)], flags=0x1), ZipEncryptedError, "locked with a password")


def test_refuses_names_said_to_be_utf_8_that_are_not(home: Path) -> None:
    refuse(home, raw_zip([(b"train/happy/\xff\xfe.png", GOOD)], flags=0x800), ZipNamesError, "not UTF-8")


def test_refuses_names_of_an_unknown_code_page(home: Path) -> None:
    refuse(home, raw_zip([(b"train/happy/\xe9t\xe9.png", GOOD)]), ZipNamesError, "not UTF-8")


def test_takes_the_utf_8_names_of_a_mac(target: Path) -> None:
    name = "train/happy/été.png"

    zips.unpack(io.BytesIO(raw_zip([(name.encode(), GOOD)])), target)

    assert files_in(target) == [name]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_refuses_a_zip_that_is_cut_short(share: float, home: Path) -> None:
    whole = zip_names(home / "good.zip", {}).read_bytes()

    refuse(home, whole[: int(len(whole) * share)], ZipCutShortError, "damaged or cut short")


def test_refuses_a_zip_with_a_changed_byte(home: Path) -> None:
    whole = bytearray(zip_names(home / "good.zip", {}, zipfile.ZIP_STORED).read_bytes())
    whole[whole.index(b"IDAT") + 20] ^= 0xFF

    refuse(home, bytes(whole), ZipCutShortError, "damaged or cut short")


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all" * 10, b"\0" * 100_000])
def test_refuses_what_is_no_zip(content: bytes, home: Path) -> None:
    refuse(home, content, NotAZipError, "not a zip file")


def test_refuses_a_million_entries(home: Path) -> None:
    refuse(home, crowd(1_000_000, claimed=0xFFFF), ZipTooManyError, "more than 300,000 files")


def test_refuses_a_million_entries_that_claim_to_be_one(home: Path) -> None:
    refuse(home, crowd(1_000_000, claimed=1), ZipTooManyError, "more than 300,000 files")


def test_refuses_a_list_of_files_that_is_too_long(home: Path) -> None:
    broken = bytearray(crowd(10, claimed=10))
    broken[-10:-6] = (2**31).to_bytes(4, "little")  # the size of the list

    refuse(home, bytes(broken), ZipCutShortError, "damaged or cut short")


def test_refuses_a_picture_that_grows_like_a_bomb(home: Path) -> None:
    refuse(home, zip_names(home / "bad.zip", {"train/happy/b.png": b"\0" * 24 * 2**20,
                                              "train/happy/c.png": b"\0" * 24 * 2**20,
                                              "train/happy/d.png": b"\0" * 24 * 2**20}),
           ZipBombError, "zip bomb")  # fmt: skip


def test_refuses_nested_zips_like_the_known_bomb(home: Path) -> None:
    inner = zip_names(home / "inner.zip", {}).read_bytes()
    with zipfile.ZipFile(home / "42.zip", "w") as file:
        for number in range(16):
            file.writestr(f"lib {number}.zip", inner)

    refuse(home, home / "42.zip", ZipWithoutPicturesError, "no pictures and 16 other files")


def test_refuses_a_file_that_is_longer_than_it_says(home: Path) -> None:
    refuse(home, raw_zip([(b"train/happy/a.png", GOOD * 100)], claimed=10), ZipCutShortError, "damaged or cut short")


def test_refuses_a_rare_packing(home: Path) -> None:
    whole = bytearray(raw_zip([(b"a.png", GOOD)]))
    place = whole.index(b"PK\x01\x02")
    whole[place + 10] = 97  # WavPack

    refuse(home, bytes(whole), ZipMethodError, "packed in a rare way")


def test_refuses_a_file_that_is_a_folder_too(home: Path) -> None:
    refuse(home, zip_names(home / "bad.zip", {"x.png": GOOD, "x.png/y.png": GOOD}), ZipPathError, "leads out")


def test_refuses_a_zip_that_is_not_there(home: Path) -> None:
    refuse(home, home / "nowhere.zip", SourceMissingError, "no folder, zip or csv file")


def test_leaves_out_a_picture_over_25_mb(target: Path) -> None:
    large = b"\0" * (zips.LARGEST + 1)
    source = zip_names(target.parent / "large.zip", {"train/happy/b.png": large})

    out = zips.unpack(source, target)

    assert (out.pictures, out.too_large) == (4, 1)
    assert "train/happy/b.png" not in files_in(target)


def test_unpacks_pictures_only(target: Path) -> None:
    more = {"readme.txt": b"x", "run.exe": b"x", "train/happy/.hidden.png": GOOD, "__MACOSX/train/a.png": GOOD}
    source = zip_names(target.parent / "mixed.zip", more)

    out = zips.unpack(source, target)

    assert (out.pictures, out.others) == (4, 4)
    assert files_in(target) == [f"{split}/{name}/a.png" for split in ("test", "train") for name in ("happy", "sad")]


def test_two_files_of_one_name_both_stay(target: Path) -> None:
    source = io.BytesIO(raw_zip([(b"train/happy/a.png", GOOD), (b"train/happy/a.png", png(1))]))

    zips.unpack(source, target)

    assert files_in(target) == ["train/happy/a-2.png", "train/happy/a.png"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [("con.png", "_con.png"), ("a:b.png", "a_b.png"), ("what?.png", "what_.png"), ("a.png. ", "a.png"),
     ("x" * 300 + ".png", "x" * 97 + ".png")],
)  # fmt: skip
def test_names_that_some_systems_cannot_hold_are_changed(name: str, safe: str) -> None:
    path = zip_entries.safe_path(f"train/happy/{name}")

    assert path == f"train/happy/{safe}"


def test_says_before_unpacking_that_the_disk_is_too_full(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emotion.data.bring.staging.RESERVE", 10**18)

    refuse(home, zip_names(home / "good.zip", {}), NoRoomError, "too little room")


def test_a_stop_in_the_middle_leaves_nothing(home: Path) -> None:
    def stop(what: str, done: int, total: int) -> None:
        raise KeyboardInterrupt("enough")

    with pytest.raises(KeyboardInterrupt, match="enough"):
        add.add_zip(zip_names(home / "good.zip", {}), "good", "good.zip", progress=stop)

    assert list((home / "datasets").iterdir()) == []


def test_every_refusal_is_a_data_error(home: Path) -> None:
    assert issubclass(ZipError, BringError)
