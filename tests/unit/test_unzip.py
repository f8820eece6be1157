"""Zips that were made to harm are refused as a whole; good ones give their pictures."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from emotion.data.bring import add, archives, unpacking, zip_entries
from emotion.data.bring.errors import ZipPathError
from emotion.system import ConfigError, DataError, EmotionError, NoRoomError
from tests.zips import crowd, link, png, raw_zip, special, tar_of, zip_names

GOOD = png(0)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def refuse(home: Path, source: Path | bytes, match: str, kind: type[EmotionError] = DataError) -> None:
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
    ],
)
def test_refuses_a_path_that_leads_out(name: str, home: Path) -> None:
    refuse(home, zip_names(home / "bad.zip", {name: GOOD}), "path in it leads out", ZipPathError)


def test_refuses_a_path_with_a_zero(home: Path) -> None:
    refuse(home, raw_zip([(b"a.png\0/../b.png", GOOD)]), "path in it leads out", ZipPathError)


def test_takes_twelve_folders_in_one_another(target: Path) -> None:
    source = zip_names(target.parent / "deep.zip", {"a/" * 11 + "deep.png": GOOD})

    archives.unpack(source, target)

    assert "a/" * 11 + "deep.png" in files_in(target)


def test_refuses_a_symbolic_link(home: Path) -> None:
    refuse(home, zip_names(home / "bad.zip", dict([link("train/happy/b.png", "/etc/passwd")])), "a link")


@pytest.mark.parametrize("kind", [stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
def test_refuses_devices_and_pipes(kind: int, home: Path) -> None:
    refuse(home, zip_names(home / "bad.zip", {special("b.png", kind): b""}), "or a device")


def test_refuses_a_locked_zip(home: Path) -> None:
    refuse(home, raw_zip([(b"a.png", GOOD)], flags=0x1), "locked with a password")


def test_refuses_names_said_to_be_utf_8_that_are_not(home: Path) -> None:
    refuse(home, raw_zip([(b"train/happy/\xff\xfe.png", GOOD)], flags=0x800), "not UTF-8")


@pytest.mark.parametrize(
    ("names", "page"),
    [
        (("表情/伤心/微笑1.png", "表情/开心/微笑2.png"), "gbk"), (("笑/1.png", "哭/2.png"), "gbk"),
        (("表情/笑顔/写真1.png", "嬉しい/a.png"), "cp932"), (("행복/1.png", "슬픔/2.png"), "cp949"),
        (("快樂/1.png", "悲傷/2.png"), "big5"), (("счастье/1.png", "грусть/2.png"), "cp866"),
        (("glücklich/1.png", "traurig/été.png"), "cp850"), (("feliz/mañana.png", "triste/corazón.png"), "cp850"),
        (("glücklich/1.png", "traurig/été 2.png"), "cp1252"), (("радость/1.png", "печаль/2.png"), "cp1251"),
    ],
)  # fmt: skip
def test_names_of_old_zips_are_read_in_the_code_page_they_were_written_in(
    names: tuple[str, ...], page: str, target: Path
) -> None:
    source = raw_zip([(name.encode(page), png(place)) for place, name in enumerate(names)])

    out = archives.unpack(io.BytesIO(source), target)

    assert files_in(target) == sorted(names)
    assert out.code_page


def test_a_person_can_name_the_code_page(target: Path) -> None:
    source = raw_zip([("été.png".encode("cp850"), GOOD)])

    archives.unpack(io.BytesIO(source), target, code_page="cp437")

    assert files_in(target) == ["été.png"]


def test_refuses_a_code_page_that_there_is_not(target: Path) -> None:
    with pytest.raises(ConfigError, match="such as gb18030"):
        archives.unpack(io.BytesIO(raw_zip([(b"\xe9.png", GOOD)])), target, code_page="klingon")


@pytest.mark.parametrize("name", [b"../readme.txt", b"/etc/notes.pdf", b"a\xff\xfe.exe", b"C:\\run.exe"])
def test_what_is_not_wanted_is_left_out_whatever_it_is_called(name: bytes, target: Path) -> None:
    out = archives.unpack(io.BytesIO(raw_zip([(b"happy/a.png", GOOD), (name, b"MZ")])), target)

    assert files_in(target) == ["happy/a.png"]
    assert out.others == 1


def test_takes_the_utf_8_names_of_a_mac(target: Path) -> None:
    name = "train/happy/été.png"

    archives.unpack(io.BytesIO(raw_zip([(name.encode(), GOOD)])), target)

    assert files_in(target) == [name]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_refuses_a_zip_that_is_cut_short(share: float, home: Path) -> None:
    whole = zip_names(home / "good.zip", {}).read_bytes()

    refuse(home, whole[: int(len(whole) * share)], "damaged or cut short")


def test_refuses_a_zip_with_a_changed_byte(home: Path) -> None:
    whole = bytearray(zip_names(home / "good.zip", {}, zipfile.ZIP_STORED).read_bytes())
    whole[whole.index(b"IDAT") + 20] ^= 0xFF

    refuse(home, bytes(whole), "damaged or cut short")


@pytest.mark.parametrize("content", [b"", b"PK", b"no zip at all" * 10, b"\0" * 100_000])
def test_refuses_what_is_no_zip(content: bytes, home: Path) -> None:
    refuse(home, content, "not a zip file")


def test_refuses_a_million_entries(home: Path) -> None:
    refuse(home, crowd(1_000_000, claimed=0xFFFF), "more than 300,000 files")


def test_refuses_a_million_entries_that_claim_to_be_one(home: Path) -> None:
    refuse(home, crowd(1_000_000, claimed=1), "more than 300,000 files")


def test_refuses_a_list_of_files_that_is_too_long(home: Path) -> None:
    broken = bytearray(crowd(10, claimed=10))
    broken[-10:-6] = (2**31).to_bytes(4, "little")  # the size of the list

    refuse(home, bytes(broken), "damaged or cut short")


def test_refuses_a_picture_that_grows_like_a_bomb(home: Path) -> None:
    refuse(home, zip_names(home / "bad.zip", {"train/happy/b.png": b"\0" * 24 * 2**20,
                                              "train/happy/c.png": b"\0" * 24 * 2**20,
                                              "train/happy/d.png": b"\0" * 24 * 2**20}),
           "zip bomb")  # fmt: skip


def test_refuses_nested_zips_like_the_known_bomb(home: Path) -> None:
    inner = zip_names(home / "inner.zip", {"train/happy/b.png": b"\0" * 24 * 2**20}).read_bytes()
    with zipfile.ZipFile(home / "42.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(16):
            file.writestr(f"lib {number}.zip", inner)

    refuse(home, home / "42.zip", "zip bomb")


def test_refuses_zips_that_hold_zips_that_hold_zips(home: Path) -> None:
    inner = zip_names(home / "inner.zip", {}).read_bytes()
    for outer in ("middle.zip", "outer.zip"):
        with zipfile.ZipFile(home / outer, "w") as file:
            file.writestr("inner.zip", inner)
        inner = (home / outer).read_bytes()

    refuse(home, home / "outer.zip", "no pictures and 1 other file")


def test_a_zip_in_a_zip_is_unpacked_into_a_folder_of_its_name(target: Path) -> None:
    inner = zip_names(target.parent / "inner.zip", {"happy/b.JPG_large": png(7)}).read_bytes()
    source = target.parent / "outer.zip"
    with zipfile.ZipFile(source, "w") as file:
        file.writestr("part.zip", inner)
        file.writestr("sampleSubmission.csv", "id,label\n1,0\n")

    out = archives.unpack(source, target)

    assert (out.pictures, out.tables) == (5, 1)
    assert "part/happy/b.JPG_large" in files_in(target)


@pytest.mark.parametrize("ending", ["tar", "tar.gz", "tgz", "tar.bz2", "tar.xz"])
def test_a_tar_is_unpacked_with_the_same_guards(ending: str, target: Path, home: Path) -> None:
    source = tar_of(target.parent / f"faces.{ending}", {"happy/a.png": GOOD, "sad/b.png": png(1), "../x.txt": b"x"})

    out = archives.unpack(source, target)

    assert files_in(target) == ["happy/a.png", "sad/b.png"]
    assert (out.pictures, out.others) == (2, 1)
    bad = tar_of(target.parent / f"bad.{ending}", {"../outside.png": GOOD})
    refuse(home, bad, "path in it leads out", ZipPathError)


def test_a_tar_with_a_link_for_a_picture_is_refused(home: Path) -> None:
    with tarfile.open(home / "bad.tar", "w") as file:
        entry = tarfile.TarInfo("happy/a.png")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        file.addfile(entry)

    refuse(home, home / "bad.tar", "a link")


def test_a_tar_that_grows_like_a_bomb_is_refused(home: Path) -> None:
    blank = {f"happy/{number}.png": b"\0" * 24 * 2**20 for number in range(3)}

    refuse(home, tar_of(home / "bad.tgz", blank), "zip bomb")


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_tar_that_is_cut_short_is_refused(share: float, home: Path) -> None:
    whole = tar_of(home / "good.tgz", {f"happy/{number}.png": png(number) for number in range(9)}).read_bytes()

    refuse(home, whole[: int(len(whole) * share)], "damaged or cut short")


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (b"7z\xbc\xaf\x27\x1c\0\4", "a 7z file.*7-Zip.*as a zip"),
        (b"Rar!\x1a\7\1\0", "a rar file.*7-Zip.*as a zip"),
        (b"PAR1", "a Parquet file.*folder for each class"),
    ],
)
def test_an_archive_that_is_not_read_is_told_with_the_way_out(head: bytes, says: str, home: Path) -> None:
    refuse(home, head + bytes(200), says)


def test_refuses_a_file_that_is_longer_than_it_says(home: Path) -> None:
    refuse(home, raw_zip([(b"train/happy/a.png", GOOD * 100)], claimed=10), "damaged or cut short")


def test_refuses_a_rare_packing(home: Path) -> None:
    whole = bytearray(raw_zip([(b"a.png", GOOD)]))
    place = whole.index(b"PK\x01\x02")
    whole[place + 10] = 97  # WavPack

    refuse(home, bytes(whole), "packed in a rare way")


def test_refuses_a_file_that_is_a_folder_too(home: Path) -> None:
    refuse(home, zip_names(home / "bad.zip", {"x.png": GOOD, "x.png/y.png": GOOD}), "leads out", ZipPathError)


def test_refuses_a_zip_that_is_not_there(home: Path) -> None:
    refuse(home, home / "nowhere.zip", "no folder, archive or csv file")


def test_leaves_out_a_picture_that_is_too_large(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "LARGEST", 2**20)
    large = b"\0" * (unpacking.LARGEST + 1)
    source = zip_names(target.parent / "large.zip", {"train/happy/b.png": large})

    out = archives.unpack(source, target)

    assert (out.pictures, out.too_large) == (4, 1)
    assert "train/happy/b.png" not in files_in(target)


def test_unpacks_pictures_only(target: Path) -> None:
    more = {"readme.txt": b"x", "run.exe": b"x", "train/happy/.hidden.png": GOOD, "__MACOSX/train/a.png": GOOD}
    source = zip_names(target.parent / "mixed.zip", more)

    out = archives.unpack(source, target)

    assert (out.pictures, out.others) == (4, 4)
    assert files_in(target) == [f"{split}/{name}/a.png" for split in ("test", "train") for name in ("happy", "sad")]


def test_two_files_of_one_name_both_stay(target: Path) -> None:
    source = io.BytesIO(raw_zip([(b"train/happy/a.png", GOOD), (b"train/happy/a.png", png(1))]))

    archives.unpack(source, target)

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

    refuse(home, zip_names(home / "good.zip", {}), "no room left", NoRoomError)


def test_a_stop_in_the_middle_leaves_nothing(home: Path) -> None:
    def stop(what: str, done: int, total: int) -> None:
        raise KeyboardInterrupt("enough")

    with pytest.raises(KeyboardInterrupt, match="enough"):
        add.add_zip(zip_names(home / "good.zip", {}), "good", "good.zip", progress=stop)

    assert list((home / "datasets").iterdir()) == []
