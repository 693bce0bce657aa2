# %% [markdown]
# # CycleGAN, one step
#
# The course's exercise: two translators, two discriminators, and a way back that must end where
# it began. Networks are zerosum's, the step is written out. Recipe: `zerosum train
# cyclegan-course --data A --data-b B` (and `cyclegan-small` for a laptop).

# %%
import torch

from zerosum.config import PatchDiscriminatorConfig, ResnetTranslatorConfig
from zerosum.media.images import tile, to_images
from zerosum.objectives import LeastSquares, absolute_error

ROUNDS = 300

# %% [markdown]
# Pictures of two kinds without partners: here light squares on dark, and dark ones on light.


# %%
def draw_squares(n: int) -> torch.Tensor:
    """Light squares at random places, shape (n, 3, 32, 32)."""
    images = -torch.ones(n, 3, 32, 32)
    for image, (row, column) in zip(images, torch.randint(2, 18, (n, 2)).tolist(), strict=True):
        image[:, row : row + 12, column : column + 12] = 0.8
    return images


torch.manual_seed(0)
shape = (3, 32, 32)
a_to_b = ResnetTranslatorConfig(base_channels=8, blocks=2).build(shape)
b_to_a = ResnetTranslatorConfig(base_channels=8, blocks=2).build(shape)
judge_a = PatchDiscriminatorConfig(base_channels=8, downsamplings=2).build(shape)
judge_b = PatchDiscriminatorConfig(base_channels=8, downsamplings=2).build(shape)
print("a discriminator judges patches:", judge_a(draw_squares(2)).shape)

# %% [markdown]
# The translators pay for three things (Zhu et al. 2017, section 3): not to be seen through, in
# least squares; to come back, ten times the absolute error; to leave alone what is already of
# the other kind, five times.

# %%
objective = LeastSquares()
adam_g = torch.optim.Adam(
    [*a_to_b.parameters(), *b_to_a.parameters()], lr=5e-4, betas=(0.5, 0.999)
)
adam_d = torch.optim.Adam(
    [*judge_a.parameters(), *judge_b.parameters()], lr=5e-4, betas=(0.5, 0.999)
)


def one_round(a: torch.Tensor, b: torch.Tensor) -> tuple[float, float]:
    """Let the translators learn, then the discriminators."""
    fake_b, fake_a = a_to_b(a), b_to_a(b)
    seen_through = (
        objective.generator(judge_b(fake_b)).mean() + objective.generator(judge_a(fake_a)).mean()
    )
    back = absolute_error(b_to_a(fake_b), a) + absolute_error(a_to_b(fake_a), b)
    alone = absolute_error(a_to_b(b), b) + absolute_error(b_to_a(a), a)
    loss_g = seen_through + (10 * back + 5 * alone).mean()
    adam_g.zero_grad()
    loss_g.backward()
    adam_g.step()

    loss_a = objective.discriminator(judge_a(a), judge_a(fake_a.detach())).mean()
    loss_b = objective.discriminator(judge_b(b), judge_b(fake_b.detach())).mean()
    loss_d = loss_a + loss_b
    adam_d.zero_grad()
    loss_d.backward()
    adam_d.step()
    return loss_d.item(), loss_g.item()


# %%
for number in range(ROUNDS):
    losses = one_round(draw_squares(4), -draw_squares(4))
    if number % 50 == 0 or number == ROUNDS - 1:
        print(f"round {number}: D {losses[0]:.3f}, G {losses[1]:.3f}")

# %% [markdown]
# Above what goes in, below what comes out after a minute. The recipe runs for hours, keeps a pool
# of earlier translations for the discriminators, and can be stopped and resumed.

# %%
with torch.no_grad():
    images = draw_squares(4)
    sheet = to_images(tile(torch.cat([images, a_to_b(images)]), columns=4))[0]
sheet
