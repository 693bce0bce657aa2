"""How fast a device plays: images per second, share of its peak, launches, waits, memory."""

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from statistics import median
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from on_gpu.games import Noise, make_loop
from zerosum.config import RunConfig, change
from zerosum.recipes import recipe
from zerosum.training.engine import start_engine
from zerosum.training.loop import Loop

__all__ = ["CASES", "TOY", "Case", "Speed", "measure", "peak"]

CYCLE = 16
"""Rounds in which every lazy penalty is paid once."""

_LAUNCHES = ("cudaLaunchKernel", "cudaLaunchKernelExC", "cuLaunchKernel", "cuLaunchKernelEx")
_WAITS = ("cudaStreamSynchronize", "cudaDeviceSynchronize", "cudaEventSynchronize")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A run to be measured: a recipe, and what is changed."""

    name: str
    recipe: str
    fields: Mapping[str, Any]
    batch: int

    def config(self) -> RunConfig:
        """The run."""
        return change(recipe(self.recipe), {**self.fields, "batch_size": self.batch})


CASES = (
    Case(name="dcgan 32", recipe="dcgan-svhn", fields={}, batch=128),
    Case(name="dcgan 64", recipe="dcgan-faces", fields={}, batch=128),
    Case(name="stylegan2 32", recipe="stylegan2-faces32", fields={}, batch=64),
    Case(
        name="stylegan2 64",
        recipe="stylegan2-faces32",
        fields={"pictures.size": (64, 64)},
        batch=64,
    ),
    Case(name="stylegan2 256", recipe="stylegan2-256", fields={}, batch=32),
    Case(name="r3gan 32", recipe="r3gan-cifar10", fields={}, batch=64),
    Case(name="r3gan 64", recipe="r3gan-faces32", fields={"pictures.size": (64, 64)}, batch=64),
    Case(name="cyclegan 256", recipe="cyclegan", fields={}, batch=4),
)

_NARROW = {"game.generator.base_channels": 4, "game.discriminator.base_channels": 4}

TOY = (
    Case(name="dcgan 32, toy", recipe="dcgan-svhn", fields=_NARROW, batch=4),
    Case(
        name="stylegan2 32, toy",
        recipe="stylegan2-digits",
        fields={**_NARROW, "game.generator.max_channels": 8, "game.discriminator.max_channels": 8},
        batch=4,
    ),
)
"""For a CPU, and for the test that all of this works."""


@dataclass(frozen=True, kw_only=True)
class Speed:
    """What was measured of a case.

    Attributes:
        case: Which one.
        precision: ``fp32``, ``tf32`` or ``bf16``.
        images_per_second: Real images, median of several stretches of `CYCLE` rounds.
        share_of_peak: Matrix products done, of the most that the device does in bf16.
        launches: Kernels that the host ordered per round; None where it orders none.
        waits: How often per round the host waited for the device; None likewise.
        gigabytes: The most memory that the device held; None on a CPU.
        costliest: The three kernels that took most of the time, with their shares.
    """

    case: str
    precision: str
    images_per_second: float
    share_of_peak: float
    launches: float | None
    waits: float | None
    gigabytes: float | None
    costliest: list[tuple[str, float]]

    def to_json(self) -> dict[str, Any]:
        """As a table of JSON."""
        return asdict(self)


def peak(device: torch.device, *, side: int) -> float:
    """Operations per second in a product of two square matrices in bf16: the best of many."""
    a, b = (torch.rand(side, side, device=device).bfloat16() for _ in range(2))
    times = [_seconds(lambda: torch.mm(a, b), device) for _ in range(20)]
    return 2 * side**3 / min(times)


def measure(
    case: Case,
    *,
    device: str,
    precision: str,
    seconds: float,
    most: float,
    data: str | None = None,
) -> Speed:
    """Measure a case.

    Args:
        case: What is played.
        device: ``cuda``, or ``cpu``.
        precision: In which it is computed.
        seconds: How long to play, after the first rounds, which find the fastest kernels.
        most: The device's peak, of `peak`.
        data: Source of the pictures, as a run reads them; by default, and for games over two
            domains, one batch of noise that lies on the device already.
    """
    with start_engine(device=device, precision=precision) as engine:
        is_cuda = engine.device.type == "cuda"
        gc.collect()  # What the case before still holds would count as this one's memory.
        config = case.config()
        one_domain = config.game.kind == "adversarial"
        batches = partial(read_pictures, data) if data is not None and one_domain else _Kept
        loop = make_loop(config, engine, batches)
        if is_cuda:
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
        _cycle(loop)
        times: list[float] = []
        while not times or sum(times) < seconds:
            times.append(_seconds(lambda: _cycle(loop), engine.device))
        memory = torch.cuda.max_memory_allocated() / 1e9 if is_cuda else None
        with _Products() as products:
            _cycle(loop)
        rate = CYCLE * case.batch / median(times)
        launches, waits, costliest = _profiled(loop, is_cuda=is_cuda)
        return Speed(
            case=case.name,
            precision=precision,
            images_per_second=rate,
            share_of_peak=products.operations / median(times) / most,
            launches=launches,
            waits=waits,
            gigabytes=memory,
            costliest=costliest,
        )


def read_pictures(data: str, config: RunConfig, device: torch.device) -> Any:
    """Batches of a source's pictures, read ahead as in a run."""
    from zerosum.data import Batches  # Only those who have pictures need what reads them.
    from zerosum.families.preparation import prepare_store
    from zerosum.training.prefetching import Prefetched

    fields = {"data": data, "pictures.enlarge": True}
    store = prepare_store(change(config, fields), quiet=True)
    return Prefetched(Batches(store, batch_size=config.batch_size, seed=0, device=device))


class _Kept(Noise):
    """One batch, which lies on the device already.

    A run has the next batch sent while it plays this one; noise that is made and sent within a
    round would be measured in its place.
    """

    def __init__(self, config: RunConfig, device: torch.device) -> None:
        super().__init__(config, device)
        self._batch = super().at(0)

    def at(self, position: int) -> Any:
        """The same batch at all positions."""
        return self._batch


class _Products(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the operations of matrix products.

    PyTorch's own counter, which also tells whose they are, fails in gradients of gradients.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.operations = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        count = flop_registry.get(func.overloadpacket)
        if count is not None:
            self.operations += count(*args, **(kwargs or {}), out_val=made)
        return made


def _cycle(loop: Loop[Any]) -> None:
    for _ in range(CYCLE):
        loop.play_round()


def _seconds(act: Callable[[], object], device: torch.device) -> float:
    _finish(device)
    start = time.perf_counter()
    act()
    _finish(device)
    return time.perf_counter() - start


def _finish(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _profiled(
    loop: Loop[Any], *, is_cuda: bool
) -> tuple[float | None, float | None, list[tuple[str, float]]]:
    """Launches and waits per round, and the costliest kernels, or operations of the CPU."""
    activities = [ProfilerActivity.CPU] + [ProfilerActivity.CUDA] * is_cuda
    with profile(activities=activities) as found:
        _cycle(loop)
    events = found.key_averages()
    costliest = costliest_of(events, is_cuda=is_cuda)
    if not is_cuda:
        return None, None, costliest
    counts: Counter[str] = Counter()
    for event in events:
        counts[event.key] += event.count
    launches, waits = (sum(counts[name] for name in names) for names in (_LAUNCHES, _WAITS))
    return launches / CYCLE, waits / CYCLE, costliest


def costliest_of(events: Iterable[Any], *, is_cuda: bool) -> list[tuple[str, float]]:
    """The three that took most of the time, with their shares of all."""
    times: Counter[str] = Counter()
    for event in events:
        on_device = event.device_type != torch.autograd.DeviceType.CPU
        # A name that PyTorch gives a stretch of kernels, an optimizer's step say, is none itself.
        if on_device == is_cuda and not event.is_user_annotation:
            own = event.self_device_time_total if is_cuda else event.self_cpu_time_total
            times[event.key] += own
    total = sum(times.values())
    return [(name[:60], time / total) for name, time in times.most_common(3)]
