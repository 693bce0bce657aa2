"""A generator and an objective of one's own in a recipe of ours.

    zerosum train dcgan-digits \
        --game.generator examples/own_network.py:Painter width=16 \
        --game.objective examples/own_network.py:Sharp

or the same in Python: `python examples/own_network.py`. The run keeps the file's name and hash,
goes on bit for bit as any run does, and refuses to go on with the file when it has changed.
"""

from torch import Tensor, nn

import zerosum
from zerosum.objectives import Hinge


class Painter(nn.Sequential):
    """Latents (n, latent_size) to pictures (n, c, h, w), whose sides are multiples of 4."""

    def __init__(
        self, *, image_shape: tuple[int, int, int], latent_size: int, width: int = 32
    ) -> None:
        channels, rows, columns = image_shape[0], image_shape[1] // 4, image_shape[2] // 4
        super().__init__(
            nn.Linear(latent_size, width * rows * columns),
            nn.Unflatten(1, (width, rows, columns)),
            nn.Upsample(scale_factor=4),
            nn.Conv2d(width, width, 5, padding=2),
            nn.LeakyReLU(0.2),
            nn.Conv2d(width, channels, 5, padding=2),
            nn.Tanh(),
        )


class Sharp(Hinge):
    """A hinge whose generator pays less for pictures that are taken for real already."""

    def generator(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """Pay max(0, 1 − f)."""
        return (1 - fake.flatten()).relu()


def main() -> None:
    """Train for a moment."""
    fields = {
        "game.generator": f"{__file__}:Painter",
        "game.generator.arguments": {"width": 16},
        "game.objective": f"{__file__}:Sharp",
    }
    model = zerosum.train("dcgan-digits", kind=zerosum.Generator, images=20_000, fields=fields)
    model.save_grid("own.png")


if __name__ == "__main__":
    main()
