# %% [markdown]
# # A GAN of digits, by hand
#
# The course's first project: two fully connected networks, and a loop that lets them learn by
# turns. Networks and losses are zerosum's; the loop is the one that everybody writes once.
# `zerosum train mnist-gan-2018` is the same as a recipe, with everything that a loop of one's
# own has not: a run folder, exact resume, scores. The lesson `zerosum learn step` shows one round.

# %%
from pathlib import Path
from tempfile import mkdtemp

import torch
from torch.utils.data import DataLoader

from zerosum.config import MlpDiscriminatorConfig, MlpGeneratorConfig
from zerosum.data import StoreDataset, StoreSettings, build_store, open_source
from zerosum.games import draw_latents
from zerosum.media.images import tile, to_images
from zerosum.objectives import NonSaturating
from zerosum.randomness import Randomness

ROUNDS = 3_000

# %% [markdown]
# The digits that come with zerosum, as floats in [-1, 1]: what a generator that ends in a tanh
# can reach. `open_source("mnist")` or a folder of pictures goes the same way.

# %%
torch.manual_seed(0)
settings = StoreSettings(size=(28, 28), channels=1)
store = build_store(open_source("digits"), settings, cache=Path(mkdtemp()))
batches = DataLoader(StoreDataset(store), batch_size=64, shuffle=True, drop_last=True)
images, _ = next(iter(batches))
print(images.shape, images.min().item(), images.max().item())

# %% [markdown]
# The generator turns 100 random numbers into a picture, the discriminator a picture into a
# logit: the number before the sigmoid. Losses are computed of logits, since the logarithm of a
# sigmoid that has reached 0 is infinite.

# %%
generator = MlpGeneratorConfig(latent_size=100).build((1, 28, 28))
discriminator = MlpDiscriminatorConfig().build((1, 28, 28))
print(discriminator(generator(draw_latents("uniform", Randomness(seed=0), 4, 100))))

# %% [markdown]
# One round: D learns that real pictures are real (with the label 0.9 for 1) and generated ones
# are not; then G learns what makes D say "real" of its pictures.

# %%
objective = NonSaturating(real_label=0.9)
random = Randomness(seed=0)
adam_g = torch.optim.Adam(generator.parameters(), lr=0.002)
adam_d = torch.optim.Adam(discriminator.parameters(), lr=0.002)


def one_round(real: torch.Tensor) -> tuple[float, float]:
    """Let D learn, then G; give the losses of both."""
    fake = generator(draw_latents("uniform", random, len(real), 100))
    loss_d = objective.discriminator(discriminator(real), discriminator(fake.detach())).mean()
    adam_d.zero_grad()
    loss_d.backward()
    adam_d.step()

    fake = generator(draw_latents("uniform", random, len(real), 100))
    loss_g = objective.generator(discriminator(fake)).mean()
    adam_g.zero_grad()
    loss_g.backward()
    adam_g.step()
    return loss_d.item(), loss_g.item()


# %% [markdown]
# A discriminator that cannot tell pays 1.38 with these labels, and the generator 0.80.

# %%
done = 0
while done < ROUNDS:
    for real, _ in batches:
        losses = one_round(real)
        if done % 500 == 0 or done == ROUNDS - 1:
            print(f"round {done}: D {losses[0]:.3f}, G {losses[1]:.3f}")
        done += 1
        if done == ROUNDS:
            break

# %% [markdown]
# The discriminator has done its work: new pictures need the generator alone.

# %%
generator.eval()
with torch.no_grad():
    samples = generator(draw_latents("uniform", Randomness(seed=1), 16, 100))
sheet = to_images(tile(samples))[0]
sheet
