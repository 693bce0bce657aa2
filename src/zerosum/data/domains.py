"""Two sets of images, A and B, and batches of both."""

from dataclasses import dataclass
from typing import Literal

import torch

from zerosum.data.batches import Batches
from zerosum.data.store import Store
from zerosum.errors import ConfigError
from zerosum.randomness import derive_seed
from zerosum.types import DomainBatch

__all__ = ["DomainBatches", "Domains", "Pairing", "make_domain_batches"]

Pairing = Literal["none", "names", "side-by-side"]
"""How images of A and B belong together: not at all, by their names, or as halves of one."""


@dataclass(frozen=True)
class Domains:
    """The images of two domains, in their stores.

    Attributes:
        a: Domain A.
        b: Domain B.
        smoothed: The images of B with their edges smoothed, in the same order; or None.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from zerosum.data import StoreSettings, build_store, open_domains
        >>> sources = open_domains("digits", pairing="side-by-side")
        >>> settings = StoreSettings(size=(28, 14), channels=1)
        >>> with TemporaryDirectory() as cache:
        ...     a, b = (build_store(source, settings, cache=Path(cache)) for source in sources)
        ...     len(Domains(a=a, b=b)), len(a)
        (10000, 5000)
    """

    a: Store
    b: Store
    smoothed: Store | None = None

    @property
    def identity(self) -> str:
        """The identities of all stores, joined: it changes when any of them does."""
        stores = (self.a, self.b, self.smoothed)
        return "-".join(store.identity for store in stores if store is not None)

    @property
    def unreadable(self) -> tuple[tuple[str, str], ...]:
        """(name, reason) of every file that was left out, its domain before the name."""
        both = (("A", self.a), ("B", self.b))
        return tuple(
            (f"{domain}: {name}", reason)
            for domain, store in both
            for name, reason in store.unreadable
        )

    @property
    def left_out(self) -> int:
        """How many files of both domains were left out."""
        return self.a.left_out + self.b.left_out

    def __len__(self) -> int:
        return len(self.a) + len(self.b)

    def along(self, direction: str) -> tuple[Store, Store]:
        """The domain that ``a2b`` or ``b2a`` goes from, and the one that it leads to."""
        return (self.a, self.b) if direction == "a2b" else (self.b, self.a)


class DomainBatches:
    """Endless batches of two domains, each in its own order, as a function of where the run is.

    Positions count images of A. Each domain goes through epochs of its own, so that of the
    smaller one every image is seen more often. `make_domain_batches` chooses the seeds.

    Args:
        a: Batches of A.
        b: Batches of B. For partners to meet, they have the seed of A, which has as many images.
        smoothed: Batches of B with smoothed edges, with the seed of B; or None.

    Attributes:
        batch_size: Images of each domain in one batch, over all processes.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from zerosum.data import StoreSettings, build_store, open_source
        >>> settings = StoreSettings(size=(28, 28), channels=1)
        >>> with TemporaryDirectory() as cache:
        ...     store = build_store(open_source("digits"), settings, cache=Path(cache))
        ...     a, b = (Batches(store, batch_size=4, seed=seed) for seed in (0, 1))
        ...     DomainBatches(a, b).at(64).b.shape
        torch.Size([4, 1, 28, 28])
    """

    def __init__(self, a: Batches, b: Batches, *, smoothed: Batches | None = None) -> None:
        assert a.batch_size == b.batch_size
        assert smoothed is None or smoothed.batch_size == b.batch_size
        self.a = a
        self.b = b
        self.smoothed = smoothed

    def size_at(self, position: int) -> int:
        """How many images of each domain the batch at a position has, over all processes."""
        return self.a.size_at(position)

    def at(self, position: int) -> DomainBatch:
        """The rows of this process in the batch that begins at a position of the stream.

        Args:
            position: How many images of A come before the batch, over all processes; from 0.
        """
        return DomainBatch(
            a=self.a.at(position).images,
            b=self.b.at(position).images,
            smoothed=None if self.smoothed is None else self.smoothed.at(position).images,
        )


def make_domain_batches(
    stores: Domains,
    *,
    paired: bool,
    batch_size: int,
    seed: int,
    device: torch.device | str = "cpu",
    flip: bool = False,
    crop: tuple[int, int] | None = None,
    rank: int = 0,
    processes: int = 1,
) -> DomainBatches:
    """Batches of two domains, with the seeds that pair them or keep them apart.

    Partners are shuffled, mirrored and cut alike; otherwise B has draws of its own. The smoothed
    images are always those of B, mirrored and cut alike.

    Args:
        stores: The images.
        paired: Whether image i of A and image i of B are partners.
        batch_size: Images of each domain in one batch, over all processes.
        seed: The run's seed.
        device: Where the batches are wanted.
        flip: Whether half of the images, chosen at random, are mirrored left to right.
        crop: (height, width) of the part that is cut out of each image, at a random place.
        rank: The number of this process, from 0.
        processes: How many processes share each batch.

    Raises:
        ConfigError: If a batch or a part is impossible; see `Batches`.

    Example:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from zerosum.data import StoreSettings, build_domains, open_domains
        >>> sources = open_domains("digits", pairing="side-by-side")
        >>> settings = StoreSettings(size=(28, 14), channels=1)
        >>> with TemporaryDirectory() as cache:
        ...     domains = build_domains(sources, settings, cache=Path(cache), paired=True)
        ...     batches = make_domain_batches(domains, paired=True, batch_size=8, seed=0)
        ...     len(batches.at(64))
        8
    """
    assert not paired or len(stores.a) == len(stores.b)
    seed_of_b = seed if paired else derive_seed(seed, "domain b")

    def batches(store: Store, seed: int, domain: str) -> Batches:
        try:
            return Batches(
                store,
                batch_size=batch_size,
                seed=seed,
                device=device,
                flip=flip,
                crop=crop,
                rank=rank,
                processes=processes,
            )
        except ConfigError as error:
            raise ConfigError(f"domain {domain}: {error}") from error

    return DomainBatches(
        batches(stores.a, seed, "A"),
        batches(stores.b, seed_of_b, "B"),
        smoothed=None if stores.smoothed is None else batches(stores.smoothed, seed_of_b, "B"),
    )
