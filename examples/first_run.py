"""The example of the README: train, sample, come back later, change a field.

    python examples/first_run.py

Runs go to ``runs/`` in the folder where it is started; ``digits.png`` is the picture.
"""

import zerosum

# Train for a short while on the digits that come with zerosum, and look.
model = zerosum.train("dcgan-digits", images=40_000, kind=zerosum.Generator)
pictures = model.sample(64, seed=0)  # shape (64, 1, 28, 28), floats in [-1, 1]
model.save_grid("digits.png", count=64, seed=0)

# A run is a folder. Come back to it at any time.
model = zerosum.load(model.run.path, kind=zerosum.Generator)
assert model.sample(64, seed=0).equal(pictures)

# Any field of a recipe can be changed; `zerosum train NAME --help` lists them.
fields = {"game.objective": "hinge", "game.discriminator.spectral_norm": True}
model = zerosum.train("dcgan-digits", images=40_000, seed=1, fields=fields, kind=zerosum.Generator)
