"""Photos as cameras, telephones and programs leave them: each is answered, or refused by what it is."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from emotion.__main__ import main
from emotion.images.decode import open_picture
from emotion.images.errors import PictureError
from tests.odd_files import encode, jpeg, scene


def tiff_tags(at: int, tags: dict[int, tuple[int, list[int]]], following: int = 0) -> bytes:
    """One directory of a TIFF that stands at byte `at`: tag → (type, values)."""
    letters = {1: "B", 2: "B", 3: "H", 4: "L"}
    table, behind = struct.pack("<H", len(tags)), b""
    behind_at = at + 2 + 12 * len(tags) + 4
    for tag, (kind, values) in sorted(tags.items()):
        data = b"".join(struct.pack(f"<{letters[kind]}", value) for value in values)
        if len(data) > 4:
            table += struct.pack("<HHLL", tag, kind, len(values), behind_at + len(behind))
            behind += data + b"\0" * (len(data) % 2)
        else:
            table += struct.pack("<HHL", tag, kind, len(values)) + data.ljust(4, b"\0")
    return table + struct.pack("<L", following) + behind


def dng(preview: tuple[int, int], within: bytes = b"") -> bytes:
    """A raw photo: first a small picture of this size, then what the sensor saw; `within` stands behind both."""
    small, sensor = scene(preview).tobytes(), bytes(640 * 480)
    width, height = preview
    first = {
        254: (4, [1]), 256: (4, [width]), 257: (4, [height]), 258: (3, [8, 8, 8]), 259: (3, [1]), 262: (3, [2]),
        273: (4, [0]), 277: (3, [3]), 278: (4, [height]), 279: (4, [len(small)]), 330: (4, [0]),
        50706: (1, [1, 4, 0, 0]),
    }  # fmt: skip
    mosaic = {
        254: (4, [0]), 256: (4, [640]), 257: (4, [480]), 258: (3, [8]), 259: (3, [1]), 262: (3, [32803]),
        273: (4, [0]), 277: (3, [1]), 278: (4, [480]), 279: (4, [len(sensor)]), 33421: (3, [2, 2]),
        33422: (1, [0, 1, 1, 2]),
    }  # fmt: skip
    second_at = 8 + len(tiff_tags(8, first))
    pixels_at = second_at + len(tiff_tags(second_at, mosaic))
    first |= {273: (4, [pixels_at]), 330: (4, [second_at])}
    mosaic |= {273: (4, [pixels_at + len(small)])}
    head = b"II*\0" + struct.pack("<L", 8) + tiff_tags(8, first) + tiff_tags(second_at, mosaic)
    return head + small + sensor + within


@pytest.mark.parametrize("size", [(256, 192), (319, 200)])
def test_a_raw_photo_with_a_tiny_preview_is_refused_and_that_is_said(size: tuple[int, int]) -> None:
    with pytest.raises(PictureError, match=rf"\(camera raw, whose preview has only {size[0]} × {size[1]} pixels\)"):
        open_picture(dng(size))


def test_the_preview_of_a_raw_photo_is_used_from_320_pixels_and_that_is_said() -> None:
    picture = open_picture(dng((320, 240)))

    assert picture.size == (320, 240)
    assert picture.note == "A raw photo of a camera: the preview in it was used (320 × 240 pixels)."


def test_the_largest_preview_in_a_raw_photo_is_used_wherever_it_stands() -> None:
    inside = jpeg(scene((200, 150))) + b"noise \xff\xd8\xff and more" + jpeg(scene((1200, 900))) + bytes(99)

    picture = open_picture(dng((160, 120), inside), max_side=600)

    assert (picture.size, picture.rgb.size) == ((1200, 900), (600, 450))
    assert "the preview in it was used (1,200 × 900 pixels)" in picture.note


@pytest.mark.parametrize(
    "head",
    [b"FUJIFILMCCD-RAW 0201FF", b"IIRO\x08\0\0\0", b"IIU\0\x08\0\0\0", b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom"],
)
def test_a_raw_photo_of_any_maker_is_read_by_its_preview(head: bytes) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = head.ljust(5_000_000, b"\0") + jpeg(scene((640, 480)), exif=exif) + bytes(1000)

    picture = open_picture(data)

    assert (picture.size, picture.note != "") == ((480, 640), True)


def test_an_ordinary_tiff_is_no_raw_photo() -> None:
    assert open_picture(encode(scene(), "TIFF")).note == ""


def walk(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, dict[str, object]]]:
    """The exit status and the rows of a walk over a folder, by the name of the file."""
    status = main(["predict", str(folder), "--json"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return status, {Path(row["file"]).name: row for row in rows}


def test_a_walk_reads_the_kinds_of_face_collections_and_names_what_it_cannot_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    face = Image.new("L", (64, 64), 120)
    for name, kind in {"s1_1.pgm": "PPM", "happy.ppm": "PPM", "scan.jp2": "JPEG2000", "face.tga": "TGA",
                       "face.pcx": "PCX", "face.sgi": "SGI", "face.dds": "DDS", "face.ico": "ICO"}.items():  # fmt: skip
        (tmp_path / name).write_bytes(encode(face.convert("RGB"), kind))
    (tmp_path / "photo.jxl").write_bytes(b"\xff\x0a" + bytes(500))
    (tmp_path / "scan.dcm").write_bytes(bytes(128) + b"DICM" + bytes(500))
    (tmp_path / "page.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "clip.mp4").write_bytes(b"\0\0\0\x20ftypisom" + bytes(100))

    status, rows = walk(tmp_path, capsys)

    assert status == 1
    assert sorted(name for name, row in rows.items() if row["error"]) == ["photo.jxl", "scan.dcm"]
    assert "a picture of a kind that is not read (JPEG XL)" in str(rows["photo.jxl"]["error"])
    assert "a picture of a kind that is not read (DICOM)" in str(rows["scan.dcm"]["error"])
    assert len(rows) == 10


@pytest.mark.parametrize("size", [(8064, 6048), (8160, 6144), (8192, 6144)])
def test_whole_photos_of_common_telephones_are_read(size: tuple[int, int]) -> None:
    picture = open_picture(encode(Image.new("L", size, 120), "JPEG"), max_side=1280)

    assert picture.size == size


def test_a_photo_of_two_hundred_megapixels_is_read_small_and_whole() -> None:
    data = encode(Image.new("L", (16320, 12240), 120), "JPEG")

    small, whole = open_picture(data, max_side=1280), open_picture(data)

    assert small.size == whole.size == (16320, 12240)
    assert (small.rgb.width, whole.rgb.width) == (1280, 8160)


@pytest.mark.parametrize("side", [1, 8, 15])
def test_a_picture_too_small_to_show_a_face_is_not_answered(
    side: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (40, side)).save(tmp_path / "dot.png")

    status, rows = walk(tmp_path, capsys)

    assert status == 1
    assert f"only 40 × {side} pixels, too few to see a face" in str(rows["dot.png"]["error"])
    assert rows["dot.png"]["faces"] == []


def test_a_rare_kind_is_known_by_its_name_where_its_bytes_say_nothing() -> None:
    data = encode(scene(), "TGA")

    assert open_picture(data, name="face.TGA").size == scene().size
    with pytest.raises(PictureError, match="not a picture"):
        open_picture(data)


def test_numbers_of_a_16_bit_grey_collection_are_read() -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.linspace(0, 65535, 6400).astype(np.uint16).reshape(80, 80)).save(buffer, "PPM")

    assert open_picture(buffer.getvalue()).rgb.getpixel((79, 79)) == (255, 255, 255)
