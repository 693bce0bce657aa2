"""Complete jobs by name: functions that return a run's configuration.

A recipe's docstring is what ``zerosum recipes`` shows of it; its first line is the summary.
"""

from collections.abc import Callable, Mapping

from zerosum.config import RunConfig
from zerosum.recipes.adaptation import adda, cdan, dann, dann_digits
from zerosum.recipes.classifier import classifier
from zerosum.recipes.dcgan import (
    dcgan_cifar10,
    dcgan_digits,
    dcgan_faces,
    dcgan_mnist,
    dcgan_svhn,
)
from zerosum.recipes.fewlabels import sgan, sgan_conv, sgan_conv_supervised, sgan_supervised
from zerosum.recipes.mnist_gan import mnist_gan_2018, mnist_gan_2022
from zerosum.recipes.perturbation import advgan, gap
from zerosum.recipes.r3gan import r3gan_cifar10, r3gan_digits, r3gan_faces32
from zerosum.recipes.style import (
    progan_digits,
    progan_faces32,
    stylegan2_256,
    stylegan2_digits,
    stylegan2_faces32,
    stylegan_digits,
    stylegan_faces32,
)
from zerosum.recipes.translation import (
    cartoongan,
    cut,
    cyclegan,
    cyclegan_course,
    cyclegan_small,
    fastcut,
    pix2pix,
)
from zerosum.recipes.wgan_gp import wgan_gp_cifar10, wgan_gp_mnist
from zerosum.registry import Table

__all__ = ["FAMILIES", "RECIPES", "WEIGHTS", "recipe"]

FAMILIES: Mapping[str, Mapping[str, Callable[[], RunConfig]]] = {
    "new pictures": {
        "dcgan-digits": dcgan_digits,
        "dcgan-mnist": dcgan_mnist,
        "dcgan-svhn": dcgan_svhn,
        "dcgan-cifar10": dcgan_cifar10,
        "dcgan-faces": dcgan_faces,
        "mnist-gan-2018": mnist_gan_2018,
        "mnist-gan-2022": mnist_gan_2022,
        "wgan-gp-mnist": wgan_gp_mnist,
        "wgan-gp-cifar10": wgan_gp_cifar10,
        "r3gan-digits": r3gan_digits,
        "r3gan-faces32": r3gan_faces32,
        "r3gan-cifar10": r3gan_cifar10,
        "progan-digits": progan_digits,
        "progan-faces32": progan_faces32,
        "stylegan-digits": stylegan_digits,
        "stylegan-faces32": stylegan_faces32,
        "stylegan2-digits": stylegan2_digits,
        "stylegan2-faces32": stylegan2_faces32,
        "stylegan2-256": stylegan2_256,
    },
    "from one kind of picture to another": {
        "cyclegan": cyclegan,
        "cyclegan-course": cyclegan_course,
        "cyclegan-small": cyclegan_small,
        "cut": cut,
        "fastcut": fastcut,
        "pix2pix": pix2pix,
        "cartoongan": cartoongan,
    },
    "classifiers, and few labels": {
        "classifier": classifier,
        "sgan": sgan,
        "sgan-conv": sgan_conv,
        "sgan-supervised": sgan_supervised,
        "sgan-conv-supervised": sgan_conv_supervised,
    },
    "labels here, pictures there": {
        "dann": dann,
        "dann-digits": dann_digits,
        "cdan": cdan,
        "adda": adda,
    },
    "pictures that mislead a classifier": {
        "advgan": advgan,
        "gap": gap,
    },
}
"""All recipes by what they are for."""

RECIPES: Table[Callable[[], RunConfig]] = Table(
    "recipe",
    {name: made for members in FAMILIES.values() for name, made in members.items()},
    also={
        **dict.fromkeys(("vanilla", "simple", "fully-connected"), "mnist-gan-2022"),
        **dict.fromkeys(("cnn", "resnet", "supervised"), "classifier"),
        **dict.fromkeys(("semi-supervised", "ssl", "ssgan", "few-labels"), "sgan"),
        **dict.fromkeys(("domain-adaptation", "uda"), "dann"),
        **dict.fromkeys(("img2img", "image-to-image", "unpaired", "munit"), "cyclegan-small"),
        **dict.fromkeys(("paired", "pix2pixhd"), "pix2pix"),
        **dict.fromkeys(("adversarial", "attack"), "advgan"),
    },
)

WEIGHTS: Mapping[str, int] = {
    "dcgan-digits": 380_000,
    "dcgan-mnist": 900_000,
    "dcgan-svhn": 540_000,
    "dcgan-cifar10": 540_000,
    "dcgan-faces": 6_600_000,
    "mnist-gan-2018": 230_000,
    "mnist-gan-2022": 230_000,
    "wgan-gp-mnist": 470_000,
    "wgan-gp-cifar10": 2_300_000,
    "r3gan-digits": 240_000,
    "r3gan-faces32": 720_000,
    "r3gan-cifar10": 41_000_000,
    "progan-digits": 550_000,
    "progan-faces32": 980_000,
    "stylegan-digits": 390_000,
    "stylegan-faces32": 930_000,
    "stylegan2-digits": 380_000,
    "stylegan2-faces32": 930_000,
    "stylegan2-256": 59_000_000,
    "cyclegan": 28_000_000,
    "cyclegan-course": 22_000_000,
    "cyclegan-small": 1_100_000,
    "cut": 15_000_000,
    "fastcut": 15_000_000,
    "pix2pix": 57_000_000,
    "cartoongan": 10_000_000,
    "classifier": 170_000,
    "sgan": 2_200_000,
    "sgan-conv": 4_100_000,
    "sgan-supervised": 1_500_000,
    "sgan-conv-supervised": 630_000,
    "dann": 210_000,
    "dann-digits": 930_000,
    "cdan": 3_200_000,
    "adda": 1_400_000,
    "advgan": 90_000,
    "gap": 87_000,
}
"""Numbers that the networks of a recipe learn, all players together, to two digits."""


def recipe(name: str) -> RunConfig:
    """The configuration of the recipe with that name.

    Raises:
        UnknownNameError: There is none; names the nearest.

    Example:
        >>> recipe("dcgan-digits").data
        'digits'
    """
    return RECIPES[name]()
