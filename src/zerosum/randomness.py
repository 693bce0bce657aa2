"""Random numbers as a function of where the run is, so that there is no state to lose.

A generator of random numbers usually remembers how far it has come, and a run resumes exactly
only if that memory is saved, for every process. Here it is derived instead: at the start of each
round the loop calls ``at(position)``, and everything drawn in that round follows from
(seed, stream, position) alone. A killed run therefore continues with the very numbers that it
would have drawn, and since every process draws the numbers of the *whole* batch and keeps its own
rows, two processes play the same game as one.
"""

from hashlib import blake2b

import torch
from torch import Tensor

__all__ = ["Randomness", "derive_seed", "seed_torch"]


def derive_seed(*parts: int | str) -> int:
    """Mix integers and words into one well-spread 63-bit seed.

    Example:
        >>> derive_seed(0, "latents", 64) == derive_seed(0, "latents", 64)
        True
        >>> derive_seed(0, "latents", 64) == derive_seed(1, "latents", 64)
        False
    """
    text = "\0".join(f"{type(part).__name__}:{part}" for part in parts)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") >> 1


def seed_torch(seed: int, device: torch.device) -> None:
    """Seed what layers draw from by themselves, as dropout does, where only one device plays.

    On a CPU this is what ``torch.manual_seed`` does without what it keeps for other devices: for
    each kind that was never used it writes down from where it was called, every round.

    Args:
        seed: From 0.
        device: Where all layers are.

    Example:
        >>> seed_torch(7, torch.device("cpu"))
        >>> drawn = torch.rand(3)
        >>> _ = torch.manual_seed(7)
        >>> torch.equal(drawn, torch.rand(3))
        True
    """
    if device.type == "cpu":
        torch.default_generator.manual_seed(seed)
    else:
        torch.manual_seed(seed)


class Randomness:
    """Draws that depend on the seed, the stream and the position, and on nothing else.

    Every method draws ``n * processes`` rows and returns the ``n`` rows of process ``rank``.

    Args:
        seed: The run's seed.
        stream: A word that separates independent uses of one seed.
        device: Where the numbers are drawn and live.
        rank: The number of this process, from 0.
        processes: How many processes play the same game.

    Example:
        >>> whole = Randomness(seed=0).at(128).normal(4, 2)
        >>> first = Randomness(seed=0, rank=0, processes=2).at(128).normal(2, 2)
        >>> second = Randomness(seed=0, rank=1, processes=2).at(128).normal(2, 2)
        >>> torch.equal(whole, torch.cat([first, second]))
        True
    """

    def __init__(
        self,
        *,
        seed: int,
        stream: str = "game",
        device: torch.device | str = "cpu",
        rank: int = 0,
        processes: int = 1,
    ) -> None:
        assert 0 <= rank < processes
        self.seed = seed
        self.stream = stream
        self.device = torch.device(device)
        self.rank = rank
        self.processes = processes
        self._generator = torch.Generator(device=self.device)
        self.at(0)

    def at(self, position: int) -> "Randomness":
        """Start the draws of the round that begins at this position (images seen); return self."""
        self._generator.manual_seed(derive_seed(self.seed, self.stream, position))
        return self

    def normal(self, n: int, *shape: int) -> Tensor:
        """Standard normal numbers of shape (n, *shape)."""
        whole = (n * self.processes, *shape)
        return self._own(torch.randn(whole, generator=self._generator, device=self.device))

    def uniform(self, n: int, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Uniform numbers in [low, high) of shape (n, *shape)."""
        whole = (n * self.processes, *shape)
        unit = torch.rand(whole, generator=self._generator, device=self.device)
        return self._own(unit * (high - low) + low)

    def integers(self, n: int, *shape: int, low: int, high: int) -> Tensor:
        """Whole numbers from low to high - 1 of shape (n, *shape)."""
        whole = (n * self.processes, *shape)
        drawn = torch.randint(low, high, whole, generator=self._generator, device=self.device)
        return self._own(drawn)

    def _own(self, whole: Tensor) -> Tensor:
        return whole.chunk(self.processes)[self.rank]
