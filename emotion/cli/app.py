"""`emotion app`: starts the browser app, from a checkout or where the package is installed."""

from __future__ import annotations

import argparse
import runpy
import sys

from emotion.cli.options import whole
from emotion.system import _, app_script, processes

EXAMPLE = "python -m emotion app --port 8502 --no-browser"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The command `app`; nothing heavy is imported for it."""
    summary = _("Start the app in the browser; Ctrl-C ends it.")
    app = commands.add_parser("app", help=summary, description=summary, epilog=_("example: {command}", command=EXAMPLE))
    app.set_defaults(run="emotion.cli.app")
    app.add_argument(
        "--port", type=whole(1, 65535), metavar="N", help=_("where it answers on this computer (default: 8501)")
    )
    app.add_argument("--no-browser", action="store_true", help=_("open no window; only say the address"))


def run(chosen: argparse.Namespace) -> int:
    """Becomes Streamlit's server, as `python -m streamlit run` would be: signals reach it, and it ends with it.

    The settings that lie beside the script (`.streamlit/config.toml`) hold from any folder; Streamlit reads them last.
    """
    options = [f"--server.port={chosen.port}"] if chosen.port else []
    options += ["--server.headless=true"] if chosen.no_browser else []
    processes.take_one_heap()  # Streamlit has started threads by the time at which it reads the script
    sys.argv = ["streamlit", "run", str(app_script()), *options]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
    return 0
