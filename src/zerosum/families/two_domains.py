"""The images of a run's two domains."""

from zerosum.config.run import TwoDomainsConfig
from zerosum.counting import counting
from zerosum.data import Domains, Pairing, build_domains, open_domains
from zerosum.families.preparation import name_unreadable, store_settings
from zerosum.files import cache_folder

__all__ = ["prepare_domains"]


def prepare_domains(
    config: TwoDomainsConfig,
    *,
    split: str = "train",
    size: tuple[int, int] | None = None,
    pairing: Pairing = "none",
    smoothed: bool = False,
    quiet: bool = False,
) -> Domains:
    """The images of a run's two domains, by default in the size that its networks are given.

    Args:
        config: The run.
        split: Which part of the sources.
        size: Another size, (height, width).
        pairing: How images of both domains belong together.
        smoothed: Whether those of B are wanted with their edges smoothed, too.
        quiet: No progress bar.
    """
    sources = open_domains(
        config.data,
        data_a=config.data_a,
        data_b=config.data_b,
        split=split,
        pairing=pairing,
    )
    for source in sources:
        source.pixel_limit = config.pictures.pixel_limit
    with counting("preparing pictures", quiet=quiet) as progress:
        domains = build_domains(
            sources,
            store_settings(config, size),
            cache=cache_folder(),
            strict=config.strict,
            paired=pairing != "none",
            smoothed=smoothed,
            progress=progress,
        )
    name_unreadable(domains)
    return domains
