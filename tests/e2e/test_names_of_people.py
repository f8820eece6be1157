"""What people call their runs, classes, sets and photos stays text: no link, icon, arrow or bold letter of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emotion.runs import RunPaths, rename
from tests import damage
from tests.e2e.browser import ROOT, Server, settled

# Each says "zzq", by which it is found again on the page.
NAMES = (
    "https://zzq.example/a", "HTTP://zzq.example", "www.zzq.example", "mail zzq@zzq.example", "mailto:zzq@zzq.example",
    "zzq :material/delete:", ":material/home: zzq", "zzq :smile:", ":+1: zzq", ":streamlit: zzq", "zzq -> zzq",
    "zzq <- zzq", "zzq <-> zzq", "zzq -- zzq", "zzq >= zzq", "zzq <= zzq", "zzq ~= zzq", "**zzq**", "__zzq__", "*zzq*",
    "~~zzq~~", "`zzq`", "$zzq$", "$$zzq$$", ":red[zzq]", ":blue-background[zzq]", ":badge[zzq]", ":small[zzq]",
    "[zzq](https://zzq.example)", "![zzq](https://zzq.example/a.png)", "<https://zzq.example>", "<b>zzq</b>",
    "<img src=x onerror=alert('zzq')>", "<script>alert('zzq')</script>", "# zzq", "> zzq", "- zzq", "1. zzq",
    "| zzq | zzq |", "[^zzq]", "&lt;zzq&gt;", "zzq\\*zzq",
)  # fmt: skip
# What became of a name that was taken for more than text.
MADE_OF_NAMES = """() => {
  const parts = 'a, img, strong, em, del, code, b, h1, h2, h3, li, blockquote, td, .katex, [class*="stMarkdownBadge"]';
  const addresses = [...document.querySelectorAll('a, img')].filter(
    e => /zzq/i.test(e.getAttribute('href') || e.getAttribute('src') || ''));
  const told = [...document.querySelectorAll('[data-testid="stMarkdownContainer"]')].filter(
    e => /zzq/.test(e.textContent));
  const made = told.flatMap(e => [...e.querySelectorAll(parts)]).filter(e => /zzq/.test(e.textContent));
  const icons = told.filter(e => e.querySelector('[role="img"], [data-testid="stIconMaterial"]'));
  const changed = document.body.innerText.match(/.*(zzq [←→↔—≥≤≈] zzq|zzq \\u{1f604}|\\u{1f44d} zzq).*/gu) || [];
  return [...addresses, ...made, ...icons].map(e => e.outerHTML.slice(0, 300)).concat(changed);
}"""


# All that Streamlit makes of text by itself, in the 60 letters that a name has at most.
WORST = "zzq -> zzq www.zzq.example :material/delete: :smile: **zzq**"
SHOW_ALL = f"""
import streamlit as st
from pages.ui.shared import text
st.title("Names")
for name in {NAMES!r}:
    st.markdown("called " + text.plain(name))
    st.caption(text.plain(name))
st.radio("one of", {NAMES!r}, format_func=text.plain)
st.pills("some of", {NAMES!r}, format_func=text.plain)
with st.expander(text.plain(WORST := {WORST!r})):
    st.button(text.plain(WORST), help=text.plain(WORST))
"""


def test_every_name_that_goes_through_plain_is_shown_as_it_was_written(browser: Any, tmp_path: Path) -> None:
    script = tmp_path / "app.py"
    script.write_text(SHOW_ALL, encoding="utf-8")
    server = Server(tmp_path, script, PYTHONPATH=str(ROOT))
    page = browser.new_page()
    page.goto(server.url)
    settled(page)
    made, shown = page.evaluate(MADE_OF_NAMES), page.evaluate("document.body.textContent")
    page.close()
    server.stop()

    assert made == []
    assert [name for name in NAMES if "".join(name.split()) not in "".join(shown.replace("\u2060", "").split())] == []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with a run, a set and classes that are called the worst."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMOTION_HOME", str(home))
        stored = damage.furnish()
        rename(RunPaths(stored["config"].parent), WORST)
    record = stored["data set"]
    record.write_text(json.dumps(json.loads(record.read_text(encoding="utf-8")) | {"name": WORST}), encoding="utf-8")
    running = Server(home, prepared=True)
    running.run = stored["config"].parent.name
    yield running
    running.stop()


@pytest.mark.parametrize(
    "address", ["predict", "teach", "data?set=mine&part=check", "train?run={run}", "tune", "evaluate?run={run}", "runs"]
)
def test_a_page_shows_the_worst_name_as_it_was_written(page: Any, server: Server, address: str) -> None:
    page.goto("/" + address.format(run=server.run))
    settled(page)
    page.wait_for_timeout(500)

    assert page.evaluate(MADE_OF_NAMES) == []
