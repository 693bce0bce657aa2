"""What a command can be told is said once: by its dataclass, for command line, job and Python."""

import inspect
import subprocess
import sys
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_type_hints
from unittest.mock import MagicMock

import pytest

import zerosum
from helpers.runs_in_processes import environment
from zerosum.cli.command import Command
from zerosum.config import EvaluateConfig
from zerosum.config.commands.attack import AttackConfig
from zerosum.config.commands.classify import ClassifyConfig
from zerosum.config.commands.detect import DetectConfig
from zerosum.config.commands.edit import EditConfig
from zerosum.config.commands.mix import MixConfig
from zerosum.config.commands.project import ProjectConfig
from zerosum.config.commands.resume import ResumeConfig
from zerosum.config.commands.sample import SampleConfig
from zerosum.config.commands.translate import TranslateConfig
from zerosum.config.commands.walk import WalkConfig
from zerosum.config.options import Option
from zerosum.data import as_spec
from zerosum.errors import ConfigError
from zerosum.jobs.attack import attack
from zerosum.jobs.classification import classify
from zerosum.jobs.detection import detect
from zerosum.jobs.drawing import edit, mix, sample, walk
from zerosum.jobs.evaluation import evaluate
from zerosum.jobs.projection import project
from zerosum.jobs.translation import Translated, translate


@dataclass(frozen=True, kw_only=True)
class Told:
    """How a command is told what to do.

    Attributes:
        settings: The dataclass.
        job: What it is handed to, where that takes it whole.
        terminal: The options that concern the terminal alone.
        python: The function of the same name, where there is one.
    """

    settings: type[Any]
    job: Callable[..., Any] | None = None
    terminal: tuple[str, ...] = ()
    python: Callable[..., Any] | None = None


TOLD = {
    "resume": Told(settings=ResumeConfig, terminal=("quiet",), python=zerosum.resume),
    "evaluate": Told(
        settings=EvaluateConfig, job=evaluate, terminal=("json",), python=zerosum.evaluate
    ),
    "translate": Told(
        settings=TranslateConfig, job=translate, terminal=("json",), python=zerosum.translate
    ),
    "project": Told(
        settings=ProjectConfig, job=project, terminal=("json",), python=zerosum.project
    ),
    "sample": Told(settings=SampleConfig, job=sample),
    "walk": Told(settings=WalkConfig, job=walk),
    "mix": Told(settings=MixConfig, job=mix),
    "edit": Told(settings=EditConfig, job=edit),
    "attack": Told(
        settings=AttackConfig,
        job=attack,
        terminal=("data", "fail_under", "report", "out", "json"),
    ),
    "classify": Told(settings=ClassifyConfig, job=classify, terminal=("json",)),
    "detect": Told(settings=DetectConfig, job=detect, terminal=("json",)),
}


def named(name: str) -> dict[str, Option]:
    """The options of a command that are told by name, by what they set."""
    command: Command = import_module(f"zerosum.cli.{name}").COMMAND
    options = [each for each in command.options() if not each.is_positional]
    return {each.field.replace("-", "_"): each for each in options}


@pytest.mark.parametrize("name", TOLD)
def test_options_are_the_fields_and_those_of_the_terminal(name: str) -> None:
    told, options = TOLD[name], named(name)
    settings = [each.name for each in fields(told.settings)]
    assert set(options) == {*settings, *told.terminal}
    assert len(options) == len(settings) + len(told.terminal)
    assert [each for each in options if each not in told.terminal] == settings
    for each in fields(told.settings):
        option = options[each.name]
        assert option.text
        assert option.required == (each.default is MISSING)
        shown = None if option.default == "" else option.default
        assert shown is None or shown in (
            str(each.default),
            " ".join(map(str, each.default if isinstance(each.default, tuple) else ())),
        )


@pytest.mark.parametrize("name", [name for name, told in TOLD.items() if told.job])
def test_the_job_takes_the_settings_and_no_others(name: str) -> None:
    told = TOLD[name]
    assert told.job is not None
    hints = get_type_hints(inspect.unwrap(told.job))
    assert told.settings in (hints["options"], *get_args(hints["options"]))
    theirs = {each.name for each in fields(told.settings)}
    assert not theirs & set(inspect.signature(told.job).parameters)


@pytest.mark.parametrize("name", [name for name, told in TOLD.items() if told.python])
def test_python_is_told_the_same_by_the_same_names(name: str) -> None:
    told = TOLD[name]
    assert told.python is not None
    arguments = inspect.signature(told.python).parameters
    assert "Annotated" not in str(inspect.signature(told.python))
    for each in fields(told.settings):
        argument = arguments[each.name]
        assert argument.kind == inspect.Parameter.KEYWORD_ONLY
        assert argument.default == each.default
    assert not [each for each in arguments.values() if each.kind == inspect.Parameter.VAR_KEYWORD]
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        told.python("x", *(["y"] if "inputs" in arguments else []), colour="red")


def test_what_a_command_can_be_told_is_known_without_anything_heavy() -> None:
    code = (
        "import sys\n"
        "from importlib import import_module\n"
        "for name in sys.argv[1:]:\n"
        "    import_module(f'zerosum.cli.{name}').COMMAND.explain(everything=True)\n"
        "    heavy = {'torch', 'torchvision', 'matplotlib', 'numpy'} & set(sys.modules)\n"
        "    assert not heavy, (name, heavy)\n"
    )
    subprocess.run([sys.executable, "-c", code, *TOLD], check=True, env=environment())


def test_in_python_a_text_may_be_a_path_and_a_path_a_source(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[Any] = []

    def remember(*given: Any, **how: Any) -> Translated:
        seen.append((*given, how))
        return Translated(count=0, out=tmp_path)

    monkeypatch.setattr("zerosum.jobs.translate", remember)
    zerosum.translate("run", tmp_path, out=str(tmp_path / "made"), page=None, quiet=True)
    options = TranslateConfig(out=tmp_path / "made")
    assert seen == [("run", [tmp_path], options, {"quiet": True})]
    evaluate = MagicMock(side_effect=ConfigError("there is no run."))
    monkeypatch.setattr("zerosum.jobs.evaluate", evaluate)
    with pytest.raises(ConfigError, match="there is no run"):
        zerosum.evaluate("run", against=tmp_path, weights="w", count=9)
    wanted = EvaluateConfig(against=as_spec(tmp_path), weights=Path("w"), count=9)
    assert evaluate.call_args.args == ("run", wanted)
