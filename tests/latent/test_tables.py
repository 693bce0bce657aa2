import pytest
import torch

from helpers.styled import StyledGenerator, game_of
from zerosum.config import DcganGeneratorConfig
from zerosum.errors import ConfigError
from zerosum.latent.mixing import mix_all
from zerosum.latent.spaces import latent_space
from zerosum.latent.tables import between_all


def test_a_table_lies_between_its_edges() -> None:
    generator = DcganGeneratorConfig(latent_size=6, base_channels=4).build((1, 8, 8))
    space = latent_space(game_of(generator))
    points = space.points(space.latents(range(5), seed=0))
    rows, columns = points[:2], points[2:]
    middle = between_all(space, rows, columns).view(2, 3, 6)
    for row in range(2):
        for column in range(3):
            expected = space.between(rows[row : row + 1], columns[column : column + 1], 0.5)
            torch.testing.assert_close(middle[row, column], expected[0])
    torch.testing.assert_close(
        between_all(space, rows, columns, time=0.0).view(2, 3, 6)[:, 1], rows
    )
    torch.testing.assert_close(
        between_all(space, rows, columns, time=1.0).view(2, 3, 6)[1], columns
    )
    with pytest.raises(ConfigError, match="from 0 "):
        between_all(space, rows, columns, time=1.1)


def test_mixtures_of_all_pairs() -> None:
    torch.manual_seed(0)
    space = latent_space(game_of(StyledGenerator()))
    points = space.points(space.latents(range(5), seed=0))
    table = mix_all(points[:2], points[2:], 1).view(2, 3, 3, 5)
    torch.testing.assert_close(table[1, 2, :1], points[1, :1])
    torch.testing.assert_close(table[1, 2, 1:], points[4, 1:])
    for layer in (0, 3):
        with pytest.raises(ConfigError, match="from 1 to 2"):
            mix_all(points[:2], points[2:], layer)
