"""All switches of all games, by the kind of the game; and what is no switch, with the reason."""

from collections.abc import Mapping, Sequence
from typing import Any

from helpers.switches import (
    adversarial,
    autoregressive,
    classifiers,
    invariance,
    perturbation,
    translation,
)
from helpers.switches.promises import Switch
from zerosum.config import RunConfig

TABLES: Mapping[str, tuple[RunConfig, Sequence[Switch]]] = {
    "adversarial": (adversarial.BASE, adversarial.SWITCHES),
    "autoregressive": (autoregressive.BASE, autoregressive.SWITCHES),
    "classification": (classifiers.CLASSIFICATION, classifiers.CLASSIFICATION_SWITCHES),
    "semi-supervised": (classifiers.FEW_LABELS, classifiers.FEW_LABELS_SWITCHES),
    "invariance": (invariance.BASE, invariance.SWITCHES),
    "perturbation": (perturbation.BASE, perturbation.SWITCHES),
    "cycle": (translation.CYCLE, translation.CYCLE_SWITCHES),
    "contrastive": (translation.CONTRASTIVE, translation.CONTRASTIVE_SWITCHES),
    "paired": (translation.PAIRED, translation.PAIRED_SWITCHES),
    "cartoon": (translation.CARTOON, translation.CARTOON_SWITCHES),
}
"""Of each kind of game a run of moments, and the switches of its settings."""

NAMES = [{**each, "name": f"another {each['name']}"} for each in adversarial.CLASSES]


def _silent(field: str, off: Any, on: Any, **more: Any) -> Switch:
    return Switch(name=field, off=off, on=on, promise=lambda off, on: None, **more)


EXCEPTIONS: Mapping[tuple[str, str], tuple[Switch, str]] = {
    ("adversarial", "classes.name"): (
        _silent(
            "classes.name",
            adversarial.CLASSES,
            NAMES,
            place="classes",
            given={"conditional": "projection"},
        ),
        "a class is the same by any name",
    ),
    ("perturbation", "victim_weights"): (
        _silent("victim_weights", "", "0123456789abcdef"),
        "it is a note of what the victim was, by which a changed one is refused",
    ),
}
"""Fields that change no weight: two values, which show it, and the reason."""
