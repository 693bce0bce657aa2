"""Complete jobs by name: functions that return a run's configuration.

A recipe's docstring is what ``zerosum recipes`` shows of it; its first line is the summary.
"""

from collections.abc import Callable

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
    pix2pix,
)
from zerosum.recipes.wgan_gp import wgan_gp_cifar10, wgan_gp_mnist
from zerosum.registry import Table

__all__ = ["RECIPES", "recipe"]

RECIPES: Table[Callable[[], RunConfig]] = Table(
    "recipe",
    {
        "mnist-gan-2018": mnist_gan_2018,
        "mnist-gan-2022": mnist_gan_2022,
        "dcgan-digits": dcgan_digits,
        "dcgan-mnist": dcgan_mnist,
        "dcgan-svhn": dcgan_svhn,
        "dcgan-cifar10": dcgan_cifar10,
        "dcgan-faces": dcgan_faces,
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
        "cyclegan": cyclegan,
        "cyclegan-course": cyclegan_course,
        "cyclegan-small": cyclegan_small,
        "cut": cut,
        "pix2pix": pix2pix,
        "cartoongan": cartoongan,
        "classifier": classifier,
        "sgan": sgan,
        "sgan-conv": sgan_conv,
        "sgan-supervised": sgan_supervised,
        "sgan-conv-supervised": sgan_conv_supervised,
        "dann": dann,
        "dann-digits": dann_digits,
        "cdan": cdan,
        "adda": adda,
        "advgan": advgan,
        "gap": gap,
    },
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


def recipe(name: str) -> RunConfig:
    """The configuration of the recipe with that name.

    Raises:
        UnknownNameError: There is none; names the nearest.

    Example:
        >>> recipe("dcgan-digits").data
        'digits'
    """
    return RECIPES[name]()
