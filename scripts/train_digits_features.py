"""Train the classifier of digits whose features measure generated digits; write its weights.

    python scripts/train_digits_features.py --test-source mnist:FOLDER

It sees only the 5,000 digits that are part of zerosum. All of them are from MNIST's training
half and none from its test half (compared picture by picture), so that the 10,000 test digits
tell its accuracy. They are shown bent, turned and shifted, and besides the digit the network has
to tell how: a classifier alone learns to forget everything but the class, and its features would
not notice that all generated sevens are the same seven. That second answer is dropped at the end.

One seed gives one result on one kind of machine: one thread, no other source of randomness.
"""

import argparse
import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from zerosum.data import Batches, Store, StoreSettings, build_store, open_source
from zerosum.features.digits import FEATURES, SIDE, DigitsClassifier, weights_file
from zerosum.features.weights import hash_of_file
from zerosum.files import replace_atomically
from zerosum.randomness import Randomness
from zerosum.training.pace import decay_of, ema_half_life_at, update_ema
from zerosum.types import Batch

BATCH, BEST_RATE, SMOOTHING, DISTORTION_WEIGHT, HALF_LIFE = 100, 3e-3, 0.05, 1.0, 35_000
SETTINGS = StoreSettings(size=(SIDE, SIDE), channels=1, fit="stretch", enlarge=True)


@dataclass(frozen=True, kw_only=True)
class Distorted:
    """Pictures (n, 1, h, w), and what was done to them: (n, 6) numbers in [-1, 1]."""

    images: Tensor
    amounts: Tensor


def distort(images: Tensor, random: Randomness) -> Distorted:
    """Turn by up to 15°, stretch and slant by up to a fifth, shift by up to 2 pixels, and bend."""
    n = len(images)
    amounts = random.uniform(n, 6, low=-1, high=1)
    turn, wide, high, slant = (amounts[:, :4] * torch.tensor([0.26, 0.18, 0.18, 0.25])).unbind(1)
    shift = amounts[:, 4:] * 4 / SIDE  # pictures are 2 wide in these coordinates
    first = torch.stack([wide.exp() * turn.cos(), slant - turn.sin(), shift[:, 0]], 1)
    second = torch.stack([turn.sin(), high.exp() * turn.cos(), shift[:, 1]], 1)
    matrices = torch.stack([first, second], 1)
    places = functional.affine_grid(matrices, list(images.shape), align_corners=False)
    bends = functional.interpolate(
        random.normal(n, 2, 6, 6), (SIDE, SIDE), mode="bicubic", align_corners=True
    )
    places = places + bends.permute(0, 2, 3, 1) / SIDE
    # Around the picture is black, which is -1 and not the 0 that is sampled outside.
    bent = functional.grid_sample(images + 1, places, align_corners=False) - 1
    return Distorted(images=bent, amounts=amounts)


def train(store: Store, *, epochs: int, seed: int) -> DigitsClassifier:
    """Train, and return the running average of the weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        classifier, distortion = DigitsClassifier(), nn.Linear(FEATURES, 6)
    classifier = classifier.to(memory_format=torch.channels_last)  # a quarter faster
    average = deepcopy(classifier).eval()
    batches = Batches(store, batch_size=BATCH, seed=seed)
    random = Randomness(seed=seed, stream="distortion")
    total = epochs * len(store)
    parameters = [*classifier.parameters(), *distortion.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=BEST_RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, BEST_RATE, total_steps=total // BATCH, pct_start=0.2
    )
    for position in range(0, total, BATCH):
        cost = _cost(classifier, distortion, batches.at(position), random.at(position))
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(cost)
        optimizer.step()
        schedule.step()
        half_life = ema_half_life_at(HALF_LIFE, position + BATCH)
        update_ema(average, classifier, decay_of(half_life, step=BATCH))
        if position % (10 * len(store)) == 0:
            print(f"{position:,} of {total:,} pictures: cost {cost.item():.4f}", flush=True)
    return average


def _cost(
    classifier: DigitsClassifier, distortion: nn.Linear, batch: Batch, random: Randomness
) -> Tensor:
    """Cross-entropy of the digits, and the squared error of what was done to them."""
    assert batch.labels is not None
    seen = distort(batch.images, random)
    features, logits = classifier(seen.images)
    wrong = functional.cross_entropy(logits, batch.labels, label_smoothing=SMOOTHING)
    off = functional.mse_loss(distortion(features), seen.amounts)
    return wrong + DISTORTION_WEIGHT * off


def accuracy(network: DigitsClassifier, store: Store) -> float:
    """Share of pictures whose class is right."""
    assert store.labels is not None
    batches = Batches(store, batch_size=BATCH, seed=0)
    right = 0
    with torch.no_grad():
        for position in range(0, len(store) // BATCH * BATCH, BATCH):
            batch = batches.at(position)
            assert batch.labels is not None
            right += int((network(batch.images)[1].argmax(dim=1) == batch.labels).sum())
    return right / (len(store) // BATCH * BATCH)


def save(network: DigitsClassifier, target: Path, about: dict[str, str]) -> None:
    """Write the weights as 32-bit floats; the counters of batches serve only training."""
    weights = {
        name: value.contiguous()
        for name, value in network.state_dict().items()
        if value.is_floating_point()
    }
    with replace_atomically(target) as temporary:
        # One entry: several are written in an order that changes from run to run.
        save_file(weights, temporary, metadata={"about": json.dumps(about)})
        temporary.chmod(0o644)  # as any other file of the package


def main() -> None:
    """Train, test, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--target", type=Path, default=weights_file())
    parser.add_argument("--test-source", help="digits to test on, such as mnist:/folder")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    about = {
        "what": "DigitsClassifier of zerosum.features.digits",
        "how": f"scripts/train_digits_features.py, seed {arguments.seed}, {arguments.epochs} "
        "epochs of zerosum's 5,000 digits",
        "licence": "CC BY-SA 3.0, as the digits",
    }
    with TemporaryDirectory() as folder:
        store = build_store(open_source("digits"), SETTINGS, cache=Path(folder))
        network = train(store, epochs=arguments.epochs, seed=arguments.seed)
        if arguments.test_source:
            source = open_source(arguments.test_source, split="test")
            right = accuracy(network, build_store(source, SETTINGS, cache=Path(folder)))
            about["accuracy"] = f"{right:.2%} of {len(source):,} digits of {source.name}"
            print(about["accuracy"])
    save(network, arguments.target, about)
    print(f"{arguments.target}: {arguments.target.stat().st_size} bytes")
    print(f"SHA-256 for zerosum/features/digits.py: {hash_of_file(arguments.target)}")


if __name__ == "__main__":
    main()
