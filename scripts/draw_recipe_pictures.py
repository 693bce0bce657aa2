"""Make the studio's pictures of recipes, and note which run each is from.

    python scripts/draw_recipe_pictures.py RUNS

They are cut from docs/images where docs/results.md shows a run of the recipe, and else from the
last sample grid of RUNS/RECIPE; for classifiers, pictures with the answers of RUNS/RECIPE. Recipes
that nobody trains without a GPU have the picture of a smaller one, and it is said so.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image, ImageDraw

from zerosum.data import open_source
from zerosum.jobs import classify
from zerosum.recipes import RECIPES
from zerosum.runs import Run

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs" / "images"
OUT = ROOT / "src" / "zerosum" / "studio" / "static" / "recipes"
GAP = 2
MOST = 15_000
"""Bytes of a picture."""
FOUR = (0, 1, 2, 3)
GREEN, RED = (95, 211, 154), (255, 110, 120)


@dataclass(frozen=True)
class Grid:
    """Cells of an image in docs: its file, where the grid begins, a cell's side, the columns."""

    file: str
    images: int
    cell: int = 28
    left: int = 0
    columns: tuple[int, ...] = FOUR
    command: str = "zerosum train {name}"
    text: str = "made by a run of this recipe"


EQUAL = "python benchmarks/equal_time.py --data {data} --seconds 1200 --precision bf16"
DIGITS, FACES = EQUAL.format(data="digits"), EQUAL.format(data="faces_8k.zip")

FVBN = (
    "zerosum train {name} --data mnist --game.network.widths 2000 --batch-size 128 --images "
    "1200000 --game.optimizer.learning-rate 0.002 --game.optimizer.decay 600000 1200000"
)

FROM_DOCS = {
    "dcgan-digits": Grid("digits.png", 200_000),
    "dcgan-mnist": Grid("dcgan-mnist.png", 600_000),
    "dcgan-cifar10": Grid("dcgan-cifar10.png", 500_000, cell=32),
    "dcgan-faces": Grid("dcgan-faces.png", 650_000, cell=64),
    "mnist-gan-2018": Grid("mnist-gan-2018.png", 6_000_000),
    "wgan-gp-mnist": Grid("wgan-gp-mnist.png", 1_200_000),
    "wgan-gp-cifar10": Grid(
        "modern-faces.png",
        714_912,
        cell=32,
        left=2 * 278,
        command=FACES,
        text="made by a smaller WGAN-GP, on faces",
    ),
    "r3gan-digits": Grid("modern-digits.png", 156_112, left=4 * 246, command=DIGITS),
    "progan-digits": Grid("modern-digits.png", 272_752, left=2 * 246, command=DIGITS),
    "stylegan2-digits": Grid("modern-digits.png", 198_800, left=3 * 246, command=DIGITS),
    "progan-faces32": Grid("modern-faces.png", 219_984, cell=32, left=3 * 278, command=FACES),
    "stylegan-faces32": Grid("modern-faces-styles.png", 197_728, cell=32, command=FACES),
    "stylegan2-faces32": Grid(
        "modern-faces-styles.png", 203_088, cell=32, left=278, command=FACES
    ),
    "r3gan-faces32": Grid(
        "modern-faces-styles.png", 135_088, cell=32, left=2 * 278, command=FACES
    ),
    "cyclegan-small": Grid(
        "apples-all.png",
        20_000,
        cell=64,
        columns=(0, 1, 3, 4),
        command="zerosum train cyclegan-small --data apple2orange_128.zip",
        text="made by a run of this recipe: apples to oranges, oranges to apples",
    ),
    "fvbn-digits": Grid("fvbn-mnist.png", 1_200_000, command=FVBN),
}
FROM_RUNS = {
    "mnist-gan-2022": FOUR,
    "gan-2014": FOUR,
    "stylegan-digits": FOUR,
    "sgan": FOUR,
    # A picture, its change, and both together.
    "advgan": (0, 1, 2),
    "gap": (0, 1, 2),
}
ANSWERS = ("classifier", "sgan-supervised", "dann-digits", "dann", "cdan", "adda")
TOLD = {
    "advgan": " --victim runs/classifier",
    "gap": " --victim runs/classifier",
    "stylegan-digits": " --precision bf16",
    "dann-digits": " --source mnist --target usps",
    **dict.fromkeys(("dann", "cdan", "adda"), " --source mnist --target mnist_m.npz"),
}
"""What the runs in RUNS were told besides; most were stopped after some minutes."""
SIBLINGS = {
    "dcgan-svhn": "dcgan-cifar10",
    "r3gan-cifar10": "r3gan-faces32",
    "stylegan2-256": "stylegan2-faces32",
    "cyclegan": "cyclegan-small",
    "cyclegan-course": "cyclegan-small",
    "cut": "cyclegan-small",
    "fastcut": "cyclegan-small",
    "pix2pix": "cyclegan-small",
    "cartoongan": "cyclegan-small",
    "sgan-conv": "sgan",
    "sgan-conv-supervised": "sgan-supervised",
}


def cut(image: Image.Image, cell: int, left: int, columns: tuple[int, ...]) -> Image.Image:
    """Some columns of the first four rows of a grid."""
    step = cell + GAP
    whole = Image.new("RGB", (len(columns) * step - GAP, 4 * step - GAP), (128, 128, 128))
    for place, column in enumerate(columns):
        for row in range(4):
            at = (left + column * step, row * step)
            part = image.crop((*at, at[0] + cell, at[1] + cell))
            whole.paste(part, (place * step, row * step))
    return whole


def answered(run: Run) -> Image.Image:
    """Sixteen pictures that a classifier is meant for, each with what it says they are."""
    config = run.config()
    spec = config.sources.get("data_b") or config.data
    source = open_source(spec, split="test" if spec != "digits" else "train")
    size, cell = 40, config.pictures.size[0]
    whole = Image.new("RGB", (4 * (size + GAP) - GAP, 4 * (size + GAP) - GAP), (128, 128, 128))
    with TemporaryDirectory() as folder:
        for number in range(16):
            index = number * (len(source) // 16) + 7
            file = Path(folder, f"{number:02}-{source.label(index)}.png")
            source.read(index).convert("RGB").save(file)
        for number, each in enumerate(classify(run.path, [folder], quiet=True).pictures):
            file = Path(folder, Path(each.name).name)
            tile = Image.new("RGB", (size, size))
            tile.paste(Image.open(file).resize((cell, cell)), (0, size - cell))
            is_right = each.best[0] == file.stem.partition("-")[2]
            ImageDraw.Draw(tile).text((30, 0), each.best[0], fill=GREEN if is_right else RED)
            row, column = divmod(number, 4)
            whole.paste(tile, (column * (size + GAP), row * (size + GAP)))
    return whole


def save(name: str, image: Image.Image) -> None:
    """The smallest file that looks the same: exact where there are few pixels and no colours."""
    red, green, blue = image.split()
    exact = image.width <= 200 and red == green == blue
    if not exact and image.width <= 200:  # What is lost shall be less than a pixel.
        image = image.resize((2 * image.width, 2 * image.height), Image.Resampling.NEAREST)
    for quality in range(80, 20, -5):
        image.save(OUT / f"{name}.webp", lossless=exact, quality=quality, method=6)
        if (OUT / f"{name}.webp").stat().st_size <= MOST:
            return


def main(runs: Path) -> None:
    """Make all pictures, and the file that says what they are from."""
    OUT.mkdir(exist_ok=True)
    noted: dict[str, Any] = {}
    for name, grid in FROM_DOCS.items():
        image = Image.open(DOCS / grid.file).convert("RGB")
        save(name, cut(image, grid.cell, grid.left, grid.columns))
        command = grid.command.format(name=name)
        noted[name] = {"text": grid.text, "command": command, "images": grid.images}
    for name in (*FROM_RUNS, *ANSWERS):
        run = Run.open(runs / name)
        last = json.loads((run.path / "stats.jsonl").read_text().splitlines()[-1])
        text = "made by a run of this recipe"
        if name in FROM_RUNS:
            sheet = Image.open(max((run.path / "samples").glob("*.png"))).convert("RGB")
            save(name, cut(sheet, 28, 0, FROM_RUNS[name]))
        else:
            save(name, answered(run))
            text = "pictures and what a run of this recipe says they are"
        command = f"zerosum train {name}{TOLD.get(name, '')}"
        noted[name] = {"text": text, "command": command, "images": last["images"]}
    for name, sibling in SIBLINGS.items():
        text = noted[sibling]["text"].replace("this recipe", f"{sibling}, a recipe like it")
        noted[name] = {**noted[sibling], "text": text, "file": f"{sibling}.webp"}
    assert noted.keys() == set(RECIPES), noted.keys() ^ set(RECIPES)
    ordered = {name: {"file": f"{name}.webp", **noted[name]} for name in RECIPES}
    (OUT / "pictures.json").write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
