"""Some of a run's own images, to try its network on."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from zerosum.config import change
from zerosum.data import open_source
from zerosum.errors import ConfigError, DataError
from zerosum.jobs.examples import examples
from zerosum.recipes import recipe


def paint(path: Path, grey: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (8, 6), grey).save(path)


def test_the_digits_come_with_their_classes_and_the_seed_chooses_them() -> None:
    config, source = recipe("dcgan-digits"), open_source("digits")
    found = examples(config, count=12, seed=3)
    by_name = {source.image_name(index): index for index in range(len(source))}
    for each in found:
        index = by_name[each.name]
        assert each.label == str(source.label(index))
        assert np.array_equal(np.asarray(each.image), np.asarray(source.read(index)))
    names = [each.name for each in found]
    assert names == [each.name for each in examples(config, count=12, seed=3)]
    assert names != [each.name for each in examples(config, count=12, seed=4)]
    assert len(set(names)) == 12


def test_images_for_tests_are_preferred_and_broken_ones_passed_over(tmp_path: Path) -> None:
    for number in range(3):
        paint(tmp_path / "train" / "cat" / f"{number}.png", 10)
        paint(tmp_path / "test" / "cat" / f"{number}.png", 20)
    (tmp_path / "test" / "cat" / "1.png").write_bytes(b"no picture")
    config = change(recipe("dcgan-faces"), {"data": str(tmp_path)})
    found = examples(config, count=12)
    assert {(each.image.getpixel((0, 0)), each.label, each.split) for each in found} == {
        (20, "cat", "test")
    }
    assert len(found) == 2
    for number in (0, 2):
        (tmp_path / "test" / "cat" / f"{number}.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match="none of 3 pictures"):
        examples(config, count=1)


@pytest.mark.parametrize("split", ["test", "train"])
def test_each_domain_has_its_own(tmp_path: Path, split: str) -> None:
    for name, grey in (("trainA", 1), ("trainB", 2), ("testA", 3), ("testB", 4)):
        if name.startswith(split):
            paint(tmp_path / name / "0.png", grey)
    config = change(recipe("cyclegan"), {"data": str(tmp_path)})
    first, second = (examples(config, count=5, domain=domain) for domain in ("a", "b"))
    greys = [1, 2] if split == "train" else [3, 4]
    assert [each[0].image.getpixel((0, 0)) for each in (first, second)] == greys
    assert [each[0].split for each in (first, second)] == [f"{split}A", f"{split}B"]
    assert examples(config, count=1)[0].split == f"{split}A"


def test_what_there_is_not_is_refused(tmp_path: Path) -> None:
    config = recipe("dcgan-digits")
    with pytest.raises(ConfigError, match="one source"):
        examples(config, count=1, domain="b")
    with pytest.raises(ConfigError, match="at least 1"):
        examples(config, count=0)
    with pytest.raises(DataError, match="does not exist"):
        examples(change(config, {"data": str(tmp_path / "gone")}), count=1)
