"""A run as it would be: prepared, and played for a few rounds, and no folder made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zerosum import own
from zerosum.config import RunConfig, change
from zerosum.data import Domains
from zerosum.families import family_of
from zerosum.jobs.assembling import engine_of
from zerosum.jobs.estimating import Estimate, estimate
from zerosum.jobs.training import usual_of
from zerosum.sizes import in_pixels
from zerosum.training.engine import choose_device

__all__ = ["Tried", "try_run", "warnings_of"]


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What was found out about a run.

    Attributes:
        config: The run as it would begin.
        costs: What it will take.
        pictures: How many pictures there are, in each domain.
        device: Where it would be trained.
        processes: By how many.

    Example:
        >>> from zerosum.recipes import recipe
        >>> room = {"memory": 10**9, "free": 10**10, "disk": 10**8}
        >>> costs = Estimate(players={"d": ("D", 10)}, seconds=1, **room, batch_size=1)
        >>> config = recipe("dcgan-digits")
        >>> tried = Tried(config=config, costs=costs, pictures=(5_000,), device="cpu", processes=1)
        >>> tried.costs.disk
        100000000
    """

    config: RunConfig
    costs: Estimate
    pictures: Sequence[int]
    device: str
    processes: int


def try_run(
    config: RunConfig,
    *,
    quiet: bool = False,
    say: Callable[[str], None] | None = None,
    between: Callable[[], None] = lambda: None,
) -> Tried:
    """Prepare everything that a run needs, and play a few of its rounds.

    Args:
        config: The run.
        quiet: No progress bars.
        say: Called with what is done, where that takes a while.
        between: Called between the rounds; what it raises ends them.

    Raises:
        ZerosumError: The run cannot begin; the message says what to do.
    """
    config = own.hashed(config)
    family = family_of(config)
    config = family.read(config)
    config, aids = family.aids(config, choose_device(config.device), usual=usual_of(config))
    store = family.open(config, quiet=quiet)
    config = family.complete(config, store)
    with engine_of(config) as engine:
        config = change(config, {"precision": engine.precision})
        if say is not None:
            say("playing a few rounds...")
        costs = estimate(config, engine, store, aids, between=between)
        stores = (store.a, store.b) if isinstance(store, Domains) else (store,)
        return Tried(
            config=config,
            costs=costs,
            pictures=tuple(map(len, stores)),
            device=str(engine.device),
            processes=engine.processes,
        )


def warnings_of(config: RunConfig, costs: Estimate) -> list[str]:
    """What should be changed before the run begins."""
    texts = []
    if costs.memory > costs.free:
        texts.append("there is no room for rounds of that size: see --batch-size.")
    # Elsewhere players have other tasks, and sizes that say nothing of who wins.
    if costs.lopsided and family_of(config).players_are_alike:
        strong, weak, times = costs.lopsided
        texts.append(
            f"the {strong} has {times} times as many weights as the {weak}; for pictures of "
            f"{in_pixels(config.pictures.size)} their channels may not be what you want."
        )
    return texts
