"""What growing networks promise."""

from copy import deepcopy

import pytest
import torch
from torch import Tensor
from torch.autograd import grad
from torch.nn import functional

from zerosum.config import ProganDiscriminatorConfig, ProganGeneratorConfig
from zerosum.errors import ConfigError
from zerosum.networks import GrowingDiscriminator, GrowingGenerator
from zerosum.networks.kinds import count_parameters
from zerosum.types import ImageShape

SHAPES = [(1, 28, 28), (3, 32, 32), (3, 48, 36)]
STAGES = [0.0, 0.3, 1.0, 1.5, 2.0, 7.0]


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def generator(shape: ImageShape = (3, 32, 32)) -> GrowingGenerator:
    return ProganGeneratorConfig(latent_size=6, base_channels=4).build(shape)


def discriminator(shape: ImageShape = (3, 32, 32)) -> GrowingDiscriminator:
    return ProganDiscriminatorConfig(base_channels=4).build(shape)


def coarse(images: Tensor, times: int) -> Tensor:
    """The picture with squares of 2^times pixels."""
    side = 2**times
    return functional.interpolate(functional.avg_pool2d(images, side), scale_factor=float(side))


@pytest.mark.parametrize("progress", STAGES)
@pytest.mark.parametrize("shape", SHAPES)
def test_pictures_are_of_full_size_at_every_stage(shape: ImageShape, progress: float) -> None:
    makes, critic = generator(shape), discriminator(shape)
    for network in (makes, critic):
        network.grow(progress)
    images = makes(torch.randn(3, 6))
    assert images.shape == (3, *shape)
    assert critic(images).shape == (3,)
    assert critic.coarsen(images).shape == images.shape


def test_published_sizes() -> None:
    with torch.device("meta"):
        course = ProganGeneratorConfig(latent_size=128, base_channels=32, pixel_norm=False).build(
            (3, 512, 512)
        )
        makes = ProganGeneratorConfig().build((3, 1024, 1024))
        critic = ProganDiscriminatorConfig().build((3, 1024, 1024))
    assert count_parameters(course) == 19_926_392
    assert round(count_parameters(makes) / 1e6, 1) == 23.1  # the paper's table 2
    assert round(count_parameters(critic) / 1e6, 1) == 23.1


def test_networks_start_fully_grown() -> None:
    makes = generator()
    z = torch.randn(2, 6)
    whole = makes(z)
    makes.grow(1)
    assert not torch.equal(makes(z), whole)
    makes.grow(3)
    assert torch.equal(makes(z), whole)


@pytest.mark.parametrize("size", [0, 1, 2])
def test_a_stage_draws_squares_of_its_own_pixels(size: int) -> None:
    makes = generator()
    makes.grow(size)
    images = makes(torch.randn(2, 6))
    torch.testing.assert_close(images, coarse(images, 3 - size))
    assert not torch.allclose(images, coarse(images, 4 - size), atol=1e-4)


@pytest.mark.parametrize("size", [0, 1, 2])
def test_growth_is_continuous_where_a_size_is_added(size: int) -> None:
    makes, critic = generator(), discriminator()
    z, real = torch.randn(4, 6), torch.randn(4, 3, 32, 32)
    found = []
    for progress in (size, size + 1e-6):
        makes.grow(progress)
        critic.grow(progress)
        found.append((makes(z), critic(real), critic.coarsen(real)))
    for before, after in zip(*found, strict=True):
        torch.testing.assert_close(before, after, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_while_fading_in_the_picture_is_a_mean_of_both_sizes(size: int) -> None:
    makes, z = generator(), torch.randn(2, 6)
    found = {}
    for progress in (size - 1, size - 0.75, size):
        makes.grow(progress)
        found[progress] = makes(z)
    expected = 0.25 * found[size] + 0.75 * found[size - 1]
    torch.testing.assert_close(found[size - 0.75], expected)


def test_real_pictures_lose_the_detail_that_generated_ones_cannot_have() -> None:
    critic, real = discriminator(), torch.randn(2, 3, 32, 32)
    assert torch.equal(critic.coarsen(real), real)
    critic.grow(1)
    torch.testing.assert_close(critic.coarsen(real), coarse(real, 2))
    critic.grow(1.25)
    expected = 0.25 * coarse(real, 1) + 0.75 * coarse(real, 2)
    torch.testing.assert_close(critic.coarsen(real), expected)


@pytest.mark.parametrize("progress", [0.0, 1.0, 2.25])
def test_a_discriminator_sees_no_more_than_its_stage(progress: float) -> None:
    critic, real = discriminator(), torch.randn(4, 3, 32, 32)
    critic.grow(progress)
    times = 3 - critic.stage[0]
    torch.testing.assert_close(critic(real), critic(coarse(real, times)), atol=1e-5, rtol=1e-4)


def test_growth_is_part_of_the_state() -> None:
    makes, copy, z = generator(), generator(), torch.randn(2, 6)
    makes.grow(1.375)
    copy.load_state_dict(makes.state_dict())
    assert copy.stage == (2, 0.375)
    assert torch.equal(makes(z), copy(z))


def test_growth_follows_the_state_however_it_is_changed() -> None:
    network = ProganGeneratorConfig(base_channels=4).build((1, 16, 16))
    network.grow(0.25)
    grown = {name: value.clone() for name, value in network.state_dict().items()}
    network.grow(1.5)
    network.load_state_dict(grown)
    assert network.stage == (1, 0.25)
    network.grow(1.5)
    network.progress.copy_(grown["progress"])  # as buffers are put back after a look ahead
    assert network.stage == (1, 0.25)
    network.progress = torch.tensor(2.0)
    assert network.stage == (2, 1.0)
    assert deepcopy(network).stage == (2, 1.0)


def test_growth_cannot_be_negative() -> None:
    with pytest.raises(ConfigError, match="at least 0"):
        generator().grow(-0.1)


@pytest.mark.parametrize(("progress", "size"), [(0.0, 0), (0.5, 1), (1.0, 1), (3.0, 3)])
def test_the_weights_in_use_get_gradients_and_no_others(progress: float, size: int) -> None:
    makes, critic = generator(), discriminator()
    for network in (makes, critic):
        network.grow(progress)
    critic(makes(torch.randn(4, 6))).sum().backward()
    fading = progress != size
    for network in (makes, critic):
        for name, weight in network.named_parameters():
            kind, number = name.split(".")[:2]
            if kind == "blocks":
                used = int(number) < size
            elif kind in ("colours", "entries"):
                used = int(number) == size or (fading and int(number) == size - 1)
            else:
                used = True
            assert (weight.grad is not None) == used, (name, progress)
            assert weight.grad is None or weight.grad.abs().max() > 0, name


@pytest.mark.parametrize("progress", [0.0, 1.5, 3.0])
def test_the_discriminators_slope_can_be_differentiated(progress: float) -> None:
    critic = discriminator()
    critic.grow(progress)
    images = torch.randn(4, 3, 32, 32, requires_grad=True)
    (gradient,) = grad(critic(images).sum(), images, create_graph=True)
    gradient.square().sum().backward()  # type: ignore[no-untyped-call]
    gradients = [weight.grad for weight in critic.parameters() if weight.grad is not None]
    assert gradients
    assert all(torch.isfinite(each).all() for each in gradients)


@pytest.mark.parametrize("pixel_norm", [True, False])
def test_untrained_pictures_are_of_ordinary_size(pixel_norm: bool) -> None:
    makes = ProganGeneratorConfig(base_channels=16, pixel_norm=pixel_norm).build((3, 64, 64))
    with torch.no_grad():
        images = makes(torch.randn(8, 512))
    assert 0.3 < images.std() < 3
