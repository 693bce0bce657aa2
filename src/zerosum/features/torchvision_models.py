"""Any classifier of torchvision as a feature network: ``torchvision:resnet18``."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import torch
from torch import Tensor, nn

from zerosum.errors import ConfigError
from zerosum.features.base import ClassLogits, FeatureNetwork
from zerosum.features.preparation import Preparation, Resize
from zerosum.features.weights import Download, fill, find_or_fetch, hash_of_file, read_state
from zerosum.registry import Table
from zerosum.types import Features, Images

__all__ = ["load_torchvision"]

_BUILT_OTHERWISE = {
    "googlenet": {"transform_input": True, "init_weights": False},
    "inception_v3": {"transform_input": True, "init_weights": False},
}
"""What torchvision passes to these two when it loads their weights itself."""


class _Classifier(nn.Module):
    """A network whose last layer was taken off, and that layer."""

    def __init__(self, network: nn.Module, last: nn.Linear) -> None:
        super().__init__()
        self.network = network
        self.last = last

    def forward(self, images: Images) -> tuple[Features, ClassLogits]:
        """Give what the last layer is given, and what it makes of it."""
        features = self.network(images)
        return features, self.last(features)


def load_torchvision(
    model: str, *, cache: Path, resize: Resize = "antialiased", weights: Path | None = None
) -> FeatureNetwork:
    """A classifier of torchvision; its features are what its last linear layer is given.

    Images are resized as a whole to the size that the weights' own transforms crop, and get
    those transforms' mean and standard deviation. The weights are looked for in ``cache`` and
    where torchvision keeps them (``$TORCH_HOME/hub/checkpoints``), else downloaded into ``cache``.

    Args:
        model: ``NAME`` or ``NAME:WEIGHTS``: ``resnet18``, ``resnet50:IMAGENET1K_V2``.
        cache: The folder in whose ``weights`` downloads are kept.
        resize: The filter.
        weights: A file with a state dictionary of the same network, instead of torchvision's.

    Raises:
        ConfigError: If there is no such classifier or weights, if the classifier does not end in
            a linear layer, or if the weights cannot be had or read.

    Source:
        https://docs.pytorch.org/vision/stable/models.html

    Example:
        >>> load_torchvision("resnet81", cache=Path("unused"))
        Traceback (most recent call last):
        ...
        zerosum.errors.UnknownNameError: unknown torchvision classifier 'resnet81'; did you ...
    """
    name, _, version = model.partition(":")
    trained = _trained(name, version)
    network = _build(name)
    place, last = _last_layer(name, network)
    path = weights or find_or_fetch(
        _download(trained.url), cache, instead="give the option for weights such a file"
    )
    fill(network, renamed(read_state(path)), path)
    network.set_submodule(place, nn.Identity())
    shown = trained.transforms()
    return FeatureNetwork(
        name=f"torchvision:{name}",
        weights=hash_of_file(path)[:16],
        dimensions=last.in_features,
        body=_Classifier(network, last).to(memory_format=torch.channels_last),
        prepare=Preparation(
            channels=3,
            size=(shown.crop_size[0], shown.crop_size[0]),
            shift=tuple(255 * mean for mean in shown.mean),
            spread=tuple(255 * deviation for deviation in shown.std),
            resize=resize,
        ),
    )


def _trained(name: str, version: str) -> Any:
    """The entry of torchvision's table of weights."""
    from torchvision import models

    classifiers = Table(
        "torchvision classifier", dict.fromkeys(models.list_models(module=models), "")
    )
    if name not in classifiers:
        classifiers[name]
    known = models.get_model_weights(name)
    if not version:
        return known.DEFAULT
    return Table(f"version of the weights of {name}", dict(known.__members__))[version]


def _build(name: str) -> nn.Module:
    """The untrained network."""
    from torchvision import models

    with torch.random.fork_rng(devices=[]):
        network = models.get_model(name, weights=None, **_BUILT_OTHERWISE.get(name, {}))
    assert isinstance(network, nn.Module)
    return network


def _last_layer(name: str, network: nn.Module) -> tuple[str, nn.Linear]:
    """Where the last layer is, and the layer."""
    place, last = list(network.named_modules())[-1]
    if not isinstance(last, nn.Linear):
        raise ConfigError(
            "the features of a torchvision classifier are what its last linear layer is given, "
            f"but {name} ends in {type(last).__name__}; choose another, such as "
            "torchvision:resnet18."
        )
    return place, last


def _download(url: str) -> Download:
    """Read the file's name and hash off the URL, which ends like "resnet18-f37072fd.pth"."""
    file = Path(urlparse(url).path).name
    match = re.search(r"-([0-9a-f]{8,})\.pth$", file)
    assert match, url
    return Download(url=url, hash_prefix=match[1], names=(file,))


def renamed(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Repair the names in the weights of densenets, which are older than their layers' names."""
    pattern = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12])\.")
    return {pattern.sub(r"\1\2.", name): value for name, value in state.items()}
