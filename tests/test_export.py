"""What is written of a network, and of what there is to be said of it."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from torch import Tensor, nn

from helpers.exported import RUNNERS
from zerosum.config import (
    DcganGeneratorConfig,
    ProganGeneratorConfig,
    ResnetGeneratorConfig,
    StyleGeneratorConfig,
)
from zerosum.errors import ConfigError
from zerosum.export import Part, check_export, export_network, takes_latents
from zerosum.latent import recipe_of_latents
from zerosum.networks import (
    ConditionalGenerator,
)
from zerosum.randomness import Randomness


def trained(make: Callable[[], nn.Module]) -> nn.Module:
    """A network whose statistics and weights are not those of the beginning."""
    torch.manual_seed(0)
    network = make()
    with torch.no_grad():
        for name, buffer in network.named_buffers():
            if name.endswith("running_mean"):
                buffer.normal_()
        for weight in network.parameters():
            weight.add_(0.1 * torch.randn_like(weight))
    return network.to(memory_format=torch.channels_last).train()


def part(network: nn.Module, **facts: str) -> Part:
    return Part(network=network, takes=takes_latents(6), gives="pictures", facts=facts)


def small_dcgan() -> nn.Module:
    return DcganGeneratorConfig(latent_size=6, base_channels=4).build((3, 16, 8))


def small_styles() -> nn.Module:
    inner = StyleGeneratorConfig(
        latent_size=6, base_channels=4, style_size=4, depth=1, truncation=0.5
    ).build((1, 8, 8))
    inner.mean_style.normal_()
    return ConditionalGenerator(inner, classes=2, class_size=2)


@pytest.mark.parametrize("progress", [0.0, 1.25])
def test_a_network_that_grows_stays_as_far_as_it_is(progress: float, tmp_path: Path) -> None:
    network = trained(
        lambda: ProganGeneratorConfig(latent_size=6, base_channels=4).build((1, 16, 16))
    )
    network.grow(progress)  # type: ignore[operator]
    path = tmp_path / "g.pt2"
    export_network(part(network), path)
    latents = torch.randn(3, 6)
    with torch.no_grad():
        small = network.eval()(latents)
        network.grow(2.0)  # type: ignore[operator]
        assert not torch.allclose(small, network(latents))
    torch.testing.assert_close(RUNNERS[".pt2"](path)(latents), small, atol=1e-5, rtol=0)


def test_styles_are_truncated_and_told_the_class(tmp_path: Path) -> None:
    network = trained(small_styles)
    path = tmp_path / "g.pt2"
    export_network(part(network), path)
    assert network.training
    latents = torch.cat([torch.randn(5, 4), torch.eye(2)[[0, 1, 1, 0, 1]]], dim=1)
    with torch.no_grad():
        expected = network.eval()(latents)
        network.inner.truncation = 1.0  # type: ignore[union-attr]
        assert not torch.allclose(expected, network(latents))
    torch.testing.assert_close(RUNNERS[".pt2"](path)(latents), expected, atol=1e-5, rtol=0)


class Fickle(nn.Module):
    """What it does depends on what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(6))

    def forward(self, latents: Tensor) -> Tensor:
        return latents * self.weight if latents.sum() > 0 else latents


def test_what_cannot_be_traced_is_said_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be written as \.pt2 \(.*\.safetensors") as said:
        export_network(part(Fickle()), tmp_path / "g.pt2")
    assert "\n" not in str(said.value)
    assert list(tmp_path.iterdir()) == []
    export_network(part(Fickle()), tmp_path / "g.safetensors")


def test_the_reason_is_what_was_wrong_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(part: Part) -> None:
        try:
            raise ValueError("no such operation\nhere")
        except ValueError as error:
            raise RuntimeError("next steps:\nmany") from error

    monkeypatch.setattr("zerosum.export.trace", fail)
    with pytest.raises(ConfigError, match=r"\.pt2 \(no such operation\)"):
        export_network(part(small_dcgan()), tmp_path / "g.pt2")


def test_a_program_needs_nothing_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "g.pt2"
    export_network(part(trained(small_dcgan), who="me"), path)
    code = (
        "import sys, json, torch\n"
        "said = {'zerosum.json': ''}\n"
        "network = torch.export.load(sys.argv[1], extra_files=said).module()\n"
        "assert network(torch.zeros(3, 6)).shape == (3, 3, 16, 8)\n"
        "assert json.loads(said['zerosum.json']) == {'who': 'me'}\n"
        "assert not any(name.startswith('zerosum') for name in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, cwd=tmp_path)


def test_a_program_does_not_hold_its_example(tmp_path: Path) -> None:
    path = tmp_path / "g.pt2"
    wide = replace(part(nn.Softplus()), takes=takes_latents(1_000_000))
    export_network(wide, path)
    assert path.stat().st_size < 100_000
    assert RUNNERS[".pt2"](path)(torch.zeros(1, 1_000_000)).shape == (1, 1_000_000)


def test_weights_and_facts(tmp_path: Path) -> None:
    network = trained(
        lambda: ResnetGeneratorConfig(latent_size=6, base_channels=4).build((3, 8, 8))
    )
    path = tmp_path / "g.safetensors"
    export_network(part(network, who=json.dumps([1])), path)
    with safe_open(path, framework="pt") as file:
        assert file.metadata() == {"format": "pt", "who": "[1]"}
        for name, value in network.state_dict().items():
            assert torch.equal(file.get_tensor(name), value)


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
def test_the_recipe_of_latents_draws_those_of_sample(distribution: str) -> None:
    words = {"torch": torch, "hashlib": hashlib, "seed": 3, "index": 7}
    found = eval(recipe_of_latents(distribution, 10), words)
    random = Randomness(seed=3, stream="sample").at(7)
    expected = random.normal(1, 10)
    if distribution == "uniform":
        expected = Randomness(seed=3, stream="sample").at(7).uniform(1, 10, low=-1.0, high=1.0)
    assert torch.equal(found, expected)


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zerosum.export.is_installed", lambda name: name != "onnxscript")
    with pytest.raises(ConfigError, match=r"onnxscript is needed: pip install 'onnx>"):
        check_export(Path("a.onnx"))
    check_export(Path("a.pt2"))
