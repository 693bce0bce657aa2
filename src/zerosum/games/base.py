"""What a game is: players who take turns, each lowering its own cost."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

from zerosum.checkpoint import require_like
from zerosum.errors import CheckpointError
from zerosum.games.parts.history import History
from zerosum.games.parts.schedules import CONSTANT, Pace, Schedule
from zerosum.randomness import Randomness
from zerosum.types import Scalar

__all__ = ["Game", "Player", "Round", "Turn", "evaluating"]

BatchT = TypeVar("BatchT")
NetworkT = TypeVar("NetworkT", bound=nn.Module)


@dataclass(kw_only=True)
class Player:
    """One side of a game: its networks, the optimizer that moves them, and their EMA.

    Attributes:
        network: What the player moves: one network, or several in a container.
        optimizer: How it moves.
        ema: The exponential moving average of the network's weights, for sampling; or None.
        ema_half_life: Images after which a past weight counts half in it.
        pace: How its learning rate and beta2 change while the run goes on.
        ema_factor: Factor on the half-life; None: it is short as long as few images were seen.
        history: A penalty on the distance of the weights from their mean so far; or None.

    Example:
        >>> network = nn.Linear(2, 1)
        >>> player = Player(network=network, optimizer=torch.optim.Adam(network.parameters()))
        >>> player.best is network, [weight.shape for weight in player.parameters]
        (True, [torch.Size([1, 2]), torch.Size([1])])
    """

    network: nn.Module
    optimizer: torch.optim.Optimizer
    ema: nn.Module | None = None
    ema_half_life: float = 0.0
    pace: Pace = CONSTANT
    ema_factor: Schedule | None = None
    history: History | None = None

    def __post_init__(self) -> None:
        # The rate at the start, from which the loop derives every later one.
        for group in self.optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])

    @property
    def parameters(self) -> list[nn.Parameter]:
        """The parameters that this player moves, in the order of the network."""
        return [weight for weight in self.network.parameters() if weight.requires_grad]

    def load_networks(self, saved: Mapping[str, Any], where: str = "player") -> None:
        """Load network and EMA from this player's part of a checkpoint.

        Args:
            saved: The part.
            where: What to call it in messages.

        Raises:
            CheckpointError: They are other networks than those that were saved.
        """
        for name, network in (("network", self.network), ("average", self.ema)):
            like = None if network is None else network.state_dict()
            require_like(saved.get(name), like, f"{where}.{name}")
            try:
                if network is not None:
                    network.load_state_dict(saved[name])
            except RuntimeError as error:
                raise CheckpointError(
                    "the checkpoint holds other networks than its configuration now builds; it "
                    f"was made by another version of zerosum, which alone can use it ({error})."
                ) from error

    def regularise(self, turn: "Turn") -> "Turn":
        """The turn with the player's own regularisation term in its cost, whatever the game is."""
        if self.history is None:
            return turn
        history = self.history.term()
        return replace(turn, cost=turn.cost + history, scores={**turn.scores, "history": history})

    @property
    def best(self) -> nn.Module:
        """The network to use once training is over: the EMA where there is one."""
        return self.network if self.ema is None else self.ema


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One player's move: lower ``cost`` by changing that player's parameters only.

    Attributes:
        player: The name of the player who moves.
        cost: What it lowers, shape ().
        scores: What to record: the terms of the cost and anything worth watching, shape ().

    Example:
        >>> x = torch.tensor(3.0, requires_grad=True)
        >>> turn = Turn(player="x", cost=x * x, scores={"x": x.detach()})
        >>> turn.cost.backward()
        >>> turn.player, x.grad
        ('x', tensor(6.))
    """

    player: str
    cost: Scalar
    scores: Mapping[str, Tensor] = field(default_factory=dict)


def _one_process(rows: Tensor) -> Tensor:
    return rows


@dataclass(frozen=True, kw_only=True)
class Round:
    """The position of a round in the run; all that changes from round to round follows from it.

    Attributes:
        number: Rounds played before this one.
        images_seen: Real images seen before this one.
        random: The random numbers of this round.
        gather: Puts the rows of all processes together, in the order of the whole batch. A game
            that keeps images keeps those of all processes, so that its state is the same in
            every process.

    Example:
        >>> third = Round(number=2, images_seen=128, random=Randomness(seed=0).at(128))
        >>> third.random.normal(4, 2).shape
        torch.Size([4, 2])
    """

    number: int
    images_seen: int
    random: Randomness
    gather: Callable[[Tensor], Tensor] = _one_process


class Game(ABC, Generic[BatchT]):
    """What happens in a round; the loop decides when, and moves the players.

    A game never touches an optimizer, a device, a process group, a file or a log.

    Attributes:
        players: The players by name.
        roles: Which players are a ``generator`` or a ``discriminator`` under another name.

    Example:
        >>> class Bilinear(Game[None]):
        ...     def __init__(self):
        ...         self.players = {}
        ...         for name in ("x", "y"):
        ...             network = nn.ParameterList([torch.ones(())])
        ...             optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        ...             self.players[name] = Player(network=network, optimizer=optimizer)
        ...     def turns(self, batch, now):
        ...         x, y = (player.network[0] for player in self.players.values())
        ...         yield Turn(player="x", cost=x * y)
        ...         yield Turn(player="y", cost=-x * y)
        >>> now = Round(number=0, images_seen=0, random=Randomness(seed=0))
        >>> [(turn.player, turn.cost.item()) for turn in Bilinear().turns(None, now)]
        [('x', 1.0), ('y', -1.0)]
    """

    players: Mapping[str, Player]
    roles: Mapping[str, str] = MappingProxyType({})

    @abstractmethod
    def turns(self, batch: BatchT, now: Round) -> Iterator[Turn]:
        """Yield the turns of one round; when a ``yield`` returns, that player has moved."""

    def state_dict(self) -> dict[str, Tensor]:
        """The state of the game beside its networks, such as an image pool."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Load what `state_dict` returned.

        Raises:
            CheckpointError: It is the state of another game.
        """
        require_like(state, self.state_dict(), "game")


@contextmanager
def evaluating(network: NetworkT) -> Iterator[NetworkT]:
    """Within the context, the network is in evaluation mode and records no gradients.

    Example:
        >>> network = nn.Dropout().train()
        >>> with evaluating(network) as frozen:
        ...     frozen.training
        False
        >>> network.training
        True
    """
    was_training = network.training
    network.eval()
    try:
        with torch.no_grad():
            yield network
    finally:
        network.train(was_training)
