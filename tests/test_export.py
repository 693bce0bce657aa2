"""Exported networks give the pictures of the networks that they come from."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from torch import Tensor, nn

from exported import RUNNERS
from styled import StyledGenerator
from zerosum.errors import ConfigError
from zerosum.export import Takes, check_export, export_network, takes_latents, takes_pictures
from zerosum.latent import recipe_of_latents
from zerosum.networks import (
    DcganGenerator,
    MlpGenerator,
    ResnetGenerator,
    ResnetTranslator,
    UnetTranslator,
)
from zerosum.randomness import Randomness

GENERATORS: dict[str, Callable[[], nn.Module]] = {
    "mlp": lambda: MlpGenerator(latent_size=6, image_shape=(1, 8, 8), widths=(8,)),
    "dcgan": lambda: DcganGenerator(latent_size=6, image_shape=(3, 16, 8), width=4),
    "resnet": lambda: ResnetGenerator(latent_size=6, image_shape=(3, 8, 8), width=4),
    "styled": StyledGenerator,
}
TRANSLATORS: dict[str, Callable[[], nn.Module]] = {
    "resnet": lambda: ResnetTranslator(image_shape=(3, 16, 16), width=4, blocks=1),
    "course": lambda: ResnetTranslator(
        image_shape=(3, 16, 16), width=4, blocks=1, stem=False, norm="batch", padding="zero"
    ),
    "unet": lambda: UnetTranslator(image_shape=(3, 16, 16), width=4, depth=3),
}


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


def check(network: nn.Module, path: Path, takes: Takes, inputs: list[Tensor]) -> None:
    if path.suffix == ".onnx":
        pytest.importorskip("onnx")
        pytest.importorskip("onnxscript")
    export_network(network, path, takes=takes, facts={"who": "me"})
    assert network.training
    network.eval()
    exported = RUNNERS[path.suffix](path)
    with torch.no_grad():
        for given in inputs:
            torch.testing.assert_close(exported(given), network(given), atol=1e-4, rtol=0)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("kind", RUNNERS)
@pytest.mark.parametrize("name", GENERATORS)
def test_generators_draw_the_same_for_any_number_of_latents(
    name: str, kind: str, tmp_path: Path
) -> None:
    latents = [torch.randn(n, 6) for n in (1, 2, 5)]
    check(trained(GENERATORS[name]), tmp_path / f"g{kind}", takes_latents(6), latents)


@pytest.mark.parametrize("kind", RUNNERS)
@pytest.mark.parametrize("name", TRANSLATORS)
def test_translators_take_any_number_and_size(name: str, kind: str, tmp_path: Path) -> None:
    network = trained(TRANSLATORS[name])
    multiple, smallest = int(network.multiple), int(network.smallest)  # type: ignore[arg-type]
    takes = takes_pictures((3, 16, 16), multiple=multiple, smallest=smallest)
    sizes = [(1, 3, 16, 16), (2, 3, 2 * multiple, 48), (3, 3, 64, 24)]
    check(network, tmp_path / f"t{kind}", takes, [torch.rand(size) * 2 - 1 for size in sizes])


def test_a_program_needs_nothing_of_ours(tmp_path: Path) -> None:
    network = trained(GENERATORS["dcgan"])
    path = tmp_path / "g.pt2"
    export_network(network, path, takes=takes_latents(6), facts={"who": "me"})
    code = (
        "import sys, json, torch\n"
        "said = {'zerosum.json': ''}\n"
        "network = torch.export.load(sys.argv[1], extra_files=said).module()\n"
        "assert network(torch.zeros(3, 6)).shape == (3, 3, 16, 8)\n"
        "assert json.loads(said['zerosum.json']) == {'who': 'me'}\n"
        "assert not any(name.startswith('zerosum') for name in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, cwd=tmp_path)


def test_weights_and_facts(tmp_path: Path) -> None:
    network = trained(GENERATORS["resnet"])
    path = tmp_path / "g.safetensors"
    export_network(network, path, takes=takes_latents(6), facts={"who": json.dumps([1])})
    with safe_open(path, framework="pt") as file:
        assert file.metadata() == {"format": "pt", "who": "[1]"}
        for name, value in network.state_dict().items():
            assert torch.equal(file.get_tensor(name), value)


def test_facts_are_in_the_onnx_file(tmp_path: Path) -> None:
    for package in ("onnx", "onnxscript"):
        pytest.importorskip(package)
    path = tmp_path / "g.onnx"
    network = trained(GENERATORS["mlp"])
    export_network(network, path, takes=takes_latents(6), facts={"who": "me"})
    session = pytest.importorskip("onnxruntime").InferenceSession(str(path))
    assert session.get_modelmeta().custom_metadata_map["who"] == "me"
    assert session.get_inputs()[0].name == "latents"


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
    monkeypatch.setattr("zerosum.export._is_installed", lambda name: name != "onnxscript")
    with pytest.raises(ConfigError, match=r"onnxscript is needed: pip install 'onnx>"):
        check_export(Path("a.onnx"))
    check_export(Path("a.pt2"))
