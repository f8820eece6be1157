"""The server for other programs as a process: it is started, asked, overrun and ended as people and programs do it."""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2 as httpx
import pytest
from PIL import Image

from tests.conftest import ROOT, CommandLine
from tests.tiny_model import BRIGHTNESS
from tests.waiting import wait_for

KEY = "a-key-for-tests-0123456789"
MODEL = str(BRIGHTNESS / "model.tflite")
# Nothing here is encrypted; without it each request reads the certificates of all the world, for longer than it takes.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def picture(grey: int, side: int = 48) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (side, side), grey).save(buffer, "PNG")
    return buffer.getvalue()


@contextlib.contextmanager
def served(*words: str, **environment: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server on a free port, and its address."""
    command = [sys.executable, "-m", "emotion", "serve", "--port", "0", "--model", MODEL, *words]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        found = re.search(r"answering at (http://\S+),", said)
        assert found, said
        yield found[1], process
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_a_process_answers_one_photo_and_many_and_ends_when_it_is_told_to(astronaut: Path) -> None:
    with served() as (address, process):
        one = httpx.post(f"{address}/v1/predict", params={"look": "whole", "name": "a"}, content=picture(250))
        many = httpx.post(f"{address}/v1/predict?look=whole", files=[("p", ("b", picture(5))), ("p", ("c", b"?"))])
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=60)[1]

    assert (one.json()["file"], one.json()["faces"][0]["label"]) == ("a", "happy")
    assert [(row["file"], row["error"] is None) for row in many.json()] == [("b", True), ("c", False)]
    assert said == ""  # no word of any request, and no traceback at the end


def test_more_clients_than_it_takes_get_an_answer_or_503_and_never_a_broken_connection() -> None:
    large = picture(200, 48) + b"\0" * 3_000_000  # sent for longer than it takes to refuse it

    def ask(address: str, _: int) -> httpx.Response:
        return httpx.post(f"{address}/v1/predict?look=whole", content=large, timeout=120, verify=NO_CERTIFICATES)

    with served("--waiting", "2", "--at-once", "1", "--rate", "0") as (address, _), ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda number: ask(address, number), range(96)))
        told = httpx.get(f"{address}/metrics").text

    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 503}
    assert 200 in statuses
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers if answer.status_code == 503)
    assert f'emotion_photos_total{{outcome="answered"}} {float(statuses.count(200))}' in told


def test_a_client_that_goes_away_half_way_leaves_its_place() -> None:
    head = b"POST /v1/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n"

    with served("--waiting", "0", "--at-once", "1", "--rate", "0") as (address, _):

        def status() -> int:
            asked = f"{address}/v1/predict?look=whole"
            return httpx.post(asked, content=picture(250), verify=NO_CERTIFICATES).status_code

        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as half:
            half.sendall(head + b"x" * 1000)
            wait_for(lambda: status() == 503)
        wait_for(lambda: status() == 200)


def test_beyond_this_computer_it_starts_with_a_key_only(emotion: CommandLine) -> None:
    refused = emotion("serve", "--host", "0.0.0.0", "--model", MODEL, EMOTION_API_KEY="")

    assert refused.returncode == 2
    assert "so an API key is needed" in refused.stderr
    with served("--host", "0.0.0.0", EMOTION_API_KEY=KEY) as (address, _):
        address = address.replace("0.0.0.0", "127.0.0.1")
        assert httpx.get(f"{address}/v1/models").status_code == 401
        assert httpx.get(f"{address}/v1/models", headers={"Authorization": f"Bearer {KEY}"}).status_code == 200


def test_a_port_that_is_taken_is_told_in_one_sentence(emotion: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = emotion("serve", "--model", MODEL, "--port", str(other.getsockname()[1]))

    assert done.returncode == 2
    assert "choose another with --port" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port", "65536"], "port: expected a whole number from 0 to 65535"),
        (["--at-once", "0"], "at once: expected a whole number from 1 to 64"),
        (["--model", "nowhere"], "nowhere"),
        (["--replicas", "2"], "--replicas: expected --on CLUSTER beside it"),
        (["--host", "no.such.name.invalid", "--key-file", "KEY"], "Nothing can be served at no.such.name.invalid"),
        (["--key-file", "nowhere.txt"], "--key-file: expected a text file with the key"),
    ],
)
def test_a_wrong_option_is_told_before_anything_is_served(
    words: list[str], said: str, emotion: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "KEY").write_text(KEY, encoding="utf-8")

    done = emotion("serve", *[str(tmp_path / "KEY") if word == "KEY" else word for word in words])

    assert done.returncode == 2
    assert said in done.stderr


def test_every_request_that_its_description_allows_is_answered_as_described() -> None:
    """In a pytest of its own: its plugin takes seconds to load, which all others would pay."""
    words = ["-q", "-p", "schemathesis.pytest.plugin", "tests/integration/described_requests.py"]

    done = subprocess.run([sys.executable, "-m", "pytest", *words], cwd=ROOT, capture_output=True, encoding="utf-8",
                          stdin=subprocess.DEVNULL)  # fmt: skip

    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert "4 passed" in done.stdout  # one for each kind of request
