import json
from dataclasses import replace
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from helpers.settings import adversarial
from zerosum.cli.data import ACTIONS
from zerosum.config import (
    AdaptiveAugmentationConfig,
    AdversarialConfig,
    BurnInConfig,
    DcganDiscriminatorConfig,
    DcganGeneratorConfig,
    GrowthConfig,
    OptimizerConfig,
    PathLengthConfig,
    PenaltiesConfig,
    PenaltyConfig,
    PicturesConfig,
    ProganDiscriminatorConfig,
    ProganGeneratorConfig,
    R3ganDiscriminatorConfig,
    R3ganGeneratorConfig,
    RunConfig,
    StyleDiscriminatorConfig,
    StyleGeneratorConfig,
    change,
    differences,
    from_json,
    to_json,
)
from zerosum.errors import ConfigError, UnknownNameError
from zerosum.families import family_of
from zerosum.families.building import build_game
from zerosum.games import Round
from zerosum.networks.building import build_discriminator, build_generator
from zerosum.networks.kinds import count_parameters
from zerosum.randomness import Randomness
from zerosum.recipes import RECIPES, recipe
from zerosum.sizes import PIXEL_LIMIT
from zerosum.training.engine import Engine
from zerosum.training.pace import ema_half_life_at, set_pace


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_comes_back_from_json(name: str) -> None:
    config = recipe(name)
    assert config.recipe == name
    assert from_json(json.loads(json.dumps(to_json(config)))) == config


@pytest.mark.parametrize(
    ("name", "generator", "discriminator"),
    [
        ("gan-2014", 2_503_984, 1_231_441),
        ("mnist-gan-2018", 114_800, 110_849),
        ("mnist-gan-2022", 114_800, 110_849),
        ("dcgan-svhn", 372_416, 167_809),
        ("dcgan-cifar10", 370_627, 167_809),
        ("dcgan-faces", 3_806_080, 2_765_568),
    ],
)
def test_published_parameter_counts(name: str, generator: int, discriminator: int) -> None:
    config = recipe(name)
    shape = config.pictures.shape
    game = adversarial(config)
    assert count_parameters(build_generator(game.generator, shape)) == generator
    assert count_parameters(build_discriminator(game.discriminator, shape)) == discriminator


def test_settings_reach_r3gans_networks() -> None:
    shape = (1, 28, 28)
    settings: dict[str, Any] = {
        "base_channels": 8, "max_channels": 16, "blocks": 3, "group_size": 4, "expansion": 1
    }  # fmt: skip
    networks = (
        build_generator(R3ganGeneratorConfig(latent_size=5, **settings), shape),
        build_discriminator(R3ganDiscriminatorConfig(**settings), shape),
    )
    assert networks[0].latent_size == 5
    for network, maps in zip(networks, ([16, 16, 8], [8, 16, 16]), strict=True):
        grouped = [m for m in network.modules() if isinstance(m, nn.Conv2d) if m.padding[0] == 1]
        assert [m.in_channels for m in grouped] == [
            channels for channels in maps for _ in range(3)
        ]
        assert [m.groups for m in grouped] == [m.in_channels // 4 for m in grouped]


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_builds(name: str, tmp_path: Path) -> None:
    config = recipe(name)
    if name == "cartoongan":  # Its usual network of content has to be downloaded.
        config = change(config, {"game.content": _tiny_content(tmp_path), "batch_size": 2})
    if name.startswith("sgan-conv"):  # Its pictures have to be downloaded.
        config = change(config, {"data": "digits"})
    if config.family == "adaptation":  # It names no domains, from which the classes would follow.
        config = change(config, {"game.classes": ("a", "b", "c")})
    game = build_game(family_of(config).read(config), Engine(device=torch.device("meta")))
    expected = {
        "cycle": ["generators", "discriminator_a", "discriminator_b"],
        "classification": ["classifier"],
        "autoregressive": ["model"],
        "invariance": ["classifier", *(["target"] if name == "adda" else []), "domain"],
    }
    usual = ["generator"] if name == "gap" else ["discriminator", "generator"]
    assert list(game.players) == expected.get(config.game.kind, usual)


def _tiny_content(folder: Path) -> str:
    """A network of content that needs no download."""
    file = folder / "content.py"
    file.write_text("import torch\ndef maps(): return torch.nn.AvgPool2d(4)\n")
    return f"{file}:maps"


def test_the_published_schedule_of_r3gan() -> None:
    run = recipe("r3gan-cifar10")
    game: Any = build_game(run, Engine(device=torch.device("meta")))
    assert [due.name for due in game.regularisers["discriminator"]] == ["r1", "r2"]
    for images, rate, gamma, beta2, half_life, chance in (
        (0, 2e-4, 0.05, 0.9, 0.0, 0.0),
        (10_000_000, 1.25e-4, 0.0275, 0.945, 2.5e6, 0.275),
        (20_000_000, 5e-5, 0.005, 0.99, 5e6, 0.55),
        (run.total_images, 5e-5, 0.005, 0.99, 5e6, 0.55),
    ):
        for player in game.players.values():
            set_pace(player, images, factor=1.0)
            (group,) = player.optimizer.param_groups
            assert group["lr"] == pytest.approx(rate)
            assert group["betas"] == (0.0, pytest.approx(beta2))
        now = Round(number=0, images_seen=images, random=Randomness(seed=0))
        weights = [due.weight_at(now) for due in game.regularisers["discriminator"]]
        assert weights == pytest.approx([gamma / 2] * 2)
        generator = game.players["generator"]
        found = ema_half_life_at(generator.ema_half_life, images, generator.ema_factor)
        assert found == pytest.approx(half_life)
        assert game.augmentation.adaptive.probability_at(now) == pytest.approx(chance)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"total_images": 0}, "images must be greater than 0, got 0"),
        ({"batch_size": -1}, "batch_size must be greater than 0"),
        ({"seed": -1}, "seed must be 0 or more"),
        ({"checkpoint_seconds": -1.0}, "must not be negative"),
    ],
)
def test_a_run_holds_no_nonsense(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        replace(recipe("dcgan-digits"), **change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"real_label": 0.5}, "real_label must be above 0.5"),
        ({"real_label": 0.9, "objective": "hinge"}, "no meaning for the hinge objective"),
        ({"growth": GrowthConfig(hold=100)}, "growth is for networks of kind progan"),
        ({"path_length": PathLengthConfig(weight=2.0)}, "for generators of kind style"),
        ({"generator": ProganGeneratorConfig()}, "grow together"),
        (
            {"generator": StyleGeneratorConfig(), "latent": "uniform"},
            "choose latent normal, or generator.mixing 0",
        ),
        ({"critic_turns": 0}, "critic_turns must be greater than 0"),
        ({"generator_turns": 0}, "generator_turns must be greater than 0"),
        ({"generator_batch": 0}, "generator_batch must be greater than 0"),
        ({"ema_half_life": 0}, "ema_half_life must be greater than 0"),
        (
            {"penalties": PenaltiesConfig(gradient=PenaltyConfig(weight=10.0))},
            "choose norm layer or none",
        ),
    ],
)
def test_a_game_holds_no_nonsense(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        replace(recipe("dcgan-digits").game, **change)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PicturesConfig(size=(0, 28)), "greater than 0"),
        (lambda: PicturesConfig(size=(28, 28), background=(0, 0, 256)), "from 0 to 255"),
        (lambda: PicturesConfig(size=(28, 28), pixel_limit=0), "pixel_limit must be greater"),
        (lambda: OptimizerConfig(learning_rate=0), "learning_rate must be greater"),
        (lambda: OptimizerConfig(betas=(0.5, 1.0)), "betas must be from 0 to below 1"),
        (lambda: OptimizerConfig(decay=(5, 5)), "two rising image counts"),
        (lambda: BurnInConfig(images=-1), "images must not be negative"),
        (lambda: BurnInConfig(learning_rate=0.0), "learning_rate must be greater than 0"),
        (lambda: BurnInConfig(penalties=-1.0), "penalties must be a number from 0"),
        (lambda: PenaltyConfig(weight=-1.0), "must be a number from 0"),
        (lambda: PenaltyConfig(every=0), "every must be greater than 0"),
        (lambda: GrowthConfig(fade=-1), "growth.fade must not be negative"),
        (lambda: PathLengthConfig(every=0), "path_length.every must be greater"),
        (lambda: PathLengthConfig(weight=-1.0), "must be a number from 0"),
        (lambda: StyleGeneratorConfig(truncation=1.5), "truncation must be from 0.0 to 1.0"),
        (lambda: StyleDiscriminatorConfig(group=0), "group must be greater than 0"),
        (
            lambda: ProganGeneratorConfig(base_channels=64, max_channels=32),
            "max_channels must be at least",
        ),
        (lambda: ProganDiscriminatorConfig(group=0), "group must be greater than 0"),
        (
            lambda: DcganGeneratorConfig(base_channels=64, max_channels=32),
            "max_channels must be at least",
        ),
        (
            lambda: DcganDiscriminatorConfig(base_channels=0),
            "base_channels must be greater than 0",
        ),
        (lambda: R3ganGeneratorConfig(latent_size=0), "latent_size must be greater than 0"),
        (
            lambda: R3ganGeneratorConfig(base_channels=64, max_channels=32),
            "max_channels must be at least",
        ),
        (lambda: R3ganGeneratorConfig(expansion=0), "expansion must be greater than 0"),
        (lambda: R3ganDiscriminatorConfig(group_size=0), "group_size must be greater than 0"),
        (lambda: AdaptiveAugmentationConfig(images=-1), "images must not be negative, got -1"),
        (lambda: AdaptiveAugmentationConfig(probability=1.5), "must be from 0.0 to 1.0, got 1.5"),
        (lambda: AdaptiveAugmentationConfig(target=2.0), "target must be from -1.0 to 1.0"),
        (lambda: AdaptiveAugmentationConfig(every=0), "every must be greater than 0, got 0"),
    ],
)
def test_parts_hold_no_nonsense(make: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make()


def test_the_limit_on_pixels_is_that_of_sources() -> None:
    assert PicturesConfig(size=(28, 28)).pixel_limit == PIXEL_LIMIT
    assert signature(ACTIONS["inspect"].function).parameters["pixel_limit"].default == PIXEL_LIMIT


def test_unknown_and_wrong_fields_in_json_are_refused() -> None:
    values = to_json(recipe("dcgan-digits"))
    with pytest.raises(ConfigError, match=r"unknown fields: game\.lambda"):
        from_json({**values, "game": {**values["game"], "lambda": 1}})
    with pytest.raises(ConfigError, match="unknown fields: colour"):
        from_json({**values, "colour": {}})
    for wrong in ("many", "64", True, 6.4):
        with pytest.raises(ConfigError, match="batch_size"):
            from_json({**values, "batch_size": wrong})


def test_fields_that_all_families_had_once_say_nothing_where_they_say_nothing() -> None:
    """Runs of earlier versions go on: their files hold fields of other families, unset."""
    values = to_json(recipe("dcgan-digits"))
    unset = {"data_a": None, "data_b": None, "pairing": "none"}
    assert from_json({**values, **unset}) == recipe("dcgan-digits")
    for name in unset:
        with pytest.raises(ConfigError, match=f"unknown fields: {name}"):
            from_json({**values, **unset, name: "names"})


@pytest.mark.parametrize(
    ("game", "told"),
    [
        ({"kind": "cylce"}, "game.kind is the kind of a game, got 'cylce'; did you mean 'cycle'"),
        ({"kind": []}, "game.kind is the kind of a game, got '[]'"),
        ({}, "the configuration does not fit: game.kind: Field required"),
        (None, "the configuration does not fit: game.kind: Field required"),
    ],
)
def test_a_game_that_there_is_not_is_told_as_such(game: Any, told: str) -> None:
    with pytest.raises(ConfigError) as fault:
        from_json({**to_json(recipe("dcgan-digits")), "game": game})
    assert str(fault.value).startswith(told)


@pytest.mark.parametrize(
    ("size", "told"),
    [
        ([], "pictures.size: more values are expected than were given"),
        ([32], "pictures.size: more values are expected than were given"),
        ([32, 32, 32], "pictures.size: at most 2 values are expected, got 3"),
    ],
)
def test_a_list_of_another_length_is_told_as_such(size: list[int], told: str) -> None:
    with pytest.raises(ConfigError) as fault:
        change(recipe("dcgan-faces"), {"pictures.size": size})
    assert str(fault.value) == f"the configuration does not fit: {told}"


def test_a_fault_is_told_of_the_kind_that_was_meant() -> None:
    values = to_json(recipe("dcgan-digits"))
    generator = {**values["game"]["generator"], "base_channels": "wide"}
    with pytest.raises(ConfigError) as fault:
        from_json({**values, "game": {**values["game"], "generator": generator}})
    told = str(fault.value)
    assert "fit: game.generator.base_channels: " in told
    assert ";" not in told, told  # nothing of the other kinds, which were not meant
    with pytest.raises(ConfigError, match=r"game\.generator\.kind: .*'dcgan'"):
        from_json({**values, "game": {**values["game"], "generator": {"kind": "dcgam"}}})


def test_an_unknown_recipe_suggests_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean 'dcgan-mnist'\?"):
        recipe("dcgan-mnits")


def test_change_names_fields_as_the_command_line_does(tiny: RunConfig) -> None:
    changed = change(tiny, {"game.penalties.r1.weight": 5.0, "seed": 2})
    assert differences(to_json(tiny), to_json(changed)) == [
        "game.penalties.r1.weight: 0.1 → 5.0",
        "seed: 0 → 2",
    ]


@pytest.mark.parametrize("name", ["game.generator.widht", "seed.x", "no.such.field", "sede"])
def test_change_refuses_unknown_fields(tiny: RunConfig, name: str) -> None:
    with pytest.raises(ConfigError, match=f"has no field '{name}'"):
        change(tiny, {name: 1})


def test_differences_name_fields_and_both_values(tiny: RunConfig) -> None:
    old, new = to_json(tiny), to_json(replace(tiny, seed=3))
    assert differences(old, new) == ["seed: 0 → 3"]
    assert differences(old, old) == []


@pytest.mark.parametrize(
    "kind", ["spectral", "two rates", "smoothing", "noise", "decay", "burn-in"]
)
def test_switches_reach_their_objects(tiny: RunConfig, kind: str) -> None:
    base = adversarial(tiny)
    assert isinstance(base.discriminator, DcganDiscriminatorConfig)
    changed: dict[str, AdversarialConfig] = {
        "spectral": replace(base, discriminator=replace(base.discriminator, spectral_norm=True)),
        "two rates": replace(base, discriminator_optimizer=OptimizerConfig(learning_rate=4e-4)),
        "smoothing": replace(base, real_label=0.9),
        "noise": replace(base, instance_noise=replace(base.instance_noise, deviation=0.1)),
        "decay": replace(base, generator_optimizer=OptimizerConfig(decay=(0, 100))),
        "burn-in": replace(base, burn_in=BurnInConfig(images=100, learning_rate=4.0)),
    }
    game: Any = build_game(replace(tiny, game=changed[kind]), Engine(device=torch.device("cpu")))
    found = {
        "spectral": any("parametrizations" in name for name, _ in _named(game, "discriminator")),
        "two rates": game.players["discriminator"].optimizer.param_groups[0]["lr"] == 4e-4,
        "smoothing": getattr(game.objective, "real_label", 1.0) == 0.9,
        "noise": game.augmentation.noise.at(0) == 0.1,
        "decay": game.players["generator"].pace.decay == (0, 100),
        "burn-in": game.players["generator"].pace.rate.at(0) == 4.0,
    }
    assert [name for name, is_set in found.items() if is_set] == [kind]


def test_a_burn_in_reaches_players_and_penalties(tiny: RunConfig) -> None:
    burn_in = BurnInConfig(
        images=1000, shape="linear", learning_rate=4.0, beta2=0.9, penalties=10.0, half_life=0.0
    )
    settings = replace(adversarial(tiny), burn_in=burn_in)
    game: Any = build_game(replace(tiny, game=settings), Engine(device=torch.device("cpu")))
    for images, rate, beta2, penalty, memory in (
        (0, 4.0, 0.9, 10.0, 0.0), (500, 2.5, 0.9495, 5.5, 0.5), (1000, 1.0, 0.999, 1.0, 1.0)
    ):  # fmt: skip
        for player in game.players.values():
            assert player.pace.rate.at(images) == rate
            assert player.pace.beta2.at(images) == pytest.approx(beta2)
        assert [due.factor.at(images) for due in game.regularisers["discriminator"]] == [penalty]
        assert game.players["generator"].ema_factor.at(images) == memory


def test_a_burn_in_changes_of_each_optimizer_what_it_has(tiny: RunConfig) -> None:
    descent = OptimizerConfig(method="sgd", momentum=0.7)
    burn_in = BurnInConfig(images=1000, shape="linear", beta2=0.9, momentum=0.5)
    settings = replace(adversarial(tiny), burn_in=burn_in, generator_optimizer=descent)
    game: Any = build_game(replace(tiny, game=settings), Engine(device=torch.device("cpu")))
    generator, discriminator = (game.players[each] for each in ("generator", "discriminator"))
    assert generator.pace.momentum.at(500) == pytest.approx(0.6)
    assert generator.pace.beta2 is None
    assert discriminator.pace.beta2.at(0) == 0.9
    assert discriminator.pace.momentum is None
    for player in (generator, discriminator):
        set_pace(player, 500, factor=1.0)


def test_without_a_burn_in_nothing_is_touched(tiny: RunConfig) -> None:
    game: Any = build_game(tiny, Engine(device=torch.device("cpu")))
    for player in game.players.values():
        assert player.pace.beta2 is None
        assert player.ema_factor is None
        assert player.pace.rate.at(0) == 1.0
    assert [due.factor.at(0) for due in game.regularisers["discriminator"]] == [1.0]


def _named(game: Any, player: str) -> Any:
    return game.players[player].network.named_parameters()


def test_the_published_epsilon_of_few_labels_reaches_adam() -> None:
    config = recipe("sgan")
    config = family_of(config).read(config)
    game: Any = build_game(config, Engine(device=torch.device("meta")))
    for player in game.players.values():
        assert player.optimizer.param_groups[0]["eps"] == 1e-4
    plain: Any = build_game(recipe("dcgan-digits"), Engine(device=torch.device("meta")))
    assert plain.players["generator"].optimizer.param_groups[0]["eps"] == 1e-8
    with pytest.raises(ConfigError, match="epsilon must be greater than 0"):
        OptimizerConfig(epsilon=0.0)
