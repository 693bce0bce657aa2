"""What users may want to do with a trained run: in a word or two, and the command.

It is asked for at a run's end, and by pages; it needs neither pictures nor networks.
"""

from pathlib import Path
from shlex import quote

__all__ = ["classifier_steps", "generator_steps", "named"]


def generator_steps(path: Path) -> list[tuple[str, str]]:
    """With a trained generator.

    Args:
        path: The run folder.

    Example:
        >>> generator_steps(Path("runs/my faces"))[0]
        ('more pictures', "zerosum sample 'runs/my faces' --count 64 --seed 1 --grid more.png")
    """
    return [
        ("more pictures", f"zerosum sample {named(path)} --count 64 --seed 1 --grid more.png"),
        ("more scores", f"zerosum evaluate {named(path)} --metrics frechet,kid,prdc"),
    ]


def classifier_steps(path: Path) -> list[tuple[str, str]]:
    """With a trained classifier.

    Args:
        path: The run folder.

    Example:
        >>> classifier_steps(Path("runs/digits"))[0]
        ('classify', 'zerosum classify runs/digits PICTURE...')
    """
    return [
        ("classify", f"zerosum classify {named(path)} PICTURE..."),
        ("class by class", f"zerosum evaluate {named(path)}"),
    ]


def named(path: Path, ending: str = "") -> str:
    """A run folder, or a file beside it, as a shell takes it.

    Args:
        path: The run folder.
        ending: That of the file.

    Example:
        >>> named(Path("runs/a b"), ".png"), named(Path("runs/a"))
        ("'runs/a b.png'", 'runs/a')
    """
    return quote(f"{path}{ending}")
