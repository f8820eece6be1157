"""What the tests try a few samples of, tried for long: damage, odd options, kills at any moment, a day of a server.

    python bench/soak.py [--share 1.0] [--only kills,pages]

Prints one row of Markdown a kind; the exit status is 1 where one has failed. At share 1 it takes half an hour or so of
two cores. The seed is printed; it draws the same samples again.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil
from PIL import Image
from skimage import data

from bench import crowd
from emotion.__main__ import main as emotion
from emotion.images import decode
from emotion.models import answers, load_model
from emotion.runs import RunPaths, Status, read_history, read_run
from emotion.system import EmotionError, StoredFileMissingError, stored
from tests.damage import ODD
from tests.e2e.browser import ROOT, Server, pages
from tests.e2e.visitor import Visitor
from tests.odd_files import broken, odd_files

# At share 1.
STORED, ARCHIVES, PICTURES, OPTIONS, KILLS, PREDICTIONS, PAGES = 1000, 1000, 100_000, 5_000, 20, 2_000, 500
OTHER_KILLS, DISKS, ACTIONS = 60, 3, 500
PEOPLE, LEAST = 40, 40.0  # at one server; seconds, in which each has done something
KEPT = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "10"}  # seconds, in place of two minutes
GONE = 20.0  # seconds after which nothing is kept of those who have left
FLAT = 1.1  # memory after all of them, in that after the first tenth
COMES_BACK = 1.2  # memory after a crowd, in that before it
COMMAND = (sys.executable, "-m", "emotion")
ANY, PHASES = "", ("loading TensorFlow", "exporting", "evaluating")  # a training is killed at any moment, and in these
TRAIN = ("train", "--data", "demo", "--recipe", "quick-s", "--epochs", "2", "--seed", "1")
ALL_OPTIONS = (
    ("train", ("epochs", "batch-size", "learning-rate", "width", "weight-decay", "label-smoothing", "seed", "classes",
               "augmentation", "validation-split", "recipe", "backbone", "start-from", "labels", "class-weights")),
    ("tune", ("trials", "minutes", "seed", "classes", "recipe")),
    ("evaluate", ("data", "classes", "split")),
    ("predict", ("model", "classes", "call", "min-face")),
    ("check", ("data", "classes")),
)  # fmt: skip

Outcome = tuple[int, list[str]]  # how many were tried, what was wrong


def by_tests(words: list[str], **environment: str) -> list[str]:
    """Runs tests, some of which take their number of samples from the environment; returns what failed, if any."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", *words]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True)
    return [] if done.returncode == 0 else [done.stdout[-1500:]]


def stored_files(count: int, chance: random.Random) -> Outcome:
    """Of each kind of file that is kept."""
    return count, by_tests(["tests/unit/test_damage.py"], EMOTION_DAMAGES=str(count))


def archives(count: int, chance: random.Random) -> Outcome:
    """Of each way of packing."""
    return count, by_tests(["tests/unit/test_damaged_archives.py"], EMOTION_ARCHIVES=str(count))


def decisions(count: int, chance: random.Random) -> Outcome:
    """Kills of a process that decides about pictures one after the other; nothing that it told is lost."""
    return count, by_tests(["tests/unit/test_overlay.py", "-k", "a_kill"], EMOTION_KILLS=str(count))


def imports(count: int, chance: random.Random) -> Outcome:
    """Kills of a process that unpacks 8,000 pictures; nothing is lost, nothing is left behind."""
    return count, by_tests(["tests/integration/test_data_command.py", "-k", "killed"], EMOTION_KILLS=str(count))


def full_disks(count: int, chance: random.Random) -> Outcome:
    """What commands, buttons and trainings say of a disk that is full, read-only or forbidden: its tests, so often."""
    names = ("unit/test_full_disk", "app/test_full_disk_pages", "integration/test_full_disk")
    return count, [one for _ in range(count) for one in by_tests([f"tests/{name}.py" for name in names])]


def pictures(count: int, chance: random.Random) -> Outcome:
    """Bytes of odd pictures, some of them changed."""
    whole, wrong = [odd.data for odd in odd_files() if 0 < len(odd.data) < 10**6], []
    with unheard():
        for _ in range(count):
            seen = broken(chance.choice(whole), chance)
            try:
                decode.open_picture(seen, max_side=30)
            except EmotionError:
                continue
            except Exception as error:  # noqa: BLE001 - what is looked for
                wrong.append(f"{type(error).__name__}: {error!s:.80}")
    return count, wrong


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """Hides what is written to standard error past Python: libtiff has a word for each fault that it finds."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def options(count: int, chance: random.Random) -> Outcome:
    """Command lines with one or two odd values, about a folder that is not there: nothing is ever begun."""
    wrong = []
    for _ in range(count):
        command, names = chance.choice(ALL_OPTIONS)
        words = [command, *(["nowhere"] if command == "predict" else ["--data", "nowhere"])]
        words += [f"--{name}={chance.choice(ODD)[:6000]}" for name in chance.sample(names, chance.randint(1, 2))]
        said = io.StringIO()
        try:
            with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
                status = emotion(words)
        except SystemExit as ended:
            status = int(ended.code or 0)
        except Exception as error:  # noqa: BLE001 - what is looked for
            wrong.append(f"{words!s:.100}: {type(error).__name__}: {error!s:.80}")
            continue
        if status not in (1, 2) or "Traceback" in said.getvalue():
            wrong.append(f"{words!s:.100}: {status}, {said.getvalue()[-100:]}")
    return count, wrong


def kills(count: int, chance: random.Random) -> Outcome:
    """A training, killed so often at any moment and as often in each of three phases, and resumed: the same history."""
    home = Path(os.environ["EMOTION_HOME"])
    whole = home / "runs" / "20260101-000000-whole"
    start = time.time()
    subprocess.run([*COMMAND, *TRAIN, "--run-dir", str(whole)], cwd=ROOT, capture_output=True, check=True)
    begun = {row["phase"]: row["time"] for row in phases(whole)}
    ends = dict(zip(begun, [*list(begun.values())[1:], time.time()], strict=True))
    lasted = {ANY: time.time() - start} | {phase: ends[phase] - begun[phase] for phase in PHASES}
    made, wrong, number = 0, list[str](), 0
    for phase, seconds in lasted.items():
        until = made + count
        while made < until:
            number += 1  # not `made`: a run may be faster than the whole one, and end before it is killed
            killed = home / "runs" / f"20260102-{number:06}-killed"
            moments = [
                chance.uniform(0.1 if phase == ANY else 0, seconds)
                for _ in range(chance.randint(1, min(3, until - made)))
            ]
            done, said = resumed_until_it_ends(killed, phase, moments)
            made += done
            wrong += said if said or history(killed) == history(whole) else [f"{killed.name} has another history"]
    return made, wrong


def phases(run: Path) -> list[dict[str, Any]]:
    """The rows that tell when a run entered a phase; none of a run that has not begun."""
    with contextlib.suppress(StoredFileMissingError):
        return [row for row in stored.lines(run / "history.jsonl") if row.get("event") == "phase"]
    return []


def times_in(run: Path, phase: str) -> int:
    """How often a run has entered that phase."""
    return sum(row["phase"] == phase for row in phases(run))


def resumed_until_it_ends(killed: Path, phase: str, moments: list[float]) -> tuple[int, list[str]]:
    """Starts a training and kills it at these seconds after the phase has begun; then lets it end.

    Returns:
        How many kills found it alive, and what it said if it failed.
    """
    words, made = [*TRAIN, "--run-dir", str(killed)], 0
    for moment in [*moments, None]:
        before = times_in(killed, phase)
        process = subprocess.Popen([*COMMAND, *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if moment is not None and phase != ANY:
            while process.poll() is None and times_in(killed, phase) == before:
                time.sleep(0.02)
        try:
            _, said = process.communicate(timeout=moment)
        except subprocess.TimeoutExpired:
            for one in [*psutil.Process(process.pid).children(recursive=True), process]:
                with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                    one.send_signal(signal.SIGKILL)
            process.communicate()
            made += 1
            if (killed / "config.json").is_file():
                words = ["train", "--resume", killed.name]
                if read_run(RunPaths(killed)).status is Status.COMPLETED:  # at its very end
                    return made, []
            continue
        return made, [said.decode(errors="replace")[-300:]] if process.returncode else []
    return made, []


def history(run: Path) -> list[tuple[float, ...]]:
    """The figures of the epochs of a run, without their seconds."""
    names = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy")
    return [tuple(float(row[name]) for name in names) for row in read_history(RunPaths(run)).epochs]  # type: ignore[literal-required]


def predictions(count: int, chance: random.Random) -> Outcome:
    """One photo after the other in one process; its memory must stay as it is."""
    model, face, me = load_model("pretrained"), Image.fromarray(data.astronaut()), psutil.Process()
    early, wrong = 0.0, []
    for number in range(count):
        buffer = io.BytesIO()
        face.resize((chance.randrange(200, 2500),) * 2).save(buffer, "JPEG")
        given = answers.answer(buffer.getvalue(), model, "photo.jpg")
        if given.error:
            wrong.append(given.error)
        if number == count // 10:
            early = me.memory_info().rss
    return count, wrong + grown(early, me.memory_info().rss)


def page_loads(count: int, chance: random.Random) -> Outcome:
    """One session after the other opens a page of one server; its memory must stay as it is."""
    server = Server(Path(os.environ["EMOTION_HOME"]), **KEPT)
    wrong: list[str] = []
    memory = psutil.Process(server.process.pid).memory_info
    early = 0.0

    async def visit() -> None:
        nonlocal early
        for number in range(count):
            visitor = Visitor(server)
            await visitor.enter()
            await visitor.open(pages()[number % len(pages())])
            await visitor.leave()
            wrong.extend(visitor.errors)
            if number == max(count // 10, 3 * len(pages())):  # each has been drawn by then, and been drawn again
                await asyncio.sleep(GONE)
                early = memory().rss
        await asyncio.sleep(GONE)

    try:
        asyncio.run(visit())
        last = memory().rss
    finally:
        server.stop()
    return count, wrong + grown(early, last)


def many_people(count: int, chance: random.Random) -> Outcome:
    """Actions of 40 people at one server, ten of whom give photos; after each of two crowds its memory comes back."""
    server = Server(Path(os.environ["EMOTION_HOME"]), **KEPT)
    try:
        wrong = asyncio.run(crowd.open_all(server))
        time.sleep(GONE)
        before, tried = crowd.memory(server), 0
        seconds = max(LEAST, count / 2 * crowd.PAUSE / PEOPLE)
        for _ in range(2):
            told = asyncio.run(crowd.crowd(server, PEOPLE, PEOPLE // 4, seconds))
            time.sleep(GONE)
            tried += len(told.answers) + sum(len(seconds) for seconds in told.pages.values())
            wrong += told.errors + grown(before, crowd.memory(server), COMES_BACK)
    finally:
        server.stop()
    return tried, wrong


def grown(early: float, last: float, most: float = FLAT) -> list[str]:
    """What is wrong with the memory, in bytes, if anything."""
    return [] if last <= most * early else [f"memory grew from {early / 2**20:.0f} to {last / 2**20:.0f} MB"]


KINDS: dict[str, tuple[Callable[[int, random.Random], Outcome], int]] = {
    "stored": (stored_files, STORED), "archives": (archives, ARCHIVES), "pictures": (pictures, PICTURES),
    "options": (options, OPTIONS), "kills": (kills, KILLS), "predictions": (predictions, PREDICTIONS),
    "decisions": (decisions, OTHER_KILLS), "imports": (imports, OTHER_KILLS), "pages": (page_loads, PAGES),
    "disk": (full_disks, DISKS), "crowd": (many_people, ACTIONS),
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--share", type=float, default=1.0, help="of the samples, such as 0.1")
    parser.add_argument("--only", default=",".join(KINDS), help="kinds, with commas")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked = parser.parse_args()
    print(f"seed {asked.seed}\n\n| kind | what | samples | seconds | wrong |\n|---|---|---|---|---|", flush=True)
    found: list[str] = []
    for name in asked.only.split(","):
        work, count = KINDS[name]
        home = tempfile.mkdtemp()
        os.environ["EMOTION_HOME"] = home
        start = time.monotonic()
        tried, wrong = work(max(1, round(count * asked.share)), random.Random(asked.seed))
        taken = time.monotonic() - start
        shutil.rmtree(home, ignore_errors=True)
        print(f"| {name} | {(work.__doc__ or '').strip()} | {tried:,} | {taken:.0f} | {len(wrong)} |", flush=True)
        found += [f"{name}: {one}" for one in wrong[:5]]
    if found:
        raise SystemExit("\n".join(["", *found]))


if __name__ == "__main__":
    main()
