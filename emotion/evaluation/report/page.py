"""A report as one HTML file that needs nothing beside itself: no network, no script, print it as it is."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from emotion.evaluation.report import galleries as report_galleries
from emotion.evaluation.report import tables
from emotion.evaluation.report.content import OF_A_CLUSTER
from emotion.evaluation.report.figures import FIGURES
from emotion.system import count, disk, files

if TYPE_CHECKING:
    from emotion.evaluation.report.content import Content, Tell


NAME = "report.html"
PRINTED, SHOWN = 300, 130  # dots an inch: of the files for a document, of the figures within the page
STYLE = Path(__file__).with_name("report.css")
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

CAPTIONS = {
    "confusion-matrix": "Who was called what. Rows are the truth; shades and percentages are shares of a row.",
    "curves": "Every threshold at once, each class against the rest. The dotted line is guessing.",
    "threshold": "Above: how the probabilities of the two kinds of faces are spread. Below: what each threshold does.",
    "calibration": "Left: of the answers given with 80 %, are 80 % right? Bars are 95 % intervals, small figures the "
    "number of answers. Right: what is gained by answering only the surest.",
    "slices": "How often it is right among faces cut by one quantity, with 95 % intervals and the number of faces. "
    "Red: surely worse than the others.",
    "robustness": "How often it is right when the same faces are spoiled, with 95 % intervals.",
    "training": "The training, epoch by epoch. Solid: train; dashed: validation.",
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
        tell(f"drawing: {name}", 0.9 + 0.1 * number / len(wanted))
        drawn = draw(content)
        if drawn is None:
            continue
        with files.whole(folder / f"{name}.png") as temporary:
            drawn.savefig(temporary, dpi=PRINTED)
        if name in FIGURES:  # faces stand in the page one by one, with their words as text
            buffer = io.BytesIO()
            drawn.savefig(buffer, dpi=SHOWN)
            pictures[name] = buffer.getvalue()
    return pictures


def page(content: Content, pictures: dict[str, bytes]) -> str:
    """The whole page.

    Args:
        content: what it says.
        pictures: name of a figure → PNG.
    """
    title = f"How good “{content.title}” is"
    own_card = f'<pre class="card">{tables.text(content.card)}</pre>' if content.card else tables.card(content)
    galleries = [_gallery(content, name) for name in content.galleries]
    body = [
        f"<h1>{tables.text(title)}</h1>",
        f'<p class="lead">{tables.lead(content)}</p>',
        _section(
            "The figures",
            tables.table(("figure", "value", "95 % interval"), tables.figures(content)),
            tables.honesty(content),
        ),
        _figure("confusion-matrix", pictures),
        _section("Class by class", tables.table(tables.CLASS_HEADS, tables.classes(content))),
        _figure("curves", pictures),
        _section("The threshold", tables.table(tables.THRESHOLD_HEADS, tables.thresholds(content))),
        _figure("threshold", pictures),
        _section("How sure it is", tables.sureness(content), _figure("calibration", pictures)),
        _section("Where it is weak", _figure("slices", pictures), _figure("robustness", pictures)),
        _section("The faces", *galleries, _groups(content)),
        _section("Where it comes from", _figure("training", pictures), tables.origin(content)),
        _section("Model card", own_card),
        "<footer>It compares pictures with labelled ones. It does not read feelings.</footer>",
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{tables.text(title)}</title><style>{STYLE.read_text(encoding='utf-8')}</style></head>"
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def _gallery(content: Content, title: str) -> str:
    faces = "".join(_face(content, index) for index in content.galleries[title].tolist())
    return f'<h3>{tables.text(title.capitalize())}</h3><ul class="faces">{faces}</ul>' if faces else ""


def _groups(content: Content) -> str:
    rows = "".join(
        f'<li><figure class="mean"><img src="{_picture(group.mean_face)}" alt="mean face">'
        f"<figcaption>{count(len(group.members), 'mistake')}, mean</figcaption></figure>"
        f'<ul class="faces">{"".join(_face(content, i) for i in group.members[:OF_A_CLUSTER].tolist())}</ul></li>'
        for group in content.groups
    )
    title = "<h3>Mistakes that look alike to the network</h3>"
    return f'{title}<ol class="groups">{rows}</ol>' if rows else ""


def _face(content: Content, index: int) -> str:
    words = tables.text(report_galleries.words(content, index))
    wrong = "" if content.study.right[index] else ' class="wrong"'
    image = content.study.examples.images[index]
    return f'<li{wrong}><img src="{_picture(image)}" alt=""><span>{words}</span></li>'


def _picture(pixels: Any) -> str:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=88)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _figure(name: str, pictures: dict[str, bytes]) -> str:
    if name not in pictures:
        return ""
    data = base64.b64encode(pictures[name]).decode()
    caption = tables.text(CAPTIONS[name])
    return (
        f'<figure><img src="data:image/png;base64,{data}" alt="{caption}"><figcaption>{caption}</figcaption></figure>'
    )


def _section(title: str, *parts: str) -> str:
    whole = "".join(parts)
    return f"<h2>{tables.text(title)}</h2>{whole}" if whole else ""
