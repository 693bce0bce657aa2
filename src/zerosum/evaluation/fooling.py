"""How many images mislead a classifier, of those that a generator has not learnt from."""

from collections.abc import Mapping
from typing import Any

import torch

from zerosum.attacks import attack_images
from zerosum.data import scale
from zerosum.evaluation.accuracy import LabelledSet
from zerosum.evaluation.protocol import Protocol, Score, Scores
from zerosum.games import PerturbationGame
from zerosum.games.base import evaluating
from zerosum.games.generating import GENERATOR
from zerosum.games.perturbation import to_pixels
from zerosum.metrics import Estimate
from zerosum.metrics.shares import share
from zerosum.types import Progress

__all__ = ["score_fooling"]

_AT_ONCE = 64


def score_fooling(
    game: PerturbationGame,
    labelled: LabelledSet,
    *,
    subject: Mapping[str, Any],
    diagnostics: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> Scores:
    """Let a game's best generator change images, and ask the victim.

    What counts is what the victim says of the clean image, right or wrong, as in the game; of
    images for which it names the target anyhow, none is counted. `zerosum attack` is stricter:
    it counts images that the classifier has right.

    Args:
        game: Whose generator, and whose victim.
        labelled: The images; their labels do not matter.
        subject: Whose scores they are.
        diagnostics: Signs of the game's health.
        progress: Called as it goes.
    """
    fooled, sizes = [], []
    with evaluating(game.players[GENERATOR].best) as network:
        device = next(network.parameters()).device
        for batch in labelled.images.batches(_AT_ONCE, progress=progress):
            clean = to_pixels(scale(batch).to(device))
            goal, open_ = game.goal(clean)
            # Images that the victim takes for the target already cannot be misled to it.
            if not bool(open_.any()):
                continue
            result = attack_images(
                game.attack,
                game.victim,
                clean[open_],
                goal.labels[open_],
                epsilon=game.settings.epsilon,
                targeted=goal.targeted,
            )
            fooled.append(result.fooled.cpu())
            # In 64 bits, since thousands of lengths are summed.
            sizes.append((result.images - clean[open_]).flatten(1).norm(dim=1).double().cpu())
    hits, lengths = torch.cat(fooled), torch.cat(sizes)
    within = f"of {len(hits):,} pictures, each pixel within {game.settings.epsilon:.4g}"
    error = lengths.std().item() / len(lengths) ** 0.5
    length = Estimate(value=lengths.mean().item(), error=error)
    return Scores(
        subject=subject,
        protocol=Protocol(
            network={"network": game.victim.name}, real=labelled.about, generated=0, seed=0
        ),
        scores={
            "fooled": Score(estimate=share(hits), how=f"share {within}", lower_is_better=False),
            "size": Score(
                estimate=length, how=f"mean length of changes {within}", lower_is_better=True
            ),
        },
        diagnostics=diagnostics or {},
    )
