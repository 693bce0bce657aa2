"""What a page of the studio knows is what the files hold, through all that happens to it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.studios import started
from zerosum.files import write_text

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no chromium")

EMPTY = "/static/vendor/swagger-ui/swagger-ui-bundle.js.LICENSE.txt"
"""A document of the studio's that follows nothing by itself."""
EVENTS = (
    ': hello\r\n\r\nid: 1\r\nevent: run\r\ndata: {"a": 1}\r\n\r\n'
    "data:b\ndata\ndata:  c\n\nid: 2\rdata: d: e\r\rdata: cut off"
)
CUT_EVERYWHERE = """async (text) => {
  const { EventParser } = await import("/static/following/sse.js");
  const cuts = [...text].map((_, place) => [text.slice(0, place), text.slice(place)]);
  return [...cuts, [...text]].map((pieces) => {
    const parser = new EventParser();
    return JSON.stringify(pieces.flatMap((each) => parser.take(each)));
  });
}"""
FOLLOW = """async (topic) => {
  await import("/static/api.js"); // which keeps the token of the address
  const { subscribe, onConnection } = await import("/static/events.js");
  const { collected } = await import("/static/following/collected.js");
  const known = collected(topic);
  onConnection((connected) => (window.connected = connected));
  window.end = subscribe(topic, (news) => { known.take(news); window.known = known.whole(); });
}"""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Path]]:
    """Address, token and run of the studio of all tests that do not kill it."""
    run = make_run(tmp_path_factory.mktemp("studio") / "runs")
    with started(run.parent, "--port", "0") as (_, host, port, token):
        yield f"http://{host}:{port}", token, run


def make_run(runs: Path) -> Path:
    folder = runs / "a, b%20ü"
    folder.mkdir(parents=True)
    config = {"recipe": "dcgan-digits", "images": 100, "game": {"kind": "adversarial"}}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def follow(page: Any, run: Path) -> None:
    page.evaluate(FOLLOW, f"run/{run.name}")


def wait_for(page: Any, run: Path) -> None:
    """Until the page knows the lines of the run, and no others."""
    lines = (run / "stats.jsonl").read_text().splitlines()
    page.wait_for_function(
        "(lines) => JSON.stringify(window.known?.stats) === lines", arg=f"[{','.join(lines)}]"
    )


@pytest.mark.parametrize("shared", [True, False])
def test_no_line_is_missed_when_the_server_is_killed(
    browser: Any, tmp_path: Path, shared: bool
) -> None:
    run = make_run(tmp_path / "runs")
    context = browser.new_context()
    if not shared:
        context.add_init_script("delete globalThis.SharedWorker")
    page = context.new_page()
    (run / "stats.jsonl").write_text("".join(f'{{"images":{n}}}\n' for n in range(3_000)))
    with started(run.parent, "--port", "0") as (process, host, port, token):
        page.goto(f"http://{host}:{port}{EMPTY}#token={token}")
        follow(page, run)
        wait_for(page, run)
        process.kill()
        page.wait_for_function("() => window.connected === false")
    with (run / "stats.jsonl").open("a") as file:
        file.write('{"images":3000}\n')
    with started(run.parent, "--port", str(port)):
        wait_for(page, run)
        page.wait_for_function("() => window.connected === true")
        write_text(run / "stats.jsonl", '{"images":0}\n{"images":"back"}\n')
        wait_for(page, run)
    context.close()


def test_tabs_share_a_stream_and_late_ones_are_told_all(
    browser: Any, studio: tuple[str, str, Path]
) -> None:
    address, token, run = studio
    context = browser.new_context()
    (run / "stats.jsonl").write_text('{"images":1}\n')
    pages = [context.new_page() for _ in range(8)]
    for page in pages:
        page.goto(f"{address}{EMPTY}#token={token}")
        follow(page, run)
        wait_for(page, run)
    pages[0].close()
    with (run / "stats.jsonl").open("a") as file:
        file.write('{"images":2}\n')
    for page in pages[1:]:
        wait_for(page, run)
    context.close()


def test_the_token_leaves_the_address_and_is_asked_for_where_it_lacks(
    browser: Any, studio: tuple[str, str, Path]
) -> None:
    address, token, _ = studio
    context = browser.new_context()
    page = context.new_page()
    base = f"{address}/api"
    page.goto(base)
    page.get_by_label("Address or token").fill("nonsense")
    page.get_by_role("button", name="Open").click()
    assert "There is no token in that" in page.get_by_role("dialog").inner_text()
    page.get_by_label("Address or token").fill(f"{base}#token={token}")
    page.get_by_role("button", name="Open").click()
    page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_text("/api/v1/studio", exact=True).first.wait_for()
    page.evaluate("localStorage.clear()")
    page.goto(f"{base}#token={token}")
    page.wait_for_function("() => location.hash === ''")
    page.get_by_text("/api/v1/studio", exact=True).first.wait_for()
    assert page.get_by_role("dialog").count() == 0
    context.close()


def test_the_description_of_the_api_obeys_the_policy(
    browser: Any, studio: tuple[str, str, Path]
) -> None:
    address, token, _ = studio
    context = browser.new_context()
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{address}/api#token={token}")
    page.get_by_text("/api/v1/studio", exact=True).first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.get_by_text('"version"').first.wait_for()
    assert said == []
    context.close()


def test_events_are_put_together_wherever_they_were_cut(
    browser: Any, studio: tuple[str, str, Path]
) -> None:
    page = browser.new_page()
    page.goto(f"{studio[0]}{EMPTY}")
    told = page.evaluate(CUT_EVERYWHERE, EVENTS)
    page.close()
    assert [json.loads(each) for each in set(told)] == [
        [
            {"id": "1", "event": "run", "data": '{"a": 1}'},
            {"id": None, "event": "message", "data": "b\n\n c"},
            {"id": "2", "event": "message", "data": "d: e"},
        ]
    ]
