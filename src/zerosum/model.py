"""A trained game, ready to be used."""

import json
from pathlib import Path
from typing import Literal

from zerosum.abilities import Classifies, Translates
from zerosum.checkpoint import require_like
from zerosum.config.build import build_game
from zerosum.config.json import to_json
from zerosum.drawing import Drawing
from zerosum.errors import ConfigError
from zerosum.export import export_network, takes_latents, takes_pictures
from zerosum.games import TranslationGame
from zerosum.latent import recipe_of_latents
from zerosum.runs import Run
from zerosum.training.engine import Engine, choose_device

__all__ = ["Model", "load"]


class Model(Drawing, Classifies, Translates):
    """A trained game, ready to be used: to `sample` from, to `translate` or `classify` with.

    Args:
        run: Where it comes from.
        game: The players, on the device.
        images: Real images that it has seen.

    Example:
        >>> from zerosum.config import change
        >>> from zerosum.recipes import recipe
        >>> narrow = change(recipe("dcgan-digits"), {"game.generator.width": 4})
        >>> game = build_game(narrow, Engine(device=choose_device("cpu")))
        >>> untrained = Model(run=Run(Path("runs/digits")), game=game, images=0)
        >>> import torch
        >>> two, three = untrained.sample(2, seed=7), untrained.sample(3, seed=7)
        >>> torch.allclose(two, three[:2], atol=1e-5)
        True
    """

    def export(self, file: str | Path, *, direction: str | None = None) -> None:
        """Write the generator, or the translator of a direction, for other programs.

        The averaged network alone, in evaluation mode: latents (n, d) or pictures (n, c, h, w) in,
        pictures in [-1, 1] out, for any n; translators for any h and w that are multiples of
        their ``multiple``. The file says of itself where it comes from, its configuration, and how
        the latents of picture i of a seed are drawn.

        Args:
            file: It ends in ``.onnx`` (needs the packages onnx and onnxscript), ``.pt2`` (a
                program that needs PyTorch only) or ``.safetensors`` (the weights).
            direction: Of a run that translates, by default its first.

        Raises:
            ConfigError: The file or the direction is none that there is.
        """
        facts = {**self.facts(), "zerosum:config": json.dumps(to_json(self.run.config()))}
        if isinstance(self.game, TranslationGame):
            network = self.translator(direction)
            facts["zerosum:direction"] = direction or self.directions[0]
            shape, multiple, smallest = network.image_shape, network.multiple, network.smallest
            takes = takes_pictures(shape, multiple=multiple, smallest=smallest)  # type: ignore[arg-type]
        else:
            if direction is not None:
                raise ConfigError(
                    f"{self.run.path} makes pictures from nothing: it has no direction."
                )
            space = self.latent
            network, takes = space.network, takes_latents(space.game.input_size)
            facts["zerosum:latents"] = recipe_of_latents(
                space.game.latent, space.game.latent_size, classes=len(self.asked or ())
            )
        export_network(network, Path(file), takes=takes, facts=facts)


def load(
    run: str | Path | Run,
    *,
    device: str = "auto",
    checkpoint: Literal["latest", "best"] = "latest",
) -> Model:
    """The model that a run has trained so far.

    Args:
        run: The run folder, or the run.
        device: ``auto``, ``cpu``, ``cuda``, ``mps``.
        checkpoint: ``latest``, or ``best`` for that of the best evaluation.

    Raises:
        RunError: The folder is no run.
        CheckpointError: It has no checkpoint that can be used.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     load(folder)
        Traceback (most recent call last):
        ...
        zerosum.errors.RunError: no config.json in ...
    """
    found = run if isinstance(run, Run) else Run.open(Path(run))
    state = found.load(checkpoint)
    config = found.config()
    engine = Engine(device=choose_device(device))
    game = build_game(config, engine)
    loop = state["loop"]
    require_like(loop, {"images": 0, "players": {name: {} for name in game.players}}, "loop")
    for name, player in game.players.items():
        player.load_networks(loop["players"][name], f"loop.players.{name}")
    return Model(run=found, game=game, images=loop["images"])
