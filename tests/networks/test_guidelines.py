"""Which of DCGAN's guidelines our networks break, and networks such as users write."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from zerosum.config import DcganGeneratorConfig, change
from zerosum.errors import ConfigError
from zerosum.networks import MinibatchDiscriminator, ReferenceGenerator
from zerosum.networks.guidelines import GUIDELINES, Report, Role, check_guidelines
from zerosum.networks.minibatch_settings import MinibatchDiscriminationConfig
from zerosum.recipes import RECIPES, WEIGHTS, recipe

_LARGE = 5_000_000

_STYLED = ["strided", "batch-norm", "not-dense", "relu"]
_R3GAN = (["strided", "batch-norm", "relu"], ["strided", "batch-norm", "leaky-relu"])
_PROGAN = (["strided", "batch-norm", "relu"], ["strided", "batch-norm", "not-dense"])
_STYLEGAN = (["batch-norm", "not-dense", "relu"], ["batch-norm", "not-dense"])
_STYLEGAN2 = (_STYLED, ["strided", "batch-norm", "not-dense", "leaky-relu"])
_INSTANCE = (["batch-norm", "relu"], ["batch-norm"])
_FULLY_CONNECTED = (["batch-norm", "not-dense", "relu"], ["batch-norm", "not-dense"])

BROKEN: dict[str, tuple[list[str], list[str]]] = {
    "dcgan-digits": ([], []),
    "dcgan-mnist": ([], []),
    # The course neither normalises the first map nor has an activation there.
    "dcgan-svhn": (["batch-norm", "relu"], []),
    "dcgan-cifar10": ([], []),
    "dcgan-faces": ([], []),
    "gan-2014": (_FULLY_CONNECTED[0], ["batch-norm", "not-dense", "leaky-relu"]),
    "mnist-gan-2018": _FULLY_CONNECTED,
    "mnist-gan-2022": _FULLY_CONNECTED,
    "wgan-gp-mnist": ([], ["batch-norm"]),
    "wgan-gp-cifar10": (["strided"], ["strided", "batch-norm", "leaky-relu"]),
    "r3gan-digits": _R3GAN,
    "r3gan-faces32": _R3GAN,
    "r3gan-cifar10": _R3GAN,
    "progan-digits": _PROGAN,
    "progan-faces32": _PROGAN,
    "stylegan-digits": _STYLEGAN,
    "stylegan-faces32": _STYLEGAN,
    "stylegan2-digits": _STYLEGAN2,
    "stylegan2-faces32": _STYLEGAN2,
    "stylegan2-256": _STYLEGAN2,
    "cyclegan": _INSTANCE,
    "cyclegan-course": (["relu"], []),  # A residual block ends without an activation.
    "cyclegan-small": _INSTANCE,
    "cut": (["strided", "batch-norm", "relu"], ["strided", "batch-norm"]),
    "fastcut": (["strided", "batch-norm", "relu"], ["strided", "batch-norm"]),
    "pix2pix": (["batch-norm", "not-dense", "relu"], ["batch-norm"]),
    "cartoongan": _INSTANCE,
    "advgan": _INSTANCE,
    "gap": _INSTANCE,
}


def _players(name: str) -> tuple[nn.Module, nn.Module, Tensor, Tensor]:
    config: Any = recipe(name)
    shape = (config.pictures.channels, *config.pictures.size)
    images = torch.zeros(2, *shape)
    generator = config.game.generator.build(shape)
    size = getattr(generator, "latent_size", 0)
    latents = torch.zeros(2, size) if size else images
    return generator, config.game.discriminator.build(shape), latents, images


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if WEIGHTS[name] > _LARGE else [])
        for name in BROKEN
    ],
)
def test_guidelines_that_recipes_break(name: str) -> None:
    generator, discriminator, latents, images = _players(name)
    reports = (
        check_guidelines(generator, "generator", latents),
        check_guidelines(discriminator, "discriminator", images),
    )
    assert (reports[0].broken, reports[1].broken) == BROKEN[name]
    layers = [dict(generator.named_modules()), dict(discriminator.named_modules())]
    for report, names in zip(reports, layers, strict=True):
        assert all(finding.layer in names for finding in report.findings)
        assert {layer for layer, _ in report.unknown} <= {""}


def test_every_recipe_with_generator_and_discriminator_is_in_the_table() -> None:
    games = {name: recipe(name).game for name in RECIPES}
    played = [
        k for k, v in games.items() if hasattr(v, "generator") and hasattr(v, "discriminator")
    ]
    assert played == list(BROKEN)


def _report(role: Role, *layers: nn.Module | Callable[[Tensor], Tensor], size: int = 28) -> Report:
    batch = torch.zeros(2, 8) if role == "generator" else torch.zeros(2, 1, size, size)
    return check_guidelines(_Chain(*layers), role, batch)


class _Chain(nn.Module):
    """Layers, some of which are functions that no module calls."""

    def __init__(self, *layers: nn.Module | Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.steps = layers
        self.layers = nn.ModuleList(each for each in layers if isinstance(each, nn.Module))

    def forward(self, maps: Tensor) -> Tensor:
        for step in self.steps:
            maps = step(maps)
        return maps


def _found(report: Report) -> list[tuple[str, str, str]]:
    return [(each.guideline, each.layer, each.found) for each in report.findings]


_STEM = (nn.Unflatten(1, (8, 1, 1)), nn.ConvTranspose2d(8, 4, 7))
_TO_COLOURS = (nn.Conv2d(1, 1, 3), nn.Tanh())
_LAST = nn.Sequential(nn.Conv2d(4, 1, 7), nn.Flatten(0))


def _down(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 4, 2, 1)


def _up(inputs: int, outputs: int) -> nn.ConvTranspose2d:
    return nn.ConvTranspose2d(inputs, outputs, 4, 2, 1)


def _leaky(maps: Tensor) -> Tensor:
    return functional.leaky_relu(maps, 0.2)


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([_leaky, _down(4, 4), nn.BatchNorm2d(4), _leaky], []),
        (
            [_leaky, _down(4, 4), nn.BatchNorm2d(4), functional.relu],
            [("leaky-relu", "", "ReLU")],
        ),
        (
            [_leaky, _down(4, 4), nn.BatchNorm2d(4), lambda x: x.relu_()],
            [("leaky-relu", "", "ReLU")],
        ),
        (
            [
                _leaky,
                nn.Conv2d(4, 4, 3, padding=1),
                nn.BatchNorm2d(4),
                nn.PReLU(),
                nn.MaxPool2d(2),
            ],
            [("strided", "layers.4", "maximum pooling"), ("leaky-relu", "layers.3", "PReLU")],
        ),
        (
            [_leaky, _down(4, 4), nn.InstanceNorm2d(4), _leaky],
            [("batch-norm", "layers.1", "instance normalisation")],
        ),
        (
            [_leaky, _down(4, 4), lambda x: functional.layer_norm(x, x.shape[1:]), _leaky],
            [("batch-norm", "layers.1", "layer normalisation")],
        ),
        (
            [nn.BatchNorm2d(4), _leaky, _down(4, 4), nn.BatchNorm2d(4), _leaky],
            [("batch-norm", "layers.1", "batch normalisation")],
        ),
        (
            [_leaky, _down(4, 4), nn.BatchNorm2d(4)],
            [("leaky-relu", "layers.1", "none")],
        ),
        (
            [_leaky, _down(4, 4), nn.BatchNorm2d(4), torch.cos],
            [("leaky-relu", "layers.1", "none, unless by cos")],
        ),
        (
            [_leaky, _down(4, 4), nn.BatchNorm2d(4), nn.LeakyReLU(0)],
            [("leaky-relu", "layers.3", "ReLU")],
        ),
        (
            [
                lambda x: x.unflatten(1, (2, 2)).max(2).values,
                _down(2, 4),
                nn.BatchNorm2d(4),
                _leaky,
            ],
            [("leaky-relu", "", "maxout")],
        ),
        (
            [lambda x: functional.avg_pool2d(x, 2), _leaky],
            [("strided", "", "mean pooling")],
        ),
        (
            [lambda x: functional.interpolate(x, scale_factor=0.5), _leaky],
            [("strided", "", "interpolation")],
        ),
    ],
)
def test_discriminators_of_functions_and_modules(
    layers: list[nn.Module | Callable[[Tensor], Tensor]], expected: list[tuple[str, str, str]]
) -> None:
    assert _found(_report("discriminator", _down(1, 4), *layers, _LAST)) == expected


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([_up(4, 4), nn.BatchNorm2d(4), functional.relu, _up(4, 1), torch.tanh], []),
        (
            [_up(4, 4), nn.BatchNorm2d(4), nn.SiLU(), _up(4, 1), nn.Sigmoid()],
            [("relu", "layers.6", "SiLU"), ("relu", "layers.8", "sigmoid")],
        ),
        (
            [_up(4, 1), nn.BatchNorm2d(1), nn.Tanh()],
            [("batch-norm", "layers.5", "batch normalisation")],
        ),
        ([_up(4, 1)], [("relu", "layers.4", "none")]),
        ([_up(4, 1), torch.erf], [("relu", "layers.4", "none, unless by erf")]),
        (
            [nn.Upsample(scale_factor=2), nn.Conv2d(4, 1, 3, padding=1), nn.Tanh()],
            [("strided", "layers.4", "interpolation")],
        ),
        (
            [lambda x: x.repeat_interleave(2, dim=3), nn.Conv2d(4, 1, 3), nn.Tanh()],
            [("strided", "", "repeat_interleave")],
        ),
        # Sub-pixel convolution learns, and so does no harm.
        (
            [nn.Conv2d(4, 4, 3), nn.PixelShuffle(2), nn.BatchNorm2d(1), nn.ReLU(), *_TO_COLOURS],
            [],
        ),
    ],
)
def test_generators_of_functions_and_modules(
    layers: list[nn.Module | Callable[[Tensor], Tensor]], expected: list[tuple[str, str, str]]
) -> None:
    stem = (*_STEM, nn.BatchNorm2d(4), nn.ReLU())
    assert _found(_report("generator", *stem, *layers)) == expected


def test_layers_that_are_not_used_do_not_count() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.pool, self.last = nn.MaxPool2d(2), nn.Conv2d(1, 1, 28)

        def forward(self, images: Tensor) -> Tensor:
            self.pool(images)
            logits: Tensor = self.last(images)
            return logits.flatten()

    assert not check_guidelines(Net(), "discriminator", torch.zeros(2, 1, 28, 28)).broken


def test_products_with_a_parameter_are_linear_layers() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = (
                nn.Parameter(torch.randn(9, 64)),
                nn.Parameter(torch.randn(1, 9)),
            )

        def forward(self, images: Tensor) -> Tensor:
            hidden = functional.leaky_relu(images.flatten(1) @ self.one.T, 0.2)
            return torch.matmul(hidden, self.two.t()).flatten()

    found = _found(check_guidelines(Net(), "discriminator", torch.zeros(2, 1, 8, 8)))
    assert found == [("not-dense", "", "linear layer")]


def test_a_linear_layer_of_each_place_is_not_fully_connected() -> None:
    layers = (nn.Linear(28, 28), _leaky, nn.Linear(28, 28), _leaky, nn.Conv2d(1, 1, 28))
    assert _report("discriminator", *layers, nn.Flatten(0)).broken == ["batch-norm"]


def test_a_convolution_to_one_place_is_fully_connected() -> None:
    layers = (nn.Conv2d(1, 8, 28), _leaky, nn.Conv2d(8, 1, 1), nn.Flatten(0))
    found = _found(_report("discriminator", *layers))
    assert found == [("not-dense", "layers.0", "convolution of one place")]


def test_a_normalisation_of_ones_own_is_not_taken_for_none() -> None:
    def normalised(maps: Tensor) -> Tensor:
        return (maps - maps.mean((0, 2, 3), keepdim=True)) / maps.std((0, 2, 3), keepdim=True)

    report = _report("discriminator", _down(1, 4), _leaky, _down(4, 4), normalised, _leaky, _LAST)
    expected = (
        "batch-norm",
        "layers.1",
        "none, unless by mean over the batch or std over the batch",
    )
    assert _found(report) == [expected]
    assert set(report.unknown) == {("", "mean over the batch"), ("", "std over the batch")}


def test_weights_may_be_computed() -> None:
    layers = nn.Sequential(_down(1, 4), nn.LeakyReLU(0.2), nn.Conv2d(4, 1, 14), nn.Flatten(0))
    nn.utils.parametrizations.spectral_norm(layers[0])
    nn.utils.parametrizations.weight_norm(layers[2])
    assert not check_guidelines(layers, "discriminator", torch.zeros(2, 1, 28, 28)).broken


def test_virtual_batch_normalisation_and_minibatch_discrimination_are_known() -> None:
    small: Any = change(recipe("dcgan-digits"), {"game.generator.base_channels": 4})
    generator = small.game.generator.build((1, 28, 28))
    virtual = ReferenceGenerator(generator, torch.randn(3, 100))
    assert check_guidelines(virtual, "generator", torch.zeros(2, 100)).findings == ()
    inner = small.game.discriminator.build((1, 28, 28))
    discriminator = MinibatchDiscriminator(inner, MinibatchDiscriminationConfig(kernels=3))
    report = check_guidelines(discriminator, "discriminator", torch.zeros(2, 1, 28, 28))
    assert (report.findings, report.unknown) == ((), ())


def test_what_differs_besides_is_remarked() -> None:
    layers = [_down(1, 8), nn.LeakyReLU(0.1), _down(8, 8), nn.LeakyReLU(0.1), nn.BatchNorm2d(8)]
    remarks = _report("discriminator", *layers, nn.Conv2d(8, 1, 7), nn.Flatten(0)).remarks
    slope, place, weights = remarks
    assert slope.startswith("leaky ReLU of slope 0.1:")
    assert place.startswith("batch normalisation behind the activation at layers.4:")
    assert weights.startswith("weights of a root mean square of 0.0")


def test_first_weights_of_the_paper_are_not_remarked() -> None:
    for seed in range(20):
        torch.manual_seed(seed)
        network = DcganGeneratorConfig(base_channels=4).build((1, 28, 28))
        assert not check_guidelines(network, "generator", torch.zeros(2, 100)).remarks


def test_reading_changes_nothing() -> None:
    network = nn.Sequential(_down(1, 4), nn.Dropout(), nn.BatchNorm2d(4).eval(), nn.Flatten())
    network.add_module("last", nn.Linear(784, 1))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    modes, state = [each.training for each in network.modules()], torch.get_rng_state()
    check_guidelines(network, "discriminator", torch.zeros(2, 1, 28, 28))
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert [each.training for each in network.modules()] == modes
    assert torch.equal(torch.get_rng_state(), state)


def _through_numpy(maps: Tensor) -> Tensor:
    return torch.from_numpy(maps.numpy()).view(2, -1)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([nn.Conv2d(3, 1, 28)], r"fails when it is given \(2, 1, 28, 28\), with RuntimeError"),
        ([_down(1, 1), _through_numpy], "no layer with weights is to be seen"),
        ([nn.Flatten()], "no layer with weights is to be seen"),
        ([lambda x: torch.zeros(len(x))], "no layer with weights is to be seen"),
        ([nn.LazyConv2d(1, 28)], "run it once first"),
    ],
)
def test_networks_that_cannot_be_read_are_refused(layers: list[Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        _report("discriminator", *layers)


@pytest.mark.filterwarnings("ignore:`torch.jit")
def test_a_scripted_network_is_refused_and_a_scripted_part_named() -> None:
    layer, images = nn.Conv2d(1, 1, 28), torch.zeros(2, 1, 28, 28)
    scripted = torch.jit.trace(layer, images)  # type: ignore[no-untyped-call]
    with pytest.raises(ConfigError, match=r"as it was before torch\.jit"):
        check_guidelines(scripted, "discriminator", images)
    whole = nn.Sequential(scripted, nn.Conv2d(1, 1, 1))
    assert [layer for layer, _ in check_guidelines(whole, "discriminator", images).unknown] == [
        "0"
    ]


def test_a_module_that_computes_elsewhere_is_named() -> None:
    class Sorted(nn.Module):
        def forward(self, maps: Tensor) -> Tensor:
            return torch.from_numpy(np.sort(maps.detach().numpy()))

    report = _report("discriminator", _down(1, 4), Sorted(), nn.Conv2d(4, 1, 14))
    assert report.unknown == (("layers.1", "Sorted"),)
    expected = {"none, unless by Sorted"}
    assert {found for _, _, found in _found(report)} == expected


def test_pictures_are_not_to_be_normalised_by_their_batch() -> None:
    report = _report("discriminator", nn.BatchNorm2d(1), _down(1, 4), _leaky, nn.Conv2d(4, 1, 14))
    assert _found(report) == [("batch-norm", "layers.0", "batch normalisation")]


def test_latents_may_be_normalised() -> None:
    layers = (nn.BatchNorm1d(8), *_STEM, nn.BatchNorm2d(4), nn.ReLU(), _up(4, 1), nn.Tanh())
    assert not _report("generator", *layers).broken


def test_every_guideline_is_broken_by_some_recipe() -> None:
    assert {name for pair in BROKEN.values() for each in pair for name in each} == set(GUIDELINES)
