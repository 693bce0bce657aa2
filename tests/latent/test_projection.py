import pytest
import torch

from helpers.styled import StyledGenerator, game_of
from zerosum.errors import DataError
from zerosum.latent.projection import Descent, project
from zerosum.latent.spaces import LatentSpace, latent_space

QUICK = Descent(steps=150, starts=3, samples=100)


def test_a_picture_of_the_generator_is_found_again(space: LatentSpace) -> None:
    targets = space.draw(space.points(space.latents(range(2), seed=99)))
    found = project(space, targets, descent=QUICK)
    assert (found.distances < 0.1 * found.random).all()
    assert (found.random < found.mean).all()
    torch.testing.assert_close(space.draw(found.points), found.images)
    apart = (found.images - targets).square().mean(dim=(1, 2, 3))
    torch.testing.assert_close(apart, found.distances, rtol=1e-4, atol=1e-7)
    torch.testing.assert_close(space.keep(found.points), found.points)


def test_the_distances_beside_it_are_what_they_say(space: LatentSpace) -> None:
    targets = torch.rand(2, 1, 8, 8)
    found = project(space, targets, descent=QUICK)
    samples = space.draw(space.points(space.latents(range(100), seed=0)))
    apart = (samples[None] - targets[:, None]).square().mean(dim=(2, 3, 4))
    torch.testing.assert_close(found.random, apart.amin(dim=1))
    mean = (samples.mean(dim=0) - targets).square().mean(dim=(1, 2, 3))
    torch.testing.assert_close(found.mean, mean)


@pytest.mark.parametrize("starts", [1, 2])
def test_one_step_is_no_worse_than_the_nearest_sample(space: LatentSpace, starts: int) -> None:
    descent = Descent(steps=1, starts=starts, samples=50)
    found = project(space, torch.rand(3, 1, 8, 8), descent=descent)
    assert (found.distances <= found.random * 1.0001).all()


def test_it_does_not_depend_on_the_company(space: LatentSpace) -> None:
    targets = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(1)) * 2 - 1
    descent = Descent(steps=20, starts=2, samples=50)
    together = project(space, targets, descent=descent)
    alone = project(space, targets[1:], descent=descent)
    torch.testing.assert_close(together.distances[1:], alone.distances, rtol=1e-3, atol=1e-6)


def test_it_leaves_the_generator_as_it_was(space: LatentSpace) -> None:
    space.network.train()
    before = {name: value.clone() for name, value in space.network.state_dict().items()}
    project(space, torch.rand(1, 1, 8, 8), descent=Descent(steps=2, samples=10))
    assert space.network.training
    assert all(weight.grad is None for weight in space.network.parameters())
    for name, value in space.network.state_dict().items():
        assert torch.equal(value, before[name])


def test_features_count_as_much_as_pixels(space: LatentSpace) -> None:
    targets = space.draw(space.points(space.latents(range(1), seed=99)))
    found = project(
        space, targets, descent=QUICK, extract=lambda images: 7 * images.flatten(1) + 1
    )
    plain = project(space, targets, descent=QUICK)
    torch.testing.assert_close(found.random, 2 * plain.random)
    assert (found.distances < 0.1 * found.random).all()


def test_a_style_is_the_same_in_all_layers() -> None:
    torch.manual_seed(0)
    space = latent_space(game_of(StyledGenerator()))
    found = project(space, torch.rand(1, 1, 8, 8), descent=Descent(steps=5, samples=10))
    assert found.points.shape == (1, 3, 5)
    assert found.points.std(dim=1).max() < 1e-6


def test_pictures_of_another_shape_are_refused(space: LatentSpace) -> None:
    with pytest.raises(DataError, match=r"shape \(n, 1, 8, 8\), got shape \(1, 3, 8, 8\)"):
        project(space, torch.rand(1, 3, 8, 8))
