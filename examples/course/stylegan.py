# %% [markdown]
# # StyleGAN, part by part
#
# The course's exercise: a mapping network, noise at every place, adaptive instance normalisation;
# then the whole, truncation and mixing. Recipes: `zerosum train stylegan-digits`,
# `stylegan2-digits`. Commands that live on its latents: `zerosum mix`, `walk`, `edit`, `project`.

# %%
import torch

from zerosum.config import StyleGeneratorConfig
from zerosum.media.images import tile, to_images
from zerosum.networks import MappingNetwork
from zerosum.nn import AdaptiveInstanceNorm, ModulatedConv2d, NoiseInjection

torch.manual_seed(0)

# %% [markdown]
# The mapping network turns latents z into styles w, by eight layers:

# %%
mapping = MappingNetwork(64, 32)
styles = mapping(torch.randn(4, 64))
print("styles:", styles.shape)

# %% [markdown]
# Noise: one random number for each place, shared by the channels, each with a learnt strength
# that begins at 0:

# %%
maps = torch.randn(4, 16, 8, 8)
noise = NoiseInjection(16, size=(8, 8))
torch.testing.assert_close(noise(maps), maps)

# %% [markdown]
# Adaptive instance normalisation (AdaIN): every map of every picture gets mean 0 and deviation 1,
# then the scale and the shift that the style says. By hand, and the library's:

# %%
adaptive = AdaptiveInstanceNorm(16, style_size=32)
out = adaptive(3 * maps + 1, styles)
means, deviations = out.mean((2, 3)), out.std((2, 3), correction=0)
again = adaptive(maps, styles)
torch.testing.assert_close(out, again, atol=1e-5, rtol=1e-5)  # scale and shift of maps are gone
print("what the style says of the first picture's maps:", deviations[0, :3], means[0, :3])

# %% [markdown]
# StyleGAN2 puts the style into the filters instead: each picture has its own, scaled by the style
# and normed again, so that maps keep deviation 1 without looking at what they hold.

# %%
convolution = ModulatedConv2d(16, 16, 3)
print(convolution(maps, 1 + 0.1 * torch.randn(4, 16)).std().item())

# %% [markdown]
# The whole. A picture is drawn of styles; a style may change on the way (mixing), and may be
# pulled to the mean (truncation), which costs variety.

# %%
generator = StyleGeneratorConfig(latent_size=64, style_size=64, base_channels=8, depth=4).build(
    (3, 32, 32)
)
generator.eval()
with torch.no_grad():
    for _ in range(20):
        generator.update_mean(generator.mapping(torch.randn(64, 64)))
    first, second = (generator.mapping(torch.randn(4, 64)) for _ in range(2))
    mixed = generator.mix(first, second, torch.full((4,), 2))
    near = generator.truncate(first, 0.5)
    rows = [generator.synthesis(each) for each in (first, second, mixed, near)]
print("variety:", rows[0].std(0).mean().item(), "truncated:", rows[3].std(0).mean().item())

# %% [markdown]
# Rows: first styles, second ones, both mixed, the first truncated. The network is not trained, so
# what it draws are textures; `zerosum mix RUN` draws the table of a run of yours.

# %%
sheet = to_images(tile(torch.cat(rows).clamp(-1, 1), columns=4))[0]
sheet
