"""Generators that learn to mislead a classifier."""

from dataclasses import replace

from zerosum.config.run import PicturesConfig
from zerosum.families.perturbation.settings import PerturbationRunConfig
from zerosum.games.perturbation_settings import PerturbationConfig

__all__ = ["advgan", "gap"]


def advgan() -> PerturbationRunConfig:
    """A generator that changes images a little, so that a classifier names other classes.

    Xiao et al. 2018, with their small networks (8, 16, 32 channels) and the least-squares game:
    the generator answers an image with a change of each pixel by epsilon at most, and pays where
    the victim is not misled and where the discriminator tells that the image was changed.

      zerosum train classifier --data FOLDER
      zerosum train advgan --victim runs/classifier --data FOLDER --epsilon 0.1
      zerosum attack runs/classifier --data FOLDER --attack pgd runs/advgan --epsilon 0.1

    Size and channels of the images are those that the victim takes. No labels are needed: it is
    misled where it no longer names the class that it names for the clean image, or where it
    names --game.targeted. The log tells of both on images learnt from: fooled, and size, the
    length of the change; the scores are on others. Sample grids show an image, its change (grey:
    none; black and white: epsilon), and both together.

    Source: Xiao et al. 2018, sections 3 and 4: Adam at 1e-3; the weights of the terms are not
    published.

    Differs: epsilon bounds the change, so there is no hinge on its length (--game.size-weight);
    the margin is one of logits, and wants 1 more than a draw; weights and length are our own,
    batches are of 64 for 128; epsilon is 0.1, where the paper has 0.3 for MNIST.
    """
    return PerturbationRunConfig(
        recipe="advgan",
        data="digits",
        pictures=PicturesConfig(size=(28, 28), channels=1, enlarge=True),
        game=PerturbationConfig(),
        total_images=60_000,
        batch_size=64,
        sample_every=15_000,
        sample_count=16,
        evaluate_every=10_000,
        evaluate_count=1_000,
        log_every=2_000,
    )


def gap() -> PerturbationRunConfig:
    """One small change for all images, so that a classifier names other classes of most.

    A generator draws it from a fixed pattern, without looking at the images, and pays where the
    victim is not misled (Poursaeed et al. 2018, section 3.1); without a discriminator. Everything
    else is as with advgan, whose --universal this is.

    Source: Poursaeed et al. 2018, section 3.1.

    Differs: the cost is a margin, where their program takes the logarithm of the cross-entropy to
    the least likely class; the change is bounded by tanh, not scaled until its largest pixel is
    epsilon; a small generator of 8 base channels for 64; rates as with advgan.
    """
    base = advgan()
    game = PerturbationConfig(universal=True, discriminator_weight=0.0)
    return replace(base, recipe="gap", game=game)
