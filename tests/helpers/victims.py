"""Classifiers to be attacked: linear ones, known exactly, and a trained one."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from zerosum.attacks import PixelClassifier
from zerosum.data import open_source

SIDE = 28


def linear(weight: Tensor, bias: Tensor | None = None) -> PixelClassifier:
    """Logits W x + b of pictures of 1 x h x w pixels."""
    classes, pixels = weight.shape
    layer = nn.Linear(pixels, classes)
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(torch.zeros(classes) if bias is None else bias)
    return PixelClassifier(network=nn.Sequential(nn.Flatten(), layer))


def two_classes(pixels: int = 16, *, seed: int = 0) -> tuple[PixelClassifier, Tensor]:
    """Class 1 where w·(x − ½) > 0, by logits ±½ w·(x − ½); and w."""
    stream = torch.Generator().manual_seed(seed)
    w = torch.randn(pixels, generator=stream)
    half = torch.stack([-w / 2, w / 2])
    return linear(half, -half.sum(dim=1) / 2), w


def digits(start: int, stop: int) -> tuple[Tensor, Tensor]:
    """Pictures in [0, 1] and their labels, of the digits that come with zerosum."""
    source = open_source("digits")
    pixels = np.stack([np.asarray(source.read(index)) for index in range(start, stop)])
    labels = torch.tensor([source.label(index) for index in range(start, stop)])
    return torch.from_numpy(pixels)[:, None].float() / 255, labels


def train_digits_classifier(*, seed: int = 0, width: int = 16) -> PixelClassifier:
    """A small convolutional network, trained on 4,000 digits for three epochs."""
    images, labels = digits(0, 4000)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = nn.Sequential(
            nn.Conv2d(1, width, 5, stride=2, padding=2),
            nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(2 * width * 49, 64),
            nn.ReLU(),
            nn.Linear(64, 10),
        )
        optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
        for _ in range(3):
            for places in torch.split(torch.randperm(len(images)), 64):
                optimizer.zero_grad()
                cost: Tensor = cross_entropy(network(images[places]), labels[places])
                torch.autograd.backward(cost)
                optimizer.step()
    return PixelClassifier(network=network.eval(), name="the digits classifier")
