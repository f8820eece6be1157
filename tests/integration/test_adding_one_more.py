"""CONTRIBUTING.md, "Adding one more", done as its lines say, each in one place of a copy, and looked for everywhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("A check finding", "An augmentation", "A metric", "A corruption", "A network")

RULE = """
from emotion.checks.finding import Finding, exclude
from emotion.checks.rule import Rule


def stripes(table):
    names = tuple(name for name in table.files if "stripes" in name)
    return Finding("stripes", len(names), "Striped pictures", "Why.", (names,), remedies=(exclude(names, "striped"),))


RULES = (Rule(40, {"stripes": "striped pictures"}, stripes),)
"""
AUGMENTATION = """    gloom: float = kind("Gloom", 0.5, 0.05, 0.2, "This share is made dark.", "How many.",
                        share(lambda faces, rng: faces // 2, "gloom"))
"""
METRIC = """
    Metric("evenness", "Even", "evenness", says=lambda classes, positive: "How even it is", value=lambda answered: 0.5),
"""
CORRUPTION = """
    Corruption("upside down", "turned over", "of the way", (1.0,), lambda faces, share: faces[:, ::-1].copy()),
"""

# Run in the copy: says, as JSON, where each of the four is seen.
LOOK = """
import contextlib, io, json, sys
from pathlib import Path

import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest

from emotion import load_model
from emotion.__main__ import main
from emotion.checks.check import check
from emotion.cli import terminal
from emotion.evaluation.report import content, figures, tables
from emotion.recipes import NONE, Augmentation, augment, preview
from emotion.tuning.fields import FIELDS
from pages.ui.evaluate import figures as page_figures
from tests.patterns import examples
from tests.tiny_model import DATA


def command(*words):
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        main(words)
    return said.getvalue()


def page(script):
    shown = AppTest.from_string(script, default_timeout=60).run()
    assert not shown.exception, shown.exception
    return shown


data = Path(sys.argv[1])
for split in ("train", "test"):
    for label in ("happy", "sad"):
        (data / split / label).mkdir(parents=True)
        noise = np.random.default_rng(len(split + label)).integers(0, 256, (48, 48), dtype=np.uint8)
        Image.fromarray(noise).save(data / split / label / "stripes.png")
findings = page(f'''
from pathlib import Path
from emotion.checks.check import check
from pages.ui.data import findings
findings.show_findings(check(Path({str(data)!r})))
''')
sliders = page('''
from emotion.recipes import NONE
from pages.ui.train import augmentation
augmentation.show_controls(NONE, None)
''')
faces = examples()
gathered = content.gather(load_model(DATA / "brightness"), faces, "patterns")
dark = Augmentation.parse("gloom=0.5")
print(json.dumps({
    "check": [finding.kind for finding in check(data).findings],
    "check, command line": command("check", str(data)),
    "check, page": " ".join(one.value for one in findings.markdown),
    "augmentation, pixels": float(np.mean(augment(faces.images, np.random.default_rng(0), dark) != faces.images)),
    "augmentation, preview": bool((preview(faces.images, dark, 0) != preview(faces.images, NONE, 0)).any()),
    "augmentation, page": [slider.label for slider in sliders.slider],
    "augmentation, command line": command("train", "--augmentation", "gloom=0.9"),
    "augmentation, tuning": FIELDS["gloom"].highest,
    "metric, JSON": gathered.study.evaluation.to_json()["figures"]["evenness"],
    "metric, page": page_figures.others(gathered.study.evaluation),
    "metric, command line": terminal.evaluation(gathered.study.evaluation),
    "metric, report": [row[0] for row in tables.figures(gathered)],
    "corruption": list(gathered.robustness.kinds),
    "corruption, report": [axis.get_title(loc="left") for axis in figures.robustness(gathered).axes],
}))
"""


def insert(path: Path, before: str, text: str) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count(before) == 1
    path.write_text(source.replace(before, text + before), encoding="utf-8")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One of each, added to a copy of the project in one place, and what is seen of them."""
    copy = tmp_path_factory.mktemp("project")
    for name in ("emotion", "pages", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "e2e", "integration"))
    core = copy / "emotion"
    (core / "checks" / "rules" / "striped.py").write_text(RULE, encoding="utf-8")
    insert(core / "recipes" / "augmentation.py", "    mixup: float = kind(", AUGMENTATION)
    insert(core / "metrics" / "metric.py", "\n)\n\n\ndef shown_metrics", METRIC)
    insert(core / "evaluation" / "corruptions.py", '\n    Corruption(N_("shift")', CORRUPTION)

    home = tmp_path_factory.mktemp("home")
    program = [sys.executable, "-c", LOOK, str(home / "data")]
    environment = os.environ | {"EMOTION_HOME": str(home), "PYTHONPATH": str(copy)}
    done = subprocess.run(program, cwd=copy, env=environment, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_a_finding_is_seen_by_check_command_line_and_page(seen: dict[str, Any]) -> None:
    assert "stripes" in seen["check"]
    assert "Striped pictures" in seen["check, command line"]
    assert "Striped pictures" in seen["check, page"]


def test_an_augmentation_is_seen_by_training_page_command_line_and_tuning(seen: dict[str, Any]) -> None:
    assert 0.3 < seen["augmentation, pixels"] < 0.7
    assert seen["augmentation, preview"]
    assert "Gloom" in seen["augmentation, page"]
    assert "augmentation.gloom" in seen["augmentation, command line"]
    assert seen["augmentation, tuning"] == 0.5


def test_a_metric_is_seen_by_json_page_command_line_and_report(seen: dict[str, Any]) -> None:
    assert seen["metric, JSON"] == 0.5
    assert "How even it is (evenness)." in seen["metric, page"]
    assert re.search(r"^evenness +50\.0%$", seen["metric, command line"], re.MULTILINE)
    assert "even (evenness)" in seen["metric, report"]


def test_a_corruption_is_seen_by_the_trials_and_the_report(seen: dict[str, Any]) -> None:
    assert "upside down" in seen["corruption"]
    assert "upside down" in seen["corruption, report"]


def test_contributing_says_each_in_at_most_five_lines_and_one_file_of_the_core() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Adding one more")[2]
    sections = dict(re.findall(r"\*\*(.+?)\*\*\n((?:\d\. .*\n?)+)", text))

    assert set(sections) == set(KINDS)
    for name, body in sections.items():
        assert len(body.strip().splitlines()) <= 5, name
        files = set(re.findall(r"`((?:emotion|pages)/[\w/]+(?:\.py|/))`", body))
        assert len(files) == 1, (name, files)
