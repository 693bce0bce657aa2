"""Generators and discriminators, one family per file.

A generator has ``latent_size``, ``image_shape`` and ``forward(latents) -> images``; a
discriminator has ``image_shape`` and ``forward(images) -> logits``, one per picture, without a
sigmoid. A translator turns images into images of the same shape; a patch discriminator gives
logits for the patches of a picture. Conditional networks stand around others and know the class. A
classifier gives a logit per picture and class, in two steps: ``features(images)`` and
``head(features)``; a domain head gives logits for features.
"""

from zerosum.networks.classifier import Classifier, ConvClassifier, LenetClassifier
from zerosum.networks.conditional import ConditionalDiscriminator, ConditionalGenerator
from zerosum.networks.dcgan import DcganDiscriminator, DcganGenerator
from zerosum.networks.domains import DomainHead
from zerosum.networks.fewlabels import DeepClassifier, MlpClassifier, SoftplusGenerator
from zerosum.networks.mlp import MlpDiscriminator, MlpGenerator
from zerosum.networks.patches import PatchDiscriminator, PatchHeads
from zerosum.networks.progan import GrowingDiscriminator, GrowingGenerator
from zerosum.networks.r3gan import R3ganDiscriminator, R3ganGenerator
from zerosum.networks.resnet import ResnetDiscriminator, ResnetGenerator
from zerosum.networks.style import StyleDiscriminator, StyleGenerator
from zerosum.networks.translator import ResnetTranslator, UnetTranslator

__all__ = [
    "Classifier",
    "ConditionalDiscriminator",
    "ConditionalGenerator",
    "ConvClassifier",
    "DcganDiscriminator",
    "DcganGenerator",
    "DeepClassifier",
    "DomainHead",
    "GrowingDiscriminator",
    "GrowingGenerator",
    "LenetClassifier",
    "MlpClassifier",
    "MlpDiscriminator",
    "MlpGenerator",
    "PatchDiscriminator",
    "PatchHeads",
    "R3ganDiscriminator",
    "R3ganGenerator",
    "ResnetDiscriminator",
    "ResnetGenerator",
    "ResnetTranslator",
    "SoftplusGenerator",
    "StyleDiscriminator",
    "StyleGenerator",
    "UnetTranslator",
]
