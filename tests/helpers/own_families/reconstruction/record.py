"""All that is special to autoencoders: the game, its pictures, its scores, its model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from helpers.own_families.reconstruction.settings import ReconstructionRunConfig
from zerosum.config import EvaluateConfig
from zerosum.data import Batches, Store, scale
from zerosum.evaluation.extraction import ImageSubset
from zerosum.evaluation.protocol import Protocol, Score, Scores
from zerosum.export import Part, takes_images
from zerosum.families.base import Draw, OneSource
from zerosum.families.players import build_player
from zerosum.families.preparation import batching, prepare_store
from zerosum.families.scoring import Evaluated, load_to_evaluate, subject_of
from zerosum.games import Game, Player, Round, Turn
from zerosum.games.base import evaluating
from zerosum.media.images import tile
from zerosum.metrics import Estimate
from zerosum.models import Model
from zerosum.runs import Run
from zerosum.training.engine import Engine
from zerosum.training.evaluation import Evaluators
from zerosum.types import Batch, Images, Progress

__all__ = ["FAMILY", "Autoencoder"]


class ReconstructionGame(Game[Batch]):
    """The autoencoder pays for the squared difference of every pixel."""

    def __init__(self, *, autoencoder: Player) -> None:
        self.players = {"autoencoder": autoencoder}

    def turns(self, batch: Batch, now: Round) -> Iterator[Turn]:
        made = self.players["autoencoder"].network(batch.images)
        yield Turn(player="autoencoder", cost=(made - batch.images).square().mean())

    def reconstruct(self, images: Images) -> Images:
        with evaluating(self.players["autoencoder"].best) as network:
            made: Images = network(images)
        return made


class Autoencoder(Model):
    """A trained autoencoder."""

    does: ClassVar[str] = "reconstructs pictures"
    use: ClassVar[str] = "zerosum evaluate {run}"
    way_there: ClassVar[str] = "zerosum train autoencoder-digits --data FOLDER"

    def __init__(self, *, run: Run, game: ReconstructionGame, images_seen: int) -> None:
        super().__init__(run=run, game=game, images_seen=images_seen)
        self.game: ReconstructionGame = game

    def part(self, direction: str | None = None) -> Part:
        self.refuse(direction)
        network = self.game.players["autoencoder"].best
        shape = self.run.config().pictures.shape
        return Part(network=network, takes=takes_images(shape), gives="pictures", facts={})


@dataclass(frozen=True, kw_only=True)
class ErrorEvaluator:
    game: ReconstructionGame
    images: Images

    def __call__(
        self,
        *,
        subject: Mapping[str, Any],
        diagnostics: Mapping[str, float],
        progress: Progress | None = None,
    ) -> Scores:
        errors = (self.game.reconstruct(self.images) - self.images).square().flatten(1).mean(1)
        error = Estimate(
            value=errors.mean().item(), error=errors.std().item() / len(errors) ** 0.5
        )
        score = Score(estimate=error, how="mean square of pixels", lower_is_better=True)
        protocol = Protocol(network={}, real={}, generated=len(errors))
        return Scores(
            subject=subject, protocol=protocol, scores={"error": score}, diagnostics=diagnostics
        )


class Reconstruction(OneSource[ReconstructionRunConfig, ReconstructionGame, Autoencoder]):
    """An autoencoder alone."""

    def batches(self, config: ReconstructionRunConfig, data: Store, engine: Engine) -> Batches:
        return Batches(data, **batching(config, engine))

    def build(
        self, config: ReconstructionRunConfig, engine: Engine, aids: Any = None
    ) -> ReconstructionGame:
        shape, width = config.pictures.shape, config.game.width
        pixels = shape[0] * shape[1] * shape[2]
        network = nn.Sequential(
            *(nn.Flatten(), nn.Linear(pixels, width), nn.ReLU(), nn.Linear(width, pixels)),
            *(nn.Tanh(), nn.Unflatten(1, shape)),
        )
        player = build_player(network, config.game.optimizer, engine)
        return ReconstructionGame(autoencoder=player)

    def grid(self, config: ReconstructionRunConfig, game: ReconstructionGame, data: Store) -> Draw:
        images = _first(data, config.sample_count)
        return lambda: _pairs(images, game.reconstruct(images))

    def evaluators(
        self,
        config: ReconstructionRunConfig,
        game: ReconstructionGame,
        data: Store,
        engine: Engine,
        *,
        quiet: bool,
    ) -> Evaluators:
        return {"": ErrorEvaluator(game=game, images=_first(data, config.evaluate_count))}

    def model(self, run: Run, game: ReconstructionGame, images_seen: int) -> Autoencoder:
        return Autoencoder(run=run, game=game, images_seen=images_seen)

    def evaluate(self, subject: str, options: EvaluateConfig, *, quiet: bool = False) -> Evaluated:
        model = load_to_evaluate(subject, options, Autoencoder, quiet=quiet)
        store = prepare_store(model.run.config(), quiet=quiet)
        evaluate = ErrorEvaluator(game=model.game, images=_first(store, options.count))
        return Evaluated(scores=evaluate(subject=subject_of(model, options), diagnostics={}))


def _first(store: Store, count: int) -> Images:
    (images,) = ImageSubset(store.images[:count]).batches(count)
    return scale(images)


def _pairs(one: Images, other: Images) -> Tensor:
    return tile(torch.stack([one, other], dim=1).flatten(0, 1))


FAMILY = Reconstruction()
