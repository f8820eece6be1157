"""What can be taken away from the Predict page: the answers as a table, the marked pictures as a zip."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING

from emotion import images
from emotion.images import PictureError, decode
from emotion.models import marking
from emotion.recipes import ModelInfo

if TYPE_CHECKING:
    from pages.ui.predict.answers import Shown, Source


FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the wide ones count in East Asia
TWO_CLASSES = ModelInfo()


def table(answers: list[Shown], info: ModelInfo = TWO_CLASSES, all_classes: bool = False) -> bytes:
    """All answers as a table for any spreadsheet: UTF-8 with a byte order mark, one row a face.

    A model of more than two classes adds the likeliest of all and a column a class. A cell that begins like a formula
    gets an apostrophe before it, so that no spreadsheet runs a file name. `all_classes`: see `Face.headline`.
    """
    classes = info.classes if len(info.classes) > 2 else ()
    text = io.StringIO()
    writer = csv.writer(text)
    for row in [_heads(info, classes), *(row for shown in answers for row in _rows(shown, classes, all_classes))]:
        writer.writerow([_safe(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _heads(info: ModelInfo, classes: tuple[str, ...]) -> list[object]:
    probability = "probability" if info.pair is None else f"probability_{info.positive}"
    heads = ["file", "face", "looks", "share", "unsure", probability, "left", "top", "right", "bottom", "error", "note"]
    return [*heads, "warnings", *(["likeliest"] if classes else []), *(f"class_{name}" for name in classes)]


def _rows(shown: Shown, classes: tuple[str, ...], all_classes: bool) -> list[list[object]]:
    """One row a face, or one for a picture without any."""
    if not shown.faces:
        return [[shown.name, *[""] * 9, shown.error or "", shown.note or "", ""]]
    rows: list[list[object]] = []
    for number, (face, warnings) in enumerate(zip(shown.faces, shown.warnings, strict=True), start=1):
        head = face.headline(all_classes)
        said = [shown.name, number, head.label, f"{head.share:.4f}", "yes" if head.unsure else "no"]
        place = [f"{face.probability:.4f}", *(face.box or ("", "", "", ""))]
        of_all = [face.likeliest, *(f"{face.probabilities[name]:.4f}" for name in classes)] if classes else []
        rows.append([*said, *place, "", shown.note or "", " ".join(warnings), *of_all])
    return rows


def as_json(answers: list[Shown], all_classes: bool = False) -> bytes:
    """All answers as `predict --json` gives them, each face with all its classes and its warnings, in one list."""
    told = []
    for shown in answers:
        faces = [
            face.to_json(all_classes=True) | face.to_json(all_classes) | {"warnings": list(warnings)}
            for face, warnings in zip(shown.faces, shown.warnings, strict=True)
        ]
        told.append(
            {"file": shown.name, "faces": faces, "turned": shown.turn, "error": shown.error, "note": shown.note}
        )
    return json.dumps(told, indent=1, ensure_ascii=False).encode()


def marked_pictures(sources: list[Source], answers: list[Shown], all_classes: bool = False) -> bytes:
    """A zip of marked copies, at most 1280 pixels a side, of the pictures with an answer, under their own names."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:  # not packed: JPEGs do not become smaller
        given = [(source, shown) for source, shown in zip(sources, answers, strict=True) if shown.faces]
        for (source, shown), name in zip(given, marking.names(shown.name for _, shown in given), strict=True):
            try:
                picture = decode.open_picture(source.read(), max_side=images.WORKING_SIDE, name=source.name)
            except PictureError:  # it was readable before: leave it out rather than all others
                continue
            picture = picture.turned(shown.turn)
            marked = marking.draw(picture.rgb, shown.faces, picture.scale, in_words=True, all_classes=all_classes)
            file.writestr(name, marking.as_jpeg(marked))
    return archive.getvalue()


def _safe(cell: object) -> str:
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
