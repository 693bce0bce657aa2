"""Settings of a whole run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Protocol, runtime_checkable

import tyro

from zerosum.checks import require, require_between, require_positive, require_sound
from zerosum.sizes import MOST_AT_ONCE, MOST_IMAGES, PIXEL_LIMIT, ImageShape

__all__ = ["Ability", "GameConfig", "PicturesConfig", "RunConfig", "TwoDomainsConfig"]

Ability = Literal[
    "generate", "sample", "translate", "classify", "perturb", "few-labels", "domains"
]
"""What trained networks are good for: to make pictures from latents, or number by number; to
translate, to classify, to mislead a classifier; and how a classifier has learnt."""


@runtime_checkable
class GameConfig(Protocol):
    """Settings of any game, a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def kind(self) -> str:
        """Which game, in JSON."""


@dataclass(frozen=True, kw_only=True)
class PicturesConfig:
    """How the source's images are brought to one shape.

    Example:
        >>> PicturesConfig(size=(64, 48), fit="pad").channels
        3
        >>> PicturesConfig(size=(0, 48))
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: each side of pictures.size must be greater than 0, got 0.
    """

    size: Annotated[tuple[int, int], tyro.conf.arg(metavar="HEIGHT WIDTH")]
    """Height and width in pixels."""
    channels: Literal[1, 3, 4] = 3
    """1: grey, 3: RGB, 4: RGBA."""
    fit: Literal["crop", "pad", "stretch"] = "crop"
    """``crop``: fill the size and cut the overhang evenly; ``pad``: show all on the background;
    ``stretch``: without regard to proportions."""
    filter: Literal["lanczos", "bicubic", "bilinear", "box", "nearest"] = "lanczos"
    """Resampling filter; all but ``nearest`` are antialiased."""
    background: tuple[int, int, int] = (255, 255, 255)
    """RGB colour (0 to 255) under transparent pictures and around padded ones."""
    enlarge: bool = False
    """Allow pictures smaller than the size."""
    flip: bool = False
    """Mirror every other picture by chance."""
    crop_from: Annotated[tuple[int, int] | None, tyro.conf.arg(metavar="HEIGHT WIDTH")] = None
    """Height and width to bring pictures to first; a part of ``size`` is cut of it by chance."""
    srgb: bool = True
    """Convert pictures with another colour profile (Display P3, CMYK, ...) to sRGB."""
    pixel_limit: int = PIXEL_LIMIT
    """Pictures of more pixels are refused as decompression bombs; raise it for big pictures that
    you trust."""

    @property
    def shape(self) -> ImageShape:
        """(channels, height, width) of an image as networks are given it."""
        return (self.channels, *self.size)

    def __post_init__(self) -> None:
        for side in self.size:
            require_positive("each side of pictures.size", side)
        for name in ("size", "crop_from"):
            height, width = getattr(self, name) or (1, 1)
            require(
                height * width <= PIXEL_LIMIT,
                f"pictures.{name} must have at most {PIXEL_LIMIT:,} pixels, got {height}x{width}.",
            )
        if self.crop_from is not None:
            require(
                self.crop_from[0] >= self.size[0] and self.crop_from[1] >= self.size[1],
                f"pictures.crop_from {self.crop_from} must be no less than pictures.size "
                f"{self.size}, which is cut out of it.",
            )
        require_positive("pictures.pixel_limit", self.pixel_limit)
        for part in self.background:
            require_between("each part of pictures.background", part, 0, 255)


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """A complete job: what a run folder's ``config.json`` holds.

    What is special to a family of games is said by its own subclass, such as
    `GenerationRunConfig`: which games it has, and what else has to be known of a run.

    Attributes:
        family: The module in `zerosum.families` that knows what to do with such a run.
        abilities: What its networks are good for, see `Ability`.

    Example:
        >>> from zerosum.games.adversarial_settings import AdversarialConfig
        >>> from zerosum.config import MlpDiscriminatorConfig, MlpGeneratorConfig
        >>> from zerosum.families.generation.settings import GenerationRunConfig
        >>> config = GenerationRunConfig(
        ...     recipe="mine",
        ...     data="photos.zip",
        ...     pictures=PicturesConfig(size=(32, 32)),
        ...     game=AdversarialConfig(
        ...         generator=MlpGeneratorConfig(), discriminator=MlpDiscriminatorConfig()
        ...     ),
        ...     total_images=100_000,
        ... )
        >>> config.batch_size, config.device
        (64, 'auto')
    """

    family: ClassVar[str]
    abilities: ClassVar[tuple[Ability, ...]] = ()

    recipe: Annotated[str, tyro.conf.Fixed, tyro.conf.Suppress]
    """The recipe that this started from."""
    data: Annotated[str, tyro.conf.arg(metavar="SOURCE")]
    """Source of the real pictures: a name, a folder, an archive, an array; for a game over two
    domains one that holds trainA and trainB."""
    pictures: PicturesConfig
    """The shape of the pictures."""
    game: GameConfig
    """Who plays, and for what."""
    total_images: Annotated[int, tyro.conf.arg(name="images")]
    """Real images that the run is to see in all."""
    batch_size: int = 64
    """Real images in a round, over all processes; of each domain, where there are two."""
    seed: int = 0
    """From which all random numbers follow."""
    device: str = "auto"
    """``auto``, ``cpu``, ``cuda``, ``mps``."""
    precision: Literal["fp32", "tf32", "bf16", "auto"] = "fp32"
    """``bf16``: automatic mixed precision; ``auto``: that where the device computes in it, else
    ``fp32``. A run keeps what was chosen at its start, wherever it goes on. ``tf32``: on an NVIDIA
    GPU, products of numbers that are rounded to 10 bits."""
    compile: bool = False
    """Compile the networks with torch.compile."""
    deterministic: bool = False
    """On a GPU, compute the same from the same, so that a run that is resumed goes on bit for bit,
    as it always does on a CPU; slower."""
    strict: bool = False
    """Refuse a source with unreadable pictures instead of leaving them out."""
    sample_every: int = 50_000
    """Images between two sample grids."""
    sample_count: int = 64
    """Pictures in a sample grid; of each domain, where there are two."""
    log_every: int = 5_000
    """Images between two lines of the log."""
    checkpoint_seconds: float = 60.0
    """Seconds between two checkpoints."""
    evaluate_every: int = 50_000
    """Images between two evaluations, of which the best one's checkpoint is kept; 0: none."""
    evaluate_count: int = 2_048
    """Pictures to generate for an evaluation; a classifier is tested on all."""
    evaluate_features: str = "auto"
    """Network that sees the pictures: ``digits``, ``pixels``, ``efficientnet-lite0``,
    ``inception``, ``torchvision:NAME``, ``path/to/module.py:factory``; ``auto``: ``digits`` for
    data sets of digits, else ``pixels``."""
    on_collapse: Literal["warn", "stop", "rollback"] = "warn"
    """What to do when an evaluation shows a collapse: say so, end the run, or go back to the best
    checkpoint and on with half the learning rates."""

    def __post_init__(self) -> None:
        require_sound(self)
        require_positive("images", self.total_images)
        for name in ("batch_size", "sample_every", "sample_count", "log_every"):
            require_positive(name, getattr(self, name))
        require(self.checkpoint_seconds >= 0, "checkpoint_seconds must not be negative.")
        require(self.evaluate_every >= 0, "evaluate_every must not be negative; 0: never.")
        require_between("evaluate_count", self.evaluate_count, 4, MOST_IMAGES)
        require_between("batch_size", self.batch_size, 1, MOST_AT_ONCE)
        height, width = self.pictures.size
        require(
            self.sample_count * height * width <= PIXEL_LIMIT,
            f"sample_count must be at most {PIXEL_LIMIT // (height * width):,}, got "
            f"{self.sample_count}: a grid of more has more pixels than can be shown.",
        )
        require(
            self.on_collapse == "warn" or self.evaluate_every > 0,
            f"on_collapse {self.on_collapse} needs evaluations: set evaluate_every.",
        )
        require(self.seed >= 0, f"seed must be 0 or more, got {self.seed}.")

    @property
    def foreign(self) -> tuple[str, ...]:
        """Dotted names of fields that this game or its networks refuse; help leaves them out."""
        own: tuple[str, ...] = getattr(self.game, "foreign", ())
        return tuple(f"game.{name}" for name in own)

    @property
    def sources(self) -> Mapping[str, str | None]:
        """Where the images come from, by the field that says so; None where it says nothing."""
        return {"data": self.data or None}

    @property
    def example_calls(self) -> tuple[str, ...]:
        """What may follow ``zerosum train RECIPE``: as it is, and on images of one's own."""
        own = f"{self.example_data} --dry-run", f"{self.example_data} --images 50000"
        return own if self.data in ("", "celeba") else (f" # on {self.data}", *own)

    @property
    def example_data(self) -> str:
        """The options by which users say what to train on."""
        return "--data FOLDER"

    def require_sources(self) -> None:
        """Require that it is said where the images come from.

        Raises:
            ZerosumError: It is not, or not in a way that does for such a run.
        """
        require(bool(self.data), f"no pictures are named: {self.example_data}.")

    @property
    def recipe_for_own_images(self) -> str:
        """What to train on one's own images, for who has begun with the digits."""
        return self.recipe

    def next_steps(self, path: Path) -> Sequence[tuple[str, str]]:
        """What users may want to do with the run when it is trained.

        Args:
            path: The run folder.

        Returns:
            Of each step what it is, in a word or two, and the command.
        """
        raise NotImplementedError(f"a run of {self.family} says what can be done with it")

    def schedule_ends(self) -> Iterator[tuple[str, int]]:
        """What a game plans until some number of images, besides what its optimizers do."""
        yield from ()


@dataclass(frozen=True, kw_only=True)
class TwoDomainsConfig(RunConfig):
    """A job with images of two domains.

    Example:
        >>> TwoDomainsConfig.__mro__[1].__name__
        'RunConfig'
    """

    data_a: Annotated[str | None, tyro.conf.arg(aliases=("--source",), metavar="SOURCE")] = None
    """Source of domain A, for a game over two domains, with data_b instead of data; the labelled
    one, where a classifier is to be adapted to the other."""
    data_b: Annotated[str | None, tyro.conf.arg(aliases=("--target",), metavar="SOURCE")] = None
    """Source of domain B."""

    @property
    def sources(self) -> Mapping[str, str | None]:
        """Where the images come from, by the field that says so; None where it says nothing."""
        return {"data": self.data or None, "data_a": self.data_a, "data_b": self.data_b}

    def require_sources(self) -> None:
        """Require that both domains are named, in one way."""
        from zerosum.data.two_sources import require_two_sources  # Others have one source.

        require_two_sources(self.data, self.data_a, self.data_b)
