"""What commands say of themselves: help, options, and answers to words that they do not know."""

import ast
import io
import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path

import pytest
import tyro

from helpers.command_line import call
from zerosum.cli import COMMANDS
from zerosum.cli.command import Command
from zerosum.cli.data import ACTIONS
from zerosum.cli.learn import command as learn_command
from zerosum.cli.train import command as train_command
from zerosum.cli.words import CALLS, MEANT
from zerosum.config import change
from zerosum.config.options import options_of
from zerosum.errors import ConfigError, UnknownNameError
from zerosum.lessons.named import LESSONS
from zerosum.recipes import FAMILIES, RECIPES, recipe

ROOT = Path(__file__).parents[2]
SIMPLE = [name for name in COMMANDS if name not in ("train", "data", "learn")]


def all_commands() -> Iterator[Command]:
    for name in SIMPLE:
        yield import_module(f"zerosum.cli.{name}").COMMAND
    yield from ACTIONS.values()
    for name in RECIPES:
        yield train_command(name, ())
    for name in LESSONS:
        yield learn_command(name)


KINDS = ("stylegan2-digits", "progan-digits", "cyclegan", "sgan-conv", "dann", "gap")

ALL = {command.name: command for command in all_commands()}


@pytest.mark.parametrize("name", ALL)
def test_help_is_plain_text_within_the_terminal_and_ends_with_calls(name: str) -> None:
    for everything in (False, True):
        text = ALL[name].explain(everything=everything)
        assert "`" not in text
        options, examples = text.split("for example:\n")
        lines = [line for line in options.splitlines() if not line.startswith("  zerosum ")]
        assert max(map(len, lines)) <= 80
        assert examples.startswith("  zerosum ")
        for line in options.splitlines():  # Wrapped at the end of lines, not amid them.
            assert line == line.rstrip()


@pytest.mark.parametrize("name", RECIPES)
def test_the_short_help_of_a_recipe_is_short_and_the_long_one_whole(name: str) -> None:
    command = ALL[f"zerosum train {name}"]
    shown = re.findall(r"^  (--\S+)", command.explain(), flags=re.MULTILINE)
    assert 10 <= len(shown) <= 26
    assert command.explain().count("\n") < 110
    listed = re.findall(r"^  (--\S+)", command.explain(everything=True), flags=re.MULTILINE)
    assert len(listed) == len(command.options())
    assert f"{len(shown)} of {len(listed)}; --help-all shows all" in command.explain()


@pytest.mark.parametrize(
    ("name", "usage"),
    [
        ("studio", "usage: zerosum studio [RUNS] [--OPTION VALUE ...]"),
        ("export", "usage: zerosum export RUN FILE [--OPTION VALUE ...]"),
    ],
)
def test_the_usage_tells_what_must_be_given(name: str, usage: str) -> None:
    command = import_module(f"zerosum.cli.{name}").COMMAND
    assert command.explain(everything=False).startswith(f"{usage}\n")


def test_the_first_help_fits_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ((), ("train",), ("data",), ("learn",)):
        assert call(*words, "--help") == 0
        text = capsys.readouterr().out
        assert "`" not in text
        assert max(map(len, text.splitlines())) <= 80


def test_usual_options_are_those_of_some_recipe() -> None:
    fields = {
        option.field for name in RECIPES for option in options_of(train_command(name, ()).function)
    }
    for name in train_command("gap", ()).usual:
        assert name in fields


@pytest.mark.parametrize(
    "name",
    [
        *SIMPLE,
        "data inspect",
        *(f"train {name}" for name in KINDS),
        *(f"learn {name}" for name in LESSONS),
    ],
)
def test_options_are_those_that_are_parsed(name: str) -> None:
    command, text = ALL[f"zerosum {name}"], io.StringIO()
    with redirect_stdout(text), pytest.raises(SystemExit):
        tyro.cli(command.function, args=["--help"], config=(tyro.conf.AvoidSubcommands,))
    parsed = set()
    for line in re.findall(r"^[ │]+(--[a-z].*?)(?:  |$)", text.getvalue(), flags=re.MULTILINE):
        parsed |= set(re.findall(r"--[a-z][\w.-]*", line))
    ours = {name for option in options_of(command.function) for name in option.names}
    missing = {each for each in parsed - ours if not re.fullmatch(r"--game\.(.*\.)?kind", each)}
    assert not missing
    # Read before all others, for it changes which others there are.
    own = {option.names[0] for option in options_of(command.function) if "FILE.py" in option.value}
    assert not {each for each in ours - parsed - own if each.startswith("--")}


def test_every_option_says_what_it_is() -> None:
    for command in ALL.values():
        for option in command.options():
            assert option.text.endswith((".", ",")), (command.name, option)


FOREIGN = {
    "data-a": "digits",
    "data-b": "digits",
    "pairing": "names",
    "game.growth": {"hold": 1000, "fade": 0, "batch_sizes": []},
    "game.path-length": {"weight": 1.0, "every": 4},
    "game.virtual-batch-norm": 32,
    "game.generator.residual": True,
}


@pytest.mark.parametrize("name", [*KINDS, "dcgan-digits", "r3gan-digits", "sgan", "classifier"])
def test_what_help_leaves_out_is_refused(name: str) -> None:
    command = ALL[f"zerosum train {name}"]
    for field in command.foreign:
        assert f"--{field}" not in command.explain(everything=True)
        with pytest.raises(ConfigError, match=r"^(?!.*has no field)"):
            change(recipe(name), {field.replace("-", "_"): FOREIGN[field]})


def test_what_suits_a_recipe_is_in_its_help() -> None:
    assert "--game.growth.hold" in ALL["zerosum train progan-digits"].explain(everything=True)
    assert "--game.path-length" in ALL["zerosum train stylegan2-digits"].explain(everything=True)
    assert "--data-a, --source" in ALL["zerosum train dann"].explain()
    assert "--pairing" in ALL["zerosum train pix2pix"].explain(everything=True)
    assert "--victim, --game.victim" in ALL["zerosum train gap"].explain()
    assert change(recipe("progan-digits"), {"game.growth.hold": 999})


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (
            "train dcgan-digits --lr 0.1",
            "did you mean --game.generator-optimizer.learning-rate 0.1 "
            "--game.discriminator-optimizer.learning-rate 0.1?",
        ),
        ("train sgan --lr 0.1", "--game.optimizer.learning-rate 0.1"),
        ("train dcgan-digits --lr-g 0.1", "mean --game.generator-optimizer.learning-rate 0.1?"),
        ("train dcgan-digits --batch 5", "did you mean --batch-size 5?"),
        ("train dcgan-digits -b 5", "did you mean --batch-size 5?"),
        ("train dcgan-digits --resolution 64", "did you mean --pictures.size 64 64?"),
        ("train dcgan-digits --size 64 48", "did you mean --pictures.size 64 48?"),
        ("train dcgan-digits --dataset=faces", "did you mean --data faces?"),
        ("train dcgan-digits --outdir x", "did you mean --out x?"),
        ("train dcgan-digits --gpu 0", "did you mean --device cuda?"),
        ("train dcgan-digits --fp16", "did you mean --precision bf16?"),
        (
            "train dcgan-digits --width 8",
            "--game.generator.base-channels 8 or --game.discriminator.base-channels",
        ),
        (
            "train dcgan-digits --game.generator.base-chanels 8",
            "did you mean --game.generator.base-channels 8?",
        ),
        ("train dcgan-digits --game.generator-optimizer.lr 1", "optimizer.learning-rate 1?"),
        ("train dcgan-digits --batch_sise 5", "did you mean --batch-size 5?"),
        ("train dcgan-digits --xyz", "; --help lists what it knows."),
        ("train dcgan-digits --epochs 10", "10 epochs of digits are --images 50000."),
        ("train dcgan-digits --epochs 2 --data {folder}", "2 epochs of {folder} are --images 6."),
        ("train dcgan-digits --epochs 2 --data no/such", "as there are pictures are one epoch"),
        ("train dcgan-digits --epochs many", "as there are pictures are one epoch"),
        ("train cyclegan --epochs 2 --data-a={folder}", "2 epochs of {folder} are --images 6."),
        ("train dcgan-digits --steps 10", "10 batches of 32 are --images 320."),
        ("train dcgan-digits --iters 10 --batch-size 8", "10 batches of 8 are --images 80."),
        ("train dcgan-digits --kimg 25", "25 thousand are --images 25000."),
        ("train dcgan-digits --workers 4", "none to set"),
        ("train dcgan-digits --gpus 2", "torchrun --nproc-per-node 2 -m zerosum train dcgan-dig"),
        ("train dcgan-digits --resume runs/x", "`zerosum resume runs/x` goes on"),
        ("train dcgan-digits --game.generator.kind style", "choose another recipe"),
        ("sample runs/x --n 10", "did you mean --count 10?"),
        ("sample --network runs/x", "RUN is given by its place"),
        ("walk runs/x --out x.gif --fps 3", "did you mean --seconds 3?"),
        ("attack digits --data digits --eps 8/255", "did you mean --epsilon 8/255?"),
        ("evaluate runs/x --metric fid", "did you mean --metrics fid?"),
    ],
)
def test_words_of_other_programs_are_answered_with_the_right_option(
    words: str, answer: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*words.format(folder=folder).split()) == 2
    printed = capsys.readouterr()
    assert answer.format(folder=folder) in printed.err
    assert not printed.out


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(b"")
    return tmp_path


def test_every_known_word_means_something_and_no_option_is_one() -> None:
    fields = {option.field for command in ALL.values() for option in command.options()}
    for ends in MEANT.values():
        for end in ends:
            assert any(field.endswith(end) for field in fields), end
    for said in CALLS.values():
        assert said.split()[0].lstrip("-") in fields


def docstrings() -> Iterator[str]:
    """All that the code says of itself."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                yield ast.get_docstring(node) or ""


def calls() -> Iterator[str]:
    """What the documentation, the docstrings and the help tell to type."""
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("    zerosum "):
                yield line.split("   #")[0]
    for command in ALL.values():
        yield from command.examples.splitlines()
    for text in docstrings():
        yield from re.findall(r"^ +(zerosum .*)$", text, flags=re.MULTILINE)


def test_options_that_the_documentation_names_exist() -> None:
    known = {name for command in ALL.values() for each in command.options() for name in each.names}
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        named = set(re.findall(r"--\w[\w-]*\.[\w.-]*\w", path.read_text(encoding="utf-8")))
        assert not named - known, path.name


@pytest.mark.parametrize("name", RECIPES)
def test_options_that_a_recipe_speaks_of_are_its_own(name: str) -> None:
    prose = re.sub(r"^ +zerosum .*$", "", RECIPES[name].__doc__ or "", flags=re.MULTILINE)
    known = {name for each in ALL[f"zerosum train {name}"].options() for name in each.names}
    assert not set(re.findall(r"--\w[\w.-]*\w", prose)) - known


def test_what_the_documentation_tells_to_type_is_understood() -> None:
    checked = 0
    for line in calls():
        words = shlex.split(line, comments=True)[1:]
        if {"[...]", "COMMAND", "RECIPE", "LESSON", "NAME", ".."} & set(words) or words[
            0
        ] == "--help":
            continue
        words = [word for word in words if not re.search(r"[\[\]|]", word)]
        if words[0] == "train":
            train_command(words[1], ()).check(words[2:])
        elif words[0] == "learn":
            if words[1:] and words[1] != "--json":
                learn_command(words[1]).check(words[2:])
        elif words[0] == "data":
            ACTIONS[words[1]].check(words[2:])
        else:
            ALL[f"zerosum {words[0]}"].check(words[1:])
        checked += 1
    assert checked > 150


def test_a_wrong_call_in_the_documentation_would_be_found() -> None:
    with pytest.raises(UnknownNameError, match="knows no --colour"):
        ALL["zerosum sample"].check(["runs/x", "--colour", "red"])
    ALL["zerosum sample"].check(["runs/x", "--count=3", "--truncation", "-1"])


def test_recipes_are_listed_by_what_they_are_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("recipes") == 0
    text = capsys.readouterr().out
    for family, members in FAMILIES.items():
        _, _, rest = text.partition(f"{family}\n")
        for name in members:
            assert f"  {name} " in rest
    assert "digits 28x28 grey; 0.38 M weights, 200,000 images" in text
    assert max(map(len, text.splitlines())) <= 80
    assert [name for members in FAMILIES.values() for name in members] == list(RECIPES)
