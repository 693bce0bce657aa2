"""The recipes by name."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain

from zerosum import recipes
from zerosum.config.run import RunConfig
from zerosum.registry import Table

__all__ = ["FAMILIES", "RECIPES", "WEIGHTS", "recipe"]

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "new pictures": (
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
    ),
    "from one kind of picture to another": (
        "cyclegan",
        "cyclegan-course",
        "cyclegan-small",
        "cut",
        "fastcut",
        "pix2pix",
        "cartoongan",
    ),
    "classifiers, and semi-supervised learning": (
        "classifier",
        "sgan",
        "sgan-conv",
        "sgan-supervised",
        "sgan-conv-supervised",
    ),
    "labels here, pictures there": (
        "dann",
        "dann-digits",
        "cdan",
        "adda",
    ),
    "pictures that mislead a classifier": (
        "advgan",
        "gap",
    ),
    "pictures and how likely they are": ("fvbn-digits",),
}
"""All recipes by what they are for."""


class _Recipes(Mapping[str, Callable[[], RunConfig]]):
    """The function that makes each, which is called after it; imported when it is asked for."""

    def __getitem__(self, name: str) -> Callable[[], RunConfig]:
        make: Callable[[], RunConfig] = getattr(recipes, name.replace("-", "_"))
        return make

    def __contains__(self, name: object) -> bool:
        return any(name in members for members in FAMILIES.values())

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(FAMILIES.values())

    def __len__(self) -> int:
        return sum(map(len, FAMILIES.values()))


RECIPES: Table[Callable[[], RunConfig]] = Table(
    "recipe",
    _Recipes(),
    also={
        **dict.fromkeys(("vanilla", "simple", "fully-connected"), "mnist-gan-2022"),
        **dict.fromkeys(("cnn", "resnet", "supervised"), "classifier"),
        **dict.fromkeys(("semi-supervised", "ssl", "ssgan", "few-labels"), "sgan"),
        **dict.fromkeys(("domain-adaptation", "uda"), "dann"),
        **dict.fromkeys(("img2img", "image-to-image", "unpaired", "munit"), "cyclegan-small"),
        **dict.fromkeys(("paired", "pix2pixhd"), "pix2pix"),
        **dict.fromkeys(("adversarial", "attack"), "advgan"),
        **dict.fromkeys(("fvbn", "made", "nade", "pixelcnn"), "fvbn-digits"),
    },
)

WEIGHTS: Mapping[str, int] = {
    "dcgan-digits": 380_000,
    "dcgan-mnist": 900_000,
    "dcgan-svhn": 540_000,
    "dcgan-cifar10": 540_000,
    "dcgan-faces": 6_600_000,
    "gan-2014": 3_700_000,
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
    "fvbn-digits": 2_200_000,
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
