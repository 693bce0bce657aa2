"""The record of fully visible belief networks."""

from functools import partial
from typing import Any

from zerosum.config.evaluation import EvaluateConfig
from zerosum.counting import counting
from zerosum.data import Batches, Store
from zerosum.errors import ConfigError
from zerosum.evaluation.likelihood import score_likelihood
from zerosum.families.autoregressive.data import find_test_images, learnt_and_held_out
from zerosum.families.autoregressive.settings import AutoregressiveRunConfig
from zerosum.families.base import Draw, OneSource
from zerosum.families.labels import batches_of, splits_for_tests
from zerosum.families.players import build_player
from zerosum.families.preparation import batching
from zerosum.families.scoring import (
    Evaluated,
    load_to_evaluate,
    refuse_baseline,
    refuse_direction,
    refuse_other_size,
    subject_of,
)
from zerosum.games.autoregressive import AutoregressiveGame
from zerosum.media.images import tile
from zerosum.models.autoregressive import Autoregressive
from zerosum.objectives.likelihood import level_distribution
from zerosum.randomness import Randomness
from zerosum.runs import Run
from zerosum.training.engine import Engine
from zerosum.training.evaluation import Evaluators

__all__ = ["FAMILY", "AutoregressiveFamily"]


class AutoregressiveFamily(OneSource[AutoregressiveRunConfig, AutoregressiveGame, Autoregressive]):
    """An autoregressive model, trained by maximum likelihood."""

    def tests(self, config: AutoregressiveRunConfig) -> list[str | None]:
        """The split that the model is tested on."""
        return splits_for_tests(config)

    def batches(self, config: AutoregressiveRunConfig, data: Store, engine: Engine) -> Batches:
        """Batches of the images that are not held out."""
        kept, _ = learnt_and_held_out(config, data)
        return batches_of(config, data, kept, **batching(config, engine))

    def build(
        self, config: AutoregressiveRunConfig, engine: Engine, aids: Any = None
    ) -> AutoregressiveGame:
        """The game; the network has an output for each parameter of its distributions."""
        game = config.game
        distribution = level_distribution(game.levels, components=game.components)
        network = game.network.build(config.pictures.shape, outputs=distribution.outputs)
        player = build_player(network, game.optimizer, engine, ema_half_life=game.ema_half_life)
        return AutoregressiveGame(game, model=player)

    def grid(self, config: AutoregressiveRunConfig, game: AutoregressiveGame, data: Store) -> Draw:
        """A sample grid of fixed uniform numbers."""
        random = Randomness(seed=config.seed, stream="preview")
        uniform = random.uniform(config.sample_count, *config.pictures.shape)
        return lambda: tile(game.draw(uniform))

    def evaluators(
        self,
        config: AutoregressiveRunConfig,
        game: AutoregressiveGame,
        data: Store,
        engine: Engine,
        *,
        quiet: bool,
    ) -> Evaluators:
        """The evaluator of the likelihood of test images."""
        test = find_test_images(config, quiet=quiet)
        return {"": partial(score_likelihood, game, test)} if len(test) > 1 else {}

    def model(self, run: Run, game: AutoregressiveGame, images_seen: int) -> Autoregressive:
        """The trained model."""
        return Autoregressive(run=run, game=game, images_seen=images_seen)

    def evaluate(self, subject: str, options: EvaluateConfig, *, quiet: bool = False) -> Evaluated:
        """The exact likelihood of test images."""
        refuse_baseline(subject, options)
        model = load_to_evaluate(subject, options, Autoregressive, quiet=quiet)
        refuse_other_size(subject, model, options)
        refuse_direction(model, options)
        _refuse_comparisons(subject, options)
        config = model.run.config()
        assert isinstance(config, AutoregressiveRunConfig)
        test = find_test_images(
            config,
            data=options.against,
            split=options.split or options.against_split,
            count=options.count,
            seed=options.seed,
            quiet=quiet,
        )
        if len(test) < 2:
            raise ConfigError(
                f"{options.against or config.data} has no pictures that the run has not learnt "
                "from; name some: --against SOURCE."
            )
        with counting(f"{model.run.path} looks at pictures", quiet=quiet) as progress:
            scores = score_likelihood(
                model.game, test, subject=subject_of(model, options), progress=progress
            )
        return Evaluated(scores=scores)


def _refuse_comparisons(subject: str, options: EvaluateConfig) -> None:
    """Refuse what is asked of generated images: here test images are scored.

    Raises:
        ConfigError: Metrics or a sheet of nearest images are asked for.
    """
    if options.metrics != "auto" or options.picture is not None:
        raise ConfigError(
            f"{subject} tells how likely pictures are, which leaves no metric to choose and none "
            "to draw: leave --metrics and --picture out. To compare what it draws with real "
            f"pictures, write them first: zerosum sample {subject} --count 2000 --out drawn.npz, "
            "then zerosum evaluate drawn.npz --against SOURCE."
        )


FAMILY = AutoregressiveFamily()
