"""Networks and objectives of one's own: they train, resume, are refused once they have changed."""

import hashlib
import json
import runpy
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args
from unittest.mock import Mock

import pytest
import torch

import zerosum
from helpers import own_networks
from helpers.command_line import call
from helpers.runs_in_processes import assert_same, weights
from helpers.settings import adversarial
from helpers.two_domains import adapting, digits_and_negatives, small
from zerosum import jobs
from zerosum.cli.own import with_own
from zerosum.config import (
    EvaluateConfig,
    OwnGeneratorConfig,
    OwnObjectiveConfig,
    RunConfig,
    change,
    from_json,
    to_json,
)
from zerosum.config.families import FAMILIES, config_class
from zerosum.errors import ConfigError, RunError
from zerosum.families.building import build_game
from zerosum.features import load_content, load_features
from zerosum.networks.own import OwnGenerator
from zerosum.objectives import make_objective
from zerosum.own import (
    OwnSettings,
    code_named_in,
    hashed,
    own_fields,
    read_code,
    refuse_code,
    without_code,
)
from zerosum.recipes import recipe
from zerosum.runs import Run
from zerosum.training.engine import Engine

EXAMPLE = Path(__file__).parents[1] / "examples" / "own_network.py"
CPU = Engine(device=torch.device("cpu"))
QUICK: dict[str, Any] = {
    "images": 64,
    "batch_size": 16,
    "log_every": 16,
    "sample_every": 32,
    "sample_count": 4,
    "evaluate_every": 0,
    "device": "cpu",
}


def own(name: str, file: str | Path = own_networks.__file__, **arguments: Any) -> dict[str, Any]:
    return {"kind": "own", "factory": f"{file}:{name}", "arguments": arguments}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return Path(shutil.copy(own_networks.__file__, tmp_path / "mine.py"))


@pytest.fixture
def config(file: Path) -> RunConfig:
    """A short run, all of whose code is of the user's own."""
    fields = {
        "game.generator": own("Generator", file, width=5),
        "game.discriminator": own("Discriminator", file),
        "game.objective": own("Objective", file, real_label=0.9),
    }
    return change(recipe("dcgan-digits"), {**QUICK, **fields})


def test_a_run_of_ones_own_goes_on_bit_for_bit_and_is_of_use(
    config: RunConfig, file: Path, tmp_path: Path
) -> None:
    whole = jobs.train_run(config, out=tmp_path / "whole", quiet=True).run
    jobs.train_run(replace(config, total_images=32), out=tmp_path / "half", quiet=True)
    jobs.resume_run(tmp_path / "half", images=64, quiet=True)
    assert_same(weights(whole), weights(Run(tmp_path / "half")))

    game = json.loads(whole.config_path.read_text())["game"]
    assert game["generator"]["factory"] == f"{file}:Generator"
    assert game["generator"]["arguments"] == {"width": 5}
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert [game[role]["sha256"] for role in ("generator", "discriminator", "objective")] == [
        digest
    ] * 3

    model = zerosum.load(whole.path, kind=zerosum.Generator)
    assert model.sample(2).shape == (2, 1, 28, 28)
    assert isinstance(model.latent.network, OwnGenerator)
    assert call("sample", str(whole.path), "--grid", str(tmp_path / "grid.png")) == 0
    assert call("export", str(whole.path), str(tmp_path / "own.safetensors")) == 0
    evaluated = zerosum.evaluate(whole.path, features="pixels", count=64, quiet=True)
    assert evaluated.leading == "KD-pixels"


def test_a_file_that_has_changed_is_refused_and_one_that_has_moved_is_found(
    config: RunConfig, file: Path, tmp_path: Path
) -> None:
    run = jobs.train_run(config, out=tmp_path / "run", quiet=True).run
    source = file.read_bytes()
    file.write_bytes(source + b"\n# Another line.\n")
    again = change(config, {"images": 128})
    uses: list[Callable[[], Any]] = [
        lambda: jobs.resume_run(run.path, images=128, quiet=True),
        lambda: zerosum.load(run.path),
        lambda: zerosum.evaluate(run.path, features="pixels", count=64, quiet=True),
    ]
    for use in uses:
        with pytest.raises(RunError, match=r"mine\.py.* no longer what it was.*put the file back"):
            use()
    with pytest.raises(RunError, match=r"(?s)made with other settings:.*generator\.sha256"):
        jobs.train_run(again, out=run.path, go_on=True, quiet=True)

    file.rename(file.with_name("moved.py"))
    for use in uses:
        with pytest.raises(RunError, match=r"code of this run is gone: .*mine\.py.*config\.json"):
            use()
    file.with_name("moved.py").write_bytes(source)
    text = run.config_path.read_text()
    run.config_path.write_text(text.replace("mine.py:", "moved.py:"))
    assert jobs.resume_run(run.path, images=128, quiet=True).images_seen == 128
    run.config_path.write_text(text.replace("mine.py:Generator", "moved.py:Other"))
    with pytest.raises(RunError, match=r"game\.generator\.factory: Generator → Other"):
        run.load()


def test_the_example_is_short_and_trains_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = EXAMPLE.read_text()
    painter = text[text.index("class Painter") : text.index("class Sharp")]
    assert len([line for line in painter.splitlines() if line.strip()]) < 20
    monkeypatch.chdir(EXAMPLE.parent)
    words = "--game.generator own_network.py:Painter width=4 --game.generator.latent-size 6"
    words += " --game.objective own_network.py:Sharp --game.discriminator.base-channels 4"
    words += " --images 32 --batch-size 16 --device cpu --evaluate-every 0 --quiet"
    out = ["--out", str(tmp_path / "run")]
    assert call("train", "dcgan-digits", *words.split(), *out, "--dry-run") == 0
    assert "own_network.py:Painter" in capsys.readouterr().out
    assert call("train", "dcgan-digits", *words.split(), *out) == 0
    game = adversarial(Run(tmp_path / "run").config())
    assert game.generator == OwnGeneratorConfig(
        factory=f"{EXAMPLE}:Painter",
        arguments={"width": 4},
        latent_size=6,
        sha256=hashlib.sha256(EXAMPLE.read_bytes()).hexdigest(),
    )
    assert str(game.objective) == f"{EXAMPLE}:Sharp"


GAMES: dict[str, dict[str, Any]] = {
    "conditional": {
        "game.conditional": "projection",
        "game.classes": [{"name": "a", "pictures": 3}, {"name": "b", "pictures": 5}],
        "game.generator": own("Generator"),
        "game.discriminator": own("Discriminator"),
    },
    "sgan": {"game.generator": own("Generator"), "game.network": own("Observer")},
    "classifier": {"game.network": own("classifier"), "game.classes": ["a", "b", "c"]},
    "cyclegan-small": {
        "game.generator": own("Translator"),
        "game.discriminator": own("patches"),
        "game.objective": own("Objective"),
    },
    "pix2pix": {"game.generator": own("Translator"), "game.discriminator": own("patches")},
    "advgan": {
        "game.generator": own("Translator"),
        "game.discriminator": own("Discriminator"),
        "game.objective": own("Objective"),
    },
}


@pytest.mark.parametrize("name", GAMES)
def test_every_kind_of_network_may_be_ones_own(name: str) -> None:
    config = change(recipe(name if name != "conditional" else "dcgan-digits"), GAMES[name])
    config = change(hashed(config), {"pictures.size": (28, 28)})
    if name == "sgan":
        config = change(config, {"game.classes": ["a", "b"]})
    assert from_json(to_json(config)) == config
    game = build_game(config, CPU)
    own_parts = [
        type(module).__module__
        for player in game.players.values()
        for module in player.network.modules()
        if type(module).__module__.startswith("zerosum_own_")
    ]
    assert own_parts or name in ("classifier", "conditional")


def test_translators_and_classifiers_of_ones_own_learn(tmp_path: Path) -> None:
    data = digits_and_negatives(tmp_path / "domains")
    config = small("cyclegan-small", data, tmp_path)
    config = change(config, {**GAMES["cyclegan-small"], "images": 8, "sample_every": 8})
    jobs.train_run(config, out=tmp_path / "there", quiet=True)
    model = zerosum.load(tmp_path / "there", kind=zerosum.Translator)
    assert model.translate(torch.zeros(1, 3, 32, 32)).shape == (1, 3, 32, 32)
    for place, network in enumerate(("Observer", "classifier")):
        config = change(adapting(tmp_path / f"{place}"), {"game.network": own(network)})
        run = jobs.train_run(config, out=tmp_path / network, quiet=True).run
        assert zerosum.load(run.path, kind=zerosum.Classifier).classes == ("0", "1")


REFUSED = {
    "no_such": r"own_networks.py has no function no_such.*"
    r"no_such\(image_shape, latent_size\) that returns a torch.nn.Module",
    "fails": "failed with RuntimeError: no such weights",
    "number": "returned int; expected a torch.nn.Module",
    "still": "without weights that can be learnt",
    "flat": r"gives pictures of shape \(2, 100\).*expected floats of shape \(2, 1, 28, 28\)",
    "narrow": r"forward fails when it is given \(2, 100\), with RuntimeError",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_factory_that_makes_no_generator_is_refused(name: str, tmp_path: Path) -> None:
    config = change(recipe("dcgan-digits"), {**QUICK, "game.generator": own(name)})
    with pytest.raises(ConfigError, match=f"(?s){REFUSED[name]}"):
        jobs.train_run(config, out=tmp_path / "run", quiet=True)
    assert not (tmp_path / "run").exists()


def test_arguments_that_a_factory_does_not_take_are_refused() -> None:
    spec = f"{own_networks.__file__}:Generator"
    with pytest.raises(ConfigError, match="unexpected keyword argument 'depth'"):
        OwnGeneratorConfig(factory=spec, arguments={"depth": 3}).build((1, 28, 28))
    with pytest.raises(ConfigError, match="is given latent_size by zerosum"):
        OwnGeneratorConfig(factory=spec, arguments={"latent_size": 3})
    with pytest.raises(ConfigError, match="what JSON can hold"):
        OwnGeneratorConfig(factory=spec, arguments={"width": float("nan")})
    with pytest.raises(ConfigError, match=r"named as path/to/file\.py:name, got 'Generator'"):
        OwnGeneratorConfig(factory="Generator")
    with pytest.raises(ConfigError, match=r"no/such\.py cannot be read"):
        hashed(change(recipe("dcgan-digits"), {"game.generator": "no/such.py:Net"}))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"game.discriminator": own("patches")}, r"expected floats of shape \(2, 1\) or \(2,\)"),
        (
            {"game.discriminator": own("patches"), "game.feature_matching.weight": 1.0},
            "expected floats",
        ),
        (
            {"game.discriminator": own("Discriminator"), "game.feature_matching.weight": 1.0},
            "feature matching needs a network with features; Discriminator has no features",
        ),
        (
            {
                "game.discriminator": own("Discriminator"),
                "game.minibatch_discrimination.kernels": 5,
            },
            "minibatch discrimination needs a network with forward_features and forward_head and "
            "features",
        ),
        (
            {"game.discriminator": own("normalised"), "game.penalties.gradient.weight": 1.0},
            "the gradient penalty is defined for one picture at a time",
        ),
        ({"game.generator": own("Generator"), "game.virtual_batch_norm": 8}, "takes the place"),
        ({"game.objective": own("fruitless")}, "without undecided, .*expected an Objective"),
        ({"game.objective": own("costless")}, "no cost for each picture"),
        ({"game.objective": own("Objective"), "game.real_label": 0.9}, "real_label 0.9"),
    ],
)
def test_what_a_game_cannot_do_with_it_is_said(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"(?s){message}"):
        build_game(change(recipe("dcgan-digits"), fields), CPU)


def test_to_try_a_network_moves_nothing() -> None:
    settings = OwnGeneratorConfig(factory=f"{own_networks.__file__}:Greedy", latent_size=3)
    before = torch.get_rng_state()
    network = settings.build((1, 4, 4))
    assert torch.equal(torch.get_rng_state(), before)
    norm, still = (network.inner.get_submodule(name) for name in ("norm", "still"))
    assert norm.get_buffer("num_batches_tracked").item() == 0
    assert (network.inner.training, norm.training, still.training) == (True, True, False)


def test_a_field_may_name_code_where_a_union_says_so_and_nowhere_else() -> None:
    roles: dict[str, set[str]] = {}
    for kind in (kind for kinds in FAMILIES.values() for kind in kinds):
        annotation = config_class(kind).__annotations__["game"]
        for game in get_args(annotation) or (annotation,):
            roles[game.__name__] = set(own_fields(game))
    players = {"generator", "discriminator", "objective"}
    assert roles == {
        "AdversarialConfig": players,
        "SemiSupervisedConfig": {"generator", "network"},
        "ClassificationConfig": {"network"},
        "AutoregressiveConfig": set(),
        "CycleConfig": players,
        "ContrastiveConfig": {"discriminator", "objective"},  # It looks between the layers.
        "PairedConfig": players,
        "CartoonConfig": players,
        "InvarianceConfig": {"network"},
        "PerturbationConfig": players,
    }


def test_words_are_told_apart() -> None:
    base = recipe("dcgan-digits")
    config, rest = with_own(base, ["--game.objective", "hinge", "--game.generator=a.py:B", "c=x"])
    assert rest == ["--game.objective", "hinge"]
    assert with_own(base, rest) == (base, rest)
    assert code_named_in(config) == {"game.generator.factory": "a.py:B"}
    for words, message in {
        "--game.generator dcgan": "is followed by FILE.py:NAME.*got 'dcgan'",
        "--game.generator": "got 'nothing'",
        "--game.generator a.py:B 3": "arguments as KEY=VALUE, got '3'",
    }.items():
        with pytest.raises(ConfigError, match=message):
            with_own(base, words.split())


def test_a_dry_run_looks_for_the_file_before_the_pictures(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["train", "dcgan-digits", "--data", "no-such-folder", "--dry-run"]
    assert call(*words, "--game.generator", "nosuch.py:Net") == 1
    assert "nosuch.py cannot be read" in capsys.readouterr().err


def test_in_python_code_is_named_by_text_or_by_settings() -> None:
    by_text = {
        "game.generator": "a.py:G",
        "game.generator.latent_size": 7,
        "game.generator.arguments": {"widths": [1, 2]},
        "game.objective": "a.py:O",
    }
    generator = OwnGeneratorConfig(factory="a.py:G", latent_size=7, arguments={"widths": [1, 2]})
    whole = {"game.generator": generator, "game.objective": OwnObjectiveConfig(factory="a.py:O")}
    config = change(recipe("dcgan-digits"), by_text)
    assert config == change(recipe("dcgan-digits"), whole)
    assert adversarial(config).generator == generator
    with pytest.raises(ConfigError, match=r"game\.generator"):
        change(recipe("cut"), {"game.generator": "a.py:G"})


def test_the_example_in_python_names_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def train(name: str, *, fields: dict[str, Any], **_: Any) -> Any:
        asked[name] = change(recipe(name), fields)
        return Mock()

    monkeypatch.setattr(zerosum, "train", train)
    runpy.run_path(str(EXAMPLE))["main"]()
    build_game(asked["dcgan-digits"], CPU)


NAMING: dict[str, Any] = {
    "game.generator": (recipe("dcgan-digits"), {"game.generator": own("Generator")}),
    "game.objective": (recipe("pix2pix"), {"game.objective": own("Objective")}),
    "game.network": (recipe("sgan"), {"game.network": own("Observer")}),
    "game.victim": (recipe("advgan"), {"game.victim": "mine.py:model"}),
    "game.content": (recipe("cartoongan"), {"game.content": "mine.py:maps"}),
    "evaluate_features": (recipe("wgan-gp-mnist"), {"evaluate_features": "mine.py:features"}),
}


@pytest.mark.parametrize("name", NAMING)
def test_fields_that_name_code_are_refused_where_a_caller_says_so(name: str) -> None:
    base, fields = NAMING[name]
    refuse_code(base)
    with pytest.raises(ConfigError, match=rf"{name}(\.factory)? names code, .*\.py:.* not run"):
        refuse_code(change(base, fields))


def test_commands_that_name_code_are_refused_where_a_caller_says_so() -> None:
    with pytest.raises(ConfigError, match=r"^features names code, a\.py:b, and code is not run"):
        refuse_code(EvaluateConfig(features="a.py:b"))


def test_nothing_runs_code_where_that_is_forbidden(
    config: RunConfig, file: Path, tmp_path: Path
) -> None:
    run = jobs.train_run(config, out=tmp_path / "run", quiet=True).run
    file.write_text("raise SystemExit('this ran')")  # What was read would end the tests.
    spec = f"{file}:Generator"
    uses: list[Callable[[], Any]] = [
        lambda: zerosum.load(run.path),
        lambda: jobs.resume_run(run.path, images=128, quiet=True),
        lambda: jobs.train_run(config, out=tmp_path / "new", quiet=True),
        lambda: load_features(spec, cache=tmp_path),
        lambda: load_content(spec, (1, 28, 28), cache=tmp_path),
        lambda: make_objective(OwnObjectiveConfig(factory=spec)),
    ]
    with without_code():
        for use in uses:
            with pytest.raises(ConfigError, match=r"names code, .*and code is not run here"):
                use()
        assert load_features("pixels", cache=tmp_path).name == "pixels"
    assert isinstance(OwnSettings(factory=spec), OwnSettings)


def test_a_name_that_a_file_does_not_have_is_told_with_the_nearest(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def critic(*, size):\n    return size\n")
    with pytest.raises(ConfigError, match=r"has no function crit; did you mean 'critic'\?"):
        read_code(f"{file}:crit").call("a number", size=3)
    assert read_code(f"{file}:critic").call("a number", size=3) == 3
