"""Shapes without numbers, as TensorFlow 1 printed them: what a network would make of a batch.

Shapes are TensorFlow's (n, h, w, c). The number of pictures is not known, and printed as ``?``.
"""

from dataclasses import dataclass
from math import prod

from zerosum.errors import ConfigError
from zerosum.nn.arithmetic import TensorflowPadding, tensorflow_window

__all__ = ["TracedShape"]


@dataclass(frozen=True)
class TracedShape:
    """The shape of a batch, and what TensorFlow's layers make of it.

    Attributes:
        sides: The shape without the number of pictures.

    Example:
        >>> z = TracedShape((100,))
        >>> x = z.dense(4 * 4 * 512).reshape(4, 4, 512)
        >>> print(x.conv2d_transpose(256, 4, strides=1, padding="same"))
        (?, 4, 4, 256)
        >>> print(x.conv2d_transpose(256, 4, strides=1, padding="valid"))
        (?, 7, 7, 256)
    """

    sides: tuple[int, ...]

    def __str__(self) -> str:
        return f"({', '.join(['?', *map(str, self.sides)])})"

    def dense(self, units: int) -> "TracedShape":
        """A fully connected layer on the last axis."""
        return TracedShape((*self.sides[:-1], units))

    def reshape(self, *sides: int) -> "TracedShape":
        """The same numbers in another order.

        Raises:
            ConfigError: There are more or fewer.
        """
        if prod(sides) != prod(self.sides):
            raise ConfigError(
                f"{self} cannot become {TracedShape(sides)}: {prod(self.sides):,} numbers are not "
                f"{prod(sides):,}."
            )
        return TracedShape(sides)

    def conv2d(
        self, filters: int, kernel: int, *, strides: int = 1, padding: TensorflowPadding = "valid"
    ) -> "TracedShape":
        """A convolution."""
        return self._convolved(filters, kernel, strides, padding, transposed=False)

    def conv2d_transpose(
        self, filters: int, kernel: int, *, strides: int = 1, padding: TensorflowPadding = "valid"
    ) -> "TracedShape":
        """A transposed convolution."""
        return self._convolved(filters, kernel, strides, padding, transposed=True)

    def _convolved(
        self, filters: int, kernel: int, stride: int, padding: TensorflowPadding, transposed: bool
    ) -> "TracedShape":
        if len(self.sides) != 3:
            raise ConfigError(f"a convolution takes (?, rows, columns, channels), not {self}.")
        sizes = []
        for size in self.sides[:2]:
            window = tensorflow_window(
                padding, size, kernel=kernel, stride=stride, transposed=transposed
            )
            sizes.append((window.transposed_outputs if transposed else window.outputs)(size))
        return TracedShape((*sizes, filters))
