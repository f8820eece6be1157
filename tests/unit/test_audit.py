"""`make audit`: known weaknesses fail it, a list that is out of reach does not, and is told."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "audit.py"
NOWHERE = "http://127.0.0.1:1"  # a port at which nothing answers


def test_without_a_way_to_the_list_the_audit_says_so_in_one_line_and_does_not_fail() -> None:
    away = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), NOWHERE)

    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env=os.environ | away | {"no_proxy": "", "NO_PROXY": ""},
        capture_output=True, encoding="utf-8",
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "audit: https://api.osv.dev cannot be reached from here, so no package was looked up.\n"


@pytest.mark.parametrize("found", [0, 1])
def test_with_the_list_in_reach_the_audit_ends_as_pip_audit_does(found: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    audit = runpy.run_path(str(SCRIPT))["main"]
    monkeypatch.setitem(audit.__globals__, "is_reachable", lambda: True)
    monkeypatch.setattr(subprocess, "run", lambda words, **_: asked.append(words) or SimpleNamespace(returncode=found))

    assert audit() == found
    assert asked[0][1:3] == ("-m", "pip_audit")
