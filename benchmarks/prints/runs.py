"""Runs of every recipe, so small that a round is a moment, and of every switch on one of them."""

import json
import re
from pathlib import Path

from prints import folders
from prints.calling import call

_LENGTH = (
    "--images 24 --batch-size 4 --log-every 8 --sample-every 12 --sample-count 3 "
    "--evaluate-every 12 --evaluate-count 8 --evaluate-features pixels --device cpu --quiet"
)
_NARROW = {
    "game.generator.base-channels": "4",
    "game.generator.max-channels": "8",
    "game.generator.latent-size": "8",
    "game.generator.style-size": "8",
    "game.generator.blocks": "1",
    "game.generator.group-size": "4",
    "game.discriminator.base-channels": "4",
    "game.discriminator.max-channels": "8",
    "game.discriminator.blocks": "1",
    "game.discriminator.group-size": "4",
    "game.network.base-channels": "4",
    "game.units": "8",
    "game.places": "16",
}
"""Of every recipe that has the option."""
_SHORT = {
    "game.ema-half-life": "16",
    "game.burn-in.images": "16",
    "game.growth.hold": "4",
    "game.growth.fade": "4",
    "game.pool": "2",
    "game.warmup": "8",
    "game.pretraining": "8",
    "game.ramp": "24",
    "labels-per-class": "4",
    **{f"game.penalties.{name}.every": "2" for name in ("r1", "r2")},
    **{
        f"game.{name}optimizer.{schedule}": images
        for name in ("", "generator-", "discriminator-", "domain-", "target-")
        for schedule, images in (("decay", "8 64"), ("annealing", "64"))
    },
}
"""Of every recipe for which it is not off, so that what comes with time comes soon."""
_LISTS = {
    *("game.generator.widths", "game.discriminator.widths", "game.domain-widths"),
    *(f"game.network.{name}" for name in ("widths", "channels", "units", "feature-units")),
}
"""Of all of them, as many as there are by default are 8."""
_OFF = ("", "none", "0", "0.0")
_OPTION = re.compile(r"^  --(\S+?)(?:, \S+)?(?= |$)(.*(?:\n {20,}.*)*)", re.MULTILINE)
_DEFAULT = re.compile(r"\(default: ([^)]*)\)")

OF_FAMILIES = (
    "dcgan-digits",
    "cyclegan-small",
    "classifier",
    "sgan",
    "dann",
    "advgan",
    "fvbn-digits",
)
"""A recipe of each."""

VARIANTS = {
    "dcgan-digits minimax": "--game.objective minimax --game.virtual-batch-norm 4",
    "dcgan-digits squares": "--game.objective least-squares --game.dequantise "
    "--game.latent uniform",
    "dcgan-digits hinge": "--game.objective hinge --game.minibatch-discrimination.kernels 4",
    "dcgan-digits relativistic": "--game.objective relativistic --game.critic-turns 2",
    "dcgan-digits classes": "--game.conditional projection --game.class-size 4 "
    "--game.generator-batch 2",
    "dcgan-digits features": "--game.feature-matching.weight 1 --game.feature-matching.alone "
    "--game.feature-matching.distance absolute",
    "dcgan-digits noise": "--game.instance-noise.deviation 0.1 --game.instance-noise.until 16",
    "dcgan-digits augmented": "--game.adaptive-augmentation.images 40 "
    "--game.adaptive-augmentation.every 2 --game.augmentation colour translation cutout affine",
    "dcgan-digits averaged": "--game.generator-optimizer.historical-averaging 0.1 "
    "--game.discriminator-optimizer.method sgd --game.real-label 0.9",
    "dcgan-digits penalties": "--game.penalties.gradient.weight 1 "
    "--game.penalties.dragan.weight 1 --game.penalties.r2.weight 1 --game.discriminator.norm none",
    "dcgan-digits layers": "--game.generator.upsampling bilinear --game.generator.stem linear "
    "--game.discriminator.head linear --game.generator.initialisation xavier "
    "--game.discriminator.spectral-norm",
    "dcgan-digits bf16": "--precision bf16 --pictures.flip --pictures.crop-from 30 30",
    "dcgan-digits wide": "--seed 1 --on-collapse rollback --pictures.channels 3 "
    "--pictures.size 16 24 --pictures.fit pad",
    "stylegan2-digits mixing": "--game.generator.mixing 0.9 --game.path-length.weight 2 "
    "--game.path-length.every 2",
    "stylegan2-digits classes": "--game.conditional projection --game.class-size 4",
    "stylegan-digits mixing": "--game.generator.mixing 0.9 --game.penalties.r1.every 1",
    "progan-digits batches": "--game.growth.batch-sizes 6 5 4",
    "r3gan-digits classes": "--game.conditional projection --game.class-size 4",
    "mnist-gan-2018 classes": "--game.conditional projection --game.class-size 4",
    "cyclegan-small hinge": "--game.augmentation colour --game.objective hinge",
    "cyclegan-small cropped": "--game.pool 0 --game.identity-weight 0 --pictures.crop-from 36 36",
    "cut back": "--game.direction b2a",
    "pix2pix back": "--game.direction b2a --game.objective non-saturating",
    "classifier few": "--labels-per-class 4 --game.label-smoothing 0.1 --game.network.norm none",
    "classifier hardened": "--adversarial-training 0.1 --game.adversarial-training.steps 2",
    "sgan absolute": "--game.matching absolute --game.unlabelled-weight 0.5",
    "dann source": "--game.weight 0",
    "dann labels": "--game.target-labels",
    "dann apart": "--game.no-together --game.augmentation affine --game.network.norm batch",
    "advgan targeted": "--epsilon 0.4 --game.targeted 3 --game.size-weight 1 "
    "--game.objective hinge",
    "advgan universal": "--universal",
    "advgan own": "--game.misleading cross-entropy --victim own.py:brightness --data labelled",
}
"""What is changed of a recipe, the first word of the name."""


def recipes() -> list[str]:
    """The names of all recipes."""
    found = [line.removeprefix("out: ") for line in call("recipes", "--json")[1:]]
    return [each["name"] for each in json.loads("\n".join(found))]


def folder_of(name: str) -> Path:
    """Where a recipe or a variant is trained."""
    return Path("runs", name.replace(" ", "-"))


def train_words(name: str) -> list[str]:
    """The words after ``zerosum train`` for a small run of a recipe or a variant."""
    recipe = name.split()[0]
    options = options_of(recipe)
    there = {option for option, default in options.items() if default not in _OFF}
    words = {option: value for option, value in _NARROW.items() if option in options}
    words |= {option: value for option, value in _SHORT.items() if option in there}
    words |= {each: " ".join("8" for _ in options[each].split()) for each in _LISTS & there}
    given = [word for each, value in words.items() for word in (f"--{each}", *value.split())]
    changes = VARIANTS.get(name, "").split()
    return [recipe, *_LENGTH.split(), *_data(options), *given, *_sizes(recipe, options), *changes]


def options_of(recipe: str) -> dict[str, str]:
    """The options of a recipe with their defaults, as its help says."""
    said = "\n".join(line.removeprefix("out: ") for line in call("train", recipe, "--help-all"))
    found = {}
    for name, text in _OPTION.findall(said):
        default = _DEFAULT.search(" ".join(text.split()))
        found[name.replace("[no-]", "")] = default[1] if default else ""
    return found


def train(name: str, folder: Path) -> dict[str, list[str]]:
    """Train a recipe or a variant, in a folder; what was said, and what lies there."""
    said = call("train", *train_words(name), "--out", str(folder))
    return {"train said": said, **{f"trained {key}": v for key, v in look(folder).items()}}


def go_on(folder: Path) -> dict[str, list[str]]:
    """Go on for two rounds."""
    said = call("resume", str(folder), "--images", "32", "--quiet")
    return {"resume said": said, **{f"resumed {key}": v for key, v in look(folder).items()}}


def dry_run(name: str) -> dict[str, list[str]]:
    """What a run would take, as text and for programs."""
    words = ["train", *train_words(name), "--dry-run"]
    return {"dry run": call(*words), "dry run as JSON": call(*words, "--json")}


def look(folder: Path) -> dict[str, list[str]]:
    """All that a run folder holds, by kind."""
    found = folders.checkpoint(folder / "checkpoints" / "latest.safetensors")
    best = folders.checkpoint(folder / "checkpoints" / "best.safetensors")
    found["best weights"] = best.get("weights", [])
    found["files"] = [folders.name(file, folder) for file in folders.files(folder)]
    for part in ("config.json", "stats.jsonl", "scores.jsonl", "alarms.txt", "samples"):
        found[part] = folders.describe(folder / part)
    for part in ("curves.png", "samples.gif"):
        found[part] = folders.describe(folder / part)
    found["tensorboard"] = folders.events(folder / "tensorboard")
    return found


def _data(options: dict[str, str]) -> list[str]:
    if "game.method" in options:
        return ["--source", "labelled", "--target", "negatives"]
    if "game.direction" in options or "game.cycle-weight" in options or "game.content" in options:
        return ["--data", "domains"]
    return ["--data", "digits" if "victim" in options else "labelled"]


def _sizes(recipe: str, options: dict[str, str]) -> list[str]:
    """Of pictures, and of what is as deep as they are large."""
    words: list[str] = []
    if int(options["pictures.size"].split()[0]) > 32:
        words += ["--pictures.size", "32", "32"]
    if options.get("pictures.crop-from"):
        words += ["--pictures.crop-from", "36", "36"]
    if recipe == "pix2pix":
        words += ["--game.generator.depth", "4"]
    if recipe == "cyclegan-course":
        words += ["--game.discriminator.downsamplings", "2"]
    if "game.content" in options:
        words += ["--game.content", "own.py:maps"]
    return words
