"""What is to be installed for what zerosum does only with other people's packages."""

import re
from importlib.metadata import requires
from shlex import quote

__all__ = ["installation"]


def installation(extra: str) -> str:
    """The command that installs the packages of an extra of zerosum, by their own names.

    It is right from a checkout and from an index alike; ``zerosum[EXTRA]`` would have pip look
    for zerosum itself.

    Args:
        extra: A name in the table ``project.optional-dependencies`` of ``pyproject.toml``.

    Example:
        >>> installation("export")
        "pip install 'onnx>=1.17' 'onnxscript>=0.5'"
    """
    marked = [each.partition(";") for each in requires("zerosum") or ()]
    pattern = re.compile(rf"""extra\s*==\s*['"]{extra}['"]""")
    packages = [name.strip() for name, _, marker in marked if pattern.search(marker)]
    assert packages, f"zerosum has no extra {extra}"
    return f"pip install {' '.join(map(quote, packages))}"
