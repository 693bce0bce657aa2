"""The public surface, pinned: changing it is a decision, not an accident."""

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import zerosum
from helpers.runs_in_processes import environment
from zerosum.attacks import ATTACKS
from zerosum.cli import COMMANDS
from zerosum.config import METRICS
from zerosum.config.families import FAMILIES
from zerosum.recipes import RECIPES

NAMES = [
    "Classifier",
    "Generator",
    "Learned",
    "LearnedAttack",
    "Model",
    "RunConfig",
    "Translator",
    "ZerosumError",
    "__version__",
    "attacks",
    "compare",
    "evaluate",
    "learn",
    "load",
    "metrics",
    "open_source",
    "project",
    "recipe",
    "recipes",
    "resume",
    "train",
    "translate",
]

ROOMS = {
    f"zerosum.{name}"
    for name in (
        *(
            "config.commands",
            "evaluation",
            "games.parts",
            "lessons",
            "lessons.pages",
            "media",
            "plots",
            "studio.tasks",
            "training",
        ),
        *(f"families.{family}" for family in FAMILIES),
    )
}
"""Packages that are no more than their modules."""

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(zerosum.__path__, "zerosum.")
    if not module.name.endswith("__main__")
)

LAZY = {
    name: stub
    for name in MODULES
    if (stub := Path(str(importlib.import_module(name).__file__)).with_suffix(".pyi")).exists()
}
"""Packages that import a name when it is first used, and the stubs that say from where."""


def test_the_quick_start() -> None:
    assert dir(zerosum) == NAMES
    for name in NAMES:
        assert getattr(zerosum, name) is not None


def test_a_fresh_import_lists_its_names_and_finds_its_modules() -> None:
    code = (
        "import sys, zerosum\n"
        "before = dir(zerosum)\n"
        "assert 'dcgan-digits' in zerosum.recipes.RECIPES\n"
        "assert 'torch' not in sys.modules\n"
        "assert zerosum.attacks.ATTACKS and zerosum.metrics.__all__\n"
        "assert dir(zerosum) == before\n"
        "print(*before)\n"
    )
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, check=True, env=environment(), capture_output=True, text=True)
    assert done.stdout.split() == NAMES == sorted(NAMES)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="No zerosum attribute trian"):
        zerosum.trian  # type: ignore[attr-defined]  # noqa: B018


def test_commands() -> None:
    assert list(COMMANDS) == [
        "recipes",
        "train",
        "resume",
        "sample",
        "walk",
        "mix",
        "project",
        "edit",
        "translate",
        "classify",
        "detect",
        "attack",
        "export",
        "evaluate",
        "compare",
        "data",
        "learn",
        "studio",
    ]


def test_recipes() -> None:
    assert list(RECIPES) == [
        "dcgan-digits",
        "dcgan-mnist",
        "dcgan-svhn",
        "dcgan-cifar10",
        "dcgan-faces",
        "gan-2014",
        "mnist-gan-2018",
        "mnist-gan-2022",
        "wgan-gp-mnist",
        "wgan-gp-cifar10",
        "r3gan-digits",
        "r3gan-faces32",
        "r3gan-cifar10",
        "progan-digits",
        "progan-faces32",
        "stylegan-digits",
        "stylegan-faces32",
        "stylegan2-digits",
        "stylegan2-faces32",
        "stylegan2-256",
        "cyclegan",
        "cyclegan-course",
        "cyclegan-small",
        "cut",
        "fastcut",
        "pix2pix",
        "cartoongan",
        "classifier",
        "sgan",
        "sgan-conv",
        "sgan-supervised",
        "sgan-conv-supervised",
        "dann",
        "dann-digits",
        "cdan",
        "adda",
        "advgan",
        "gap",
        "fvbn-digits",
    ]


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_is_public(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
    if name not in ROOMS:
        assert module.__all__ == sorted(
            module.__all__, key=_as_ruff_sorts if name not in LAZY else None
        )
        for public in module.__all__:
            assert hasattr(module, public)


@pytest.mark.parametrize("name", LAZY)
def test_type_checkers_see_the_names_of_a_lazy_package(name: str) -> None:
    """`import X as X` gives a name on; a plain `import X` in a stub would not."""
    imports = [
        node for node in ast.parse(LAZY[name].read_text()).body if isinstance(node, ast.ImportFrom)
    ]
    given_on = [
        alias.name for node in imports for alias in node.names if alias.asname == alias.name
    ]
    assert sorted(given_on) == importlib.import_module(name).__all__


def test_a_lazy_package_imports_what_is_asked_for_and_no_more() -> None:
    code = (
        "import sys\n"
        "from zerosum.networks import MlpGenerator\n"
        "from zerosum.config import EvaluateConfig\n"
        "from zerosum.metrics import Estimate\n"
        "ours = [name for name in sys.modules if name.startswith('zerosum.')]\n"
        "others = 'networks.translator', 'games.translation_settings', 'metrics.frechet', 'jobs'\n"
        "assert not [name for name in ours if name.removeprefix('zerosum.') in others], ours\n"
        "import zerosum.metrics.diversity\n"
        "from zerosum.metrics import diversity\n"
        "assert callable(diversity), 'hidden by its module, as by lazy_loader before 0.6'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=environment())


def _as_ruff_sorts(name: str) -> tuple[int, str]:
    kind = 0 if name.isupper() else 1 if name[0].isupper() else 2
    return kind, name


def test_every_word_that_people_type_is_answered_with_a_name() -> None:
    for table in (COMMANDS, RECIPES, METRICS, ATTACKS):
        for word, meant in table.also.items():
            assert word not in table
            assert meant.split()[0] in table
