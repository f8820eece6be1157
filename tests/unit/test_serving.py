"""The server for other programs: what it answers, whom it answers, and what it refuses with which words."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from PIL import Image
from starlette.testclient import TestClient

from emotion import __version__
from emotion.models import Predictor, load_model
from emotion.serving import Limits, application, build
from emotion.serving.schema import AnswerJson, HealthJson, ModelsJson, ProblemJson
from emotion.system import stored
from emotion.system.words.reader import of_the_system
from tests.conftest import CommandLine
from tests.odd_files import flat_png
from tests.tiny_model import BRIGHTNESS, EMOTIONS
from tests.waiting import run

KEY = "a-key-for-tests-0123456789"
HERE = "http://127.0.0.1"


def picture(grey: int = 200, size: tuple[int, int] = (48, 48), kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("L", size, grey).save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def bright() -> Predictor:
    return load_model(BRIGHTNESS / "model.tflite")


def client(predictor: Predictor, key: str = "", headers: dict[str, str] | None = None, **limits: Any) -> TestClient:
    app = build(predictor, Limits(**limits), key)
    return TestClient(app, HERE, headers=headers or {}, raise_server_exceptions=False)


def problem(answer: Any, status: int) -> str:
    """The sentence of a refusal, whose form is checked."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = stored.typed(answer.json(), ProblemJson)
    assert told["status"] == status
    assert told["detail"].endswith((".", "s."))
    return told["detail"]


# What is answered


@pytest.mark.parametrize("all_classes", [False, True])
def test_answers_with_the_very_json_of_the_command_line(
    all_classes: bool, emotion: CommandLine, astronaut: Path
) -> None:
    words = ["--all-classes"] if all_classes else []
    said = json.loads(emotion("predict", astronaut, "--json", *words).stdout)
    asked = {"name": str(astronaut), "all_classes": str(all_classes).lower()}

    answer = client(load_model()).post("/v1/predict", content=astronaut.read_bytes(), params=asked)

    assert answer.status_code == 200
    assert answer.json() == said
    assert stored.typed(answer.json(), AnswerJson)["faces"][0]["label"] == "happy"


def test_programs_are_answered_in_english_on_a_computer_of_another_language(
    bright: Predictor, emotion: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMOTION_LANGUAGE", "de")
    monkeypatch.setattr("emotion.system.words.reader._asked", of_the_system)
    (tmp_path / "empty.jpg").write_bytes(b"")

    told = problem(client(bright).post("/v1/predict", content=b"no picture"), 422)
    said = json.loads(emotion("predict", tmp_path / "empty.jpg", "--json").stdout)

    assert told.startswith("The file is not a picture")
    assert said["error"].startswith("The file is empty")


def test_a_form_of_many_photos_is_answered_in_its_order_and_a_refused_one_is_a_row(bright: Predictor) -> None:
    files = [("photos", ("a.png", picture(250))), ("photos", ("b.png", b"no picture")), ("x", ("c.png", picture(5)))]

    answer = client(bright).post("/v1/predict?look=whole", files=files)

    rows = answer.json()
    assert [row["file"] for row in rows] == ["a.png", "b.png", "c.png"]
    assert [[face["label"] for face in row["faces"]] for row in rows] == [["happy"], [], ["sad"]]
    assert [row["error"] is None for row in rows] == [True, False, True]


def test_the_options_of_predict_stand_in_the_query(bright: Predictor, astronaut: Path) -> None:
    ask = client(load_model()).post
    photo = astronaut.read_bytes()

    assert ask("/v1/predict?min_face=400", content=photo).json()["faces"] == []
    assert ask("/v1/predict?look=whole", content=photo).json()["faces"][0]["box"] is None
    assert ask("/v1/predict?turn=180", content=photo).json()["turned"] == 180
    assert len(ask("/v1/predict?look=small_faces", content=photo).json()["faces"]) == 1


def test_says_which_model_answers(bright: Predictor) -> None:
    answer = client(load_model(EMOTIONS / "model.tflite")).get("/v1/models")

    (model,) = stored.typed(answer.json(), ModelsJson)["models"]
    assert model["id"] == EMOTIONS.name  # and not the path of a folder of this computer
    assert len(model["classes"]) == 7


def test_says_that_it_is_well_and_what_it_has_done(bright: Predictor) -> None:
    ask = client(bright)

    assert stored.typed(ask.get("/healthz").json(), HealthJson) == {"status": "ok"}
    ask.post("/v1/predict?look=whole&name=secret.png", content=picture())
    ask.post("/v1/predict", content=b"nothing")
    ask.get("/somewhere/else")
    told = ask.get("/metrics")

    assert told.headers["content-type"].startswith("text/plain")
    assert 'emotion_requests_total{path="/v1/predict",status="200"} 1.0' in told.text
    assert 'emotion_requests_total{path="/v1/predict",status="422"} 1.0' in told.text
    assert 'emotion_requests_total{path="other",status="404"} 1.0' in told.text
    assert 'emotion_photos_total{outcome="answered"} 1.0' in told.text
    assert "emotion_faces_total 1.0" in told.text
    assert "emotion_waiting 0.0" in told.text
    assert "secret" not in told.text
    assert "elsewhere" not in told.text


def test_its_description_holds_every_address_and_fits_its_answers(bright: Predictor) -> None:
    ask = client(bright)

    told = ask.get("/openapi.json").json()

    routes = {route.path for route in ask.app.routes}  # type: ignore[attr-defined]
    assert (told["openapi"], told["info"]["version"], set(told["paths"])) == ("3.1.0", __version__, routes)
    asked = told["paths"]["/v1/predict"]["post"]
    row = ask.post("/v1/predict?look=whole&all_classes=true", content=picture()).json()
    schema = asked["responses"]["200"]["content"]["application/json"]["schema"] | {"components": told["components"]}
    jsonschema.Draft202012Validator(schema).validate(row)
    jsonschema.Draft202012Validator(schema).validate([row])
    assert not jsonschema.Draft202012Validator(schema).is_valid({"file": "a"})


# What is refused


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("size=3", "query: expected only the fields"),
        ("look=hard", "look: expected faces, small_faces or whole. Received: 'hard'."),
        ("all_classes=1", "all_classes: expected true or false"),
        ("min_face=0", "min_face: expected a whole number of pixels from 1"),
        ("min_face=%C2%B2", "min_face: expected a whole number of pixels from 1"),
        ("turn=45", "turn: expected 0, 90, 180, 270 or auto"),
        ("turn=0&turn=90", "turn: expected one value"),
        ("name=" + "x" * 256, "name: expected at most 255 characters. Received: '256 characters'."),
    ],
)
def test_an_option_that_is_not_known_is_told(bright: Predictor, query: str, said: str) -> None:
    answer = client(bright).post(f"/v1/predict?{query}", content=picture())

    assert said in problem(answer, 400)


def test_a_picture_that_cannot_be_used_is_refused_with_its_sentence(bright: Predictor) -> None:
    ask = client(bright)

    assert "is empty" in problem(ask.post("/v1/predict"), 422)
    assert "not a picture" in problem(ask.post("/v1/predict", content=b"GARBAGE" * 9), 422)
    bomb = flat_png((20_000, 20_000))
    assert "at most 200 megapixels" in problem(ask.post("/v1/predict", content=bomb), 422)


def test_too_many_bytes_are_refused_said_or_unsaid(bright: Predictor) -> None:
    ask = client(bright, photo_bytes=1000, form_bytes=1)
    unsaid = iter([b"x" * 600, b"x" * 600])

    assert "at most 0 MB of a photo" in problem(ask.post("/v1/predict", content=b"x" * 1001), 413)
    assert "at most 0 MB of a photo" in problem(ask.post("/v1/predict", content=unsaid), 413)
    form = {"a": ("a", b"x" * 2**21)}
    assert "at most 1 MB of a form" in problem(ask.post("/v1/predict", files=form), 413)


def test_a_form_without_a_photo_or_with_too_many_is_refused(bright: Predictor) -> None:
    ask = client(bright, photos=2)
    part = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nwords\r\n--b--\r\n'
    kind = {"content-type": "multipart/form-data; boundary=b"}

    assert "one to 2 files" in problem(ask.post("/v1/predict", content=part, headers=kind), 400)
    assert "holds no file" in problem(ask.post("/v1/predict", content=b"--b--\r\n", headers=kind), 400)
    three = [("a", (f"{n}", picture())) for n in range(3)]
    assert "Maximum number of files is 2" in problem(ask.post("/v1/predict", files=three), 400)
    unbounded = {"content-type": "multipart/form-data"}
    assert "Missing boundary" in problem(ask.post("/v1/predict", content=part, headers=unbounded), 400)


def test_the_kind_of_a_picture_is_told_by_its_bytes_and_not_by_what_curl_calls_it(bright: Predictor) -> None:
    ask = client(bright)

    for kind in ("application/x-www-form-urlencoded", "image/jpeg", "text/plain", ""):
        answer = ask.post("/v1/predict", content=picture(), headers={"content-type": kind})
        assert answer.status_code == 200, kind
    assert "not a picture" in problem(ask.post("/v1/predict", json={}), 422)


def test_other_addresses_and_methods_are_told(bright: Predictor) -> None:
    ask = client(bright)

    assert "/openapi.json" in problem(ask.get("/predict"), 404)
    answer = ask.get("/v1/predict")
    assert "POST" in problem(answer, 405)
    assert answer.headers["allow"] == "POST"


def test_what_nobody_foresaw_is_one_sentence(bright: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("secret.png")

    monkeypatch.setattr(application, "answer", fails)

    said = problem(client(bright).post("/v1/predict", content=picture()), 500)

    assert said == "Something went wrong inside the program (ZeroDivisionError). Its log says more."


def test_nothing_of_a_photo_is_written_to_disk(bright: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    def rolled_over(_: object) -> None:
        raise AssertionError("a photo goes to the disk")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile.rollover", rolled_over)
    large = picture(size=(1500, 1500), kind="BMP")

    answer = client(bright).post("/v1/predict?look=whole", files={"a": ("a.bmp", large)})

    assert len(large) > 2 * 2**20
    assert answer.json()[0]["error"] is None


# Who is answered


def test_with_a_key_only_whoever_sends_it_is_answered(bright: Predictor) -> None:
    ask = client(bright, KEY)

    for headers in ({}, {"authorization": f"Bearer {KEY}x"}, {"authorization": f"Basic {KEY}"}):
        answer = ask.post("/v1/predict", content=picture(), headers=headers)
        assert "Authorization: Bearer KEY" in problem(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"
    for path in ("/v1/models", "/metrics"):
        problem(ask.get(path), 401)
        assert ask.get(path, headers={"authorization": f"bearer {KEY}"}).status_code == 200
    assert ask.get("/healthz").status_code == ask.get("/openapi.json").status_code == 200
    assert ask.get("/openapi.json").json()["security"] == [{"key": []}]


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},  # a page whose name leads to this computer
        {"host": "127.0.0.1:8600", "origin": "http://evil.example"},
        {"host": "127.0.0.1:8600", "origin": "null"},
        {"host": "127.0.0.1:8600", "origin": "http://127.0.0.1:8501"},
        {"host": "["},
    ],
)
def test_without_a_key_no_web_page_is_answered(bright: Predictor, headers: dict[str, str]) -> None:
    ask = client(bright)

    for path in ("/v1/models", "/metrics", "/healthz", "/openapi.json"):
        assert "only programs on this computer" in problem(ask.get(path, headers=headers), 403)
    problem(ask.post("/v1/predict", content=picture(), headers=headers), 403)


@pytest.mark.parametrize("name", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
def test_without_a_key_nothing_is_answered_that_a_proxy_has_handed_on(bright: Predictor, name: str) -> None:
    answer = client(bright).get("/v1/models", headers={name: "for=192.0.2.7"})

    assert "only programs on this computer" in problem(answer, 403)


@pytest.mark.parametrize("host", ["localhost:8600", "127.0.0.1", "[::1]:8600"])
def test_without_a_key_programs_of_this_computer_are_answered(bright: Predictor, host: str) -> None:
    assert client(bright).get("/healthz", headers={"host": host}).status_code == 200


# How much at a time


def test_a_client_that_asks_too_often_is_told_when_to_come_back(bright: Predictor) -> None:
    ask = client(bright, rate=2)

    assert [ask.get("/v1/models").status_code for _ in range(2)] == [200, 200]
    answer = ask.get("/v1/models")
    assert "Too many photos" in problem(answer, 429)
    assert 1 <= int(answer.headers["retry-after"]) <= 30
    assert ask.get("/healthz").status_code == 200  # which whoever watches the server asks


def test_wrong_keys_cannot_be_tried_out(bright: Predictor) -> None:
    ask = client(bright, KEY, rate=3)

    tried = [ask.get("/v1/models", headers={"authorization": f"Bearer {n}"}).status_code for n in range(5)]

    assert tried == [401, 401, 401, 429, 429]


def test_every_photo_of_a_form_counts(bright: Predictor) -> None:
    ask = client(bright, rate=3)

    ask.post("/v1/predict?look=whole", files=[("a", (f"{n}", picture())) for n in range(4)])

    problem(ask.get("/v1/models"), 429)


def test_one_request_more_than_can_wait_is_sent_away_and_the_others_are_answered(
    bright: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = threading.Semaphore(0)  # as many photos as the test lets through
    inside = threading.Semaphore(0)
    look = application.answer

    def slow(*words: Any) -> Any:
        inside.release()
        assert most.acquire(timeout=60)
        return look(*words)

    monkeypatch.setattr(application, "answer", slow)
    statuses: list[int] = []
    with client(bright, at_once=1, waiting=1) as ask:
        threads = [
            threading.Thread(
                target=lambda: statuses.append(ask.post("/v1/predict?look=whole", content=picture()).status_code)
            )
            for _ in range(2)
        ]
        threads[0].start()
        assert inside.acquire(timeout=60)
        threads[1].start()
        while "emotion_waiting 1.0" not in ask.get("/metrics").text:
            threading.Event().wait(0.01)

        answer = ask.post("/v1/predict", content=picture())
        assert "waiting already" in problem(answer, 503)
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert ask.get("/healthz").status_code == 200
        most.release(2)
        for thread in threads:
            thread.join(60)
        assert statuses == [200, 200]
        most.release()
        assert ask.post("/v1/predict?look=whole", content=picture()).status_code == 200


def test_what_nobody_waits_for_any_more_is_given_up(bright: Predictor, monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on, looked_at = threading.Event(), list[str]()
    look = application.answer

    def slow(content: bytes, predictor: Predictor, name: str, *words: Any) -> Any:
        looked_at.append(name)
        assert goes_on.wait(60)
        return look(content, predictor, name, *words)

    monkeypatch.setattr(application, "answer", slow)
    parts = [f'--b\r\nContent-Disposition: form-data; name="p"; filename="{n}"\r\n\r\n?\r\n' for n in range(3)]
    messages = [{"type": "http.request", "body": "".join([*parts, "--b--\r\n"]).encode()}, {"type": "http.disconnect"}]
    scope = {
        "type": "http", "method": "POST", "path": "/v1/predict", "query_string": b"", "http_version": "1.1",
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"multipart/form-data; boundary=b")],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        if len(messages) == 1:
            while not looked_at:
                await asyncio.sleep(0.001)
        return messages.pop(0)

    async def send(_: object) -> None: ...

    async def ask() -> None:
        asked = asyncio.create_task(build(bright)(scope, receive, send))  # type: ignore[arg-type]
        while messages:
            await asyncio.sleep(0.001)
        for _ in range(20):  # rounds of the loop: it has heard by now that the client has left
            await asyncio.sleep(0)
        goes_on.set()
        await asked

    run(ask())

    assert looked_at == ["0"]
