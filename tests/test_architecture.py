"""The rooms of the program as rules: who may import whom, what a room shows to others, how large a thing may grow."""

from __future__ import annotations

import ast
import functools
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# A room imports itself and the rooms before it, never one after it: data flows from the first to the last.
ROOMS = (
    "system", "images", "metrics", "recipes", "data", "runs", "models", "checks", "evaluation", "training", "tuning",
    "serving", "cli",
)  # fmt: skip
PAGE_ROOMS = (
    "shared",
    "predict",
    "data",
    "teach",
    "train",
    "tune",
    "evaluate",
    "runs",
)  # of each: `shared`, itself
FRAMEWORKS = {"tensorflow", "keras"}
HEAVY = FRAMEWORKS | {"matplotlib", "optuna", "sklearn", "scipy"}  # in the worker and the command line, not the server
# Inside functions Keras may be asked for by these too: a recipe's network is written down where recipes are.
KERAS_IN_FUNCTIONS = ("emotion/recipes/networks/",)
WITH_TENSORFLOW = ("emotion/training/", "emotion/recipes/layers/")

LONGEST_MODULE, LONGEST_FUNCTION, MOST_FILES = 400, 60, 12  # lines, lines, modules of a room beside its front

CORE = sorted((ROOT / "emotion").rglob("*.py"))
PAGES = [ROOT / "streamlit_app.py", *sorted((ROOT / "pages").rglob("*.py"))]


@dataclass(frozen=True)
class Needed:
    """One name that a file imports from the project.

    Attributes:
        module: dotted name of the module or package behind "from".
        name: what is imported from it.
        at_start: whether it is imported when the file is, not later inside a function.
        line: where it stands.
    """

    module: str
    name: str
    at_start: bool
    line: int

    @property
    def full(self) -> str:
        return f"{self.module}.{self.name}"


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.AST, at_start: bool = True) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """The import statements of a module and whether they run at its start; not those for the type checker only."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, at_start
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        else:
            function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imports(node, at_start and not function)


@functools.cache
def imported(path: Path) -> list[tuple[ast.Import | ast.ImportFrom, bool]]:
    """The same for a file."""
    return list(imports(parse(path)))


def packages(path: Path) -> set[str]:
    """Top-level names of all that a file imports, such as {"numpy", "emotion"}."""
    found = set()
    for node, _ in imported(path):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        found |= {name.split(".")[0] for name in names}
    return found


def needed(path: Path, package: str = "emotion") -> list[Needed]:
    """What a file imports from one of the project's packages."""
    return [
        Needed(node.module, alias.name, at_start, node.lineno)
        for node, at_start in imported(path)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == package
        for alias in node.names
    ]


def room_of(dotted: str) -> str:
    """The room of a dotted name such as `emotion.data.listing`; "" for the package's front."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else ""


def own_room(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "emotion" and len(parts) > 2 else ""


def test_the_core_has_its_rooms_and_no_module_beside_them() -> None:
    folders = {path.parent.name for path in (ROOT / "emotion").glob("*/__init__.py")}
    beside = {path.stem for path in (ROOT / "emotion").glob("*.py")}

    assert folders == set(ROOMS)
    assert beside == {"__init__", "__main__"}


def test_every_room_says_what_it_is_and_what_it_shows() -> None:
    fronts = {room: importlib.import_module(f"emotion.{room}") for room in ROOMS}

    assert [room for room, front in fronts.items() if not front.__doc__] == []
    unknown = [f"{room}.{name}" for room, front in fronts.items() for name in front.__all__ if not hasattr(front, name)]
    assert unknown == []


def test_no_import_goes_against_the_order_of_the_rooms() -> None:
    wrong = [
        f"{relative(path)}:{one.line} imports {one.full}"
        for path in CORE
        if (room := own_room(path))
        for one in needed(path)
        if (other := room_of(one.full)) and ROOMS.index(other) > ROOMS.index(room)
    ]

    assert wrong == []


def test_other_rooms_are_used_through_what_they_show_only() -> None:
    shown = {room: set(importlib.import_module(f"emotion.{room}").__all__) for room in ROOMS}
    wrong = [
        f"{relative(path)}:{one.line} imports {one.full}"
        for path in [*CORE, *PAGES]
        for one in needed(path)
        if (other := room_of(one.full))
        and other != own_room(path)
        and one.full.count(".") > 1
        and one.full.split(".")[2] not in shown[other]
    ]

    assert wrong == []


def test_no_two_modules_need_each_other_to_be_imported() -> None:
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in CORE}
    edges = {
        name: {
            found
            for one in needed(path)
            if one.at_start
            for found in (one.full, one.module)
            if found in modules and found != name
        }
        for name, path in modules.items()
        if path.stem != "__init__"
    }
    ahead = dict(edges)
    while free := [name for name, others in ahead.items() if not others & set(ahead)]:
        for name in free:
            del ahead[name]

    assert sorted(ahead) == []


def test_only_training_reaches_tensorflow() -> None:
    wrong = []
    for path in CORE:
        name = relative(path)
        for node, at_start in imported(path):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            if {one.split(".")[0] for one in names} & FRAMEWORKS and not name.startswith(WITH_TENSORFLOW):
                wrong.append((name, at_start, f"{name}:{node.lineno}"))

    assert [where for name, at_start, where in wrong if at_start or not name.startswith(KERAS_IN_FUNCTIONS)] == []


def test_the_core_knows_no_page() -> None:
    assert [relative(path) for path in CORE if packages(path) & {"streamlit", "pages", "streamlit_app"}] == []


def test_a_page_imports_only_light_packages() -> None:
    assert [relative(path) for path in PAGES if packages(path) & HEAVY] == []


def test_parts_of_a_page_use_their_own_and_what_is_shared() -> None:
    wrong = []
    for path in (ROOT / "pages" / "ui").rglob("*.py"):
        room = path.parent.name
        for one in needed(path, "pages"):
            parts = one.full.split(".")
            if len(parts) > 2 and parts[2] in PAGE_ROOMS and parts[2] not in ("shared", room):
                wrong.append(f"{relative(path)}:{one.line} imports {one.full}")

    assert wrong == []


def test_unit_tests_do_without_tensorflow() -> None:
    tests = sorted((ROOT / "tests" / "unit").glob("*.py"))

    assert [relative(path) for path in tests if packages(path) & FRAMEWORKS] == []


def _loaded_by(statements: list[str]) -> set[str]:
    """What lies in `sys.modules` of a fresh interpreter after these import statements."""
    program = "\n".join([*statements, "import sys", "print(*sys.modules, sep='\\n')"])
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines())


def test_the_server_loads_nothing_heavy_for_its_pages() -> None:
    of_pages = {ast.unparse(node) for path in PAGES for node, _ in imported(path)}
    of_the_core = {f"import emotion.{room}" for room in ROOMS}

    loaded = _loaded_by(sorted(of_pages | of_the_core, key=lambda line: "__future__" not in line))

    assert loaded & HEAVY == set()


def test_the_snippets_imports_load_no_tensorflow() -> None:
    loaded = _loaded_by(["from emotion import load_and_preprocess_image, load_model"])

    assert loaded & HEAVY == set()


def test_a_room_has_few_enough_modules_to_be_looked_over() -> None:
    folders = [path.parent for path in (ROOT / "emotion").rglob("__init__.py")]
    large = {relative(folder): n for folder in folders if (n := len(list(folder.glob("*.py"))) - 1) > MOST_FILES}

    assert large == {}


def test_a_module_stays_one_noun() -> None:
    lines = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in [*CORE, *PAGES]}

    assert {name: n for name, n in lines.items() if n > LONGEST_MODULE} == {}


def test_a_function_fits_on_a_screen() -> None:
    wrong = [
        f"{relative(path)}:{node.lineno} {node.name}"
        for path in [*CORE, *PAGES]
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]

    assert wrong == []


def test_the_picture_of_the_rooms_shows_what_they_import() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    block = re.search(r"```rooms\n(.*?)```", page, re.DOTALL)
    assert block, "docs/architecture.md holds no block of rooms"
    drawn = {}
    for line in block[1].splitlines():
        name, _, others = line.partition(":")
        drawn[name.strip()] = set(others.replace(",", " ").split()) - {"nothing"}

    found: dict[str, set[str]] = {room: set() for room in ROOMS}
    for path in CORE:
        if room := own_room(path):
            found[room] |= {other for one in needed(path) if (other := room_of(one.full)) and other != room}

    assert drawn == found


def test_no_two_classes_have_one_name() -> None:
    where: dict[str, list[str]] = {}
    for path in [*CORE, *PAGES]:
        for node in parse(path).body:
            if isinstance(node, ast.ClassDef):
                where.setdefault(node.name, []).append(relative(path))

    assert {name: files for name, files in where.items() if len(files) > 1} == {}


def test_a_function_says_what_it_shows() -> None:
    """`show` and `known` alone say nothing at the place where they are imported."""
    wrong = [
        f"{relative(path)}:{node.lineno} {node.name}"
        for path in [*CORE, *PAGES]
        for node in parse(path).body
        if isinstance(node, ast.FunctionDef) and node.name.strip("_") in ("show", "known")
    ]

    assert wrong == []


def test_an_error_has_a_class_of_its_own_where_somebody_catches_it() -> None:
    """What nobody tells apart is raised as the nearest kind that somebody does."""
    bases: dict[str, list[str]] = {}
    told_apart = set()
    for path in [*CORE, *PAGES]:
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = [ast.unparse(base) for base in node.bases]
            elif isinstance(node, ast.ExceptHandler) and node.type:
                told_apart |= names_in(node.type)
            elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("isinstance", "contextlib.suppress"):
                told_apart |= {name for given in node.args for name in names_in(given)}
            elif isinstance(node, ast.Dict):  # of handlers, as a server takes them
                told_apart |= {name for key in node.keys if key for name in names_in(key)}
    errors = {"Exception"}
    while more := {name for name, of in bases.items() if errors & set(of)} - errors:
        errors |= more

    # Told apart as the OSError that it is too, by whoever can do without what could not be written.
    assert errors - told_apart - {"Exception", "OutputFolderError"} == set()


def names_in(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
