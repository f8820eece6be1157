"""The page of a model that was taken along: network, face detector and self-test in one HTML file.

The network runs in the browser through LiteRT.js. Everything but that library is in the file itself, so that a double
click opens it; a page that is opened from the disk may not read files beside it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from emotion import images
from emotion.images import blazeface
from emotion.models.answers import looks
from emotion.system import ENGLISH, N_, EmotionError, _, cache_dir, disk, files, speaking

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from emotion.models.predictor import Predictor

HERE = Path(__file__).resolve().parent
TOLERANCE = 1e-3  # how far a probability may be from that when it was packed: other processors round otherwise
VERSION = "2.5.3"  # of LiteRT.js (Apache-2.0)
CDN = "https://cdn.jsdelivr.net/npm/@litertjs"
REGISTRY = "https://registry.npmjs.org/@litertjs"
SECONDS = 60.0  # that the registry may take
# Package → SHA-512 of its archive as the registry names it, and the files wanted of it.
PACKAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "core": (
        "PlGmbMOq9WitX7FO0jhbdJw9GthatsyuCQXjTt/wJZo0FLaw48q4tz8IwqgqCIkviYGr9OFDL1kCnN4nzWoyJQ==",
        ("dist/index.js", "wasm/litert_wasm_internal.js", "wasm/litert_wasm_internal.wasm",
         "wasm/litert_wasm_compat_internal.js", "wasm/litert_wasm_compat_internal.wasm"),
    ),
    "wasm-utils": (
        "4fJiw6tBQnIs+0jH/OQ16nYOiSl8/+zZnn5h2ul8aTKHi05sVqZW580Tmk78pC2kT39A9OYBVdFawteZ/sI1kQ==",
        ("dist/index.js",),
    ),
}  # fmt: skip


def page(
    title: str, predictor: Predictor, tests: list[dict[str, Any]], faces: NDArray[np.uint8], *, offline: bool
) -> str:
    """The whole HTML file.

    Args:
        title: of the model; any text.
        predictor: the model.
        tests: what it said of each of the faces: "answer", "probabilities" by class name.
        faces: (N, S, S), which the page asks again when it opens.
        offline: the library lies in `litert/` beside the page instead of on a public server.
    """
    detector = detector_path()
    with speaking(ENGLISH):  # as the page itself
        words = {name: looks(name) for name in predictor.info.classes}
    data = {
        "info": predictor.info.to_json(),
        "pair": predictor.info.pair,
        "words": words,
        "model": _text(one_face_at_a_time(predictor.path.read_bytes())),
        "detector": _text(detector.read_bytes()) if detector else "",
        "framing": {"input": blazeface.INPUT, "layers": blazeface.LAYERS, "score": blazeface.SCORE,
                    "same": blazeface.SAME_FACE, "width": blazeface.WIDTH, "height": blazeface.HEIGHT,
                    "up": blazeface.UP},
        "side": dict(images.CROP, **predictor.info.crop).get("side"),
        "tests": [test | {"pixels": _text(face.tobytes())} for test, face in zip(tests, faces, strict=True)],
        "tolerance": TOLERANCE,
        "wasm": _address("core", offline) + "/wasm/",
    }  # fmt: skip
    library = {f"@litertjs/{name}": f"{_address(name, offline)}/dist/index.js" for name in PACKAGES}
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE), autoescape=True)
    script = (HERE / "page.js").read_text(encoding="utf-8")
    return environment.get_template("page.html").render(
        title=title, data=data, imports={"imports": library}, script=script, classes=predictor.info.classes
    )


def detector_path() -> Path | None:
    """The network that finds faces; None where its package is not installed: the page then takes pictures whole."""
    try:
        return blazeface.model_path()
    except FileNotFoundError:
        return None


def one_face_at_a_time(model: bytes) -> bytes:
    """The same network for exactly one face: LiteRT.js runs none whose number of faces is left open.

    In the file every tensor with an open size has a second shape, its signature, with -1 for what is open.
    """
    from ai_edge_litert import schema_py_generated as schema  # here: it takes most of a second

    content = bytearray(model)
    network = schema.Model.GetRootAs(content, 0)
    for graph in map(network.Subgraphs, range(network.SubgraphsLength())):
        for tensor in map(graph.Tensors, range(graph.TensorsLength())):
            if tensor.ShapeSignatureLength():
                shape = tensor.ShapeSignatureAsNumpy()  # a view of `content`
                shape[shape == -1] = 1
    return bytes(content)


NO_LIBRARY = N_(
    "LiteRT.js, which runs the network in a browser, cannot be fetched from {address} ({why}). Expected a connection "
    "to the internet, once. Try again, or leave --offline out: the page then loads it when it opens."
)


def runtime() -> dict[str, bytes]:
    """The files of LiteRT.js by their names in the zip; fetched once, checked against known sums, and kept.

    Raises:
        EmotionError: when they cannot be fetched, or are not what they were.
    """
    return {
        f"litert/{package}/{name}": content
        for package, (known, names) in PACKAGES.items()
        for name, content in _files(_archive(package, known), names).items()
    }


def _address(package: str, offline: bool) -> str:
    return f"./litert/{package}" if offline else f"{CDN}/{package}@{VERSION}"


def _archive(package: str, known: str) -> bytes:
    kept = cache_dir() / "litert" / f"{package}-{VERSION}.tgz"
    if kept.is_file() and _sum(kept.read_bytes()) == known:
        return kept.read_bytes()
    address = f"{REGISTRY}/{package}/-/{package}-{VERSION}.tgz"
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 - one fixed https address
            content = bytes(answer.read())
    except (OSError, ValueError) as error:  # urllib's errors are OSErrors
        raise EmotionError(_(NO_LIBRARY, address=address, why=getattr(error, "reason", error))) from error
    if _sum(content) != known:
        raise EmotionError(_(NO_LIBRARY, address=address, why=_("what came is not the file that was expected")))
    disk.make_folder(kept.parent)
    with files.whole(kept) as temporary:
        temporary.write_bytes(content)
    return content


def _files(archive: bytes, names: tuple[str, ...]) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as packed:
        found = {name: packed.extractfile(f"package/{name}") for name in names}
        return {name: file.read() for name, file in found.items() if file is not None}


def _sum(content: bytes) -> str:
    return base64.b64encode(hashlib.sha512(content).digest()).decode()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
