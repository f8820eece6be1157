"""A report as one HTML file that needs nothing beside itself: no network, no script, print it as it is."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from PIL import Image

from emotion.evaluation.report import galleries as report_galleries
from emotion.evaluation.report import sentences, tables
from emotion.evaluation.report.content import OF_A_CLUSTER
from emotion.evaluation.report.figures import FIGURES
from emotion.system import N_, _, disk, files, language

if TYPE_CHECKING:
    from emotion.evaluation.report.content import Content, Tell


NAME = "report.html"
PRINTED, SHOWN = 300, 130  # dots an inch: of the files for a document, of the figures within the page
HERE = Path(__file__).resolve().parent

CAPTIONS = {
    "confusion-matrix": N_("Who was called what. Rows are the truth; shades and percentages are shares of a row."),
    "curves": N_("Every threshold at once, each class against the rest. The dotted line is guessing."),
    "threshold": N_(
        "Above: how the probabilities of the two kinds of faces are spread. Below: what each threshold does."
    ),
    "calibration": N_(
        "Left: of the answers given with 80 %, are 80 % right? Bars are 95 % intervals, small figures the "
        "number of answers. Right: what is gained by answering only the surest."
    ),
    "slices": N_(
        "How often it is right among faces cut by one quantity, with 95 % intervals and the number of faces. "
        "Red: surely worse than the others."
    ),
    "robustness": N_("How often it is right when the same faces are spoiled, with 95 % intervals."),
    "training": N_("The training, epoch by epoch. Solid: train; dashed: validation."),
}


def write(content: Content, folder: Path, tell: Tell = lambda what, share: None) -> Path:
    """Writes the report and one PNG a figure.

    Args:
        content: from `report_content.gather`.
        folder: is made; gets `report.html` and `figures/*.png`.
        tell: called before each figure.

    Returns:
        Where `report.html` lies.

    Raises:
        OutputFolderError: where nothing can be written.
    """
    with disk.writing(folder):
        pictures = _draw(content, folder / "figures", tell)
        target = folder / NAME
        text = page(content, pictures)
        with files.whole(target) as temporary:
            temporary.write_text(text, encoding="utf-8")
    return target


def _draw(content: Content, folder: Path, tell: Tell) -> dict[str, bytes]:
    """Each figure as a file for a document, and, by name, as the bytes of a smaller PNG for the page."""
    disk.make_folder(folder)
    wanted, pictures = FIGURES | report_galleries.figures(content), {}
    for number, (name, draw) in enumerate(wanted.items()):
        tell(N_("drawing: {name}").format(name=name), 0.9 + 0.1 * number / len(wanted))
        drawn = draw(content)
        if drawn is None:
            continue
        with files.whole(folder / f"{name}.png") as temporary:
            drawn.savefig(temporary, dpi=PRINTED)
        if name in FIGURES:  # faces stand in the page one by one, with their words as text
            drawn.set_layout_engine("none")  # its parts have their places; seeking them takes long
            buffer = io.BytesIO()
            drawn.savefig(buffer, dpi=SHOWN)
            pictures[name] = buffer.getvalue()
    return pictures


def page(content: Content, pictures: dict[str, bytes]) -> str:
    """The whole page: `report.html`, filled in. Whatever a person may have named is escaped there.

    Args:
        content: what it says.
        pictures: name of a figure → PNG.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    environment.globals |= {
        "said": sentences.said(content), "mistakes": sentences.mistakes, "words": report_galleries.words,
        "figure_rows": tables.figures, "class_rows": tables.classes, "threshold_rows": tables.thresholds,
        "origin_rows": tables.origin, "png": _png, "jpeg": _jpeg, "of_a_cluster": OF_A_CLUSTER,
        "captions": {name: _(caption) for name, caption in CAPTIONS.items()}, "language": language(),
    }  # fmt: skip
    environment.globals |= {"content": content, "pictures": pictures}
    return environment.get_template("report.html").render()


def _png(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


def _jpeg(pixels: Any) -> str:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=88)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
