"""The arithmetic of convolutions along one axis: sizes, paddings, and how often places are met.

A filter of k places looks at every d-th of r = d (k − 1) + 1 places (its reach) and moves in steps
of s. With b zeros before an axis of i places and a behind it, it stands at

    o = ⌊(i + b + a − r)/s⌋ + 1                                (convolution)

places. The transposed convolution writes where the convolution reads: i places become

    o = (i − 1) s + r − b − a                                  (transposed convolution),

b places being cut off before and a behind. A negative a is a rest of zeros behind the axis, which
the convolution does not read: PyTorch's ``output_padding`` is b − a, and for all others a = b.

Sources:
    Dumoulin & Visin 2016, https://arxiv.org/abs/1603.07285; TensorFlow's ``same`` and ``valid``,
    https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from zerosum.errors import ConfigError

__all__ = [
    "TensorflowPadding",
    "Window",
    "overlaps",
    "symmetric_window",
    "tensorflow_window",
    "torch_padding",
    "windows_between",
]

TensorflowPadding = Literal["same", "valid"]


@dataclass(frozen=True, kw_only=True)
class Window:
    """How a filter moves along an axis.

    Attributes:
        kernel: Places of the filter, k.
        stride: How far it moves, s.
        before: Zeros before the axis, b.
        after: Zeros behind the axis, a; negative: places that it does not read.
        dilation: From one of its places to the next, d.

    Raises:
        ConfigError: A number is out of range.

    Example:
        >>> window = Window(kernel=4, stride=2, before=1, after=1)
        >>> window.outputs(8), window.transposed_outputs(4), list(window.inputs(4))
        (4, 8, [8, 9])
    """

    kernel: int
    stride: int = 1
    before: int = 0
    after: int = 0
    dilation: int = 1

    def __post_init__(self) -> None:
        for name, least in (("kernel", 1), ("stride", 1), ("dilation", 1), ("before", 0)):
            if getattr(self, name) < least:
                raise ConfigError(f"{name} must be at least {least}, got {getattr(self, name)}.")

    @property
    def reach(self) -> int:
        """Places from the first that the filter reads to the last, r."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def pads(self) -> int:
        """Zeros on both sides together."""
        return self.before + self.after

    @property
    def cell(self) -> list[int]:
        """How often a transposed convolution writes to each of s inner places in a row.

        Place x is met by those of the filter's places d j for which x − d j is a multiple of s.

        Example:
            >>> Window(kernel=3, stride=2).cell, Window(kernel=4, stride=2).cell
            ([2, 1], [2, 2])
        """
        met = [self.dilation * place % self.stride for place in range(self.kernel)]
        return [met.count(rest) for rest in range(self.stride)]

    @property
    def is_even(self) -> bool:
        """Whether that is equally often; for d = 1: if s divides k."""
        return len(set(self.cell)) == 1

    def outputs(self, inputs: int) -> int:
        """Places after a convolution.

        Raises:
            ConfigError: The filter reaches further than there are places.
        """
        free = inputs + self.pads - self.reach
        if inputs < 1 or free < 0:
            raise ConfigError(
                f"a filter that reaches over {self.reach} places does not fit into {inputs} "
                f"with {self.pads} of padding: choose a smaller kernel or more padding."
            )
        return free // self.stride + 1

    def transposed_outputs(self, inputs: int) -> int:
        """Places after a transposed convolution.

        Raises:
            ConfigError: Nothing is left after the padding has been cut off.
        """
        written = (inputs - 1) * self.stride + self.reach
        if inputs < 1 or written <= self.pads:
            raise ConfigError(
                f"nothing is left of the {written} places that a transposed convolution writes "
                f"when {self.pads} of padding are cut off: choose less padding."
            )
        return written - self.pads

    def rest(self, inputs: int) -> int:
        """Places at the end that the convolution does not read."""
        self.outputs(inputs)
        return (inputs + self.pads - self.reach) % self.stride

    def restoring(self, inputs: int) -> "Window":
        """The window whose transposed convolution gives just so many places again.

        Example:
            >>> window = symmetric_window(3, stride=2, padding=1)
            >>> window.outputs(6), window.transposed_outputs(3)
            (3, 5)
            >>> window.restoring(6).transposed_outputs(3)
            6
        """
        return replace(self, after=self.after - self.rest(inputs))

    def inputs(self, outputs: int) -> range:
        """From how many places a convolution makes so many; s numbers, some perhaps below 1."""
        least = (outputs - 1) * self.stride + self.reach - self.pads
        return range(least, least + self.stride)

    def transposed_inputs(self, outputs: int) -> int | None:
        """From how many places a transposed convolution makes so many, if there is a number."""
        steps, left = divmod(outputs - self.reach + self.pads, self.stride)
        return steps + 1 if left == 0 and steps >= 0 else None


def symmetric_window(
    kernel: int, *, stride: int = 1, padding: int = 0, dilation: int = 1, output_padding: int = 0
) -> Window:
    """The window of PyTorch's layers, which pad both sides alike.

    Args:
        kernel: Places of the filter.
        stride: How far it moves.
        padding: Zeros on each side.
        dilation: From one of its places to the next.
        output_padding: Places that a transposed convolution adds at the end.

    Raises:
        ConfigError: A number is out of range, or the output padding is not below the larger of
            stride and dilation, as PyTorch demands.

    Example:
        >>> symmetric_window(5, stride=2, padding=2, output_padding=1).transposed_outputs(7)
        14
    """
    if not 0 <= output_padding < max(stride, dilation, 1):
        raise ConfigError(
            f"output padding must be below the larger of stride and dilation, here "
            f"{max(stride, dilation)}, got {output_padding}."
        )
    return Window(
        kernel=kernel,
        stride=stride,
        before=padding,
        after=padding - output_padding,
        dilation=dilation,
    )


def tensorflow_window(
    padding: TensorflowPadding,
    inputs: int,
    *,
    kernel: int,
    stride: int = 1,
    dilation: int = 1,
    transposed: bool = False,
) -> Window:
    """The window that TensorFlow's ``same`` or ``valid`` means for an axis of so many places.

    ``valid`` pads nothing. ``same`` pads so that ⌈i/s⌉ places come out, the odd one of the zeros
    behind the axis. Transposed, ``same`` gives i s places and ``valid`` i s + max(r − s, 0): where
    the filter reaches less far than it moves, zeros follow.

    Args:
        padding: Its name.
        inputs: Places of the axis, i.
        kernel: Places of the filter.
        stride: How far it moves, s.
        dilation: From one of its places to the next; TensorFlow takes one above 1 only where the
            stride is 1.
        transposed: Whether the convolution is transposed.

    Source:
        https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2

    Example:
        >>> for padding in ("valid", "same"):
        ...     window = tensorflow_window(padding, 4, kernel=4, transposed=True)
        ...     print(padding, window.before, window.after, window.transposed_outputs(4))
        valid 0 0 7
        same 1 2 4
    """
    window = Window(kernel=kernel, stride=stride, dilation=dilation)
    spare = window.reach - stride
    if transposed:
        total = spare if padding == "same" else min(spare, 0)
    elif padding == "same":
        total = max((-(-inputs // stride) - 1) * stride + window.reach - inputs, 0)
    else:
        total = 0
    before = max(total, 0) // 2
    return replace(window, before=before, after=total - before)


def torch_padding(
    window: Window, inputs: int, *, transposed: bool = False
) -> dict[str, int | str] | None:
    """What PyTorch's layer must be told to move so over an axis of so many places.

    Args:
        window: How the filter is to move.
        inputs: Places of the axis.
        transposed: Whether the convolution is transposed.

    Returns:
        Arguments of ``Conv2d`` or ``ConvTranspose2d``; None: it cannot, and zeros must be put in
        front of the layer, or places cut off behind it.

    Example:
        >>> same = tensorflow_window("same", 4, kernel=4)
        >>> torch_padding(same, 4), torch_padding(same, 4, transposed=True)
        ({'padding': 'same'}, None)
        >>> torch_padding(tensorflow_window("same", 28, kernel=3, stride=2), 28) is None
        True
        >>> torch_padding(symmetric_window(5, stride=2, padding=2), 28)
        {'padding': 2}
    """
    if transposed:
        added = window.before - window.after
        if 0 <= added < max(window.stride, window.dilation):
            return {"padding": window.before, "output_padding": added}
        return None
    if window.stride == 1 and (window.before, window.pads) == (
        (window.reach - 1) // 2,
        window.reach - 1,
    ):
        return {"padding": "same"}
    # Zeros that no filter reads neither help nor harm.
    alike = (inputs + 2 * window.before - window.reach) // window.stride + 1
    return {"padding": window.before} if alike == window.outputs(inputs) else None


def windows_between(
    inputs: int,
    outputs: int,
    *,
    transposed: bool = False,
    kernels: Iterable[int] = range(1, 8),
    strides: Iterable[int] = range(1, 5),
    dilation: int = 1,
) -> list[Window]:
    """All windows, padded alike on both sides, by which so many places become so many.

    Args:
        inputs: Places before.
        outputs: Places after.
        transposed: Whether the convolution is transposed; output padding is then below the stride.
        kernels: What to try. The padding of each is smaller than its reach: with more, a filter
            would see nothing but zeros.
        strides: What to try.
        dilation: From one place of a filter to the next.

    Returns:
        By stride, kernel and padding.

    Example:
        >>> for window in windows_between(4, 7, transposed=True, kernels=(3, 4), strides=(1, 2)):
        ...     print(window.kernel, window.stride, window.before, window.before - window.after)
        4 1 0 0
        3 2 1 0
        4 2 2 1
    """
    found = []
    for stride in strides:
        for kernel in kernels:
            plain = Window(kernel=kernel, stride=stride, dilation=dilation)
            for padding in range(plain.reach):
                added = 0
                if transposed:
                    added = outputs - ((inputs - 1) * stride + plain.reach - 2 * padding)
                    if not 0 <= added < stride:
                        continue
                window = replace(plain, before=padding, after=padding - added)
                if transposed or inputs in window.inputs(outputs):
                    found.append(window)
    return found


def overlaps(window: Window, inputs: int) -> list[int]:
    """How many products a transposed convolution adds up at each place of its output.

    Where neighbours differ, so do their sums: the checkerboard of Odena et al. 2016. Of an image
    the counts are products of those of its rows and columns.

    Args:
        window: How the filter moves.
        inputs: Places of the axis.

    Source:
        https://doi.org/10.23915/distill.00003

    Example:
        >>> overlaps(Window(kernel=3, stride=2), 4)
        [1, 1, 2, 1, 2, 1, 2, 1, 1]
        >>> overlaps(symmetric_window(4, stride=2, padding=1), 4)
        [1, 2, 2, 2, 2, 2, 2, 1]
    """
    counts = [0] * window.transposed_outputs(inputs)
    for step in range(inputs):
        for place in range(window.kernel):
            at = step * window.stride + place * window.dilation - window.before
            if 0 <= at < len(counts):
                counts[at] += 1
    return counts
