"""From one source or two to two sets of images, A and B."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from zerosum.data.domains import Domains, Pairing
from zerosum.data.settings import StoreSettings
from zerosum.data.sources import Source, open_source
from zerosum.data.sources.partners import Half, pair_by_name
from zerosum.data.store import Store, build_store
from zerosum.data.two_sources import SAME, WAYS, require_two_sources
from zerosum.errors import DataError

__all__ = ["build_domains", "open_domains"]


def open_domains(
    data: str,
    *,
    data_a: str | None = None,
    data_b: str | None = None,
    split: str = "train",
    pairing: Pairing = "none",
) -> tuple[Source, Source]:
    """Open two domains, from one source that holds both or from one source each.

    Args:
        data: A folder or archive with ``trainA`` and ``trainB`` (``testA``, ``testB``) in it; or,
            where they stand side by side, any source of images that hold A in the left half and
            B in the right half. Empty if ``data_a`` and ``data_b`` are given.
        data_a: Any source, for domain A; see `open_source`.
        data_b: Any source, for domain B.
        split: Which part of each: ``train``, ``test``, ...
        pairing: ``none``: A and B are two sets. ``names``: images whose paths below the folder
            of their split agree but for the suffix are partners, and every image must have one;
            both sources come in the order of the names. ``side-by-side``: the halves of one
            image are partners.

    Raises:
        ConfigError: If nothing is named, or only one domain, or both in two ways.
        DataError: If there is nothing of this name, a domain is empty, the domains are one and the
            same or look swapped, or an image has no partner.

    Example:
        >>> a, b = open_domains("", data_a="digits", data_b="stacked-digits")
        >>> a.name, b.name
        ('digits-train', 'stacked-digits-train')
        >>> left, right = open_domains("digits", pairing="side-by-side")
        >>> left.read(0).size, right.split
        ((14, 28), 'trainB')
    """
    require_two_sources(data, data_a, data_b, pairing=pairing)
    if pairing == "side-by-side":
        return _halves(data, split)
    if data_a and data_b:
        a, b = _open_domain("A", data_a, split), _open_domain("B", data_b, split)
        if a.key() == b.key():
            raise DataError(SAME.format(f"{data_a} and {data_b} hold the same pictures"))
    else:
        a, b = _open_both(data, split)
    return pair_by_name(a, b) if pairing == "names" else (a, b)


def build_domains(
    sources: tuple[Source, Source],
    settings: StoreSettings,
    *,
    cache: Path,
    strict: bool = False,
    paired: bool = False,
    smoothed: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Domains:
    """Return the stores of two domains; build those that are not there yet.

    Args:
        sources: Domains A and B; see `open_domains`.
        settings: What the images of both are to look like.
        cache: The folder that holds stores; made if missing.
        strict: Whether one unreadable file is an error.
        paired: Whether image i of A and image i of B are partners. An unreadable image is an
            error then, because those after it would have false partners.
        smoothed: Whether the images of B are also kept with their edges smoothed.
        progress: Called with (images done, images in all), over all stores that are built.

    Raises:
        DataError: For all reasons of `build_store`; if an unreadable image has a partner, if
            paired domains are not of one length, or if both domains are the same images.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> sources = open_domains("digits", pairing="side-by-side")
        >>> settings = StoreSettings(size=(28, 14), channels=1)
        >>> with TemporaryDirectory() as cache:
        ...     domains = build_domains(sources, settings, cache=Path(cache), paired=True)
        ...     len(domains), domains.b.shape
        (10000, (1, 28, 14))
    """
    a, b = sources
    if paired and len(a) != len(b):
        raise DataError(
            f"expected as many pictures in A as in B, because they are partners, found {len(a)} "
            f"in {a.name} and {len(b)} in {b.name}; open them with a pairing."
        )
    parts: tuple[Source, ...] = (a, b)
    if smoothed:
        from zerosum.data.smoothing import EdgeSmoothed  # SciPy, which no other game needs.

        parts = (a, b, EdgeSmoothed(b, settings))
    total = sum(map(len, parts))
    stores: list[Store] = []
    for number, source in enumerate(parts):
        counted = _continued(progress, sum(map(len, parts[:number])), total)
        stores.append(build_store(source, settings, cache=cache, strict=strict, progress=counted))
        if paired:
            _refuse_gaps(source, stores[-1], "AB"[number > 0])
    if not paired and stores[0].identity == stores[1].identity:
        raise DataError(SAME.format(f"{a.name} and {b.name} hold the same pictures"))
    return Domains(*stores)


def _open_domain(domain: str, spec: str, split: str) -> Source:
    try:
        return open_source(spec, split=split)
    except DataError as error:
        raise DataError(f"domain {domain} (--data-{domain.lower()}): {error}") from error


def _open_both(data: str, split: str) -> tuple[Source, Source]:
    try:
        return open_source(data, split=f"{split}A"), open_source(data, split=f"{split}B")
    except DataError as error:
        raise _explained(data, error) from error


def _explained(data: str, error: DataError) -> DataError:
    """What to say of a source without two domains; the error itself if it is another matter."""
    for domain, other in (("trainA", "trainB"), ("trainB", "trainA")):
        with suppress(DataError):
            if other not in open_source(data, split=domain).splits:
                return DataError(
                    f"domain {other[-1]} is empty: {data} has pictures in {domain} and none in "
                    f"{other}; add some, or name another source."
                )
    try:
        result = open_source(data)
    except DataError:
        return error
    return DataError(
        f"expected two sets of pictures, found one in {data} ({len(result)} pictures); give "
        f"{WAYS}."
    )


def _halves(data: str, split: str) -> tuple[Source, Source]:
    try:
        whole = open_source(data, split=split)
    except DataError as error:
        try:
            open_source(data, split=f"{split}A")
        except DataError:
            raise error from None
        raise DataError(
            f"expected pictures in {data} that hold A and B side by side, found two domains; "
            "choose the pairing 'names', or name one folder of pictures."
        ) from error
    return Half(whole, "left"), Half(whole, "right")


def _continued(
    progress: Callable[[int, int], None] | None, before: int, total: int
) -> Callable[[int, int], None] | None:
    if progress is None:
        return None
    return lambda done, _: progress(before + done, total)


def _refuse_gaps(source: Source, store: Store, domain: str) -> None:
    if len(store) == len(source):
        return
    strays = {name for name, _ in source.strays()}
    lost = [(name, reason) for name, reason in store.unreadable if name not in strays]
    named = "".join(f"\n  {name}: {reason}" for name, reason in lost[:10])
    more = f"\n  and {len(lost) - 10} more" if len(lost) > 10 else ""
    raise DataError(
        f"{len(lost)} of the {len(source)} pictures of domain {domain} cannot be read, but each "
        f"has a partner in the other domain:{named}{more}\n"
        "Repair them, or remove them and their partners as well."
    )
