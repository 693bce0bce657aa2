# %% [markdown]
# # ProGAN: networks that grow
#
# The course's exercise: a generator and a discriminator that begin at a few pixels and get a new
# size every now and then, which fades in. Recipes: `zerosum train progan-digits`,
# `progan-faces32`. Lessons: `shapes`, `checkerboard` (why pictures are enlarged and then
# convolved), `step --run RUN` (any of your runs).

# %%
import torch

from zerosum.config import ProganDiscriminatorConfig, ProganGeneratorConfig
from zerosum.media.images import tile, to_images
from zerosum.nn import EqualisedConv2d, MinibatchStd, PixelNorm

torch.manual_seed(0)

# %% [markdown]
# Three of its parts. Pixel norm divides the channels of each place by their root mean square:

# %%
maps = torch.randn(2, 8, 4, 4)
normed = PixelNorm()(maps)
torch.testing.assert_close(normed, maps / (maps.square().mean(1, keepdim=True) + 1e-8).sqrt())

# %% [markdown]
# Equalised learning rate: weights are N(0, 1) and multiplied by He's constant when they are used,
# so that a step of Adam is as large for every layer in proportion to what the layer computes:

# %%
layer = EqualisedConv2d(8, 16, 3)
print("deviation of the weights:", layer.weight.std().item(), "of what comes out:")
print(layer(torch.randn(16, 8, 16, 16)).std().item())

# %% [markdown]
# The deviation of the minibatch, as one more channel, tells the discriminator how much variety
# there is:

# %%
print("channels:", MinibatchStd()(maps).shape[1], "equal pictures:")
print(MinibatchStd()(maps[:1].repeat(4, 1, 1, 1))[:, -1].max().item())

# %% [markdown]
# The networks for 32 pixels begin at 4 and grow three times. `progress` is how many sizes have
# been added; a fraction is the share α of the newest: x = α new + (1 − α) old, enlarged.

# %%
generator = ProganGeneratorConfig(latent_size=64, base_channels=8).build((3, 32, 32))
discriminator = ProganDiscriminatorConfig(base_channels=8).build((3, 32, 32))
latents = torch.randn(1, 64)
stages = []
for progress in (0.0, 1.0, 1.5, 2.0, 3.0):
    generator.grow(progress)
    discriminator.grow(progress)
    stages.append(generator(latents).detach())
    stage, share = generator.stage
    print(f"{progress}: {4 * 2**stage} pixels with share {share}, logit", end=" ")
    print(discriminator(stages[-1]).item())

# %% [markdown]
# Half-way between two sizes the picture is the mean of both:

# %%
generator.grow(2)
finer = generator(latents)
torch.testing.assert_close(stages[2], (stages[1] + finer.detach()) / 2)

# %%
sheet = to_images(tile(torch.cat(stages), columns=5))[0]
sheet
