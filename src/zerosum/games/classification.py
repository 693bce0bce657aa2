"""Games that end in a classifier; the simplest has one player and no adversary."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import cast

import torch
from torch import nn

from zerosum.augment.diffaugment import augment
from zerosum.games.base import BatchT, Game, Player, Round, Turn, evaluating
from zerosum.games.classification_settings import ClassificationConfig, GameWithClassifierConfig
from zerosum.games.parts.adversarial_training import AdversarialTraining
from zerosum.networks.kinds import FeatureExtractor
from zerosum.nn.weightnorm import initialise_by_data
from zerosum.objectives.classification import cross_entropy
from zerosum.randomness import derive_seed
from zerosum.types import Batch, ClassLogits, Features, Images, Labels, Probabilities, Scalar

__all__ = [
    "ClassificationGame",
    "GameWithClassifier",
    "answer_of",
    "features_of",
    "right",
    "start_by_data",
]


class GameWithClassifier(Game[BatchT]):
    """A game, with or without adversaries, that trains a classifier.

    Attributes:
        settings: The losses, and the classes' names.
    """

    settings: GameWithClassifierConfig

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes' names, by label."""
        return self.settings.classes

    @property
    @abstractmethod
    def classifier(self) -> nn.Module:
        """The best classifier: from images (n, c, h, w) in [-1, 1] to logits (n, classes)."""

    def answer(self, images: Images) -> ClassLogits:
        """The logits of the classes, shape (n, classes), on the images' device."""
        return answer_of(self.classifier, images)

    def classify(self, images: Images) -> Probabilities:
        """The probabilities of the classes, shape (n, classes), on the images' device.

        Those below 1e-45 underflow to 0; for their logarithms use `answer`.
        """
        return self.answer(images).softmax(dim=1)


class ClassificationGame(GameWithClassifier[Batch]):
    """A classifier alone, which minimises the cross-entropy of the true classes.

    Args:
        settings: Augmentation, attacks, label smoothing, and the classes' names.
        classifier: Player whose network computes logits of the classes.

    Attributes:
        adversarial_training: How images are attacked before the classifier learns from them; None:
            they are not.

    Example:
        >>> from zerosum.randomness import Randomness
        >>> network = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
        >>> player = Player(
        ...     network=network, optimizer=torch.optim.SGD(network.parameters(), lr=0.1))
        >>> game = ClassificationGame(
        ...     ClassificationConfig(classes=("cat", "dog")), classifier=player)
        >>> batch = Batch(images=torch.zeros(3, 1, 2, 2), labels=torch.tensor([0, 1, 1]))
        >>> now = Round(number=0, images_seen=0, random=Randomness(seed=0))
        >>> [(turn.player, sorted(turn.scores)) for turn in game.turns(batch, now)]
        [('classifier', ['accuracy'])]
    """

    settings: ClassificationConfig

    def __init__(self, settings: ClassificationConfig, *, classifier: Player) -> None:
        self.settings = settings
        self.players = {"classifier": classifier}
        training = settings.adversarial_training
        self.adversarial_training = AdversarialTraining(training) if training.epsilon else None

    @property
    def classifier(self) -> nn.Module:
        """The EMA of the network, where there is one."""
        return self.players["classifier"].best

    def turns(self, batch: Batch, now: Round) -> Iterator[Turn]:
        """The classifier learns from the augmented and attacked images."""
        assert batch.labels is not None
        if now.number == 0:
            start_by_data(self.players["classifier"].network, batch.images, now)
        images = self.augment(batch.images, batch.labels, now)
        yield self.classifier_turn(images, batch.labels)

    def augment(self, images: Images, labels: Labels, now: Round) -> Images:
        """The images as the classifier is given them: augmented, then attacked."""
        images = augment(images, self.settings.augmentation, now.random)
        if self.adversarial_training is None:
            return images
        return self.adversarial_training(self.players["classifier"].network, images, labels, now)

    def classifier_turn(self, images: Images, labels: Labels) -> Turn:
        """The classifier lowers the cross-entropy of these labels."""
        logits = self.logits(images)
        cost = cross_entropy(logits, labels, smoothing=self.settings.label_smoothing).mean()
        return Turn(player="classifier", cost=cost, scores={"accuracy": right(logits, labels)})

    def logits(self, images: Images) -> ClassLogits:
        """The logits of the classes, in full precision."""
        logits: ClassLogits = self.players["classifier"].network(images)
        return logits.float()


def answer_of(classifier: nn.Module, images: Images) -> ClassLogits:
    """Compute a classifier's logits in evaluation mode, in full precision, on the images' device.

    Example:
        >>> answer_of(nn.Sequential(nn.Flatten(), nn.Linear(4, 2)), torch.zeros(3, 1, 2, 2)).shape
        torch.Size([3, 2])
    """
    with evaluating(classifier) as network:
        device = next(network.parameters()).device
        logits: ClassLogits = network(images.to(device))
    return logits.float().to(images.device)


def features_of(classifier: nn.Module, images: Images) -> Features:
    """Extract a classifier's features in evaluation mode, in full precision, on the CPU.

    Args:
        classifier: A network with ``features(images)``.
        images: On any device.

    Returns:
        Shape (n, d).

    Example:
        >>> from zerosum.config import ConvClassifierConfig
        >>> network = ConvClassifierConfig(base_channels=4).build((1, 28, 28), classes=2)
        >>> features_of(network, torch.zeros(3, 1, 28, 28)).shape[0]
        3
    """
    with evaluating(classifier) as network:
        device = next(network.parameters()).device
        features = cast("FeatureExtractor", network).features(images.to(device))
    return features.float().cpu()


def right(logits: ClassLogits, labels: Labels) -> Scalar:
    """The accuracy: the share of images whose greatest logit is that of the true class.

    Example:
        >>> right(torch.tensor([[2.0, 1.0], [0.0, 3.0]]), torch.tensor([0, 0]))
        tensor(0.5000)
    """
    return (logits.detach().argmax(dim=1) == labels).float().mean()


def start_by_data(network: nn.Module, images: Images, now: Round) -> None:
    """Initialise normalised weights by the first batch, equally in all processes.

    Args:
        network: Changed in place; a network without normalised weights is not changed.
        images: This process's images of the first round.
        now: The first round.
    """
    whole = now.gather(images)
    cuda = [images.device] if images.device.type == "cuda" else []
    # Noise within the network differs from process to process; here it must not.
    with torch.random.fork_rng(cuda), torch.autocast(images.device.type, enabled=False):
        torch.manual_seed(derive_seed(now.random.seed, "start by data"))
        initialise_by_data(network, whole)
