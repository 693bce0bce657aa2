"""An attack on one picture, with noise of the same size beside it."""

from pathlib import Path
from typing import Any

from zerosum.attacks import ATTACKS, NORMS, Attack
from zerosum.errors import ConfigError
from zerosum.jobs.one_image import AttackedImage, OneImage
from zerosum.media.images import save_png, to_images
from zerosum.models.attack import LearnedAttack
from zerosum.studio.classifying import address_of, image_of, most_likely
from zerosum.studio.opened import model_of
from zerosum.types import Progress

__all__ = ["run"]


def run(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Attack a picture.

    Args:
        arguments: ``network``; ``picture``, the path of a file; ``attack``, a name, or
            ``learned``, the network of a run that has learnt one; ``norm``; ``epsilon``;
            ``target``, a class or None; ``seed``; ``save``, the path of a PNG for what the attack
            made, or None.
        progress: Not called.

    Returns:
        Pictures as addresses: ``original``, ``change`` and ``noise_change`` (both times
        ``factor``), ``attacked``, ``noise``; ``answers`` to those three, the most probable classes
        first; ``fooled``, ``kept`` and ``noise_fooled``; the ``linf`` and ``l2`` of the change.

    Raises:
        ZerosumError: The classifier, the picture or the attack cannot be used so.
    """
    image, target = image_of(arguments), arguments["target"]
    attack = _attack(arguments, image)
    found = image.attack(
        attack, epsilon=arguments["epsilon"], target=target, seed=arguments["seed"]
    )
    if arguments["save"] is not None:
        facts = _facts(arguments, image, found)
        saved = to_images(found.attacked.images * 2 - 1)[0]
        save_png(saved, Path(arguments["save"]), facts=facts)
    followed = image.label if target is None else target
    answers = {
        "original": image.logits,
        "attacked": found.attacked.logits,
        "noise": found.noise.logits,
    }
    return {
        "original": address_of(image.pixels),
        "change": address_of(found.magnified(found.attacked)),
        "attacked": address_of(found.attacked.images),
        "noise_change": address_of(found.magnified(found.noise)),
        "noise": address_of(found.noise.images),
        "factor": found.factor,
        "answers": {
            name: most_likely(image, logits, also=followed) for name, logits in answers.items()
        },
        "label": image.label,
        "fooled": found.fooled,
        "kept": found.kept,
        "noise_fooled": bool(found.noise.fooled[0]),
        "linf": found.size("linf"),
        "l2": found.size("l2"),
    }


def _attack(arguments: dict[str, Any], image: OneImage) -> Attack:
    """The attack by its name, or what a run has learnt.

    Raises:
        ZerosumError: There is none, or it is not meant for this norm, picture or target.
    """
    norm = NORMS[arguments["norm"]]
    if arguments["learned"] is None:
        return ATTACKS[arguments["attack"]](norm)
    learned: LearnedAttack = model_of(arguments["learned"], LearnedAttack).model
    learned.require(image.pixels, arguments["target"])
    attack = learned.attack
    if attack.norm != norm:
        raise ConfigError(
            f"{learned.name} learnt to stay within {attack.norm.name}; got {norm.name}."
        )
    return attack


def _facts(arguments: dict[str, Any], image: OneImage, found: AttackedImage) -> dict[str, str]:
    """What the PNG says of itself."""
    learned = arguments["learned"]
    name = arguments["attack"] if learned is None else learned["key"]
    said = image.names[int(found.attacked.predictions[0])]
    target = arguments["target"]
    return {
        "Software": "zerosum",
        "Description": f"Picture changed by the attack {name} to mislead a classifier.",
        "zerosum:generated": "true",
        "zerosum:attack": name,
        "zerosum:classifier": f"{image.victim.name} {image.victim.weights}",
        "zerosum:norm": arguments["norm"],
        "zerosum:epsilon": f"{arguments['epsilon']:.6g}",
        "zerosum:seed": str(arguments["seed"]),
        "zerosum:before": image.names[image.label],
        "zerosum:after": said,
        **({} if target is None else {"zerosum:target": image.names[target]}),
    }
