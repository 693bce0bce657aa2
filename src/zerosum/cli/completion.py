"""Completion of words by the shell, which asks zerosum itself what may follow."""

from collections.abc import Sequence
from importlib import import_module

from zerosum.cli import COMMANDS
from zerosum.errors import ZerosumError
from zerosum.registry import Table

__all__ = ["SHELLS", "complete"]

SHELLS = Table(
    "shell",
    {
        "bash": """\
_zerosum() {
    local IFS=$'\\n'
    COMPREPLY=($("${COMP_WORDS[0]}" --complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _zerosum zerosum""",
        "zsh": """\
_zerosum() {
    local -a found
    found=("${(@f)$("${words[1]}" --complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -n "${found[1]}" ]]; then compadd -- "${found[@]}"; else _files; fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
compdef _zerosum zerosum""",
        "fish": """\
function __zerosum
    set -l before (commandline -opc)
    $before[1] --complete $before[2..-1] (commandline -ct) 2>/dev/null
end
complete -c zerosum -a '(__zerosum)'""",
    },
)
"""For each shell, what it is to be told once: ``source <(zerosum --completion bash)``."""


def complete(words: Sequence[str]) -> list[str]:
    """What the last of some words may become; nothing where only the shell can tell: files.

    Args:
        words: What is typed behind ``zerosum``, the last one unfinished and perhaps empty.

    Example:
        >>> complete(["tr"]), complete(["train", "cycle"])
        (['train', 'translate'], ['cyclegan', 'cyclegan-course', 'cyclegan-small'])
        >>> complete(["train", "dcgan-digits", "--game.objective", "h"])
        ['hinge']
    """
    command, *rest = words or [""]
    if not rest:
        known = [*COMMANDS, "--help", "--version", "--completion"]
        return [name for name in known if name.startswith(command)]
    if command == "--completion":
        return [shell for shell in SHELLS if shell.startswith(rest[0])]
    if command not in COMMANDS:
        return []
    module = import_module(f"zerosum.cli.{command}")
    try:
        return list(module.complete(rest))
    except ZerosumError:  # There is no such recipe, or action.
        return []
