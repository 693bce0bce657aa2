"""Where a game runs: device, precision, memory format, compilation, and how many processes.

Started by ``torchrun`` an engine is distributed, started alone it is not; there is no launcher
of our own. Games and networks know nothing of any of this.
"""

import os
import sys
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib import import_module
from uuid import uuid4

import torch
from torch import Tensor, distributed, nn

from zerosum.errors import ConfigError, ProcessError, ZerosumError
from zerosum.training.gradients import averaged
from zerosum.training.kernels import kernels

__all__ = ["Engine", "choose_device", "choose_precision", "start_engine"]

_FOR_EVER = timedelta(days=365)
_POLL = 0.05
"""Seconds."""

_CHECK_EVERY = 16
"""Rounds."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """The machine as the loop sees it.

    Attributes:
        device: Where networks and batches live.
        precision: ``fp32``; ``tf32``, the same with products on tensor cores; or ``bf16`` for
            automatic mixed precision, and ``tf32`` where that is not mixed.
        compile: Whether networks are compiled by ``torch.compile``.
        rank: The number of this process, from 0.
        processes: How many processes play the same game, each with its share of every batch.
        check_every: Rounds between two looks at what the device has computed: 1 on the CPU, where
            looking costs nothing; elsewhere the device, which works ahead, would stand still.
        patient: The group of all processes in which they wait without an end; it lives as long
            as the block of `start_engine`.

    Example:
        >>> engine = Engine(device=torch.device("cpu"))
        >>> engine.is_main, engine.mean(torch.tensor(3.0))
        (True, tensor(3.))
        >>> engine.prepare(nn.Linear(2, 1)).weight.device
        device(type='cpu')
    """

    device: torch.device
    precision: str = "fp32"
    compile: bool = False
    rank: int = 0
    processes: int = 1
    check_every: int = 1
    patient: "weakref.ref[distributed.ProcessGroup] | None" = None

    @property
    def is_main(self) -> bool:
        """Whether this process is the one that writes files and talks."""
        return self.rank == 0

    def prepare(self, network: nn.Module) -> nn.Module:
        """Move the network to the device, its images channels-last, compiled if asked for."""
        network.to(device=self.device)
        # Convolutions read pixels in the order in which they lie in the store.
        network.to(memory_format=torch.channels_last)
        if self.compile:
            # A container is never called itself; the networks in it are.
            for part in network.values() if isinstance(network, nn.ModuleDict) else (network,):
                part.compile()
        return network

    def autocast(self) -> AbstractContextManager[object]:
        """The precision in which costs are computed."""
        if self.precision != "bf16":
            return nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def averaged(self, parameters: Sequence[nn.Parameter]) -> AbstractContextManager[None]:
        """Within the block runs one backward pass; its gradients become the processes' means."""
        return averaged(parameters, processes=self.processes)

    @property
    def works_ahead(self) -> bool:
        """Whether the device computes beside this process, which need not wait for it."""
        return self.check_every > 1

    def gather(self, rows: Tensor) -> Tensor:
        """The rows of all processes, in the order of the whole batch; without gradients."""
        if self.processes == 1:
            return rows
        rows = rows.contiguous()
        parts = [torch.empty_like(rows) for _ in range(self.processes)]
        distributed.all_gather(parts, rows)
        return torch.cat(parts)

    def mean(self, values: Tensor) -> Tensor:
        """The mean of the tensor over the processes."""
        if self.processes == 1:
            return values
        values = values.clone()
        distributed.all_reduce(values)
        return values / self.processes

    def any(self, flag: bool) -> bool:
        """Whether any process raises the flag; all get the same answer."""
        if self.processes == 1:
            return flag
        raised = torch.tensor(float(flag))  # On the CPU: nobody has to wait for the device.
        distributed.all_reduce(raised, op=distributed.ReduceOp.MAX)
        return bool(raised.item())

    def first(self, value: str) -> str:
        """The first process's value that is not empty, on every process."""
        if self.processes == 1:
            return value
        values = [""] * self.processes
        distributed.all_gather_object(values, value)
        return next(filter(None, values), "")

    def share(self, value: str) -> str:
        """The main process's value, on every process."""
        if self.processes == 1:
            return value
        box = [value]
        distributed.broadcast_object_list(box, src=0)
        return box[0]

    def wait(self) -> None:
        """Wait until all processes are here, however long one of them has to do something alone.

        Elsewhere a process that waits for minutes takes the others for lost, as it should.
        """
        if self.patient is not None:
            distributed.barrier(group=self.patient())


def choose_device(name: str) -> torch.device:
    """The device by name; ``auto`` takes CUDA, then MPS, then the CPU.

    Raises:
        ConfigError: The name is none of PyTorch's, or this machine has no such device.

    Example:
        >>> choose_device("cpu")
        device(type='cpu')
    """
    if name == "auto":
        accelerator = torch.accelerator.current_accelerator(check_available=True)
        name = "cpu" if accelerator is None else accelerator.type
    try:
        device = torch.device(name)
        if name == "cuda":
            # torchrun tells each process which of the machine's devices is its own.
            device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.zeros(1, device=device).item()  # On "meta", say, there is nothing to be read.
    except (RuntimeError, AssertionError, NotImplementedError, ImportError) as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError(
            f"device {name!r} cannot be used here: {reason}. Use --device auto or cpu."
        ) from error
    return device


def choose_precision(name: str, device: torch.device) -> str:
    """The precision by name; ``auto`` takes bf16 where the device computes in it, else fp32.

    What a processor says of itself decides, not a trial: on a busy machine a trial may come out
    either way, and one command would make different runs. Convolutions gain wherever the
    processor has instructions for bf16 (AVX-512 BF16, AMX) and lose where PyTorch has to emulate
    them. Not counted are bf16 on ARM and MPS, where nothing was measured.

    Args:
        name: ``fp32``, ``bf16`` or ``auto``.
        device: Where costs are computed.

    Example:
        >>> choose_precision("bf16", torch.device("cpu"))
        'bf16'
        >>> choose_precision("auto", torch.device("cpu")) in ("fp32", "bf16")
        True
    """
    if name != "auto":
        return name
    computes = {"cpu": _processor_computes_bf16, "cuda": _gpu_computes_bf16}.get(device.type)
    return "bf16" if computes is not None and computes() else "fp32"


def _processor_computes_bf16() -> bool:
    # PyTorch before 2.10 does not tell.
    has: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(has.get("avx512_bf16") or has.get("amx_bf16"))


def _gpu_computes_bf16() -> bool:
    return bool(torch.cuda.is_bf16_supported(including_emulation=False))


def _patient_group() -> "weakref.ref[distributed.ProcessGroup]":
    """A group whose threads end with the others, whoever still holds the engine."""
    group = distributed.new_group(backend="gloo", timeout=_FOR_EVER)
    assert isinstance(group, distributed.ProcessGroup)  # This process is one of its members.
    return weakref.ref(group)


@contextmanager
def start_engine(
    *,
    device: str = "auto",
    precision: str = "fp32",
    compile: bool = False,  # noqa: A002 - PyTorch's own word
    deterministic: bool = False,
) -> Iterator[Engine]:
    """An engine for the block; joins the process group if ``torchrun`` started this process.

    It has a device and a precision of its own where `auto` was asked for; the precision is that of
    the main process's device, for all compute one game.

    An error in one of several processes ends all of them; the first to fail raises it, the others
    exit in silence.

    Raises:
        ConfigError: The device cannot be used.
        ProcessError: Another process is gone, or this one speaks for all though it is not the
            main one.

    Example:
        >>> with start_engine(device="cpu") as engine:
        ...     engine.processes
        1
    """
    chosen = choose_device(device)
    launched = distributed.is_available() and distributed.is_torchelastic_launched()
    alone = Engine(
        device=chosen,
        precision=choose_precision(precision, chosen),
        compile=compile,
        check_every=1 if chosen.type == "cpu" else _CHECK_EVERY,
    )
    if not launched:
        with kernels(chosen, tf32=alone.precision != "fp32", deterministic=deterministic):
            yield alone
        return
    # Its functions have the group of the time of their import as a default argument. Imported
    # later, as optimizers do it, they would keep the group, and its threads, which then may
    # call on an interpreter that is gone: the process ends with SIGABRT.
    import_module("torch.distributed.nn")
    rendezvous, rank, processes = next(distributed.rendezvous("env://"))
    store = _fresh(rendezvous, rank, processes)
    # What the processes say to each other about the run goes past the devices.
    backend = "cpu:gloo,cuda:nccl" if chosen.type == "cuda" else "gloo"
    distributed.init_process_group(backend, store=store, rank=rank, world_size=processes)
    try:
        engine = replace(alone, rank=rank, processes=processes, patient=_patient_group())
        engine = replace(engine, precision=engine.share(engine.precision))
        with kernels(chosen, tf32=engine.precision != "fp32", deterministic=deterministic):
            yield engine
    except Exception as error:
        if not _is_first_to_fail(store):
            sys.exit(1)  # The first has said it, and this one may just have missed the first.
        _speak_for_all(error, rank)
        raise
    finally:
        distributed.destroy_process_group()


def _fresh(store: distributed.Store, rank: int, processes: int) -> distributed.Store:
    """A part of the launcher's store that only the processes of this start know.

    After a restart the launcher may hand out the same store again, with addresses of processes
    that are dead, and no number that it gives is the same on all hosts and new in every start. So
    the main process draws a name, and says it is open when each of the others has answered to it.
    """
    me = uuid4().hex
    if rank == 0:
        store.set("main", me)
        others = [store.get(f"{me}/{other}").decode() for other in range(1, processes)]
        store.set(f"{me}/open to", " ".join(others))
        return distributed.PrefixStore(me, store)
    main = ""
    while True:
        if main != (main := store.get("main").decode()):
            store.set(f"{main}/{rank}", me)
        # The name may be one of an earlier start, which was open to others.
        if store.check([f"{main}/open to"]) and me in store.get(f"{main}/open to").decode():
            return distributed.PrefixStore(main, store)
        time.sleep(_POLL)


def _is_first_to_fail(store: distributed.Store) -> bool:
    try:
        return store.add("failed", 1) == 1
    except RuntimeError:  # The store is gone, with the process that kept it.
        return False


def _speak_for_all(error: Exception, rank: int) -> None:
    """Raise what is to be said of an error once for all processes, if not the error itself.

    Raises:
        ProcessError: The error is another process's end, or of one that usually says nothing.
    """
    if isinstance(error, distributed.DistError) or "gloo" in str(error):
        raise ProcessError(
            f"process {rank} has lost the others: one of them was killed, or its machine or the "
            "network is gone. What is saved is good: start the job again, and it goes on."
        ) from error
    if rank and isinstance(error, ZerosumError):
        raise ProcessError(f"process {rank}: {error}") from error
