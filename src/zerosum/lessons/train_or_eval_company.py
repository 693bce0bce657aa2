"""What a generator draws of a latent, by who else is in the batch."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from zerosum.data import unscale
from zerosum.families.loading import load
from zerosum.games.generating import GENERATOR, GeneratingGame
from zerosum.lessons.figures import Axis, Gallery, Line, Plot
from zerosum.lessons.packaged import packaged_game
from zerosum.models.generator import Generator
from zerosum.nn import needs_batch
from zerosum.nn.batchnorm_by_hand import normalising_by_batch
from zerosum.randomness import Randomness, derive_seed
from zerosum.types import Images

__all__ = ["draw_in_company", "opened"]

_SIZES = (2, 4, 8, 16, 32)
_PAIRS = 12
_SHOWN = 8


def opened(run: Path | None) -> GeneratingGame[Any]:
    """The game of a run that generates images, or that of the packaged networks.

    Raises:
        RunError: It generates none from latents, or has no checkpoint.
    """
    if run is not None:
        return load(run, kind=Generator, device="cpu").game
    return packaged_game()


@torch.no_grad()
def draw_in_company(game: GeneratingGame[Any], *, companions: int, seed: int) -> dict[str, Any]:
    """Draw equal latents in both modes, among others in the batch.

    Args:
        game: Whose generator draws.
        companions: How many others there are.
        seed: From which all latents follow.

    Returns:
        ``numbers``, a ``gallery`` and a ``plot``.
    """
    generator = game.players[GENERATOR].best.eval()
    random = Randomness(seed=derive_seed(seed, "latents"))
    latents = game.fresh_latents(_SHOWN, random)

    def among(others: Tensor) -> Images:
        """Each picture from a batch of its own, the others being the same in all."""
        batches = [torch.cat([latent[None], others]) for latent in latents]
        return torch.cat([generator(batch)[:1] for batch in batches])

    company = [game.fresh_latents(companions, random) for _ in range(2)]
    evaluated = [among(others) for others in company]
    with normalising_by_batch(generator):
        trained = [among(others) for others in company]
        alone = among(company[0][:0])
        changes = [
            _change(
                generator,
                torch.stack([game.fresh_latents(size, random) for _ in range(2 * _PAIRS)]),
            )
            for size in _SIZES
        ]
    rows = {
        "evaluation mode": evaluated[0],
        "training mode": trained[0],
        "the same, other company": trained[1],
        "training mode, alone": alone,
    }
    images = unscale(torch.cat(list(rows.values()))).permute(0, 2, 3, 1).numpy()
    return {
        "numbers": {
            "evaluation": _apart(*evaluated),
            "training": _apart(*trained),
            "alone": _apart(alone, evaluated[0]),
            "changes": changes,
            "normalises": needs_batch(generator),
        },
        "gallery": Gallery(
            title="Eight latents, each drawn in a batch of its own",
            images=images[..., 0] if images.shape[-1] == 1 else images,
            captions=[name for name in rows for _ in range(_SHOWN)],
            columns=_SHOWN,
        ),
        "plot": Plot(
            title="How much a picture changes with its company, as in training mode",
            x=Axis(label="pictures in the batch", log=True),
            y=Axis(label="root mean square of the change, of 2"),
            marks=[Line(name="", x=_SIZES, y=changes)],
        ),
    }


def _change(generator: nn.Module, batches: Tensor) -> float:
    """How far the first picture of a batch is from that of the same latent in another batch.

    Args:
        generator: As in training mode.
        batches: Latents, shape (2 · pairs, n, d).
    """
    first, second = batches.chunk(2)
    second = torch.cat([first[:, :1], second[:, 1:]], dim=1)
    drawn = [[generator(batch)[:1] for batch in each] for each in (first, second)]
    return _apart(*(torch.cat(each) for each in drawn))


def _apart(first: Images, second: Images) -> float:
    """The root mean square of the difference of pixels."""
    return float((first - second).square().mean().sqrt())
