import json
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image

from zerosum.errors import ConfigError
from zerosum.media.animations import frame_durations, save_animation


def _frames(
    mode: str = "RGB", count: int = 5, size: tuple[int, int] = (7, 5)
) -> list[Image.Image]:
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (count, size[1], size[0], 4), dtype=np.uint8)
    return [Image.fromarray(each).convert(mode) for each in pixels]


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_every_frame_is_in_the_gif(mode: str, tmp_path: Path) -> None:
    frames = _frames(mode)
    path = tmp_path / "new/a.gif"
    save_animation(iter(frames), path, count=5, seconds=1.0, facts={"a": "ü" * 300})
    with Image.open(path) as animation:
        assert animation.info["loop"] == 0
        assert json.loads(animation.info["comment"]) == {"a": "ü" * 300}
        for number, frame in enumerate(frames):
            animation.seek(number)
            assert animation.info["duration"] == 200
            if mode != "RGBA":
                found = np.asarray(animation.convert("RGB")).astype(int)
                assert np.abs(found - np.asarray(frame.convert("RGB"))).max() <= 1


@pytest.mark.parametrize(("count", "seconds"), [(7, 1.0), (30, 1.0), (100, 2.5), (3, 60.0)])
def test_durations_add_up(count: int, seconds: float) -> None:
    durations = frame_durations(count, seconds)
    assert sum(durations) == round(1000 * seconds)
    assert max(durations) - min(durations) <= 10


def test_what_cannot_be_written_is_refused_before_anything_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never: Iterator[Image.Image] = (pytest.fail("drawn") for _ in "x")
    with pytest.raises(ConfigError, match=r"ends in \.gif or \.mp4, got 'a\.avi'"):
        save_animation(never, tmp_path / "a.avi", count=5, seconds=1.0, facts={})
    with pytest.raises(ConfigError, match=r"at least --seconds 0\.1"):
        save_animation(never, tmp_path / "a.gif", count=5, seconds=0.05, facts={})
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(ConfigError, match=r"imageio-ffmpeg is needed.*ends in \.gif"):
        save_animation(never, tmp_path / "a.mp4", count=5, seconds=1.0, facts={})
    assert list(tmp_path.iterdir()) == []


def test_a_walk_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def breaking() -> Iterator[Image.Image]:
        yield from _frames()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save_animation(breaking(), tmp_path / "a.gif", count=6, seconds=1.0, facts={})
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_is_given_frames_of_even_sides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes, given = list[tuple[int, int]](), list[bytes]()

    def write_frames(path: str, size: tuple[int, int], **how: Any) -> Generator[None, bytes, None]:
        sizes.append(size)
        Path(path).touch()
        while True:
            given.append((yield))

    encoder = ModuleType("imageio_ffmpeg")
    monkeypatch.setattr(encoder, "write_frames", write_frames, raising=False)
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", encoder)
    frames = _frames(size=(7, 5))
    save_animation(iter(frames), tmp_path / "a.mp4", count=5, seconds=0.5, facts={})
    assert sizes == [(8, 6)]
    shown = [np.frombuffer(each, np.uint8).reshape(6, 8, 3) for each in given]
    for frame, whole in zip(frames, shown, strict=True):
        assert np.array_equal(whole[:5, :7], np.asarray(frame))
        assert (whole[5:] == 255).all()
        assert (whole[:, 7:] == 255).all()


# imageio-ffmpeg leaves the closing of its pipes to chance.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_film(tmp_path: Path) -> None:
    encoder = pytest.importorskip("imageio_ffmpeg")
    path = tmp_path / "a.mp4"
    save_animation(_frames(size=(33, 21)), path, count=5, seconds=0.5, facts={"a": "b"})
    reader = encoder.read_frames(str(path))
    facts = next(reader)
    assert facts["size"] == (34, 22)
    assert facts["fps"] == pytest.approx(10)
    assert sum(1 for _ in reader) == 5
    assert b'{"a": "b"}' in path.read_bytes()
    assert [file.name for file in tmp_path.iterdir()] == ["a.mp4"]
