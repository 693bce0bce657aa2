"""Completion, by the function that shells ask and in a real bash."""

import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

from helpers.command_line import call
from helpers.runs_in_processes import environment
from zerosum.cli.completion import SHELLS, complete
from zerosum.recipes import RECIPES


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["tra"], ["train", "translate"]),
        (["--comp"], ["--completion"]),
        (["--completion", ""], ["bash", "zsh", "fish"]),
        (["train", ""], list(RECIPES)),
        (["train", "stylegan2-"], ["stylegan2-digits", "stylegan2-faces32", "stylegan2-256"]),
        (["train", "no-such", "--da"], []),
        (["recipes", "cyclegan-"], ["cyclegan-course", "cyclegan-small"]),
        (["recipes", "cyclegan", ""], []),
        (["train", "dcgan-digits", "--pictures.f"], ["--pictures.fit", "--pictures.filter"]),
        (["train", "dcgan-digits", "--game.growth"], []),
        (["train", "progan-digits", "--game.growth.h"], ["--game.growth.hold"]),
        (["train", "dcgan-digits", "--precision", ""], ["fp32", "tf32", "bf16", "auto"]),
        (["train", "dcgan-digits", "--data", ""], []),
        (["train", "dcgan-digits", "--dry-run", "--qui"], ["--quiet"]),
        (["data", ""], ["inspect"]),
        (["data", "inspect", "FOLDER", "--pic"], ["--picture"]),
        (["attack", "digits", "--norm", "l2"], ["l2"]),
        (["no-such", "--help"], []),
        (["report", ""], []),
    ],
)
def test_what_may_follow(words: list[str], found: list[str]) -> None:
    got = complete(words)
    assert [each for each in got if not each.startswith("--pictures.fl")] == found


def test_nothing_is_typed_yet() -> None:
    assert "train" in complete([])
    assert complete([]) == complete([""])


@pytest.mark.skipif(which("bash") is None, reason="there is no bash here")
def test_bash_asks_and_is_answered(tmp_path: Path) -> None:
    zerosum = tmp_path / "zerosum"
    zerosum.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m zerosum "$@"\n')
    zerosum.chmod(0o755)
    script = """
    source <(zerosum --completion bash)
    complete -p zerosum
    COMP_WORDS=(zerosum train dcgan-digits --game.objective h); COMP_CWORD=4
    _zerosum
    echo "${#COMPREPLY[@]} ${COMPREPLY[0]}"
    COMP_WORDS=(zerosum train cycle); COMP_CWORD=2
    _zerosum
    echo "${#COMPREPLY[@]} ${COMPREPLY[*]}"
    """
    path = f"{tmp_path}:{environment().get('PATH', '')}"
    done = subprocess.run(
        ["bash", "-c", script],
        env={**environment(), "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "complete -o default -F _zerosum zerosum",
        "1 hinge",
        "3 cyclegan cyclegan-course cyclegan-small",
    ]


def test_scripts_are_printed_and_unknown_shells_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for shell, script in SHELLS.items():
        assert call("--completion", shell) == 0
        assert capsys.readouterr().out == f"{script}\n"
        assert "--complete" in script
    assert call("--completion", "tcsh") == 2
    assert "Known: bash, fish, zsh" in capsys.readouterr().err
    assert call("--complete", "tr") == 0
    assert capsys.readouterr().out == "train\ntranslate\n"


def test_asking_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from zerosum.cli.completion import complete\n"
        "assert complete(['train', 'dcgan-digits', '--game.obj']) == ['--game.objective']\n"
        "assert complete(['evaluate', '--met']) == ['--metrics']\n"
        "heavy = {'torch', 'torchvision', 'matplotlib', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=environment())
