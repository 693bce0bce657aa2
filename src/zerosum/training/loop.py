"""The one loop that plays every game: who moves, when to record, when to stop.

Everything here is counted in real images seen, so that a schedule survives another batch size,
and everything random is derived from that count, so that a resumed run goes on bit for bit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

import torch
from torch import Tensor

from zerosum.checkpoint import require_like
from zerosum.errors import NonFiniteCostError
from zerosum.games.base import Game, Player, Round, Turn
from zerosum.randomness import Randomness, derive_seed, seed_torch
from zerosum.training.costs import Costs
from zerosum.training.engine import Engine
from zerosum.training.pace import decay_of, ema_half_life_at, set_pace, update_ema
from zerosum.training.restoring import optimizer_state, restore_optimizer

__all__ = ["BatchStream", "Hook", "Loop", "Record", "Remembering"]

BatchT = TypeVar("BatchT")
BatchCo = TypeVar("BatchCo", covariant=True)

Record = Mapping[str, Mapping[str, Tensor]]
"""Scores of one round: player → name → value of shape (); "cost" is always among the names."""


@runtime_checkable
class BatchStream(Protocol[BatchCo]):
    """An endless stream of batches, addressed by the number of images that went before."""

    def size_at(self, position: int) -> int:
        """How many images the batch has that begins at image ``position``, over all processes."""
        ...

    def at(self, position: int) -> BatchCo:
        """Give this process's share of the batch that begins at image ``position``."""
        ...


@runtime_checkable
class Hook(Protocol):
    """Something that happens beside the game: a log, an image, a checkpoint.

    Example:
        >>> class Count:
        ...     def started(self, loop): print(f"from {loop.images_seen} images")
        ...     def played(self, loop, record): print(f"{loop.images_seen}: {sorted(record)}")
        ...     def stopped(self, loop): print(f"up to {loop.images_seen} images")
        >>> isinstance(Count(), Hook)
        True
    """

    def started(self, loop: "Loop[Any]") -> None:
        """Called once, before the first round of this session."""
        ...

    def played(self, loop: "Loop[Any]", record: Record) -> None:
        """Called after every round."""
        ...

    def stopped(self, loop: "Loop[Any]") -> None:
        """Called once, after the last round; not after an error in a round."""
        ...


@runtime_checkable
class Remembering(Hook, Protocol):
    """A hook that knows what a run needs to go on as if it had never stopped."""

    name: str
    """What its state is called in checkpoints."""

    def state_dict(self) -> dict[str, Any]:
        """All that it knows: tensors and JSON values; later rounds do not change it."""
        ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go back to what it knew."""
        ...


class Loop(Generic[BatchT]):
    """Plays a game round by round.

    Args:
        game: What is played.
        batches: The real images.
        engine: Where it runs.
        seed: From which all random numbers of the run follow.
        hooks: What happens beside: after each round in this order, and at the end in reverse, so
            that what saves the run has the last word of a round and the first one at the end.

    Attributes:
        images: Real images seen so far, by all processes together.
        before: Those seen before the last round.
        rounds: Rounds played so far.
        rollbacks: How often the run was sent back to an earlier state of itself.
        is_whole: Whether the state is one to go on from, which in the midst of a round it is not.
        activity: What takes the time just now, where it is not the game itself.

    Example:
        >>> from types import SimpleNamespace
        >>> from zerosum.families.building import build_game
        >>> from zerosum.recipes import recipe
        >>> from zerosum.types import Batch
        >>> engine = Engine(device=torch.device("cpu"))
        >>> game = build_game(recipe("mnist-gan-2018"), engine)
        >>> black = Batch(images=-torch.ones(16, 1, 28, 28))
        >>> batches = SimpleNamespace(size_at=lambda position: 16, at=lambda position: black)
        >>> loop = Loop(game=game, batches=batches, engine=engine, seed=0)
        >>> loop.run(until=64)
        >>> loop.images_seen, loop.rounds
        (64, 4)
    """

    def __init__(
        self,
        *,
        game: Game[BatchT],
        batches: BatchStream[BatchT],
        engine: Engine,
        seed: int,
        hooks: Sequence[Hook] = (),
    ) -> None:
        self.game = game
        self.batches = batches
        self.engine = engine
        self.seed = seed
        self.hooks = tuple(hooks)
        self.images_seen = 0
        self.before = 0
        self.rounds = 0
        self.rollbacks = 0
        self.is_whole = True
        self.activity = "starting"
        self._stop = False
        self._costs = Costs()
        self._random = self._fresh_random()

    def require_finite(self) -> None:
        """Look at all costs so far; every hook does before it shows or keeps what came of them.

        A device that works ahead of this process is asked for its costs only every so many rounds
        (`Engine.check_every`), so what is in memory may follow from a bad one. It is not a state
        to go on from then, and this raises until the run goes back to an earlier one.

        Raises:
            NonFiniteCostError: A player's cost was infinite or not a number.
        """
        self._refuse(self._costs.complaint())

    def stop(self) -> None:
        """Ask the loop to end after the round that it is in; safe in a signal handler."""
        self._stop = True

    @property
    def is_stopping(self) -> bool:
        """Whether `stop` was called in this process."""
        return self._stop

    @contextmanager
    def doing(self, activity: str) -> Iterator[None]:
        """Say what takes the time within the block, for those who show it."""
        before, self.activity = self.activity, activity
        try:
            yield
        finally:
            self.activity = before

    def run(self, until: int) -> None:
        """Play until so many images have been seen, or until `stop` is called.

        After a round and at the end every hook has its turn, whatever happens in the others, so
        that all of them know as much; then the first error is raised.

        Raises:
            NonFiniteCostError: A player's cost was infinite or not a number.
        """
        # Layers such as dropout draw from PyTorch's global generator; the caller gets it back.
        with torch.random.fork_rng():
            for hook in self.hooks:
                hook.started(self)
            self.activity = ""
            while self.images_seen < until and not self.engine.any(self._stop):
                with self._first_cause():
                    record = self.play_round()
                _each(partial(hook.played, self, record) for hook in self.hooks)
            with self.doing("finishing"):
                _each(partial(hook.stopped, self) for hook in reversed(self.hooks))

    def play_round(self) -> Record:
        """One round: every player in turn lowers its own cost while the others stand still.

        Raises:
            NonFiniteCostError: A player's cost was infinite or not a number, in this round or in
                one that had not been looked at.
        """
        self.is_whole = False
        self.seed_layers(self.images_seen)
        now = Round(
            number=self.rounds,
            images_seen=self.images_seen,
            random=self.random_at(self.images_seen),
            gather=self.engine.gather,
        )
        record: dict[str, Mapping[str, Tensor]] = {}
        for planned in self.turns(self.batches.at(self.images_seen), now):
            player = self.game.players[planned.player]
            turn = player.regularise(planned)
            self._note(turn)
            if self.engine.check_every == 1:  # It costs nothing, and no bad cost moves anything.
                self._check_together()
            self._move(player, turn)
            record[turn.player] = {"cost": turn.cost.detach(), **_detached(turn.scores)}
        self.update_emas()
        self.before, self.images_seen = (
            self.images_seen,
            self.images_seen + self.batches.size_at(self.images_seen),
        )
        self.rounds += 1
        if self._costs and self.rounds % self.engine.check_every == 0:
            self._check_together()
        self.is_whole = True
        return record

    def roll_back(self, state: Mapping[str, Any]) -> None:
        """Go on from an earlier state of this run in another way than before.

        The same way would lead to the same place: everything follows from the seed. So from here
        on other random numbers are drawn, and every learning rate is halved.
        """
        rollbacks = self.rollbacks + 1
        self.load_state_dict({**state, "rollbacks": rollbacks})

    def _fresh_random(self) -> Randomness:
        seed = derive_seed(self.seed, "rollback", self.rollbacks) if self.rollbacks else self.seed
        engine = self.engine
        return Randomness(
            seed=seed, device=engine.device, rank=engine.rank, processes=engine.processes
        )

    def random_at(self, images: int) -> Randomness:
        """The random numbers of the round that begins after that many images."""
        return self._random.at(images)

    def seed_layers(self, images: int) -> None:
        """Have layers, in dropout and the like, draw what they do in the round that begins there.

        Processes have other rows of the batch, so other draws.
        """
        seed = derive_seed(self.seed, "layers", images, self.engine.rank)
        seed_torch(seed, self.engine.device)

    def turns(self, batch: BatchT, now: Round) -> Iterator[Turn]:
        """The game's turns, each computed in the engine's precision; moves are made outside it."""
        turns = self.game.turns(batch, now)
        while True:
            with self.engine.autocast():
                turn = next(turns, None)
            if turn is None:
                return
            yield turn

    def _move(self, player: Player, turn: Turn) -> None:
        parameters = player.parameters
        set_pace(player, self.images_seen, factor=0.5**self.rollbacks)
        player.optimizer.zero_grad(set_to_none=True)
        with self.engine.averaged(parameters):
            turn.cost.backward(inputs=parameters)  # type: ignore[no-untyped-call]
        player.optimizer.step()

    def _note(self, turn: Turn) -> None:
        """Remember the cost; where nobody looks before the move, that of all processes.

        What is bad in one of them is in the gradients of all, and hooks look each by itself.
        """
        ahead = self.engine.works_ahead
        mean = self.engine.mean(turn.cost.detach()) if ahead else None
        self._costs.note(turn, round=self.rounds, images_seen=self.images_seen, mean=mean)

    def _check_together(self) -> None:
        """Look at the costs, on all processes at the same time, so that all of them stop.

        Raises:
            NonFiniteCostError: One was not finite, here or in another process.
        """
        complaint = self._costs.complaint()
        if self.engine.any(bool(complaint)):
            self._refuse(self.engine.first(complaint))

    def _refuse(self, complaint: str) -> None:
        if complaint:
            self.is_whole = False
            raise NonFiniteCostError(complaint)

    @contextmanager
    def _first_cause(self) -> Iterator[None]:
        """Name a bad cost, if there was one, rather than what fails because of it."""
        try:
            yield
        except NonFiniteCostError:
            raise
        except Exception:
            self.require_finite()
            raise

    def update_emas(self) -> None:
        """Move each player's EMA by the images of the round that was played."""
        step = self.batches.size_at(self.images_seen)
        for player in self.game.players.values():
            if player.ema is not None:
                half_life = ema_half_life_at(
                    player.ema_half_life, self.images_seen, player.ema_factor
                )
                update_ema(player.ema, player.network, decay_of(half_life, step=step))

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to go on bit for bit; random numbers need no state of their own.

        Raises:
            NonFiniteCostError: As `require_finite`: nobody should go on from here.
        """
        self.require_finite()
        return {
            "images": self.images_seen,
            "before": self.before,
            "rounds": self.rounds,
            "rollbacks": self.rollbacks,
            "hooks": {hook.name: hook.state_dict() for hook in self._remembering()},
            "game": self.game.state_dict(),
            "players": {
                name: {
                    "network": player.network.state_dict(),
                    "average": None if player.ema is None else player.ema.state_dict(),
                    "optimizer": optimizer_state(player.optimizer),
                }
                | ({"history": player.history.state_dict()} if player.history else {})
                for name, player in self.game.players.items()
            },
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go back to where `state_dict` was taken.

        Raises:
            CheckpointError: It is the state of another run; the message says what does not fit.
        """
        counts = dict.fromkeys(("images", "before", "rounds", "rollbacks"), 0)
        players: dict[str, Any] = {name: {"optimizer": {}} for name in self.game.players}
        require_like(state, {**counts, "game": {}, "players": players, "hooks": {}}, "loop")
        self.images_seen, self.before, self.rounds, self.rollbacks = (
            state[name] for name in counts
        )
        self._random = self._fresh_random()
        self._costs.forget()
        self.is_whole = True
        self.game.load_state_dict(state["game"])
        for name, player in self.game.players.items():
            saved, where = state["players"][name], f"loop.players.{name}"
            player.load_networks(saved, where)
            restore_optimizer(player.optimizer, saved["optimizer"], f"{where}.optimizer")
            if player.history is not None:
                player.history.load_state_dict(saved.get("history"), f"{where}.history")
        for hook in self._remembering():
            if hook.name in state["hooks"]:  # A run may be evaluated from some time on only.
                require_like(state["hooks"], {hook.name: {}}, "loop.hooks")
                hook.load_state_dict(state["hooks"][hook.name])

    def _remembering(self) -> list[Remembering]:
        return [hook for hook in self.hooks if isinstance(hook, Remembering)]


def _each(calls: Iterable[Callable[[], None]]) -> None:
    errors = []
    for call in calls:
        try:
            call()
        except Exception as error:
            errors.append(error)
    if errors:
        raise errors[0]


def _detached(scores: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.detach() for name, value in scores.items()}
