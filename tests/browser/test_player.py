"""Exported generators as a browser computes them, beside PyTorch."""

from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from helpers.narrow import narrow, untrained
from helpers.players import Exported, computed
from zerosum.config import DcganGeneratorConfig, RunConfig, change
from zerosum.data import unscale
from zerosum.games.generating import draw_latents
from zerosum.lessons.packaged import packaged_model
from zerosum.models import Generator
from zerosum.networks.reference import ReferenceGenerator
from zerosum.nn.normalisation import normalisation
from zerosum.player import found_directions
from zerosum.player.joining import RUNTIME, joined
from zerosum.randomness import Randomness
from zerosum.recipes import RECIPES, recipe


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Any]:
    """An empty page that knows the player's functions."""
    opened = browser.new_page()
    opened.add_script_tag(content=joined(RUNTIME))
    yield opened
    opened.close()


class Of(nn.Module):
    """A function of the input and of some weights, as a network."""

    def __init__(self, function: Any, *weights: Tensor) -> None:
        super().__init__()
        self.function = function
        self.weights = nn.ParameterList(weights)

    def forward(self, given: Tensor) -> Tensor:
        out: Tensor = self.function(given, *self.weights)
        return out


def drawn(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


MAPS = (1, 6, 5, 7)
NETWORKS: dict[str, tuple[nn.Module, tuple[int, ...]]] = {
    "linear": (nn.Linear(5, 7), (1, 5)),
    "linear without biases": (nn.Linear(5, 7, bias=False), (1, 5)),
    "convolution": (nn.Conv2d(6, 9, 3, padding=1), MAPS),
    "in strides, of a side that is no multiple": (nn.Conv2d(6, 4, (3, 2), stride=2), MAPS),
    "in groups": (nn.Conv2d(6, 4, 3, padding=(0, 2), groups=2, bias=False), MAPS),
    "each channel": (nn.Conv2d(6, 6, 4, padding=2, groups=6, stride=(1, 2)), MAPS),
    "of many channels, in strips": (nn.Conv2d(160, 3, 3, padding=1), (1, 160, 20, 30)),
    "transposed": (nn.ConvTranspose2d(6, 4, 4, stride=2, padding=1), MAPS),
    "transposed from one place": (nn.ConvTranspose2d(6, 4, 4), (1, 6, 1, 1)),
    "transposed in groups": (
        nn.ConvTranspose2d(6, 8, 3, stride=2, output_padding=1, groups=2, bias=False),
        MAPS,
    ),
    "transposed in strips": (nn.ConvTranspose2d(80, 32, 4, stride=2), (1, 80, 17, 19)),
    "nearest": (nn.Upsample(scale_factor=2), MAPS),
    "nearest by a half": (nn.Upsample(size=(7, 10)), MAPS),
    "bilinear": (nn.Upsample(scale_factor=2, mode="bilinear"), MAPS),
    "aligned": (nn.Upsample(size=(9, 20), mode="bilinear", align_corners=True), MAPS),
    "batch norm": (nn.BatchNorm2d(6), MAPS),
    "batch norm of numbers": (nn.BatchNorm1d(5, affine=False), (1, 5)),
    "layer norm": (nn.GroupNorm(1, 6), MAPS),
    "instance norm": (normalisation("instance", 6), MAPS),
    "group norm": (nn.GroupNorm(3, 6, affine=False), MAPS),
    "relu": (nn.ReLU(), MAPS),
    "leaky relu": (nn.LeakyReLU(0.3), MAPS),
    "tanh": (nn.Tanh(), MAPS),
    "sigmoid": (nn.Sigmoid(), MAPS),
    "softplus": (nn.Softplus(), MAPS),
    "simple functions": (
        Of(lambda x: x.abs().sqrt() - (x.square() + 1).log() * (-x).exp() + x.sin() * x.cos()),
        MAPS,
    ),
    "powers": (Of(lambda x: (x.abs() + 1).rsqrt() * x**3), MAPS),
    "repeated from behind": (Of(lambda x, a: x * a + 2 - x / 3, drawn(6, 1, 1)), MAPS),
    "repeated both ways": (Of(lambda x: x[:, :, :1] * x[:, :, :, :1] + 1), MAPS),
    "add with a factor": (Of(lambda x, a: torch.add(x, a, alpha=0.5) - x, drawn(7)), MAPS),
    "where": (Of(lambda x, a: torch.where(x > 0.2, x, a), drawn(1, 7)), MAPS),
    "mean": (Of(lambda x: x.mean(dim=(1, -1))), MAPS),
    "mean that keeps axes": (Of(lambda x: x - x.mean(dim=1, keepdim=True)), MAPS),
    "variance": (
        Of(
            lambda x: (
                x.var(dim=(1, -1))
                - x.var(dim=1, correction=0, keepdim=True).mean((1, 2, 3))[:, None]
            )
        ),
        MAPS,
    ),
    "places": (Of(lambda x: x[:, 1:5:2, -3:, 2] * 2), MAPS),
    "parts": (Of(lambda x: x.split([1, 3, 2], dim=1)[1].chunk(2, dim=2)[0].flatten()), MAPS),
    "joined": (Of(lambda x, a: torch.cat([x, a, 2 * x], dim=1), drawn(1, 2, 5, 7)), MAPS),
    "expanded": (Of(lambda x: x[:, None].expand(-1, 3, -1).squeeze(0).unsqueeze(1) + 0), (1, 5)),
}


def trained(network: nn.Module) -> nn.Module:
    """One whose statistics and factors are not those of the beginning."""
    with torch.no_grad():
        for name, value in [*network.named_buffers(), *network.named_parameters()]:
            if value.dtype == torch.float32 and value.ndim == 1:
                value.copy_(drawn(len(value)).abs() if "var" in name else drawn(len(value)))
    return network.eval()


class Together(nn.Module):
    """All networks beside each other, each with a part of the input: they are traced at once."""

    def __init__(self) -> None:
        super().__init__()
        self.networks = nn.ModuleList(trained(network) for network, _ in NETWORKS.values())
        self.shapes = [shape for _, shape in NETWORKS.values()]

    def each(self, given: Tensor) -> list[Tensor]:
        parts = torch.split(given, [prod(shape) for shape in self.shapes], dim=1)
        pairs = zip(self.networks, parts, self.shapes, strict=True)
        return [network(part.reshape(shape)).flatten() for network, part, shape in pairs]

    def forward(self, given: Tensor) -> Tensor:
        return torch.cat(self.each(given))


def test_each_operation_gives_what_torch_gives(page: Any) -> None:
    network = Together()
    given = drawn(1, sum(prod(shape) for shape in network.shapes))
    with torch.no_grad():
        expected = network.each(given)
    for found in computed(page, network, given):
        parts = torch.split(found, [len(each) for each in expected])
        wrong = {
            name: (part - each).abs().max().item()
            for name, part, each in zip(NETWORKS, parts, expected, strict=True)
            if not torch.allclose(part, each, atol=1e-5, rtol=1e-5)
        }
        assert not wrong


def test_what_goes_in_need_not_matter(page: Any) -> None:
    network = Of(lambda given, numbers: numbers, drawn(3))
    for found in computed(page, network, torch.zeros(1, 5)):
        torch.testing.assert_close(found, drawn(3))


def test_there_is_simd_here(page: Any) -> None:
    assert page.evaluate('() => new modules["arena.js"].Arena(8).product !== null')
    assert page.evaluate('() => new modules["arena.js"].Arena(8, true).product === null')


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
def test_the_latents_of_a_seed_are_those_of_zerosum(page: Any, distribution: str) -> None:
    for size in (1, 7, 15, 16, 17, 100, 512):
        for seed, index in ((0, 0), (7, 3), (2**53 - 1, 1)):
            random = Randomness(seed=seed, stream="sample").at(index)
            expected = draw_latents(distribution, random, 1, size)[0]
            script = '(told) => Array.from(modules["latents.js"].latentsOf(...told))'
            found = torch.tensor(page.evaluate(script, [distribution, size, seed, index]))
            torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


def test_quantiles_of_a_truncated_normal(page: Any) -> None:
    z = torch.linspace(-6, 6, 121, dtype=torch.float64)
    areas = torch.special.ndtr(z)
    script = '(z) => z.map(modules["space.js"].below)'
    found = torch.tensor(page.evaluate(script, z.tolist()), dtype=torch.float64)
    torch.testing.assert_close(found, areas, atol=1e-14, rtol=0)
    inner = areas[10:-10]
    script = '(areas) => areas.map((area) => modules["space.js"].quantile(area, 5))'
    found = torch.tensor(page.evaluate(script, inner.tolist()), dtype=torch.float64)
    torch.testing.assert_close(found, torch.special.ndtri(inner), atol=1e-8, rtol=0)


def conditional(name: str) -> RunConfig:
    config = narrow(change(recipe(name), {"game.conditional": "projection"}))
    with_classes = {"game.classes": [{"name": each, "pictures": 2} for each in "abc"]}
    return change(config, with_classes)


def check(model: Generator, page: Any, folder: Path, *, plain: bool = False) -> None:
    """Seeds, truncation, directions, ways and mixtures give what zerosum's own give."""
    model.export(folder / "player.html")
    exported = Exported(folder / "player.html")
    known, step = model.latent.deviation, found_directions(model.latent)[1].step
    label = {}
    if model.conditional_classes is not None:
        label, model = {"label": 1}, model.of_class(model.conditional_classes.names[1])
    space = model.latent
    points = [space.points(space.latents([0], seed=seed)) for seed in (3, 12)]
    cut = [space.truncate(each, 0.6) for each in points]
    expected = [
        model.sample(1, seed=3),
        model.sample(1, seed=12, truncation=0.6),
        space.draw(space.between(cut[0], cut[1], 0.3)),
    ]
    choices: list[dict[str, Any]] = [
        {"seed": 3, **label},
        {"seed": 12, "truncation": 0.6, **label},
        {"seed": 3, "truncation": 0.6, "end": {"seed": 12}, "time": 0.3, **label},
    ]
    if exported.model["space"]["layers"]:
        expected.append(model.mix(coarse=[3], fine=[12], from_layer=2, truncation=0.6).mixtures[0])
        choices.append({"seed": 3, "truncation": 0.6, "fine": 12, "layer": 2, **label})
    expected.append(space.draw(cut[0] - 1.5 * known * step))
    moves = [-1.5 * (number == 1) for number in range(len(exported.model["directions"]))]
    choices.append({"seed": 3, "truncation": 0.6, "moves": moves, **label})
    pixels = unscale(torch.cat(expected).clamp(-1, 1)).float()
    found = exported.drawn(page, choices, plain=plain)
    torch.testing.assert_close(found[:, : pixels.shape[1]], pixels, atol=1, rtol=0)


UNLIKE = (
    "gan-2014",
    "wgan-gp-cifar10",
    "r3gan-faces32",
    "progan-digits",
    "stylegan-digits",
    "sgan",
)


@pytest.mark.parametrize("name", UNLIKE)
def test_a_generator_draws_what_it_draws_here(name: str, page: Any, tmp_path: Path) -> None:
    check(untrained(narrow(recipe(name)), tmp_path), page, tmp_path)


@pytest.mark.parametrize("name", ["dcgan-digits", "stylegan2-digits"])
def test_conditional_ones_do_so_for_each_class(name: str, page: Any, tmp_path: Path) -> None:
    check(untrained(conditional(name), tmp_path), page, tmp_path)


def test_one_with_a_reference_batch_does(page: Any) -> None:
    inner = DcganGeneratorConfig(latent_size=4, base_channels=2).build((1, 8, 8))
    network, given = ReferenceGenerator(inner, drawn(3, 4)).eval(), drawn(1, 4)
    with torch.no_grad():
        expected = network(given).flatten()
    for found in computed(page, network, given):
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
def test_whole_generators_do(name: str, page: Any, tmp_path: Path) -> None:
    model = untrained(recipe(name), tmp_path)
    if isinstance(model, Generator):
        check(model, page, tmp_path)


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The player of the generator that comes with zerosum."""
    path = tmp_path_factory.mktemp("player") / "digits player.html"
    packaged_model().export(path)
    return path


_READS = """const given = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind) {
    return given.call(this, kind, { willReadFrequently: true });
};"""
"""The browser advises this to whoever reads a canvas as often as these tests do."""


class Opened:
    """A page as whoever got the file sees it."""

    def __init__(self, browser: Any, path: Path, *, address: str = "", script: str = "") -> None:
        self.tab = browser.new_page()
        self.faults: list[str] = []
        self.asked: list[str] = []
        self.tab.on("pageerror", lambda error: self.faults.append(str(error)))
        self.tab.on("console", lambda message: self.faults.append(message.text))
        self.tab.add_init_script(_READS)
        self.tab.on("request", lambda request: self.asked.append(request.url))
        if script:
            self.tab.add_init_script(script)
        self.path = path
        self.tab.goto(f"{path.as_uri()}{address}")

    def wait(self, **choice: Any) -> None:
        """Until what is drawn is of this choice."""
        for name, value in choice.items():
            self.tab.wait_for_selector(f"html[data-drawn*='\"{name}\":{value}']")

    def pixels(self) -> Tensor:
        """The red of what the canvas shows."""
        script = """(canvas) => Array.from(canvas.getContext("2d")
            .getImageData(0, 0, canvas.width, canvas.height).data)"""
        return torch.tensor(self.tab.locator("#picture").evaluate(script))[::4].view(28, 28)


def bytes_of(**options: Any) -> Tensor:
    return unscale(packaged_model().sample(1, **options).clamp(-1, 1))[0, 0]


def near(found: Tensor, expected: Tensor) -> bool:
    return (found.int() - expected.int()).abs().max().item() <= 1


def test_a_friend_plays_with_it(browser: Any, digits: Path, tmp_path: Path) -> None:
    assert digits.stat().st_size < 2_000_000
    friend = Opened(browser, digits, address="#seed=7")
    tab = friend.tab
    friend.wait(seed=7)
    assert near(friend.pixels(), bytes_of(seed=7))
    tab.keyboard.press("ArrowRight")
    friend.wait(seed=8)
    tab.get_by_label("Truncation").fill("0.5")
    friend.wait(truncation=0.5)
    assert near(friend.pixels(), bytes_of(seed=8, truncation=0.5))
    tab.get_by_role("button", name="SeFa").click()
    tab.get_by_label("SeFa 2").fill("-2")
    friend.wait(moves="[0,0,0,0,0,0,0,-2")
    moved = friend.pixels()
    assert not near(moved, bytes_of(seed=8, truncation=0.5))
    with tab.expect_download() as download:
        tab.keyboard.press("s")
    assert download.value.suggested_filename == "digits-seed-8.png"
    download.value.save_as(tmp_path / "saved.png")
    with Image.open(tmp_path / "saved.png") as image:
        told = {**image.info}
        saved = torch.tensor(list(image.convert("L").tobytes())).view(28, 28)
    assert torch.equal(saved, moved.to(saved.dtype))
    assert (told["zerosum:generated"], told["zerosum:run"]) == ("true", "digits")
    assert (told["zerosum:seed"], told["zerosum:truncation"]) == ("8", "0.5")
    assert told["zerosum:moves"] == "SeFa 2: -2"
    again = Opened(browser, digits, address=f"#{tab.url.partition('#')[2]}")
    again.wait(seed=8)
    assert torch.equal(again.pixels(), moved)
    assert friend.faults == again.faults == []
    mine = (digits.as_uri(), "blob:", "data:")
    assert all(each.startswith(mine) for each in friend.asked)


def test_a_walk_goes_through_what_was_kept(browser: Any, digits: Path) -> None:
    friend = Opened(browser, digits)
    friend.wait(seed=0)
    for key, seed in (("k", 0), ("ArrowRight", 1), ("k", 1)):
        friend.tab.keyboard.press(key)
        friend.wait(seed=seed)
    assert friend.tab.locator("#stops li").count() == 2
    friend.tab.keyboard.press("w")
    friend.tab.get_by_text("From seed 1 to seed 0").wait_for()
    friend.tab.get_by_text("From seed 0 to seed 1").wait_for()  # It arrived, and goes on.
    friend.tab.keyboard.press("w")
    assert friend.tab.get_by_role("button", name="Walk").get_attribute("aria-pressed") == "false"
    friend.tab.locator(".stop").last.click()
    friend.wait(seed=1)
    assert near(friend.pixels(), bytes_of(seed=1))
    assert friend.faults == []


def test_it_draws_where_there_are_no_workers(browser: Any, digits: Path) -> None:
    friend = Opened(browser, digits, script="delete window.Worker; delete window.WebAssembly;")
    friend.wait(seed=0)
    assert near(friend.pixels(), bytes_of(seed=0))
    friend.tab.locator("#seed").fill("none")
    assert friend.tab.locator("#seed").get_attribute("aria-invalid") == "true"
    friend.tab.locator("#seed").fill("12")
    friend.wait(seed=12)
    assert near(friend.pixels(), bytes_of(seed=12))
    assert friend.faults == []


def test_it_fits_each_screen(browser: Any, digits: Path) -> None:
    friend = Opened(browser, digits)
    friend.wait(seed=0)
    for width in (360, 768, 1440):
        friend.tab.set_viewport_size({"width": width, "height": 800})
        assert friend.tab.locator("html").evaluate("(page) => page.scrollWidth") <= width
