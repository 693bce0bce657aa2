from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

ImageMaker = Callable[..., Tensor]


@pytest.fixture
def pictures() -> ImageMaker:
    """Bytes with structure at all scales, which depend on the shape and the seed alone."""

    def draw(
        n: int, channels: int, height: int, width: int | None = None, seed: int = 0
    ) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        size = (height, width or height)
        total = torch.zeros(n, channels, *size)
        for side in (2, 5, 11):
            noise = torch.rand(n, channels, side, side, generator=generator)
            total += interpolate(noise, size, mode="bilinear")
        return (total / 3 * 255).round().to(torch.uint8)

    return draw


def _enliven(network: nn.Module) -> nn.Module:
    """Random weights that carry what comes in up to the end, as trained ones do."""
    generator = torch.Generator().manual_seed(0)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            fan_in = layer.weight[0].numel()
            nn.init.normal_(layer.weight, std=(2 / fan_in) ** 0.5, generator=generator)
            if layer.bias is not None:
                nn.init.normal_(layer.bias, std=0.1, generator=generator)
        elif isinstance(layer, nn.BatchNorm2d):
            assert layer.running_mean is not None
            assert layer.running_var is not None
            nn.init.normal_(layer.running_mean, std=0.1, generator=generator)
            nn.init.uniform_(layer.running_var, 0.8, 1.2, generator=generator)
            nn.init.uniform_(layer.weight, 0.8, 1.2, generator=generator)
            nn.init.normal_(layer.bias, std=0.1, generator=generator)
    return network.eval()


@pytest.fixture(scope="session")
def enliven() -> Callable[[nn.Module], nn.Module]:
    return _enliven


def _varied(count: int, side: int, seed: int) -> Tensor:
    """RGB bytes that differ in colour, contrast and fineness."""
    generator = torch.Generator().manual_seed(seed)
    rows = []
    for index in range(count):
        noise = torch.rand(1, 3, 2 + index, 2 + index, generator=generator)
        contrast = torch.rand(1, 3, 1, 1, generator=generator)
        middle = torch.rand(1, 3, 1, 1, generator=generator)
        rows.append(interpolate(middle + contrast * (noise - 0.5), (side, side), mode="bilinear"))
    return (torch.cat(rows) * 255).round().clamp(0, 255).to(torch.uint8)


@pytest.fixture(scope="session")
def varied() -> ImageMaker:
    return _varied


@pytest.fixture(scope="session")
def inception_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights in torch-fidelity's format.

    Batch normalisation is set to what comes, nearly as by training: plain random networks see
    almost the same in all pictures.
    """
    pytest.importorskip("torch_fidelity")
    models = pytest.importorskip("torchvision.models")
    with torch.random.fork_rng(devices=[]):
        network = models.Inception3(num_classes=1008, aux_logits=False, init_weights=False)
    _enliven(network).train()
    norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
    with torch.no_grad():
        network(_varied(12, 150, seed=9).float() / 128 - 1)
    for norm in norms:
        assert norm.running_var is not None
        norm.running_var.clamp_(min=1.2 * float(norm.running_var.mean()))
    network.fc.weight.data.mul_(3)
    path = tmp_path_factory.mktemp("inception") / "random.pth"
    torch.save(network.state_dict(), path)
    return path


@pytest.fixture
def no_torch_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in place of PyTorch's own cache."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    checkpoints = tmp_path / "torch" / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    return checkpoints
