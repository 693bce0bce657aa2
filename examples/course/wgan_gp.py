# %% [markdown]
# # Wasserstein GAN with a gradient penalty
#
# The course's exercise: a critic in place of a classifier, and a penalty that keeps its slope
# near 1. Recipes: `zerosum train wgan-gp-mnist`, `wgan-gp-cifar10`. Lessons: `saddle` (what
# the penalty does to a game of two numbers), `distributions` (in the plane).

# %%
from pathlib import Path
from tempfile import mkdtemp

import torch
from torch.utils.data import DataLoader

from zerosum.config import DcganDiscriminatorConfig, DcganGeneratorConfig
from zerosum.data import StoreDataset, StoreSettings, build_store, open_source
from zerosum.media.images import tile, to_images
from zerosum.objectives import Wasserstein, gradient_penalty
from zerosum.randomness import Randomness

ROUNDS = 400

# %% [markdown]
# The critic has no batch normalisation: the penalty is about each picture by itself, and a
# normalised batch makes every logit depend on all pictures (Gulrajani et al. 2017, section 4).

# %%
torch.manual_seed(0)
generator = DcganGeneratorConfig(base_channels=16).build((1, 28, 28))
critic = DcganDiscriminatorConfig(base_channels=16, norm="none").build((1, 28, 28))

# %% [markdown]
# The penalty by hand: a point between each real and each generated picture, the gradient of the
# critic there, and how far its norm *for each picture* is from 1. One norm over the whole batch
# would be right for a single picture only.


# %%
def penalty_by_hand(real: torch.Tensor, fake: torch.Tensor, random: Randomness) -> torch.Tensor:
    """(‖∇D(x̂)‖ − 1)² at x̂ = ε x + (1 − ε) x̃, one ε for each picture."""
    share = random.uniform(len(real), 1, 1, 1)
    between = (share * real + (1 - share) * fake).requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return (slope.flatten(1).norm(dim=1) - 1) ** 2


images = torch.rand(2, 4, 1, 28, 28) * 2 - 1
torch.testing.assert_close(
    penalty_by_hand(images[0], images[1], Randomness(seed=0)),
    gradient_penalty(critic, images[0], images[1], Randomness(seed=0)),
)

# %% [markdown]
# The critic learns five times for each step of the generator; the penalty's weight is 10.

# %%
settings = StoreSettings(size=(28, 28), channels=1)
store = build_store(open_source("digits"), settings, cache=Path(mkdtemp()))
batches = DataLoader(StoreDataset(store), batch_size=32, shuffle=True, drop_last=True)
objective, random = Wasserstein(), Randomness(seed=0)
adam_g = torch.optim.Adam(generator.parameters(), lr=5e-4, betas=(0.0, 0.9))
adam_c = torch.optim.Adam(critic.parameters(), lr=5e-4, betas=(0.0, 0.9))


def critic_step(real: torch.Tensor) -> float:
    """Raise D(real) − D(fake) within a slope of 1; give that difference."""
    fake = generator(random.normal(len(real), 100)).detach()
    loss = objective.discriminator(critic(real), critic(fake)).mean()
    penalty = gradient_penalty(critic, real, fake, random).mean()
    adam_c.zero_grad()
    (loss + 10 * penalty).backward()
    adam_c.step()
    return -loss.item()


def generator_step(n: int) -> None:
    """Raise D(fake)."""
    loss = objective.generator(critic(generator(random.normal(n, 100)))).mean()
    adam_g.zero_grad()
    loss.backward()
    adam_g.step()


# %%
endless = (images for _ in iter(int, 1) for images, _ in batches)
for number in range(ROUNDS):
    distances = [critic_step(next(endless)) for _ in range(5)]
    generator_step(32)
    if number % 20 == 0 or number == ROUNDS - 1:
        print(f"round {number}: the critic tells them apart by {distances[-1]:.3f}")

# %%
with torch.no_grad():
    sheet = to_images(tile(generator(Randomness(seed=1).normal(16, 100))))[0]
sheet
