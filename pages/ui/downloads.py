"""What can be taken away from the Predict page: the answers as a table, the marked pictures as a zip."""

from __future__ import annotations

import csv
import io
import zipfile

from emotion import images, marking
from emotion.picture_errors import PictureError
from pages.ui.answers import Shown, Source

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "file", "face", "looks", "probability_happy", "unsure", "left", "top", "right", "bottom", "error", "note",
    "warnings",
)  # fmt: skip


def table(answers: list[Shown]) -> bytes:
    """All answers as a table for any spreadsheet: UTF-8 with a byte order mark, one row a face.

    A cell that begins like a formula gets an apostrophe before it, so that no spreadsheet runs a file name.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for shown in answers:
        for number, face in enumerate(shown.faces, start=1):
            box = face.box or ("", "", "", "")
            row = [shown.name, number, face.label, f"{face.probability:.4f}", "yes" if face.unsure else "no", *box]
            said = ["", shown.note or "", " ".join(shown.warnings[number - 1])]
            writer.writerow([_safe(cell) for cell in [*row, *said]])
        if not shown.faces:
            row = [shown.name, *[""] * 8, shown.error or "", shown.note or "", ""]
            writer.writerow([_safe(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def marked_pictures(sources: list[Source], answers: list[Shown]) -> bytes:
    """A zip of marked copies, at most 1280 pixels a side, of the pictures with an answer; their names are made here."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:  # not packed: JPEGs do not become smaller
        for number, (source, shown) in enumerate(zip(sources, answers, strict=True), start=1):
            if not shown.faces:
                continue
            try:
                picture = images.open_picture(source.read(), max_side=images.WORKING_SIDE)
            except PictureError:  # it was readable before: leave it out rather than all others
                continue
            marked = marking.draw(picture.rgb, shown.faces, picture.scale, whole_too=True)
            file.writestr(marking.file_name(number, shown.name), marking.as_jpeg(marked))
    return archive.getvalue()


def _safe(cell: object) -> str:
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
