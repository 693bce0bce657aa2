"""Lessons as users call them: what they return, print and write."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import zerosum
from helpers.command_line import call
from helpers.lessons import cheaply_learned, trial_of
from zerosum.documented import field_texts
from zerosum.errors import ConfigError
from zerosum.lessons.controls import choices_of, hints_of
from zerosum.lessons.learning import Learned, compute_lesson
from zerosum.lessons.named import CHAPTERS, LESSONS, lesson, text_of
from zerosum.lessons.pages.assets import PAGE_FILES
from zerosum.lessons.pages.text import places_in

LARGEST = 3_000_000
"""Bytes of a page."""
VOID = {"meta", "img", "input", "br", "hr", "link"}


class Outline(HTMLParser):
    """Checks that elements are closed in order, and collects what a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []
        self.identifiers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        values = dict(attrs)
        sources = [values.get("src"), values.get("href") if tag != "a" else None]
        self.loaded += [each for each in sources if each]
        self.identifiers += [each for name, each in attrs if name == "id" and each]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module", params=list(LESSONS))
def learned(request: pytest.FixtureRequest) -> Learned:
    """Each lesson at its defaults, as cheap as a test can bear."""
    return cheaply_learned(request.param)


def test_a_page_stands_for_itself(learned: Learned) -> None:
    page = learned.page()
    assert len(page.encode()) <= LARGEST
    outline = Outline()
    outline.feed(page)
    assert not outline.open
    assert all(each.startswith("data:image/png;base64,") for each in outline.loaded)
    assert len(set(outline.identifiers)) == len(outline.identifiers)
    assert "{{" not in page.replace("{{}}", "")
    assert LESSONS[learned.name].question.split("'")[0] in page


def test_what_is_shown_elsewhere_holds_neither_rules_nor_scripts(learned: Learned) -> None:
    shown = learned.fragment()
    assert not re.findall(r"<(?:script|style|form|html|h1)|<[^>]* (?:style|on\w+)=", shown)
    assert shown in learned.page()
    rules = (PAGE_FILES / "lesson.css").read_text(encoding="utf-8")
    for columns in set(re.findall(r"columns-\d+", shown)) - {"columns-8"}:
        assert f".{columns} {{" in rules


def test_all_figures_and_tables_have_a_place(learned: Learned) -> None:
    places = set(places_in(text_of(learned.name)))
    assert not {*learned.results.figures, *learned.results.tables} - places


def test_json_holds_what_was_found(learned: Learned) -> None:
    told = json.loads(json.dumps(learned.to_json(), allow_nan=False))
    assert told["lesson"] == learned.name
    assert told["answer"] == learned.answer
    assert all(holds is not False for holds in told["claims"].values())


def test_a_notebook_shows_the_page(learned: Learned) -> None:
    assert learned._repr_html_().startswith("<iframe ")


def test_equal_controls_give_equal_pages(learned: Learned) -> None:
    again = compute_lesson(learned.name, learned.controls)
    assert again.page() == learned.page()


def test_only_a_page_whose_lesson_takes_points_has_a_square_to_draw_in(learned: Learned) -> None:
    drawn = lesson(learned.name).drawn
    assert ('class="pad"' in learned.page()) == bool(drawn)
    assert f'data-call="zerosum learn {learned.name} {drawn}"' in learned.page() or not drawn


def test_every_lesson_has_a_chapter_and_sources() -> None:
    for name, entry in LESSONS.items():
        assert entry.chapter in CHAPTERS
        assert entry.question.endswith("?")
        assert "http" in text_of(name), name


COSTLY = {
    "batchnorm": {"trained", "timed"},
    "benefits": {"activation", "bench", "data"},
    "distributions": {"latent", "latent_size", "objective", "optimizer", "penalty"},
    "guidelines": {"ablation", "role", "channels"},
    "invariance": {"head"},
    "saddle": {"objective"},
    "scaling": {"discriminator"},
    "shift": {"activation"},
}
"""Choices that a page does not hold: every value trains networks, or the page would be too large;
or they are of the reader's own network, of which there is one."""


@pytest.mark.parametrize("name", LESSONS)
def test_a_page_holds_all_values_of_its_choices(name: str) -> None:
    found = lesson(name)
    choices = {key for key, hint in hints_of(found.controls).items() if choices_of(hint)}
    assert choices - set(found.held) == COSTLY.get(name, set())
    for key, values in found.held.items():
        known = choices_of(hints_of(found.controls)[key])
        assert not known or set(values) == set(known)


@pytest.mark.parametrize("name", LESSONS)
def test_every_control_says_what_it_is(name: str) -> None:
    kind: Any = lesson(name).controls
    assert hints_of(kind).keys() <= field_texts(kind).keys()


def test_the_command_lists_all_lessons(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("learn") == 0
    listed = " ".join(capsys.readouterr().out.split())
    for name, entry in LESSONS.items():
        assert f"{name} {entry.question}" in listed
    assert call("learn", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["lesson"] for each in told] == list(LESSONS)


def test_the_command_writes_a_page_and_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("learn", "losses", "--logit", "-20") == 0
    assert "At a logit of -20" in capsys.readouterr().out
    assert "At a logit of -20" in (tmp_path / "losses.html").read_text()
    assert call("learn", "losses", "--json") == 0
    assert json.loads(capsys.readouterr().out)["controls"]["logit"] == -5
    assert [each.name for each in tmp_path.iterdir()] == ["losses.html"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["losse"], "did you mean 'losses'?"),
        (["losses", "--logit", "200"], "logit must be between -100 and 100, got 200"),
        (["losses", "--logit", "nan"], "logit must be between -100 and 100, got nan"),
        (["losses", "--logits", "2"], "did you mean --logit 2?"),
        (["losses", "--out", "page.pdf"], "expected a page that ends in .html"),
        (["losses", "--out", "folder.html"], "folder.html is a folder"),
        (["losses", "--out", "file.txt/page.html"], "cannot be"),
        (["losses", "--full"], "losses has no long form"),
        (["losses", "--run", "runs/mine"], "learn losses knows no --run"),
    ],
)
def test_bad_input_is_explained_and_nothing_is_written(
    words: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "file.txt").touch()
    assert call("learn", *words) in (1, 2)
    assert message in capsys.readouterr().err
    assert {each.name for each in tmp_path.rglob("*")} == {"folder.html", "file.txt"}


def test_what_does_not_hold_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corruption = trial_of("losses").corruptions[0]
    monkeypatch.setattr(corruption.target, corruption.wrong(corruption.original()))
    assert call("learn", "losses", "--out", str(tmp_path / "page.html")) == 0
    assert "Beware: for these values it does not hold that" in capsys.readouterr().out
    assert "does not hold here" in (tmp_path / "page.html").read_text()


def test_the_same_in_python(tmp_path: Path) -> None:
    learned = zerosum.learn("losses", logit=-20)
    assert learned.results.numbers["sizes"]["hinge"] == 1
    learned.save(tmp_path / "page.html")
    assert "At a logit of -20" in (tmp_path / "page.html").read_text()
    with pytest.raises(ConfigError, match="losses knows no logits; did you mean 'logit'"):
        zerosum.learn("losses", logits=-20)


def test_values_that_a_page_holds_can_be_left_out() -> None:
    one = compute_lesson("equilibrium", held=False)
    all_of_them = compute_lesson("equilibrium")
    assert (len(one.variants), one.switches) == (1, [])
    assert len(all_of_them.variants) > 1
    assert one.results.to_json() == all_of_them.results.to_json()
    assert "<select" not in one.page()
