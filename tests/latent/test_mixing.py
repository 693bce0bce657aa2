"""Tables of style mixtures."""

import pytest
import torch

from helpers.styled import StyledGenerator, game_of
from zerosum.config import MlpGeneratorConfig
from zerosum.errors import ConfigError
from zerosum.latent import latent_space
from zerosum.latent.mixing import draw_mixtures, mix_styles
from zerosum.networks import StyleGenerator

SPACE = latent_space(game_of(StyledGenerator()))


def test_each_mixture_has_the_styles_of_its_row_and_column() -> None:
    found = draw_mixtures(SPACE, [1, 2], [3, 4, 5], from_layer=2)
    assert found.mixtures.shape == (2, 3, 1, 8, 8)
    for row, coarse in enumerate([1, 2]):
        for column, fine in enumerate([3, 4, 5]):
            a, b = (SPACE.points(SPACE.latents([0], seed=seed)) for seed in (coarse, fine))
            expected = SPACE.draw(torch.cat([a[:, :2], b[:, 2:]], dim=1))
            torch.testing.assert_close(found.mixtures[row, column : column + 1], expected)
            torch.testing.assert_close(found.coarse[row : row + 1], SPACE.draw(a))
            torch.testing.assert_close(found.fine[column : column + 1], SPACE.draw(b))


def test_a_seed_mixed_with_itself_is_itself() -> None:
    found = draw_mixtures(SPACE, [7], [7])
    torch.testing.assert_close(found.mixtures[0], found.coarse)
    assert found.from_layer == 1  # Half of three layers.


def test_it_mixes_as_the_generator_does_while_training() -> None:
    first, second = torch.randn(2, 3, 6, 4).unbind()
    ours = mix_styles(first, second, 2)
    assert torch.equal(ours, StyleGenerator.mix(first, second, torch.tensor([2, 2, 2])))


def test_a_lower_layer_leaves_less_of_the_row() -> None:
    def distance(layer: int) -> float:
        found = draw_mixtures(SPACE, [1], [2], from_layer=layer)
        return (found.mixtures[0] - found.coarse).square().mean().item()

    assert distance(1) > distance(2) > 0


def test_truncated_mixtures_are_mixtures_of_truncated_pictures() -> None:
    found = draw_mixtures(SPACE, [1], [2], truncation=0.5)
    plain = draw_mixtures(SPACE, [1], [2])
    point = SPACE.truncate(SPACE.points(SPACE.latents([0], seed=1)), 0.5)
    torch.testing.assert_close(found.coarse, SPACE.draw(point))
    assert not torch.allclose(found.mixtures, plain.mixtures)


def test_the_sheet_has_the_sources_on_its_edges() -> None:
    found = draw_mixtures(SPACE, [1, 2], [3, 4, 5])
    sheet = found.sheet()
    assert sheet.shape == (1, 1, 3 * 10 - 2, 4 * 10 - 2)
    assert torch.equal(sheet[0, :, :8, :8], torch.ones(1, 8, 8))
    assert torch.equal(sheet[0, :, 10:18, :8], found.coarse[0])
    assert torch.equal(sheet[0, :, :8, 30:38], found.fine[2])
    assert torch.equal(sheet[0, :, 20:28, 10:18], found.mixtures[1, 0])


@pytest.mark.parametrize(
    ("coarse", "fine", "layer", "message"),
    [
        ([], [1], None, "at least one coarse and one fine seed"),
        ([1], [], None, "at least one coarse and one fine seed"),
        ([1], [-1], None, "none of them negative"),
        ([1], [2], 0, "from 1 to 2"),
        ([1], [2], 3, "this generator has 3 layers"),
    ],
)
def test_bad_input(coarse: list[int], fine: list[int], layer: int | None, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        draw_mixtures(SPACE, coarse, fine, from_layer=layer)


def test_bad_truncation() -> None:
    with pytest.raises(ConfigError, match="expected a truncation above 0 and at most 1"):
        draw_mixtures(SPACE, [1], [2], truncation=1.5)


def test_a_generator_without_styles_is_refused() -> None:
    plain = game_of(MlpGeneratorConfig(latent_size=4).build((1, 8, 8)))
    with pytest.raises(ConfigError, match="generator whose layers have styles"):
        draw_mixtures(latent_space(plain), [1], [2])
