from pathlib import Path

import pytest
import torch

from helpers.styled import StyledGenerator, game_of
from zerosum.config import DcganGeneratorConfig
from zerosum.errors import ConfigError, FileError, UnknownNameError
from zerosum.latent.directions import find_directions
from zerosum.latent.kept import KeptDirection, KeptDirections
from zerosum.latent.spaces import LatentSpace, latent_space


def _plain(size: int = 6) -> LatentSpace:
    generator = DcganGeneratorConfig(latent_size=size, base_channels=4).build((1, 8, 8))
    return latent_space(game_of(generator))


@pytest.fixture(params=["plain", "styles"])
def space(request: pytest.FixtureRequest) -> LatentSpace:
    torch.manual_seed(0)
    return _plain() if request.param == "plain" else latent_space(game_of(StyledGenerator()))


def test_what_is_kept_is_there_for_the_next_who_opens(space: LatentSpace, tmp_path: Path) -> None:
    path = tmp_path / "new" / "directions.safetensors"
    kept = KeptDirections(path, space)
    assert len(kept) == 0
    first, second = find_directions(space, "pca", 2)
    kept.keep(KeptDirection(name="weight", step=3 * second, origin="pca 2", images_seen=64))
    kept.keep(KeptDirection(name="Neigung é", step=first))
    again = KeptDirections(path, space)
    assert list(again) == ["weight", "Neigung é"]
    torch.testing.assert_close(again.steps(), torch.stack([second, first]))
    assert (again["weight"].origin, again["weight"].images_seen) == ("pca 2", 64)
    again.keep(KeptDirection(name="weight", step=first))
    again.rename("weight", "slant")
    assert list(kept) == ["slant", "Neigung é"]
    torch.testing.assert_close(kept["slant"].step, first)
    kept.drop("slant")
    assert list(again) == ["Neigung é"]


def test_names_that_are_none_or_another_s(tmp_path: Path) -> None:
    kept = KeptDirections(tmp_path / "directions.safetensors", _plain())
    step = torch.ones(6)
    for name in ("", " slant", "x" * 61, "a\nb", "\u202e"):
        with pytest.raises(ConfigError, match="expected a name of 1 to 60"):
            KeptDirection(name=name, step=step)
    for nowhere in (torch.zeros(6), torch.full((6,), torch.nan)):
        with pytest.raises(ConfigError, match="leads nowhere"):
            KeptDirection(name="slant", step=nowhere)
    kept.keep(KeptDirection(name="slant", step=step))
    kept.keep(KeptDirection(name="weight", step=step))
    kept.rename("slant", "slant")
    with pytest.raises(ConfigError, match="called 'weight' already"):
        kept.rename("slant", "weight")
    for use in (kept.drop, kept.__getitem__, lambda name: kept.rename(name, "x")):
        with pytest.raises(UnknownNameError, match="did you mean 'slant'"):
            use("slont")
    assert list(kept) == ["slant", "weight"]


def test_no_more_than_can_be_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zerosum.latent.kept.MOST", 1)
    kept = KeptDirections(tmp_path / "directions.safetensors", _plain())
    kept.keep(KeptDirection(name="slant", step=torch.ones(6)))
    kept.keep(KeptDirection(name="slant", step=-torch.ones(6)))
    with pytest.raises(ConfigError, match="kept already"):
        kept.keep(KeptDirection(name="weight", step=torch.ones(6)))


def test_directions_of_another_generator(tmp_path: Path) -> None:
    path = tmp_path / "directions.safetensors"
    with pytest.raises(ConfigError, match="found with another generator"):
        KeptDirections(path, _plain()).keep(KeptDirection(name="slant", step=torch.ones(7)))
    KeptDirections(path, _plain(7)).keep(KeptDirection(name="slant", step=torch.ones(7)))
    with pytest.raises(ConfigError, match="found with another generator"):
        KeptDirections(path, _plain()).steps()


def test_a_file_that_is_damaged_or_something_else(tmp_path: Path) -> None:
    path = tmp_path / "directions.safetensors"
    kept = KeptDirections(path, _plain())
    kept.keep(KeptDirection(name="slant", step=torch.ones(6)))
    whole = path.read_bytes()
    for content in (b"", whole[:-4], whole.replace(b"zerosum-directions", b"zerosum-dorections")):
        path.write_bytes(content)
        with pytest.raises(FileError, match="no directions that this zerosum can read"):
            kept.steps()
        with pytest.raises(FileError):
            kept.keep(KeptDirection(name="weight", step=torch.ones(6)))
        assert path.read_bytes() == content
