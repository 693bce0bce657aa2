# %% [markdown]
# # The project: new faces
#
# The course's project cuts faces out of CelebA and trains a DCGAN of 64 x 64. Here it is whole,
# with the library doing what the project asks for by hand: find pictures, bring them to a size,
# scale them to [-1, 1], train, save, look. Digits stand in for faces, so that it runs anywhere in
# a minute: put your folder in the place of `"digits"`, and leave out the fields
# below, which make it small.
# Lessons: `scaling` (the step that everybody forgets once), `guidelines`, `mirror` (a generator
# recreates what it sees: whose faces are in the folder?).

# %%
from pathlib import Path
from tempfile import mkdtemp

import zerosum
from zerosum.data import audit
from zerosum.media.images import tile, to_images

IMAGES = 20_000
FACES = "digits"  # or a folder, a zip, celeba

# %% [markdown]
# Look before training: sizes, modes, damaged files, copies. `zerosum data inspect FOLDER`.

# %%
for part in audit(FACES).parts:
    print(part.count, "pictures, of sizes", part.sizes)

# %% [markdown]
# The recipe is the course's: its networks, latents and batches. Each field can be changed, each
# has a help text: `zerosum train dcgan-faces --help-all`.

# %%
out = Path(mkdtemp()) / "faces"
fields = {
    "pictures.size": (32, 32),
    "pictures.channels": 1,
    "pictures.enlarge": True,
    "game.generator.base_channels": 16,
    "game.discriminator.base_channels": 16,
    "game.generator_optimizer.learning_rate": 1e-3,
    "game.discriminator_optimizer.learning_rate": 1e-3,
    "evaluate_every": 0,  # `zerosum.evaluate(out)` can do it later
}
model = zerosum.train(
    "dcgan-faces", data=FACES, images=IMAGES, out=out, fields=fields, kind=zerosum.Generator
)

# %% [markdown]
# A run is a folder: configuration, weights, statistics, samples. It can be gone on with, to the
# bit, by `zerosum.resume(out)`, sampled by seed, and evaluated.

# %%
print(sorted(path.name for path in out.iterdir()))
print(model.sample(4, seed=0).shape)

# %% [markdown]
# Two faces and what lies between them; `zerosum walk RUN` makes an animation of it.

# %%
sheet = to_images(tile(model.sample(16, seed=0)))[0]
sheet
