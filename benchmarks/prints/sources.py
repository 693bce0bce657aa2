"""What is said of sources of pictures, and what is refused before anything is trained."""

import shutil
from pathlib import Path

from prints import folders, runs
from prints.calling import call

_LINES = """
data inspect labelled --picture made/look.png
data inspect labelled negatives --json
data inspect domains
data inspect domains --json
data inspect broken
data inspect digits --json
data inspect nowhere
data inspect own.py
evaluate labelled --against negatives --count 20 --features pixels --picture made/near.png
evaluate labelled --against negatives --count 20 --features pixels --json
evaluate labelled --against negatives --count 20 --features pixels --size 16 16 --split test
evaluate labelled --against negatives --features pixels --metrics is,prdc,swd,memorisation,modes
evaluate labelled --against negatives --features pixels --metrics accuracy
evaluate labelled --against negatives --features pixels --metrics ppl
evaluate labelled --features pixels
evaluate digits --against digits --count 40 --real-count 90 --metrics frechet,kid,is,prdc,swd,modes
evaluate digits --against labelled --count 40 --real-count 20
evaluate stacked-digits --against stacked-digits --count 40 --metrics stacked-modes
attack digits --data digits --count 8 --epsilon 0.1 --attack fgsm bim pgd momentum --json
attack digits --data digits --count 4 --epsilon 1 --norm l2 --attack deepfool pgd
attack digits --data digits --count 2 --epsilon 0.1 --attack square universal --out made/attacked
attack digits --data digits --count 6 --epsilon 0.1 --targeted 3 --report made/page.html
attack digits --data digits --count 6 --epsilon 0.1 --against digits --fail-under 0.9
attack own.py:brightness --data labelled --count 6 --labels predicted --attack fgsm --json
attack own.py:brightness --data labelled --count 3 --norm l2 --epsilon 1 --attack cw --json
attack own.py:nothing --data labelled
attack digits --data digits --attack nothing
attack digits --data labelled
attack nowhere --data digits
train nothing
train dcgan-digits --data nowhere
train dcgan-digits --data labelled --data-a labelled
train dcgan-digits --lr 0.1
train dcgan-digits --epochs 3
train dcgan-digits --game.objective nothing
train dcgan-digits --game.conditional projection --data broken
train dcgan-digits --pictures.channels 4 --data labelled
train dcgan-digits --pictures.size 30 30 --data labelled
train dcgan-digits --game.discriminator.norm batch --game.penalties.gradient.weight 1
train dcgan-digits --game.objective hinge --game.real-label 0.9
train dcgan-digits --json
train stylegan2-digits --game.discriminator.spectral-norm
train stylegan2-digits --game.generator.mixing 0.5 --game.latent uniform
train progan-digits --data labelled --pictures.size 30 30
train cyclegan-small
train cyclegan-small --data labelled
train cyclegan-small --data-a labelled
train pix2pix --data domains --pairing side-by-side
train cartoongan --data domains --game.content own.py:nothing
train classifier --data broken
train classifier --data domains
train classifier --data labelled --game.held-out 2
train sgan --data labelled --labels-per-class 100
train sgan-conv --data domains
train dann
train dann --source labelled
train dann --source labelled --target digits
train dann --source labelled --target negatives --game.method adda
train adda --source labelled --target negatives --game.weight 0.5
train cdan --source labelled --target negatives --game.pretraining 8
train advgan --victim nowhere
train advgan --data labelled --pictures.size 32 32
train advgan --epsilon 8
train advgan --game.targeted 10
train gap --no-universal --data broken
sample nowhere
sample labelled
resume nowhere
compare nowhere
nothing
""".strip().splitlines()
_SETTINGS = (
    *("dcgan-digits", "mnist-gan-2018", "wgan-gp-cifar10", "progan-digits", "stylegan2-digits"),
    *("r3gan-digits", "cyclegan-small", "cut", "pix2pix", "cartoongan"),
    *("classifier", "sgan", "sgan-conv", "dann", "advgan", "fvbn-digits"),
)
"""Recipes of each kind of network and game."""
_NO_SETTINGS = (
    "out",
    "continue",
    "dry-run",
    "json",
    "quiet",
    "compile",
    "deterministic",
    "strict",
)


def of_sources() -> dict[str, list[str]]:
    """What commands say without a run."""
    found = {}
    for line in _LINES:
        few = ("--images", "4", "--batch-size", "4", "--dry-run")  # If it is refused no more.
        found[line] = call(*line.split(), *(few if line.startswith("train") else ()))
        made = Path("made")
        found[line] += [f"made: {each}" for each in folders.describe(made) if made.exists()]
        shutil.rmtree(made, ignore_errors=True)
    return found


def of_settings() -> dict[str, list[str]]:
    """How each option of a recipe refuses -1; the data are missing, so that nothing is trained."""
    found = {}
    for recipe in _SETTINGS:
        options = runs.options_of(recipe)
        sides = ("source", "target") if "game.method" in options else ("data",)
        nowhere = [word for side in sides for word in (f"--{side}", "nowhere")]
        for option, default in options.items():
            if option not in _NO_SETTINGS:
                values = ["-1"] * max(1, len(default.split()))
                words = ("train", recipe, *nowhere, f"--{option}", *values)
                found[f"{recipe} {option}"] = call(*words)
    return found
