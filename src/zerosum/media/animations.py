"""Animations of generated images: GIF everywhere, MP4 where there is an encoder."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import ModuleType

from PIL import Image

from zerosum.errors import ConfigError
from zerosum.files import writing
from zerosum.registry import Table

__all__ = ["ANIMATIONS", "check_animation", "frame_durations", "save_animation", "save_gif"]

_FASTEST = 0.02
"""Seconds: browsers show frames of a GIF that are shorter than this much too long."""


_SLOWEST = 600.0
"""Seconds: a GIF counts to 655.35 for a frame."""


def save_animation(
    frames: Iterable[Image.Image],
    path: Path,
    *,
    count: int,
    seconds: float,
    facts: Mapping[str, str],
) -> None:
    """Write an animation that loops evenly, frame by frame as they come, atomically.

    Args:
        frames: Images of one size, in mode L, RGB or RGBA; transparent ones are put on white.
        path: A file that ends in ``.gif`` or ``.mp4``.
        count: How many frames there are.
        seconds: How long all of them are shown.
        facts: What the file says of itself, as JSON in its comment.

    Raises:
        ConfigError: The file ends in something else, its frames would be too short, or there is
            no encoder for it.
        FileError: It cannot be written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> frames = [Image.new("L", (4, 4), grey) for grey in (0, 100, 200)]
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder) / "grey.gif"
        ...     save_animation(frames, path, count=3, seconds=0.6, facts={"Software": "zerosum"})
        ...     with Image.open(path) as animation:
        ...         animation.n_frames, animation.info["duration"], animation.info["comment"]
        (3, 200, b'{"Software": "zerosum"}')
    """
    check_animation(path, count=count, seconds=seconds)
    opaque = (_on_white(frame) for frame in frames)
    with writing(path) as temporary:
        write = ANIMATIONS[path.suffix.lower()]
        write(opaque, temporary, frame_durations(count, seconds), json.dumps(dict(facts)))


def check_animation(path: Path, *, count: int, seconds: float) -> None:
    """Refuse what cannot be written, before anything is drawn.

    Raises:
        ConfigError: The file ends in something else than ``.gif`` or ``.mp4``, its frames would
            be shorter than 0.02 seconds or longer than 600, or there is no encoder for it.

    Example:
        >>> check_animation(Path("walk.avi"), count=30, seconds=1.0)
        Traceback (most recent call last):
        ...
        zerosum.errors.ConfigError: expected a file that ends in .gif or .mp4, got 'walk.avi'.
    """
    kind = path.suffix.lower()
    if kind not in ANIMATIONS:
        raise ConfigError(f"expected a file that ends in .gif or .mp4, got {path.name!r}.")
    if not seconds / count >= _FASTEST:
        raise ConfigError(
            f"{count} frames in {seconds:g} seconds are too fast: each needs at least {_FASTEST} "
            f"seconds. Expected at least --seconds {_FASTEST * count:g}, or fewer --frames."
        )
    if seconds / count > _SLOWEST:
        raise ConfigError(
            f"{count} frames in {seconds:g} seconds are too slow: each has at most {_SLOWEST} "
            f"seconds. Expected at most --seconds {_SLOWEST * count:g}, or more --frames."
        )
    if kind == ".mp4":
        _encoder()


def save_gif(frames: Sequence[Path], path: Path, *, milliseconds: int = 150) -> None:
    """Write an animation of image files that loops and rests on its last frame.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     frames = [Path(folder) / name for name in ("black.png", "white.png")]
        ...     for grey, frame in zip((0, 255), frames, strict=True):
        ...         Image.new("L", (4, 4), grey).save(frame)
        ...     save_gif(frames, Path(folder) / "blink.gif")
        ...     with Image.open(Path(folder) / "blink.gif") as animation:
        ...         animation.n_frames
        2
    """
    durations = [milliseconds] * (len(frames) - 1) + [10 * milliseconds]
    images = (Image.open(frame).convert("RGB") for frame in frames)
    with writing(path) as temporary:
        _write_gif(images, temporary, durations)


def frame_durations(count: int, seconds: float) -> list[int]:
    """Milliseconds of each frame: multiples of 10, as GIF has them, that add up to the whole.

    Example:
        >>> frame_durations(3, 0.1)
        [30, 40, 30]
    """
    marks = [round(100 * seconds * frame / count) for frame in range(count + 1)]
    return [10 * (end - start) for start, end in pairwise(marks)]


def _write_gif(
    frames: Iterator[Image.Image], path: Path, durations: list[int], comment: str = ""
) -> None:
    remark = {"comment": comment.encode()} if comment else {}
    with path.open("wb") as file:
        next(frames).save(
            file,
            format="GIF",
            save_all=True,
            append_images=frames,
            duration=durations,
            loop=0,
            **remark,
        )


def _write_mp4(
    frames: Iterator[Image.Image], path: Path, durations: list[int], comment: str
) -> None:
    first = _even(next(frames))
    writer = _encoder().write_frames(
        str(path),
        first.size,
        fps=1000 * len(durations) / sum(durations),
        macro_block_size=2,
        output_params=["-metadata", f"comment={comment}", "-f", "mp4"],
    )
    writer.send(None)
    try:
        writer.send(first.tobytes())
        for frame in frames:
            writer.send(_even(frame).tobytes())
    finally:
        writer.close()


ANIMATIONS: Table[Callable[[Iterator[Image.Image], Path, list[int], str], None]] = Table(
    "kind of animation", {".gif": _write_gif, ".mp4": _write_mp4}
)
"""How animations are written, by the end of the file's name."""


def _encoder() -> ModuleType:
    try:
        return import_module("imageio_ffmpeg")
    except ImportError as error:
        from zerosum.packages import installation

        raise ConfigError(
            f"to write .mp4 the package imageio-ffmpeg is needed: {installation('video')}; or "
            "choose a file that ends in .gif, which needs nothing."
        ) from error


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    canvas = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(canvas, image).convert("RGB")


def _even(image: Image.Image) -> Image.Image:
    """In RGB with even sides, as video encoders want them: perhaps one more row and column."""
    size = (image.width + image.width % 2, image.height + image.height % 2)
    canvas = Image.new("RGB", size, (255, 255, 255))
    canvas.paste(image.convert("RGB"))
    return canvas
