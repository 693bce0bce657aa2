# %% [markdown]
# # A DCGAN, layer by layer
#
# The course's exercises on SVHN and on CIFAR-10: pictures of 32 x 32 in colour. First the two
# networks with PyTorch's layers alone, then zerosum's own, which are the same for a few settings.
# Recipes: `zerosum train dcgan-svhn`, `zerosum train dcgan-cifar10`. Lessons: `guidelines`
# (what each of the five guidelines does), `shapes`, `transpose`, `planner`, `batchnorm`.

# %%
from pathlib import Path
from tempfile import mkdtemp

import torch
from torch import nn
from torch.utils.data import DataLoader

from zerosum.config import DcganDiscriminatorConfig, DcganGeneratorConfig
from zerosum.data import StoreDataset, StoreSettings, build_store, open_source
from zerosum.media.images import tile, to_images
from zerosum.nn import initialise_normal
from zerosum.objectives import NonSaturating

ROUNDS = 400

# %% [markdown]
# The generator: latents of 100 numbers become maps of 4 x 4, and transposed convolutions of
# stride 2 double the sides and halve the channels: 4, 8, 16, 32. Batch normalisation and ReLU
# follow each but the last, which ends in a tanh. A bias before batch normalisation would be
# subtracted again.


# %%
def doubling(inputs: int, outputs: int) -> list[nn.Module]:
    """Twice the sides: transposed convolution, batch normalisation, ReLU."""
    layer = nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1, bias=False)
    return [layer, nn.BatchNorm2d(outputs), nn.ReLU()]


by_hand = nn.Sequential(
    nn.Unflatten(1, (100, 1, 1)),
    nn.ConvTranspose2d(100, 128, 4, bias=False),
    nn.BatchNorm2d(128),
    nn.ReLU(),
    *doubling(128, 64),
    *doubling(64, 32),
    nn.ConvTranspose2d(32, 3, 4, stride=2, padding=1, bias=False),
    nn.Tanh(),
)
initialise_normal(by_hand)

# %% [markdown]
# zerosum builds the same of settings. Both have as many weights, and with the same weights they
# draw the same pictures.

# %%
generator = DcganGeneratorConfig(base_channels=32, max_channels=128).build((3, 32, 32))
count = [sum(weight.numel() for weight in each.parameters()) for each in (by_hand, generator)]
print("weights:", *count)
for ours, theirs in zip(by_hand.parameters(), generator.parameters(), strict=True):
    ours.data.copy_(theirs.data)
latents = torch.randn(16, 100, generator=torch.Generator().manual_seed(0))
torch.testing.assert_close(by_hand(latents), generator(latents))

# %% [markdown]
# The discriminator is the mirror image: convolutions of stride 2 in place of pooling, leaky ReLU,
# no batch normalisation on the pictures themselves, one logit.

# %%
discriminator = DcganDiscriminatorConfig(base_channels=32).build((3, 32, 32))
print(discriminator)


# %% [markdown]
# Some rounds on digits, enlarged to 32 x 32 and in colour. For the exercise put
# `open_source("cifar10")` or `open_source("svhn")` in their place, and train for hours.

# %%
settings = StoreSettings(size=(32, 32), channels=3, enlarge=True)
store = build_store(open_source("digits"), settings, cache=Path(mkdtemp()))
batches = DataLoader(StoreDataset(store), batch_size=32, shuffle=True, drop_last=True)
endless = (images for _ in iter(int, 1) for images, _ in batches)
objective = NonSaturating()
adam_g = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))
adam_d = torch.optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.999))
for number in range(ROUNDS):
    real, fake = next(endless), generator(torch.randn(32, 100))
    loss_d = objective.discriminator(discriminator(real), discriminator(fake.detach())).mean()
    adam_d.zero_grad()
    loss_d.backward()
    adam_d.step()
    loss_g = objective.generator(discriminator(fake)).mean()
    adam_g.zero_grad()
    loss_g.backward()
    adam_g.step()
    if number % 50 == 0 or number == ROUNDS - 1:
        print(f"round {number}: D {loss_d.item():.3f}, G {loss_g.item():.3f}")

# %%
sheet = to_images(tile(generator(latents).detach()))[0]
sheet
