"""A trained game, ready to be used."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Literal

from zerosum.abilities import Classifies, Translates
from zerosum.checkpoint import require_like
from zerosum.config.build import build_game
from zerosum.config.json import to_json
from zerosum.drawing import Drawing
from zerosum.errors import ConfigError, printable
from zerosum.export import (
    Part,
    check_export,
    export_network,
    takes_any_size,
    takes_latents,
    takes_pictures,
)
from zerosum.games import ClassifyingGame, PerturbationGame, TranslationGame
from zerosum.latent import recipe_of_latents
from zerosum.nn import NoiseInjection
from zerosum.runs import Run
from zerosum.training.engine import Engine, choose_device
from zerosum.types import ImageShape

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
        """Write the network that the run is for, for other programs.

        The averaged network alone, in evaluation mode, for any number n of rows: of a run that
        generates the generator, latents (n, d) to pictures; of one that translates the translator
        of a direction, pictures to pictures of any height and width that are multiples of its
        ``multiple``; of one that classifies the classifier, pictures to logits (n, classes); of
        one that misleads a classifier the perturber, pictures to their changes. The file says of
        itself what goes in and comes out, where it comes from, its configuration, and how the
        latents of picture i of a seed are drawn.

        Args:
            file: It ends in ``.onnx`` (needs the packages onnx and onnxscript), ``.pt2`` (a
                program that needs PyTorch only) or ``.safetensors`` (the weights).
            direction: Of a run that translates, by default its first.

        Raises:
            ConfigError: The file or the direction is none that there is.
        """
        check_export(Path(file))
        part = self._part(direction)
        source = {"zerosum:config": json.dumps(to_json(self.run.config()))}
        made = f"A neural network trained by zerosum (run {printable(self.run.path.name)})."
        facts = {**self.facts(), "Description": made, **source, **part.facts}
        del facts["zerosum:generated"]  # It is of pictures.
        export_network(replace(part, facts=facts), Path(file))

    def _part(self, direction: str | None) -> Part:
        """What the run is for, and what is to be known of what goes in and comes out."""
        game = self.game
        if isinstance(game, TranslationGame):
            return self._translator_part(direction)
        if direction is not None:
            raise ConfigError(f"{self.run.path} does not translate: it has no direction.")
        if isinstance(game, ClassifyingGame):
            return self._classifier_part()
        if isinstance(game, PerturbationGame):
            return _perturber_part(game)
        return self._generator_part()

    def _translator_part(self, direction: str | None) -> Part:
        network = self.translator(direction)
        shape: ImageShape = network.image_shape  # type: ignore[assignment]
        multiple: int = network.multiple  # type: ignore[assignment]
        smallest: int = network.smallest  # type: ignore[assignment]
        sides = f"both sides multiples of {multiple}, at least {max(smallest, 2 * multiple)}"
        return Part(
            network=network,
            takes=takes_any_size(shape, multiple=multiple, smallest=smallest),
            gives="pictures",
            facts={
                "zerosum:direction": direction or self.directions[0],
                "zerosum:input": f"pictures (n, {shape[0]}, height, width), {_RANGE}; {sides}",
                "zerosum:output": f"as many pictures of the same size, {_RANGE}; {_CUT}",
            },
        )

    def _classifier_part(self) -> Part:
        network, count = self.classifier, len(self.classes)
        shape: ImageShape = network.image_shape  # type: ignore[assignment]
        return Part(
            network=network,
            takes=takes_pictures(shape),
            gives="logits",
            facts={
                "zerosum:input": f"pictures {_rows(shape)}, {_RANGE}",
                "zerosum:output": f"logits {_rows((count,))}; their softmax are probabilities",
                "zerosum:classes": json.dumps(self.classes),
            },
        )

    def _generator_part(self) -> Part:
        space = self.latent
        size, classes = space.game.input_size, self.asked.names if self.asked else ()
        facts = {
            "zerosum:input": f"latents {_rows((size,))}",
            "zerosum:output": f"pictures {_rows(space.image_shape)}, {_RANGE}; {_CUT}",
            "zerosum:latents": recipe_of_latents(
                space.game.latent, space.game.latent_size, classes=len(classes)
            ),
        }
        if classes:
            facts["zerosum:classes"] = json.dumps(classes)
        layers = space.network.modules()
        if any(isinstance(layer, NoiseInjection) for layer in layers):
            facts["zerosum:noise"] = "part of the file, the same for all pictures, as in samples"
        return Part(
            network=space.network, takes=takes_latents(size), gives="pictures", facts=facts
        )


_RANGE = "from -1 (black) to 1 (white)"
_CUT = "what lies beyond is to be cut"


def _perturber_part(game: PerturbationGame) -> Part:
    network = game.attack.network
    shape: ImageShape = network.image_shape  # type: ignore[assignment]
    use = "changed = picture + 2 * epsilon * change, cut to [-1, 1]"
    return Part(
        network=network,
        takes=takes_pictures(shape),
        gives="changes",
        facts={
            "zerosum:input": f"pictures {_rows(shape)}, {_RANGE}",
            "zerosum:output": f"changes of the same shape, from -1 to 1: {use}",
            "zerosum:epsilon": f"{game.epsilon}, of pixels from 0 to 1",
        },
    )


def _rows(shape: tuple[int, ...]) -> str:
    return f"(n, {', '.join(map(str, shape))})"


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
