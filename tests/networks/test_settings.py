"""Settings stand beside their network, cost nothing to import, and build it."""

import shutil
import subprocess
import sys
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar, get_args

import pytest
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils import parametrize

import zerosum.networks
from helpers import own_networks
from helpers.runs_in_processes import environment
from zerosum.config import (
    AdversarialConfig,
    DcganDiscriminatorConfig,
    DcganGeneratorConfig,
    GrowthConfig,
    PatchDiscriminatorConfig,
    PathLengthConfig,
    PerturbationConfig,
    ResnetTranslatorConfig,
)
from zerosum.errors import ConfigError
from zerosum.networks.choices import DiscriminatorConfig, GeneratorConfig
from zerosum.networks.classifier_choices import ClassifierConfig, SemiSupervisedGeneratorConfig
from zerosum.networks.settings import (
    ClassifierSettings,
    DiscriminatorSettings,
    GeneratorSettings,
    TranslatorSettings,
)
from zerosum.networks.translator_choices import TranslatorConfig
from zerosum.own import OwnSettings

S = TypeVar("S")
SHAPE = (3, 32, 32)
GENERATORS = (*get_args(GeneratorConfig), *get_args(SemiSupervisedGeneratorConfig))
FOLDER = Path(zerosum.networks.__file__).parent
SETTINGS = sorted(path.stem for path in FOLDER.glob("*_settings.py"))


def test_settings_import_neither_torch_nor_numpy() -> None:
    imports = "".join(f"import zerosum.networks.{name}\n" for name in SETTINGS)
    code = f"import sys\n{imports}assert not {{'torch', 'numpy'}} & set(sys.modules)\n"
    subprocess.run([sys.executable, "-c", code], check=True, env=environment())


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_stand_beside_their_network(name: str) -> None:
    assert (FOLDER / f"{name.removesuffix('_settings')}.py").exists()


@pytest.mark.parametrize("settings", GENERATORS)
def test_generators_are_built_and_say_what_they_are(settings: type[GeneratorSettings]) -> None:
    config = narrow(made(settings))
    network = config.build(SHAPE, class_size=3)
    assert network.latent_size == config.latent_size + 3
    assert network(torch.zeros(2, config.latent_size + 3)).shape == (2, *SHAPE)
    assert config.grows is hasattr(network, "grow")
    assert config.is_styled is hasattr(network, "mapping")
    assert config.has_batch_norm is bool(batch_norms(network))


@pytest.mark.parametrize("outputs", [1, 4])
@pytest.mark.parametrize("settings", get_args(DiscriminatorConfig))
def test_discriminators_are_built_and_say_what_they_are(
    settings: type[DiscriminatorSettings], outputs: int
) -> None:
    config = narrow(made(settings))
    network = config.build(SHAPE, outputs=outputs)
    assert network(torch.zeros(4, *SHAPE)).shape == ((4,) if outputs == 1 else (4, outputs))
    assert config.grows is hasattr(network, "grow")
    assert config.has_batch_norm is bool(batch_norms(network))


@pytest.mark.parametrize("settings", get_args(TranslatorConfig))
def test_translators_are_built(settings: type[TranslatorSettings]) -> None:
    network = narrow(made(settings)).build(SHAPE)
    assert network(torch.zeros(1, *SHAPE)).shape == (1, *SHAPE)


def test_translators_that_draw_changes_say_so() -> None:
    changes = ResnetTranslatorConfig(residual=True)
    assert changes.draws_changes
    assert not any(made(settings).draws_changes for settings in get_args(TranslatorConfig))
    with pytest.raises(ConfigError, match="residual is for translations"):
        PerturbationConfig(generator=changes)


@pytest.mark.parametrize("settings", get_args(ClassifierConfig))
def test_classifiers_are_built(settings: type[ClassifierSettings]) -> None:
    network = narrow(made(settings)).build(SHAPE, classes=7)
    assert network(torch.zeros(2, *SHAPE)).shape == (2, network.classes) == (2, 7)


@pytest.mark.parametrize(
    "settings", [*get_args(DiscriminatorConfig), PatchDiscriminatorConfig], ids=str
)
def test_spectral_norm_is_built_wherever_it_can_be_set(settings: Any) -> None:
    if not any(field.name == "spectral_norm" for field in fields(settings)):
        pytest.skip("cannot be set")
    network = settings(spectral_norm=True).build(SHAPE)
    weights = [each for each in network.modules() if isinstance(each, nn.Conv2d | nn.Linear)]
    assert weights
    assert all(parametrize.is_parametrized(each, "weight") for each in weights)


def made(settings: type[S]) -> S:
    """The settings as they are by default; those of one's own name a factory."""
    if not issubclass(settings, OwnSettings):
        return settings()
    return settings(factory=f"{own_networks.__file__}:{FACTORIES[settings.__name__]}")


FACTORIES = {
    "OwnGeneratorConfig": "Generator",
    "OwnDiscriminatorConfig": "Discriminator",
    "OwnTranslatorConfig": "Translator",
    "OwnClassifierConfig": "classifier",
}


def narrow(settings: S) -> S:
    """The same network in little."""
    small = {"base_channels": 8, "max_channels": 16, "channels": (9, 8), "widths": (9, 8)}
    small |= {"style_size": 8, "depth": 4}
    known = {field.name for field in fields(settings)}  # type: ignore[arg-type]
    return replace(settings, **{k: v for k, v in small.items() if k in known})  # type: ignore[type-var]


def batch_norms(network: nn.Module) -> list[nn.Module]:
    return [each for each in network.modules() if isinstance(each, _BatchNorm)]


@dataclass(frozen=True, kw_only=True)
class OtherGenerator(DcganGeneratorConfig):
    """Of no class that is known, but it grows and has styles."""

    grows: ClassVar[bool] = True
    is_styled: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class OtherDiscriminator(DcganDiscriminatorConfig):
    grows: ClassVar[bool] = True


def test_another_network_that_grows_and_has_styles_is_taken_for_one() -> None:
    game = AdversarialConfig(
        generator=OtherGenerator(),
        discriminator=OtherDiscriminator(),
        growth=GrowthConfig(hold=10),
        path_length=PathLengthConfig(weight=1.0),
    )
    assert game.foreign == ()
    with pytest.raises(ConfigError, match="grow together"):
        replace(game, discriminator=DcganDiscriminatorConfig())


TINY_SETTINGS = '''"""Settings of a generator of one layer."""

from dataclasses import dataclass
from typing import Literal

from zerosum.networks.settings import GeneratorSettings


@dataclass(frozen=True, kw_only=True)
class TinyGeneratorConfig(GeneratorSettings):
    """A generator of one layer."""

    kind: Literal["tiny"] = "tiny"
    latent_size: int = 3
    """Numbers in a latent vector."""

    def build(self, image_shape, *, class_size=0):
        from zerosum.networks.tiny import TinyGenerator

        return TinyGenerator(self, image_shape=image_shape, class_size=class_size)
'''
TINY = '''"""A generator of one layer."""

from math import prod

from torch import nn


class TinyGenerator(nn.Sequential):
    def __init__(self, settings, *, image_shape, class_size=0):
        self.latent_size, self.image_shape = settings.latent_size + class_size, image_shape
        layer = nn.Linear(self.latent_size, prod(image_shape))
        super().__init__(layer, nn.Unflatten(1, image_shape), nn.Tanh())
'''
ENTRY = "from zerosum.networks.tiny_settings import TinyGeneratorConfig\n"
USE = """
from zerosum.config import from_json, to_json
from zerosum.recipes import recipe

values = to_json(recipe("dcgan-digits"))
values["game"]["generator"] = {"kind": "tiny", "latent_size": 5}
config = from_json(values)
assert to_json(config)["game"]["generator"] == values["game"]["generator"]
assert config.game.generator.build((1, 28, 28)).latent_size == 5
"""


def test_a_new_network_is_its_own_files_and_an_entry(tmp_path: Path) -> None:
    package = tmp_path / "zerosum"
    shutil.copytree(FOLDER.parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "networks" / "tiny.py").write_text(TINY)
    (package / "networks" / "tiny_settings.py").write_text(TINY_SETTINGS)
    roster = package / "networks" / "choices.py"
    text = roster.read_text()
    before, begin, after = text.partition("\nGeneratorConfig = (\n    ")
    roster.write_text(f"{before}\n{ENTRY}{begin}TinyGeneratorConfig | {after}")
    path = {**environment(), "PYTHONPATH": str(tmp_path)}
    subprocess.run([sys.executable, "-c", USE], check=True, env=path)
