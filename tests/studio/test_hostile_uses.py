"""Requests that mean no good to pages that use networks: nothing leads out, nothing breaks."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image

from helpers.bodies import Bodies, places_in, with_another
from helpers.hostile import (
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
from helpers.studios import NearWorker, studio_over
from zerosum.studio import create_app
from zerosum.studio.drawn import desk_for

PICTURE = "0" * 32
SAVED = "20260101-000000-abcdef"
NOTE = {"page": "play", "title": "x", "created": 1.0, "suffix": ".png", "state": {}}


class BriefWorker(NearWorker):
    """Computes what takes a moment."""

    async def ask(self, task: str, arguments: Any, **options: Any) -> Any:
        if arguments.get("count", 0) > 100:
            arguments = {**arguments, "count": 100}
        return await super().ask(task, arguments, **options)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A studio in whose folders links lead out to what nobody may read."""
    folder = tmp_path_factory.mktemp("around")
    secret = folder / "secret.txt"
    secret.write_text(CANARY)
    studio = studio_over(
        folder / "runs", worker=DeafWorker(), live=BriefWorker(), long=BriefWorker()
    )
    run = folder / "runs" / "first"
    config = {"recipe": "dcgan-digits", "images": 100, "game": {"kind": "adversarial"}}
    own = studio.home.networks / "@digits"
    for place in (run, own):
        (place / "attacked" / "set").mkdir(parents=True)
        (place / "attacked" / "set" / "secret.txt").symlink_to(secret)
        (place / "translated").symlink_to(folder)
        (place / "saved").mkdir()
        (place / "saved" / f"{SAVED}.png").symlink_to(secret)
        (place / "saved" / f"{SAVED}.json").write_text(json.dumps(NOTE))
    (run / "config.json").write_text(json.dumps(config))
    studio.home.pictures.mkdir(parents=True)
    Image.effect_noise((28, 28), 60).save(studio.home.pictures / f"{PICTURE}.png")
    studio.home.token()
    before = snapshot(folder, without=["runs/.studio"])
    yield Target(create_app(studio), folder, studio)
    assert snapshot(folder, without=["runs/.studio"]) == before


KEYS = [
    *("..", ".", "@", "@..", "@../..", "@digits/..", "..%2f", "..%2f..%2fsecret.txt", "%2e%2e"),
    *("%2e%2e%2ffirst", "first%2f..", "first%00", "%00", ".studio", ".studio%2fnetworks", "-rf"),
    *("@DIGITS", "@digits%00", "@digits ", "%40digits%2f..%2f..", "\\..\\first", "%5c..%5cfirst"),
    *("%ff", "%c0%ae%c0%ae", "a" * 5_000, "\u202egnp", "%3cscript%3e", "~", "*", "CON", "%0a"),
]


def _filled(path: str, **names: str) -> str:
    """An address of a route, of things that are there where there are some."""
    there = {"key": "@digits", "kind": "attacked", "name": "set", "path": "secret.txt"}
    return path.format(**{**there, "identity": SAVED, **names})


def _of_networks(target: Target) -> Iterator[tuple[str, str, dict[str, Any]]]:
    return (each for each in operations(target) if "{key}" in each[1] or "/pictures" in each[1])


@pytest.mark.parametrize("key", KEYS)
def test_a_strange_key_is_of_no_network(target: Target, key: str) -> None:
    told = quote(key, safe="%") if key.isascii() else quote(key)
    for method, path, _ in _of_networks(target):
        if "{key}" in path:
            answer = target.ask(method, _filled(path, key=told), JSON, body=b"{}")
            assert answer.status in (400, 404, 405, 422), (method, path)


def test_nothing_is_given_away_without_the_token(target: Target) -> None:
    for method, path, _ in _of_networks(target):
        answer = call(target.app, method, _filled(path), HOST, JSON, body=b"{}")
        check(answer)
        assert answer.status == 401, (method, path)


@pytest.mark.parametrize("key", ["@digits", "first"])
def test_links_among_what_was_made_are_not_followed(target: Target, key: str) -> None:
    for path in (f"saved/{SAVED}/file", "results/attacked/set/files/secret.txt"):
        answer = target.ask("GET", f"/api/v1/networks/{key}/{path}")
        assert answer.status in (404, 409)
    assert target.ask("GET", f"/api/v1/networks/{key}/results/translated/runs").status == 404
    target.ask("GET", f"/api/v1/networks/{key}/results/attacked/set/zip")
    sets = json.loads(target.ask("GET", f"/api/v1/networks/{key}/results").body)["sets"]
    assert [each["results"] for each in sets] == ["attacked/set"]


IDENTITIES = [*KEYS, "x", f"{SAVED}%0a", f"{SAVED}.png", f"..%2fsaved%2f{SAVED}", f"{PICTURE}%0a"]


@pytest.mark.parametrize("identity", IDENTITIES)
def test_what_was_kept_is_found_by_its_own_name_alone(target: Target, identity: str) -> None:
    told = quote(identity, safe="%") if identity.isascii() else quote(identity)
    for place in ("pictures/{}", "networks/@digits/saved/{}", "networks/@digits/saved/{}/file"):
        for method in ("GET", "DELETE"):
            answer = target.ask(method, f"/api/v1/{place.format(told)}")
            if told not in (".", ".."):
                assert answer.status in (400, 404, 405), place
    for picture in (identity, "/etc/passwd", f"{PICTURE}.png"):
        for route in ("classify", "draw/project"):
            answer = target.post(f"/api/v1/networks/@digits/{route}", {"picture": picture})
            assert answer.status == 404, route


NUMBERS: list[Any] = [-1, 1.5, 1e308, 2**70, float("nan"), float("-inf")]
"""What may stand in any field of a number."""
WRONG: list[Any] = [
    *(None, "", "x" * 10_000, "\0", "\ud800", "../x", [], [None], [[]], ["x"] * 2_000, {}),
    *({"a": None}, {"x" * 5_000: 1}, True, 0, *NUMBERS),
]
"""And in any other, of which most is wrong in most."""


def test_anything_in_any_field_of_any_body_is_answered(target: Target) -> None:
    desk = desk_for({"key": "@digits", "path": None, "checkpoint": "latest"})
    (point,) = desk.texts(desk.space.centre[None])
    known: dict[str, Any] = {"picture": PICTURE, "start": point, "end": point, "below": point}
    known |= {"points": [point], "origins": [point], "strokes": _strokes(point)}
    known |= {"moves": [["random", "1", 1.0]], "label": None, "target": None}
    known |= {
        "frames": 1,
        "count": 10,
        "steps": 1,
        "inputs": ["digits"],
        "beside": "none",
        "method": "sefa",
    }
    tried = 0
    for method, path, operation in _of_networks(target):
        if "requestBody" not in operation or "{key}" not in path:
            continue
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        body = Bodies(operation["defined"]["schemas"], known).of(schema)
        usual, unknown = (
            target.post(_filled(path), each, method=method) for each in (body, {**body, "x": 1})
        )
        assert usual.status in (200, 400, 404, 409), (path, usual.body)
        assert unknown.status == 422, path
        for number, (place, value) in enumerate(places_in(body)):
            for wrong in _wrong(value, number):
                target.post(_filled(path), with_another(body, place, wrong), method=method)
                tried += 1
    assert tried > 500


def _wrong(value: Any, number: int) -> list[Any]:
    """What to put in the place of a value: of all that may be, other things each time."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    numbers = NUMBERS if is_number or value is None else []
    return [*numbers, *WRONG[number % 5 :: 5]]


def _strokes(point: str) -> list[dict[str, Any]]:
    line = {
        "kind": "colour",
        "places": [[0.2, 0.2], [0.8, 0.8]],
        "width": 0.1,
        "colour": "#ffffff",
    }
    warp = {"kind": "warp", "centre": [0.5, 0.5], "end": [0.6, 0.5], "radius": 0.2}
    return [line, {**warp, "source": point}]
