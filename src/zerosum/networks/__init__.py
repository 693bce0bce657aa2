"""Generators and discriminators, one family per file.

A generator has ``latent_size``, ``image_shape`` and ``forward(latents) -> images``; a
discriminator has ``image_shape`` and ``forward(images) -> logits``, one per picture, without a
sigmoid; its ``features(images)`` are what its last layer is given. A translator turns images into
images of the same shape; a patch discriminator gives logits for the patches of a picture. Some
networks stand around others: conditional ones know the class, others compare the pictures of a
batch, or draw beside a reference batch. A classifier gives a logit per picture and class, in two
steps: ``features(images)`` and ``head(features)``; a domain head gives logits for features.
"""

from zerosum.networks.classifier import Classifier, ConvClassifier, LenetClassifier
from zerosum.networks.conditional import ConditionalDiscriminator, ConditionalGenerator
from zerosum.networks.dcgan import DcganDiscriminator, DcganGenerator
from zerosum.networks.discriminator import Discriminator
from zerosum.networks.domains import DomainHead
from zerosum.networks.fewlabels import DeepClassifier, MlpClassifier, SoftplusGenerator
from zerosum.networks.minibatch import MinibatchDiscriminator
from zerosum.networks.mlp import MlpDiscriminator, MlpGenerator
from zerosum.networks.patches import PatchDiscriminator, PatchHeads
from zerosum.networks.perturber import Perturber
from zerosum.networks.progan import GrowingDiscriminator, GrowingGenerator
from zerosum.networks.r3gan import R3ganDiscriminator, R3ganGenerator
from zerosum.networks.reference import ReferenceGenerator
from zerosum.networks.resnet import ResnetDiscriminator, ResnetGenerator
from zerosum.networks.style import MappingNetwork, StyleDiscriminator, StyleGenerator
from zerosum.networks.translator import ResnetTranslator, UnetTranslator

__all__ = [
    "Classifier",
    "ConditionalDiscriminator",
    "ConditionalGenerator",
    "ConvClassifier",
    "DcganDiscriminator",
    "DcganGenerator",
    "DeepClassifier",
    "Discriminator",
    "DomainHead",
    "GrowingDiscriminator",
    "GrowingGenerator",
    "LenetClassifier",
    "MappingNetwork",
    "MinibatchDiscriminator",
    "MlpClassifier",
    "MlpDiscriminator",
    "MlpGenerator",
    "PatchDiscriminator",
    "PatchHeads",
    "Perturber",
    "R3ganDiscriminator",
    "R3ganGenerator",
    "ReferenceGenerator",
    "ResnetDiscriminator",
    "ResnetGenerator",
    "ResnetTranslator",
    "SoftplusGenerator",
    "StyleDiscriminator",
    "StyleGenerator",
    "UnetTranslator",
]
