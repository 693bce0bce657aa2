"""ProGAN, StyleGAN and StyleGAN2 (Karras et al. 2018, 2019, 2020)."""

from zerosum.config import (
    AdversarialConfig,
    GrowthConfig,
    OptimizerConfig,
    PathLengthConfig,
    PenaltiesConfig,
    PenaltyConfig,
    PicturesConfig,
    ProganDiscriminatorConfig,
    ProganGeneratorConfig,
    RunConfig,
    StyleDiscriminatorConfig,
    StyleGeneratorConfig,
)

__all__ = [
    "progan_digits",
    "stylegan2_256",
    "stylegan2_digits",
    "stylegan2_faces32",
    "stylegan_digits",
]

_OPTIMIZER = OptimizerConfig(learning_rate=2e-3, betas=(0.0, 0.99))


def stylegan2_digits() -> RunConfig:
    """StyleGAN2 on the 5,000 digits that come with zerosum, at a size for two cores.

    A sixteenth of the paper's channels, a mapping of four layers, R1 in every eighth round, no
    path length penalty, which at 28 pixels takes time and gives little.
    """
    return _digits(
        "stylegan2-digits",
        AdversarialConfig(
            generator=StyleGeneratorConfig(
                latent_size=64, style_size=64, width=16, max_width=64, depth=4
            ),
            discriminator=StyleDiscriminatorConfig(width=16, max_width=64),
            generator_optimizer=_OPTIMIZER,
            discriminator_optimizer=_OPTIMIZER,
            penalties=PenaltiesConfig(r1=PenaltyConfig(weight=0.5, every=8)),
            average_half_life=2_000,
        ),
    )


def stylegan_digits() -> RunConfig:
    """StyleGAN, whose styles act by adaptive instance normalisation, on the bundled digits.

    Otherwise as ``stylegan2-digits``, without residual blocks in the discriminator.
    """
    return _digits(
        "stylegan-digits",
        AdversarialConfig(
            generator=StyleGeneratorConfig(
                style="adain", latent_size=64, style_size=64, width=16, max_width=64, depth=4
            ),
            discriminator=StyleDiscriminatorConfig(width=16, max_width=64, residual=False),
            generator_optimizer=_OPTIMIZER,
            discriminator_optimizer=_OPTIMIZER,
            penalties=PenaltiesConfig(r1=PenaltyConfig(weight=0.5, every=8)),
            average_half_life=2_000,
        ),
    )


def progan_digits() -> RunConfig:
    """ProGAN on the bundled digits: 7 pixels, then 14, then 28, each faded in.

    Each size is held for 20,000 pictures and the next fades in over 20,000. The non-saturating
    cost and R1 stand where the paper has WGAN-GP, for which one turn each is slow.
    """
    return _digits(
        "progan-digits",
        AdversarialConfig(
            generator=ProganGeneratorConfig(latent_size=64, width=16, max_width=64),
            discriminator=ProganDiscriminatorConfig(width=16, max_width=64),
            generator_optimizer=_OPTIMIZER,
            discriminator_optimizer=_OPTIMIZER,
            penalties=PenaltiesConfig(r1=PenaltyConfig(weight=0.5, every=8)),
            growth=GrowthConfig(hold=20_000, fade=20_000),
            average_half_life=2_000,
        ),
    )


def stylegan2_faces32() -> RunConfig:
    """StyleGAN2 on faces at 32 pixels, for a CPU and some hours; any folder: --data FOLDER.

    Twice the channels of ``stylegan2-digits``, and the path length penalty in every fourth turn.
    """
    return RunConfig(
        recipe="stylegan2-faces32",
        data="celeba",
        pictures=PicturesConfig(size=(32, 32), flip=True),
        game=AdversarialConfig(
            generator=StyleGeneratorConfig(
                latent_size=128, style_size=128, width=32, max_width=128, depth=4
            ),
            discriminator=StyleDiscriminatorConfig(width=32, max_width=128),
            generator_optimizer=_OPTIMIZER,
            discriminator_optimizer=_OPTIMIZER,
            penalties=PenaltiesConfig(r1=PenaltyConfig(weight=0.5, every=16)),
            path_length=PathLengthConfig(weight=2.0, every=4),
            average_half_life=5_000,
        ),
        images=1_000_000,
        evaluate_every=50_000,
        batch_size=32,
        sample_every=25_000,
    )


def stylegan2_256() -> RunConfig:
    """StyleGAN2 of configuration F at 256 pixels, with 30 million weights; meant for a GPU.

    Adam at 2e-3 with β = (0, 0.99), R1 with γ = 10 in every 16th round, the path length penalty of
    2 in every fourth turn, batches of 32, an average with a half-life of 10,000 pictures and 25
    million pictures in all, as in the paper's appendix B. That the paper lowers Adam's settings by
    k / (k + 1) makes up for lazy penalties being steps of their own there, k + 1 in place of k;
    here they are part of a turn's cost, and the k steps stay k.
    """
    return RunConfig(
        recipe="stylegan2-256",
        data="celeba",
        pictures=PicturesConfig(size=(256, 256), flip=True, enlarge=True),
        game=AdversarialConfig(
            generator=StyleGeneratorConfig(width=128),
            discriminator=StyleDiscriminatorConfig(width=128),
            generator_optimizer=_OPTIMIZER,
            discriminator_optimizer=_OPTIMIZER,
            penalties=PenaltiesConfig(r1=PenaltyConfig(weight=5.0, every=16)),
            path_length=PathLengthConfig(weight=2.0, every=4),
            average_half_life=10_000,
        ),
        images=25_000_000,
        evaluate_every=500_000,
        batch_size=32,
        sample_every=100_000,
    )


def _digits(name: str, game: AdversarialConfig) -> RunConfig:
    return RunConfig(
        recipe=name,
        data="digits",
        pictures=PicturesConfig(size=(28, 28), channels=1),
        game=game,
        images=200_000,
        evaluate_every=20_000,
        batch_size=32,
        sample_every=10_000,
        log_every=2_000,
    )
