"""Requests that mean no good: nothing gets in, nothing leaks out, nothing breaks."""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from helpers.hostile import (
    BEARER,
    CANARY,
    HOST,
    JSON,
    DeafWorker,
    Target,
    call,
    check,
    operations,
    snapshot,
)
from helpers.studios import TOKEN, studio_over
from zerosum.studio import create_app

ME = "/api/v1/studio"


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    folder = tmp_path_factory.mktemp("around")
    first = folder / "runs" / "first"
    (first / "samples").mkdir(parents=True)
    (folder / "photos").mkdir()
    config = {"recipe": "dcgan-digits", "images": 100, "game": {"kind": "adversarial"}}
    (first / "config.json").write_text(json.dumps(config))
    (first / "samples" / "0000000000.png").write_bytes(b"\x89PNG")
    secret = folder / "secret.txt"
    secret.write_text(CANARY)
    (first / "samples" / "0000000001.png").symlink_to(secret)
    (first / "stats.jsonl").symlink_to(secret)
    (first / "exports").symlink_to(folder)
    (folder / "photos" / "out").symlink_to(folder)
    studio = studio_over(folder / "runs", data=(folder / "photos",), worker=DeafWorker())
    studio.home.token()
    before = snapshot(folder, without=["runs/.studio"])
    yield Target(create_app(studio), folder, studio)
    after = snapshot(folder, without=["runs/.studio"])
    after.pop(str(first / ".lock"), None)  # Of a run that was renamed, and back.
    assert after == before


HOSTS = [
    *("example.org", "127.0.0.1.example.org", "localhost.example.org", "127.0.0.1@example.org"),
    *("example.org:8420", "127.0.0.1:8420@example.org", "127.0.0.1:99999999", "127.0.0.1:", ""),
    *("localhost:80:80", "[::1", "::1", "[::1]x", "127.1", "2130706433", "0x7f.1", "localhost."),
    *("127.0.0.1\\.example.org", "127.0.0.1 ", "LOCALHOST/", "0.0.0.0", "192.168.0.1", "[::2]"),
    *("\xe9", "a" * 5000, "127.0.0.1,example.org", "http://127.0.0.1"),
]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", [ME, "/", "/static/app.js"])
def test_no_other_host_is_answered(target: Target, host: str, path: str) -> None:
    answer = call(target.app, "GET", path, ("Host", host), BEARER)
    check(answer)
    assert answer.status == 403


def test_a_host_stands_once(target: Target) -> None:
    for hosts in ([], [HOST, HOST], [HOST, ("Host", "example.org")]):
        answer = call(target.app, "GET", ME, *hosts, BEARER)
        check(answer)
        assert answer.status in (400, 403)


ORIGINS = [
    *("null", "http://example.org", "http://127.0.0.1", "http://127.0.0.1:8421", "", "file://"),
    *("https://127.0.0.1", "http://127.0.0.1:8420.example.org", "http://localhost:8420", "*"),
    *("http://example.org, http://127.0.0.1:8420", "chrome-extension://x", "http://[::1]:8420"),
    "http://127.0.0.1:8420/",
]


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", ME), ("POST", "/api/v1/queue"), ("GET", "/")]
)
def test_no_other_origin_is_answered(target: Target, method: str, path: str, origin: str) -> None:
    answer = call(target.app, method, path, HOST, BEARER, ("Origin", origin))
    check(answer)
    assert answer.status == 403


TOKENS: list[tuple[str, list[tuple[str, str]]]] = [
    (ME, []),
    (ME, [("Authorization", "")]),
    (ME, [("Authorization", "Bearer")]),
    (ME, [("Authorization", "Bearer ")]),
    (ME, [("Authorization", f"Bearer {TOKEN[:-1]}")]),
    (ME, [("Authorization", f"Bearer {TOKEN}x")]),
    (ME, [("Authorization", f"Bearer  {TOKEN}")]),
    (ME, [("Authorization", f"Bearer {TOKEN} ")]),
    (ME, [("Authorization", f"Bearer {TOKEN},{TOKEN}")]),
    (ME, [("Authorization", TOKEN)]),
    (ME, [("Authorization", f"Basic {TOKEN}")]),
    (ME, [("Authorization", f"Token {TOKEN}")]),
    (ME, [("Authorization", "Bearer \xff\xfe")]),
    (ME, [("Authorization", f"Bearer {TOKEN.upper()}")]),
    (ME, [("Authorization", "Bearer " + "t" * 100_000)]),
    (ME, [("Authorization", "Bearer null")]),
    (ME, [("Cookie", f"token={TOKEN}")]),
    (ME, [("X-Token", TOKEN)]),
    (ME, [("Proxy-Authorization", f"Bearer {TOKEN}")]),
    (ME, [("Referer", f"http://127.0.0.1:8420/?token={TOKEN}")]),
    (f"{ME}?token=", []),
    (f"{ME}?token=wrong", []),
    (f"{ME}?Token={TOKEN}", []),
    (f"{ME}?token[]={TOKEN}", []),
    (f"{ME}?x=1;token={TOKEN}", []),
    (f"{ME}?token=wrong&token={TOKEN}", []),
    (f"{ME}?token={TOKEN}&token={TOKEN}", []),
    (f"{ME}?token={TOKEN}%00", []),
    (f"{ME}?token=%ff", []),
    (f"{ME}?token={TOKEN}", [("Authorization", "Bearer wrong")]),
    (f"{ME}?" + "a=1&" * 1000 + f"token={TOKEN}", []),
    (f"/api/v1/{TOKEN}/studio", []),
    ("/api/", []),
    ("/api/v1", []),
    ("/api/v1/openapi.json", []),
    ("/api/v1/nothing", []),
    ("/api//v1/studio", []),
    ("/api/../api/v1/studio", []),
    ("/API/v1/studio", []),
    ("/%61pi/v1/studio", []),
    ("//api/v1/studio", []),
    ("/static/../api/v1/studio", []),
]


@pytest.mark.parametrize(("path", "headers"), TOKENS)
def test_nothing_is_told_without_the_token(
    target: Target, path: str, headers: list[tuple[str, str]]
) -> None:
    answer = call(target.app, "GET", path, HOST, *headers)
    check(answer)
    assert answer.status in (400, 401, 404)


def test_the_token_stands_once_and_in_addresses_of_reading_alone(target: Target) -> None:
    for method in ("POST", "DELETE", "PUT", "PATCH", "OPTIONS"):
        answer = call(target.app, method, f"/api/v1/queue?token={TOKEN}", HOST)
        check(answer)
        assert answer.status == 401
    twice = call(target.app, "GET", ME, HOST, BEARER, BEARER)
    check(twice)
    assert twice.status == 400


@pytest.mark.parametrize(
    "method",
    [
        "TRACE",
        "CONNECT",
        "PUT",
        "PATCH",
        "OPTIONS",
        "HEAD",
        "get",
        "PROPFIND",
        "X" * 9000,
        "DEBUG",
    ],
)
@pytest.mark.parametrize("path", [ME, "/", "/static/app.js", "/api/v1/runs/first"])
def test_strange_methods_are_refused(target: Target, method: str, path: str) -> None:
    # A HEAD of a file is no harm.
    assert target.ask(method, path).status in (404, 405) or method == "HEAD"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/v1/queue", "text/plain"),
        ("/api/v1/queue", "application/x-www-form-urlencoded"),
        ("/api/v1/queue", "multipart/form-data; boundary=x"),
        ("/api/v1/queue", ""),
        ("/api/v1/runs/first/rename", "text/plain"),
        ("/api/v1/uploads/a", "text/plain"),
    ],
)
def test_a_form_of_another_page_does_nothing(target: Target, path: str, kind: str) -> None:
    body = b'{"recipe": "dcgan-digits", "name": "stolen"}'
    for headers in ([("Sec-Fetch-Site", "cross-site")], [("Origin", "null")], []):
        answer = call(target.app, "POST", path, HOST, ("Content-Type", kind), *headers, body=body)
        check(answer)
        assert answer.status in (401, 403)
    assert target.ask("POST", path, ("Content-Type", kind), body=body).status in (400, 415, 422)


TO_SECRET = ["secret.txt", "../secret.txt", "../../secret.txt", "../../../secret.txt"]
ENCODINGS: list[Callable[[str], str]] = [
    lambda path: path,
    lambda path: path.replace("/", "%2f"),
    lambda path: path.replace(".", "%2e"),
    lambda path: path.replace(".", "%2E").replace("/", "%2F"),
    lambda path: path.replace("/", "%5c"),
    lambda path: path.replace("/", "\\"),
    lambda path: quote(quote(path, safe=""), safe=""),
    lambda path: path.replace("../", "....//"),
    lambda path: path.replace("../", ".../"),
    lambda path: path.replace("/", "%c0%af"),
    lambda path: path.replace(".", "%c0%ae"),
    lambda path: path.replace("/", "%u2215"),
    lambda path: path.replace("/", "%E2%88%95"),
    lambda path: path.replace("../", "..;/"),
    lambda path: f"{path}%00.png",
    lambda path: f"%00{path}",
    lambda path: f"./{path}",
    lambda path: f"x/../{path}",
    lambda path: f"exports/{path}",
    lambda path: f"samples/../{path}",
    lambda path: f"{path}/",
    lambda path: f"/{path}",
    lambda path: f"file:///{path}",
]
PLACES = [
    "/static/{}",
    "/run/{}",
    "/api/v1/runs/{}",
    "/api/v1/runs/first/files/{}",
    "/api/v1/runs/first/files/samples/{}",
    "/api/v1/runs/{}/log",
    "/api/v1/runs/{}/files/config.json",
    "/api/v1/jobs/{}",
    "/api/v1/jobs/{}/log",
    "/api/v1/uploads/{}",
    "/api/v1/recipes/{}/form",
    "/api/v1/lessons/{}",
    "/api/v1/data/browse?path={}",
    "/api/v1/events?topics=run/{}",
    "/api/v1/events?topics=job/{}",
]


def test_a_form_is_filled_from_no_other_run(target: Target) -> None:
    for path in ("..", "../first", "%2e%2e%2ffirst", ".studio", "/etc", "first%00", "first/"):
        answer = target.ask("GET", f"/api/v1/recipes/dcgan-digits/form?run={path}")
        assert answer.status in (400, 404)


@pytest.mark.parametrize("place", PLACES)
def test_no_path_leads_out(target: Target, place: str) -> None:
    absolute = [
        str(target.folder / "secret.txt"),
        "/etc/passwd",
        "C:\\secret.txt",
        "~/.ssh/id_rsa",
    ]
    for path in (*TO_SECRET, *absolute):
        for encode in ENCODINGS:
            answer = target.ask("GET", place.format(encode(path)).encode().decode("latin-1"))
            assert b"root:" not in answer.body


@pytest.mark.parametrize(
    "path",
    [
        *("samples/0000000001.png", "exports/secret.txt", "stats.jsonl", ".lock", "notes.txt"),
        *("samples", "", ".", "samples/", "../first/config.json"),
    ],
)
def test_links_and_other_files_of_a_run_are_not_given_away(target: Target, path: str) -> None:
    assert target.ask("GET", f"/api/v1/runs/first/files/{path}").status in (400, 403, 404)


def test_links_of_a_run_are_not_followed_into_events(target: Target) -> None:
    for path in ("/api/v1/runs", "/api/v1/runs/first", "/api/v1/events?topics=runs,run/first"):
        target.ask("GET", path)


NAMES = [
    *("", ".", "..", "...", " ", "\t", "\n", "\r\n", "\0", "a\0b", "\x1b[31mred", "\x7f", "a\nb"),
    *("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "${7*7}", "%s%n"),
    *("'; DROP TABLE runs; --", "$(touch stolen)", "`touch stolen`", "; touch stolen", "| cat"),
    *("-rf", "--out", "--help", "*", "?", "~", "CON", "nul.txt", "a:b", "a\\b", "a/b", ".studio"),
    *(".archive", "..\\..", "first/../first", "\u202egnp.exe", "\u200b", "e\u0301" * 50, "𝕏" * 50),
    *("\ud800", "\udc80\udcff", "ﷺ" * 100, "a" * 256, "a" * 5000, "\ufeff", "\u2028"),
]


@pytest.mark.parametrize("name", NAMES)
def test_strange_names_do_no_harm(target: Target, name: str) -> None:
    word = quote(name.encode("utf-8", "surrogatepass"), safe="")
    for method, path in (
        ("GET", "/run/{}"),
        ("GET", "/api/v1/runs/{}"),
        ("GET", "/api/v1/runs/{}/log"),
        ("GET", "/api/v1/jobs/{}/log"),
        ("GET", "/api/v1/recipes/{}/form"),
        ("GET", "/api/v1/data/browse?path={}"),
        ("GET", f"/api/v1/data/browse?path={quote(str(target.folder / 'photos'))}%2F{{}}"),
        ("GET", "/api/v1/events?topics=run%2F{}"),
        ("DELETE", "/api/v1/queue/{}"),
        ("DELETE", "/api/v1/uploads/{}"),
        ("POST", "/api/v1/runs/{}/stop"),
        ("POST", "/api/v1/queue/{}/start"),
    ):
        target.ask(method, path.format(word))
    for path, value in (
        ("/api/v1/runs/first/rename", {"name": name}),
        ("/api/v1/queue", {"recipe": name}),
        ("/api/v1/queue", {"recipe": "dcgan-digits", "fields": {name: 1}}),
        ("/api/v1/queue", {"recipe": "dcgan-digits", "fields": {"data": name}}),
        ("/api/v1/queue/order", {"ids": [name]}),
        ("/api/v1/recipes/dcgan-digits/check", {"fields": {"data": name}}),
        ("/api/v1/recipes/dcgan-digits/check", {"fields": {}, "name": name}),
        ("/api/v1/recipes/advgan/check", {"fields": {"game.victim": name, "data": "digits"}}),
        ("/api/v1/data/inspect", {"source": name}),
        ("/api/v1/data/inspect", {"source": "digits", "recipe": name}),
    ):
        target.post(path, value)
    target.post("/api/v1/runs/first", {"confirm": name}, method="DELETE")
    _move_back(target, name)


def _move_back(target: Target, name: str) -> None:
    """A run may be called by a name that is strange and no harm."""
    if not (target.folder / "runs" / "first").exists():
        word = quote(name.encode("utf-8", "surrogatepass"), safe="")
        assert target.post(f"/api/v1/runs/{word}/rename", {"name": "first"}).status == 200


BODIES = [
    *(b"", b"nonsense", b"{", b"[]", b"null", b"1", b'"text"', b"{}", b"\xff\xfe", b"\0" * 100),
    *(b"[" * 100_000, b'{"a":' * 50_000, b"[" * 500 + b"]" * 500, b'{"recipe": NaN}'),
    *(b"1" * 10_000, b'{"recipe": 1e999}', b'{"recipe": "a", "recipe": "b"}', b'{"\\ud800": 1}'),
    *(b'{"__proto__": {"x": 1}}', b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'x'>]>"),
    *(b" " * 900_000, b'{"recipe": "' + b"x" * 900_000 + b'"}', b"x" * (2**20 + 1)),
    (b"{" + b",".join(b'"k%d": %d' % (n, n) for n in range(10_000)) + b"}"),
]


def _filled(path: str) -> str:
    """An address of a route, of things that are there where there are some."""
    known = {"/recipes/": "dcgan-digits", "/lessons/": "distributions"}
    name = next((name for part, name in known.items() if part in path), "first")
    there = {"name": name, "identity": "x", "path": "curves.png"}
    return path.format(**there, key="@digits", kind="attacked")


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_strange_bodies_are_refused_by_every_route(target: Target, body: bytes) -> None:
    for method, path, operation in operations(target):
        if "requestBody" in operation:
            answer = target.ask(method, _filled(path), JSON, body=body)
            assert answer.status != 413 or len(body) > 2**20


WRONG: list[Any] = [
    *(None, True, 0, -1, 1.5, 1e308, 2**70, "", "x" * 10_000, "\0", "\ud800", "../x", "\x1b[0m"),
    *([], [None], [[]], ["x"] * 2_000, {}, {"a": None}, {"\0": [{}]}, {"x" * 5_000: 1}),
]


def _properties(operation: dict[str, Any]) -> list[str]:
    """The fields of an operation's body."""
    schema = operation["requestBody"]["content"].get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    defined = operation["defined"]["schemas"].get(name, schema)
    return list(defined.get("properties", {}))


def _valid(names: list[str]) -> dict[str, Any]:
    """What a body may hold, so that a wrong field is not hidden behind another one."""
    known = {"recipe": "dcgan-digits", "confirm": "other", "name": "..", "source": "digits"}
    return {name: known[name] for name in names if name in known}


def test_a_wrong_type_in_any_field_of_any_route_is_refused(target: Target) -> None:
    tried = 0
    for method, path, operation in operations(target):
        if "requestBody" in operation and "{key}" not in path:  # Those have a test of their own.
            names = _properties(operation)
            for name in [*names, "unknown"]:
                for wrong in WRONG:
                    target.post(_filled(path), {**_valid(names), name: wrong}, method=method)
                    tried += 1
    assert tried > 200


def test_a_wrong_value_of_any_query_is_refused(target: Target) -> None:
    wrong = [*("", "x", "-1", "1.5", "NaN", "1e999", str(2**70), "%00", "%ff", "[]", "x" * 5_000)]
    for method, path, operation in operations(target):
        for each in operation.get("parameters", []):
            for value in wrong if each["in"] == "query" else ():
                target.ask(method, f"{_filled(path)}?{each['name']}={value}")
                target.ask(method, f"{_filled(path)}?{each['name']}={value}&{each['name']}=1")


@pytest.mark.parametrize("recipe", ["advgan"])
def test_a_wrong_type_in_any_setting_is_refused(target: Target, recipe: str) -> None:
    form = json.loads(target.ask("GET", f"/api/v1/recipes/{recipe}/form").body)
    for number, field in enumerate(form["fields"]):
        for wrong in WRONG[number % 10 :: 10]:
            fields = {field["name"]: wrong}
            answer = target.post(f"/api/v1/recipes/{recipe}/check", {"fields": fields})
            assert answer.status in (200, 400, 422)


@pytest.mark.parametrize(
    "packed",
    ["", "x", "AAAA", "e30=", "W10=", "bnVsbA==", "\xff", "[" * 5_000, "W" * 60_000, "IjwvPiI="],
)
def test_an_id_of_an_event_that_is_not_ours_begins_anew(target: Target, packed: str) -> None:
    path = "/api/v1/events?topics=runs,queue,run/first"
    answer = target.ask("GET", path, ("Last-Event-ID", packed))
    assert answer.body.count(b"event: ") == 3


def test_strange_heads_do_no_harm(target: Target) -> None:
    for name, value in (
        ("Content-Length", "-1"),
        ("Content-Length", "1e3"),
        ("Content-Length", "9" * 5_000),
        ("Content-Length", "\xb2"),
        ("Range", "bytes=0-0," * 2_000),
        ("Range", "bytes=-1-"),
        ("Range", f"bytes={2**70}-"),
        ("If-Modified-Since", "x" * 5_000),
        ("If-None-Match", "*"),
        ("Accept-Encoding", "x," * 5_000),
        ("X-Forwarded-Host", "example.org"),
        ("X-Forwarded-For", "::"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-Client", "\xff" * 5_000),
        ("Expect", "100-continue"),
        ("Upgrade", "websocket"),
        ("Content-Type", "multipart/form-data; boundary=" + "x" * 5_000),
        ("Content-Type", "application/json; charset=utf-7"),
        ("Content-Encoding", "gzip"),
    ):
        for path in (ME, "/static/app.js", "/api/v1/runs/first/files/samples/0000000000.png"):
            target.ask("GET", path, (name, value))
        target.ask("POST", "/api/v1/uploads/a", (name, value), body=b"{}")
        if name != "Content-Type":
            target.ask("POST", "/api/v1/queue/order", JSON, (name, value), body=b'{"ids": []}')


def test_a_body_that_says_no_size_is_cut_off(target: Target) -> None:
    pieces = [b"[" + b"1," * 2**15] * 40
    answer = target.ask("POST", "/api/v1/queue", JSON, body=pieces)
    assert answer.status == 413


def test_no_web_socket_is_opened(target: Target) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/api/v1/events", "headers": [], "query_string": b""}
    asyncio.run(target.app(scope, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_code_is_not_run(target: Target) -> None:
    stolen = target.folder / "photos" / "code.py"
    for fields in (
        {"game.generator": f"{stolen}:Net"},
        {"game.objective": f"{stolen}:Loss"},
        {"evaluate_features": f"{stolen}:features"},
        {"game.generator": {"factory": f"{stolen}:Net", "kind": "own"}},
    ):
        for path, value in (
            ("/api/v1/queue", {"recipe": "dcgan-digits", "fields": fields}),
            ("/api/v1/recipes/dcgan-digits/estimate", {"fields": fields}),
        ):
            assert target.post(path, value).status in (400, 422)
        checked = target.post("/api/v1/recipes/dcgan-digits/check", {"fields": fields})
        assert json.loads(checked.body)["ok"] is False


def test_more_fields_than_there_are_cost_nothing(target: Target) -> None:
    fields = {f"k{number}": 1 for number in range(70_000)}
    for path in ("/api/v1/queue", "/api/v1/recipes/dcgan-digits/estimate"):
        answer = target.post(path, {"recipe": "dcgan-digits", "fields": fields})
        assert "has no 70,000 fields" in answer.body.decode()
