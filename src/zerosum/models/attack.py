"""A trained generator of adversarial perturbations."""

from typing import ClassVar, cast

from zerosum.attacks.learned import Learned
from zerosum.errors import ConfigError
from zerosum.export import Part, takes_images
from zerosum.games.perturbation import PerturbationGame
from zerosum.models.base import RANGE, Model, rows
from zerosum.networks.kinds import Shaped
from zerosum.runs import Run
from zerosum.types import Images, ImageShape

__all__ = ["LearnedAttack"]


class LearnedAttack(Model):
    """A trained generator of perturbations that mislead a classifier."""

    does: ClassVar[str] = "learnt to attack"
    use: ClassVar[str] = "zerosum attack CLASSIFIER --data SOURCE --attack {run}"
    way_there: ClassVar[str] = "zerosum train advgan --victim CLASSIFIER --data FOLDER"

    def __init__(self, *, run: Run, game: PerturbationGame, images_seen: int) -> None:
        super().__init__(run=run, game=game, images_seen=images_seen)
        self.game: PerturbationGame = game

    @property
    def name(self) -> str:
        """Its name among other attacks."""
        return self.run.path.absolute().name

    @property
    def attack(self) -> Learned:
        """The attack, with its generator in evaluation mode."""
        attack = self.game.attack
        attack.network.eval()
        return attack

    @property
    def shape(self) -> ImageShape:
        """The shape (c, h, w) of its images."""
        return self.run.config().pictures.shape

    @property
    def target(self) -> int | None:
        """The target class of its training; None: it is untargeted."""
        return self.game.settings.targeted

    def require(self, images: Images, target: int | None) -> None:
        """Make sure that the attack fits the images and the target.

        Raises:
            ConfigError: It does not.
        """
        if tuple(images.shape[1:]) != self.shape:
            raise ConfigError(
                f"{self.name} learnt to change pictures of {_format_shape(self.shape)} (channels "
                f"x height x width), and this classifier takes {_format_shape(images.shape[1:])}. "
                "Train one with --victim this classifier, or see what carries over: --against."
            )
        if target != self.target:
            trained, requested = (_name_goal(each) for each in (self.target, target))
            raise ConfigError(f"{self.name} learnt to reach {trained}, not {requested}.")

    def part(self, direction: str | None = None) -> Part:
        """Return its network, with a description of input and output.

        Raises:
            ConfigError: A direction is named.
        """
        self.refuse(direction)
        game = self.game
        network = game.attack.network
        shape = cast("Shaped", network).image_shape
        use = "changed = picture + 2 * epsilon * change, cut to [-1, 1]"
        return Part(
            network=network,
            takes=takes_images(shape),
            gives="changes",
            facts={
                "zerosum:input": f"pictures {rows(shape)}, {RANGE}",
                "zerosum:output": f"changes of the same shape, from -1 to 1: {use}",
                "zerosum:epsilon": f"{game.settings.epsilon}, of pixels from 0 to 1",
            },
        )


def _format_shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def _name_goal(target: int | None) -> str:
    return "any wrong class" if target is None else f"class {target}"
