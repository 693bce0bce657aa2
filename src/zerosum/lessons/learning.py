"""A lesson that was computed: its answer, its results, and its page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from html import escape
from itertools import product
from pathlib import Path
from shlex import quote
from typing import Annotated, Any, get_args, get_origin

from zerosum.counting import counting, part_of
from zerosum.documented import field_texts, plain
from zerosum.errors import ConfigError, UnknownNameError
from zerosum.files import require_writable, write_text
from zerosum.lessons.base import Lesson, checked, silent
from zerosum.lessons.controls import Controls, Matrix, Points, hints_of, rows_as_text
from zerosum.lessons.named import CHAPTERS, LESSONS, lesson, text_of
from zerosum.lessons.pages.document import Content, Switch, Variant, draw_content, draw_page
from zerosum.lessons.results import Results, shown_number
from zerosum.media.pages import check_page
from zerosum.registry import hint
from zerosum.types import Progress

__all__ = ["Learned", "call_of", "compute_lesson", "controls_of", "learn", "require_page"]


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What a lesson has to say for some values of its controls.

    Attributes:
        name: The lesson.
        controls: The values.
        variants: What was computed for them, first as they are, then with every other combination
            of the values between which the page switches.
        switches: The controls between whose values the page switches.

    Example:
        >>> learned = learn("losses", quiet=True)
        >>> learned
        losses: ...
        >>> all(learned.claims.values())
        True
    """

    name: str
    controls: Controls
    variants: Sequence[Variant]
    switches: Sequence[Switch] = ()

    @property
    def results(self) -> Results:
        """What was computed for the values as they are."""
        return self.variants[0].results

    @property
    def answer(self) -> str:
        """The short answer to the lesson's question."""
        return self.results.answer

    @property
    def claims(self) -> Mapping[str, bool | None]:
        """The text's statements, and whether they hold; None where they say nothing."""
        return self.variants[0].claims

    def to_json(self) -> dict[str, Any]:
        """Plain values of all but the figures."""
        return {
            "lesson": self.name,
            "controls": self.controls.to_json(),
            **self.results.to_json(),
            "claims": dict(self.claims),
        }

    def page(self) -> str:
        """The lesson as one HTML document."""
        return draw_page(self._content())

    def fragment(self) -> str:
        """What the page shows below its heading, to be a part of another: see `draw_content`."""
        return draw_content(self._content())

    def _content(self) -> Content:
        entry = LESSONS[self.name]
        texts, held = _texts(type(self.controls)), {each.name for each in self.switches}
        return Content(
            title=entry.title,
            chapter=f"Chapter {entry.chapter}: {CHAPTERS[entry.chapter]}",
            question=entry.question,
            text=text_of(self.name),
            switches=self.switches,
            variants=self.variants,
            facts=[
                (f"--{_option(name)}", shown_number(value), texts.get(name, ""))
                for name, value in self.controls.to_json().items()
                if _option(name) not in held and value not in (None, "")
            ],
            call=f"zerosum learn {self.name}",
            drawn=lesson(self.name).drawn,
        )

    def save(self, path: str | Path) -> Path:
        """Write the page.

        Args:
            path: The file, ending in ``.html``.

        Raises:
            ConfigError: It does not end so, or is a folder.
            FileError: It cannot be written.
        """
        path = Path(path)
        require_page(path)
        write_text(path, self.page())
        return path

    def _repr_html_(self) -> str:
        """The page within a notebook, apart from the notebook's own styles."""
        return (
            f'<iframe title="{escape(self.name)}" srcdoc="{escape(self.page())}" '
            'style="width: 100%; height: 40rem; border: 0"></iframe>'
        )

    def __repr__(self) -> str:
        return f"{self.name}: {self.answer}"


def require_page(path: Path) -> None:
    """Refuse a path that is none for a page, or where none can be written, before computing.

    Raises:
        ConfigError: It does not end in ``.html``, or is a folder.
        FileError: Nothing can be written there.

    Example:
        >>> require_page(Path("page.pdf"))
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: expected a page that ends in .html, got 'page.pdf'.
    """
    check_page(path)
    require_writable(path.parent)


def learn(name: str, *, full: bool = False, quiet: bool = False, **controls: Any) -> Learned:
    """Compute a lesson; in a notebook the result shows itself as a page.

    Args:
        name: The lesson; ``zerosum learn`` lists them.
        full: Whether an experiment is made in its long form: several seeds, minutes.
        quiet: No progress bar.
        controls: Values of its controls, named as the options of ``zerosum learn NAME``.

    Returns:
        The answer, numbers, tables and figures, what was checked, and ``save("page.html")``.

    Raises:
        ZerosumError: There is no such lesson or control, or a value does not do.

    Example:
        >>> learned = learn("losses", logit=0.0, quiet=True)
        >>> learned.results.numbers["sizes"]["non-saturating"]
        0.5
    """
    values = controls_of(name, controls)
    with counting(name, quiet=quiet) as progress:
        return compute_lesson(name, values, full=full, progress=progress or silent)


def controls_of(name: str, values: Mapping[str, Any]) -> Controls:
    """The controls of a lesson with some values.

    Args:
        name: The lesson.
        values: By the names of the controls; what is left out has its default.

    Raises:
        ZerosumError: There is no such control, or a value does not do.

    Example:
        >>> controls_of("losses", {"logit": 0.5}).to_json()["logit"]
        0.5
    """
    kind = lesson(name).controls
    hints = hints_of(kind)
    for each in values:
        if each not in hints:
            known = f"Known: {', '.join(hints)}."
            raise UnknownNameError(f"{name} knows no {each}{hint(each, hints)} {known}")
    controls: Controls = kind(**{each: _as(hints[each], it) for each, it in values.items()})
    return controls


def call_of(name: str, controls: Controls, *, full: bool = False) -> str:
    """The command that computes a lesson with these controls.

    Args:
        name: The lesson.
        controls: Their values.
        full: Whether in its long form.

    Example:
        >>> call_of("equilibrium", controls_of("equilibrium", {"game": "own", "rows": "1 0; 0 1"}))
        "zerosum learn equilibrium --game own --rows '1 0; 0 1'"
    """
    usual = type(controls)().to_json()
    words = ["zerosum", "learn", name]
    for each, value in controls.to_json().items():
        option = _option(each)
        if value != usual[each] and isinstance(value, bool):
            words.append(f"--{option}" if value else f"--no-{option}")
        elif value != usual[each]:
            words += [f"--{option}", str(value)]
    return " ".join(map(quote, [*words, "--full"] if full else words))


def _as(hint: Any, value: Any) -> Any:
    """Texts may stand for paths, and paths for texts, and rows of numbers for a text of them."""
    extras = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    if any(isinstance(each, Matrix | Points) for each in extras) and not isinstance(value, str):
        return str(value) if isinstance(value, Path) else rows_as_text(value, *extras)
    takes_paths = Path in get_args(get_args(hint)[0]) if get_origin(hint) is Annotated else False
    if isinstance(value, str) and takes_paths:
        return Path(value)
    return str(value) if isinstance(value, Path) and not takes_paths else value


def compute_lesson(
    name: str,
    controls: Controls | None = None,
    *,
    full: bool = False,
    held: bool = True,
    progress: Progress = silent,
) -> Learned:
    """Compute a lesson, with all values between which its page switches.

    Args:
        name: The lesson.
        controls: Values of its controls; None: the defaults.
        full: Whether an experiment is made in its long form.
        held: Whether it is computed for all values between which its page switches, too.
        progress: Told how far it is.

    Raises:
        UnknownNameError: There is no such lesson.
        ConfigError: It has no long form; or a value does not fit the others.

    Example:
        >>> compute_lesson("losses").results.answer[:2]
        'At'
    """
    found = lesson(name)
    controls = found.controls() if controls is None else controls
    if full:
        if not found.full:
            raise ConfigError(f"{name} has no long form: it is computed in full anyway.")
        controls = replace(controls, **found.full)
    switches = _switches(found, controls) if held else []
    combinations = list(_combinations(switches, controls))
    variants = []
    for index, each in enumerate(combinations):
        results = found.compute(each, part_of(progress, index, len(combinations)))
        variants.append(Variant(results=results, claims=checked(found, each, results)))
    return Learned(name=name, controls=controls, variants=variants, switches=switches)


def _combinations(switches: Sequence[Switch], controls: Controls) -> Iterator[Controls]:
    """The controls with every combination of the held values, the values as they are first."""
    names = [each.name.replace("-", "_") for each in switches]
    for values in product(*(each.values for each in switches)):
        yield replace(controls, **dict(zip(names, values, strict=True)))


def _switches(found: Lesson[Any], controls: Controls) -> list[Switch]:
    """What a page switches between: the values that go with the other controls."""
    texts = _texts(found.controls)
    result = []
    for name, values in found.held.items():
        now = getattr(controls, name)
        others = [value for value in values if value != now and _fits(controls, name, value)]
        if others:
            result.append(Switch(name=_option(name), values=[now, *others], text=texts[name]))
    return result


def _fits(controls: Controls, name: str, value: Any) -> bool:
    try:
        replace(controls, **{name: value})
    except ConfigError:
        return False
    return True


def _option(name: str) -> str:
    return name.replace("_", "-")


def _texts(controls: Any) -> dict[str, str]:
    known = field_texts(controls)
    return {each.name: plain(known.get(each.name, "")) for each in fields(controls)}
