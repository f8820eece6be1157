"""How long until the start page is there, against a bare Streamlit page, and what the server takes of memory.

    python bench/start_speed.py [--rounds 5]

Each round starts both servers in turn and opens each in a fresh Chromium tab; the time runs from the start of the
process to the page's heading on the screen.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.browser import ROOT, Server, find_chromium, launch

BARE = 'import streamlit as st\nst.title("Bare")\n'


def seconds(browser: Browser, script: Path, home: Path) -> tuple[float, float]:
    """From starting the server to the heading on the screen; and the server's memory then in MB."""
    start = time.perf_counter()
    server = Server(home, script)
    try:
        page = browser.new_context(base_url=server.url).new_page()
        page.goto("/")
        page.get_by_role("heading", level=1).wait_for()
        taken = time.perf_counter() - start
        memory = psutil.Process(server.process.pid).memory_info().rss / 2**20
        page.context.close()
    finally:
        server.stop()
    return taken, memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("No Chromium found: install it, or name it with CHROMIUM=/path.")
    times: dict[str, list[float]] = {"bare Streamlit page": [], "this app": []}
    memory: dict[str, list[float]] = {name: [] for name in times}
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        bare = Path(scratch) / "bare.py"
        bare.write_text(BARE, encoding="utf-8")
        browser = launch(driver, chromium)
        for _ in range(rounds):
            for name, script in zip(times, (bare, ROOT / "streamlit_app.py"), strict=True):
                taken, megabytes = seconds(browser, script, Path(scratch))
                times[name].append(taken)
                memory[name].append(megabytes)
        browser.close()
    print("| | start to page, s (median) | fastest | server, MB |\n|---|---|---|---|")
    for name, taken in times.items():
        print(f"| {name} | {statistics.median(taken):.2f} | {min(taken):.2f} | {statistics.median(memory[name]):.0f} |")
    ratios = [ours / bare for ours, bare in zip(times["this app"], times["bare Streamlit page"], strict=True)]
    print(f"ratio of one to the other: median {statistics.median(ratios):.2f} of {rounds} rounds")


if __name__ == "__main__":
    main()
