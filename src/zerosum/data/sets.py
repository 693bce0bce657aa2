"""What the data sets are that have names, for who chooses one; no file is read here."""

from collections.abc import Mapping

__all__ = ["TEXTS"]

_LSUN = "LSUN: photographs of a {}; a file of several gigabytes"

TEXTS: Mapping[str, str] = {
    "digits": "5,000 handwritten digits of MNIST, 28x28, grey; part of zerosum",
    "mnist": "MNIST: 60,000 handwritten digits, 28x28, grey",
    "stacked-digits": "Three digits in the three colours of a picture, 1,000 modes; part of "
    "zerosum",
    "stacked-mnist": "Three digits of MNIST in the three colours of a picture, 1,000 modes",
    "fashion-mnist": "Fashion-MNIST: 60,000 pieces of clothing in ten classes, 28x28, grey",
    "kmnist": "KMNIST: 60,000 handwritten kana in ten classes, 28x28, grey",
    "usps": "USPS: 7,291 handwritten digits, 16x16, grey",
    "svhn": "Street View House Numbers: 73,257 digits on houses, 32x32, colour",
    "cifar10": "CIFAR-10: 50,000 photographs in ten classes, 32x32, colour",
    "celeba": "CelebA: 162,770 faces, 178x218, colour",
    "stl10": "STL-10: 5,000 photographs in ten classes, 96x96, colour",
    "lsun-church": _LSUN.format("church from outside"),
    "lsun-bedroom": _LSUN.format("bedroom"),
    "lsun-bridge": _LSUN.format("bridge"),
    "lsun-church-outdoor": _LSUN.format("church from outside"),
    "lsun-classroom": _LSUN.format("classroom"),
    "lsun-conference-room": _LSUN.format("conference room"),
    "lsun-dining-room": _LSUN.format("dining room"),
    "lsun-kitchen": _LSUN.format("kitchen"),
    "lsun-living-room": _LSUN.format("living room"),
    "lsun-restaurant": _LSUN.format("restaurant"),
    "lsun-tower": _LSUN.format("tower"),
}
"""Each data set in a line, by its name."""
