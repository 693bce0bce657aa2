"""Path lengths of generators for which they can be worked out."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from helpers.command_line import call
from helpers.settings import adversarial
from helpers.styled import StyledGenerator, game_of
from zerosum.config import EvaluateConfig, RunConfig
from zerosum.evaluation.extraction import ImageSubset, extract
from zerosum.evaluation.named import METRIC_FUNCTIONS, Task
from zerosum.features.pixels import load_pixels
from zerosum.games import Classes
from zerosum.jobs import evaluate, train_run
from zerosum.latent import latent_space
from zerosum.latent.interpolation import angles
from zerosum.latent.paths import path_distances
from zerosum.metrics import mean_path_length
from zerosum.randomness import Randomness

PIXELS = load_pixels()
"""Of pictures in [-1, 1] and 16x16 pixels: half of each pixel, plus a half."""


class Linear(nn.Module):
    """G(z) = A z, a picture of 16x16 pixels."""

    latent_size = 6
    image_shape = (1, 16, 16)

    def __init__(self, scale: float = 1.0) -> None:
        super().__init__()
        matrix = torch.randn(256, 6, generator=torch.Generator().manual_seed(0))
        self.matrix = nn.Parameter(0.05 * scale * matrix)

    def forward(self, latents: Tensor) -> Tensor:
        return (latents[:, :6] @ self.matrix.T).view(-1, 1, 16, 16)


def test_a_linear_generator_of_uniform_latents() -> None:
    """d = ‖A (z₁ − z₀)‖² / 4, whose mean is tr(AᵀA) (2/3) / 4, on all of the way."""
    generator = Linear()
    space = latent_space(game_of(generator, latent="uniform"))
    full = path_distances(space, PIXELS.extract, pairs=2_000, seed=0)
    random = Randomness(seed=0, stream="paths").at(0)
    start, end = (random.uniform(64, 6, low=-1.0, high=1.0) for _ in range(2))
    moved = (end - start) @ generator.matrix.detach().T / 2
    expected = moved.square().sum(dim=1).double()
    torch.testing.assert_close(full[:64], expected, rtol=0.02, atol=0)
    end_only = path_distances(space, PIXELS.extract, pairs=64, seed=0, sampling="end")
    torch.testing.assert_close(end_only, expected, rtol=0.02, atol=0)
    closed = generator.matrix.detach().square().sum().item() * (2 / 3) / 4
    assert full.mean().item() == pytest.approx(closed, abs=4 * full.std().item() / 2_000**0.5)
    found = mean_path_length(full)
    assert found.value == pytest.approx(closed, abs=4 * found.error + 0.03 * closed)


def test_an_identity_of_normal_latents_walks_on_spheres() -> None:
    """‖p'(t)‖² = (θ ‖p(t)‖)² + (‖z₁‖ − ‖z₀‖)²: the turn, and the change of length."""
    generator = Linear()
    with torch.no_grad():
        generator.matrix.copy_(0.1 * torch.eye(256, 6))
    space = latent_space(game_of(generator))
    found = path_distances(space, PIXELS.extract, pairs=64, seed=3, sampling="end")
    random = Randomness(seed=3, stream="paths").at(0)
    start, end = random.normal(64, 6).double(), random.normal(64, 6).double()
    turn = (angles(start, end) * start.norm(dim=1)).square()
    stretch = (end.norm(dim=1) - start.norm(dim=1)).square()
    torch.testing.assert_close(found, (turn + stretch) * (0.1 / 2) ** 2, rtol=0.02, atol=1e-6)


def test_twice_the_contrast_is_four_times_the_length() -> None:
    lengths = [
        path_distances(
            latent_space(game_of(Linear(scale))), PIXELS.extract, pairs=64, seed=0
        ).mean()
        for scale in (1.0, 2.0)
    ]
    assert lengths[1].item() == pytest.approx(4 * lengths[0].item(), rel=0.02)


def test_what_cannot_be_seen_has_no_length() -> None:
    """A picture that is white beyond white does not change."""
    generator = Linear()

    def beyond(module: nn.Module, given: object, images: Tensor) -> Tensor:
        return images + 10.0

    generator.register_forward_hook(beyond)
    space = latent_space(game_of(generator))
    assert not path_distances(space, PIXELS.extract, pairs=8, seed=0).any()


def test_ways_stay_in_a_class() -> None:
    class Told(Linear):
        """A picture of the class alone."""

        def forward(self, latents: Tensor) -> Tensor:
            classes = latents[:, 6:] @ torch.tensor([-1.0, 0.0, 1.0])
            return classes.view(-1, 1, 1, 1).expand(-1, 1, 16, 16) + 0 * self.matrix.sum()

    game = game_of(Told())
    game.conditional_on = Classes(names=("a", "b", "c"), counts=(1, 1, 1))
    assert not path_distances(latent_space(game), PIXELS.extract, pairs=8, seed=0).any()


def test_one_seed_one_length_whatever_the_number() -> None:
    space = latent_space(game_of(StyledGenerator()))
    few, many = (path_distances(space, PIXELS.extract, pairs=n, seed=1) for n in (64, 100))
    torch.testing.assert_close(few, many[:64], rtol=1e-2, atol=1e-6)
    other = path_distances(space, PIXELS.extract, pairs=64, seed=2)
    assert not torch.allclose(few, other, rtol=1e-2)


@pytest.fixture
def run(tiny: RunConfig, tmp_path: Path) -> Path:
    config = replace(
        tiny, game=replace(adversarial(tiny), conditional="projection"), total_images=16
    )
    return train_run(config, out=tmp_path / "run", quiet=True).run.path


def test_ppl_among_the_metrics(run: Path) -> None:
    options = EvaluateConfig(metrics="ppl", count=70, features="digits", device="cpu")
    scores = evaluate(str(run), options, quiet=True).scores
    assert list(scores.scores) == ["PPL-digits z full", "PPL-digits z end"]
    full = scores.scores["PPL-digits z full"]
    for word in ("70 pairs", "ε 0.0001", "slerp in z", "t uniform", "not rounded", "1 to 99"):
        assert word in full.how
    assert full.estimate.value > 0
    assert full.estimate.error > 0
    again = evaluate(str(run), options, quiet=True).scores
    assert again == scores


def test_styles_are_measured_in_both_spaces() -> None:
    space = latent_space(game_of(StyledGenerator()))
    black = extract(ImageSubset(torch.zeros(20, 8, 8, 1, dtype=torch.uint8).numpy()), PIXELS)
    task = Task(real=black, fake=black, network=PIXELS, seed=0, space=space)
    found = METRIC_FUNCTIONS["ppl"](task)
    assert list(found) == [f"PPL-pixels {s} {where}" for s in "zw" for where in ("full", "end")]
    assert "lerp in w" in found["PPL-pixels w end"].how


def test_pictures_without_a_generator_have_no_path_length(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["--against", "digits", "--metrics", "ppl", "--count", "8", "--features", "pixels"]
    assert call("evaluate", "digits", *words) == 1
    assert "for runs that draw from nothing" in capsys.readouterr().err
