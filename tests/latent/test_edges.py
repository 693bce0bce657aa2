import pytest
import torch

from zerosum.latent.edges import ORIENTATIONS, oriented_gradients, share_of_cells
from zerosum.types import Images


def step(*, upright: bool, size: int = 24) -> Images:
    image = torch.full((1, 1, size, size), -1.0)
    image[..., size // 2 :] = 1
    return image if upright else image.transpose(2, 3)


def test_an_edge_is_in_the_cells_and_of_the_orientation_that_it_has() -> None:
    upright, level = (
        oriented_gradients(step(upright=True)),
        oriented_gradients(step(upright=False)),
    )
    middle = upright.shape[3] // 2
    assert upright[0, 0, :, middle].min() > 0.9
    assert upright[0, :, :, 0].max() < 0.1
    assert level.amax(dim=(0, 2, 3)).argmax() == ORIENTATIONS // 2
    torch.testing.assert_close(level[0, ORIENTATIONS // 2], upright[0, 0].T)


def test_light_on_dark_is_as_dark_on_light_and_faint_nearly_as_strong() -> None:
    image = step(upright=True)
    torch.testing.assert_close(oriented_gradients(image), oriented_gradients(-image))
    faint, strong = oriented_gradients(0.5 * image).amax(), oriented_gradients(image).amax()
    assert 0.9 * strong < faint < strong


def test_colours_count_by_their_brightness() -> None:
    grey = torch.rand(2, 1, 16, 16)
    torch.testing.assert_close(
        oriented_gradients(grey), oriented_gradients(grey.expand(-1, 3, -1, -1))
    )


@pytest.mark.parametrize("flat", [True, False])
def test_gradients_are_finite_and_tell_how_the_edge_should_move(flat: bool) -> None:
    wanted = oriented_gradients(step(upright=True))
    image = (torch.zeros(1, 1, 24, 24) if flat else step(upright=False)).requires_grad_()
    cost = (oriented_gradients(image) - wanted).square().sum()
    (gradient,) = torch.autograd.grad(cost, [image])
    assert gradient.isfinite().all()
    assert flat or gradient.abs().sum() > 0


def test_cells_count_where_something_passes() -> None:
    mask = torch.zeros(24, 24)
    assert share_of_cells(mask).max() == 0
    mask[:, 11:13] = 1
    cells = share_of_cells(mask)[0, 0]
    assert cells.max() == 1
    assert cells[:, 0].max() == 0
    assert cells.shape == oriented_gradients(step(upright=True)).shape[2:]
