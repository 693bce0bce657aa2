"""Two hosts play one run; one of them is killed and comes back, and nothing is lost.

The hosts are network namespaces, each with an address of its own, where the machine allows them,
else two agents on one loopback device.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from helpers.runs_in_processes import HANGS, create, environment, weights
from zerosum.config import RunConfig
from zerosum.runs import Run

pytestmark = pytest.mark.slow
RETURN = {"TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1"}
"""Without it the launcher tells a host that comes back no address (seen in PyTorch 2.14)."""


@dataclass(frozen=True)
class Host:
    """Where an agent runs: what comes before its command, its address, and its variables."""

    prefix: Sequence[str]
    address: str
    variables: dict[str, str] = field(default_factory=dict)

    def join(self, main: str, run: Path) -> subprocess.Popen[str]:
        """Start this host's agent, whose processes train."""
        launcher = ["torch.distributed.run", "--nnodes", "2", "--nproc-per-node", "1"]
        launcher += ["--rdzv-backend", "c10d", "--rdzv-id", "job", "--rdzv-endpoint", main]
        launcher += ["--rdzv-conf", f"is_host={int(main.startswith(self.address))}"]
        launcher += ["--local-addr", self.address, "--max-restarts", "3"]
        words = ["-m", "zerosum", "resume", str(run), "--quiet"]
        return subprocess.Popen(
            [*self.prefix, sys.executable, "-m", *launcher, *words],
            env={**environment(), **self.variables, **RETURN},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def _ip(*words: str) -> bool:
    return subprocess.run(["ip", *words], capture_output=True, check=False).returncode == 0


@pytest.fixture
def hosts() -> Iterator[list[Host]]:
    names = [f"zerosum{os.getpid()}{letter}" for letter in "ab"]
    devices = [f"zs{os.getpid() % 10**6}{letter}" for letter in "ab"]
    try:
        can = Path("/usr/sbin/ip").exists() and all(_ip("netns", "add", name) for name in names)
    except FileNotFoundError:
        can = False
    if not can:
        yield [Host([], "127.0.0.1"), Host([], "localhost")]
        return
    a, b = names
    ends = ["link", "add", devices[0], "netns", a, "type", "veth"]
    assert _ip(*ends, "peer", "name", devices[1], "netns", b)
    found = []
    for number, (name, device) in enumerate(zip(names, devices, strict=True), start=1):
        address = f"10.77.0.{number}"
        assert _ip("-n", name, "addr", "add", f"{address}/24", "dev", device)
        assert _ip("-n", name, "link", "set", device, "up")
        assert _ip("-n", name, "link", "set", "lo", "up")
        prefix = ["ip", "netns", "exec", name]
        found.append(Host(prefix, address, {"GLOO_SOCKET_IFNAME": device}))
    yield found
    for name in names:
        _ip("netns", "del", name)


def _kill(agent: subprocess.Popen[str]) -> None:
    """Kill an agent and its processes, all at once, as when a host loses its power."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # It has just ended.
            continue
    doomed = [agent.pid] if agent.poll() is None else []
    for pid in doomed:
        doomed += [child for child, parent in parents.items() if parent == pid]
    for pid in doomed:
        os.kill(pid, signal.SIGKILL)
    if doomed:
        agent.communicate()


def _images(run: Run) -> int:
    return int(weights(run)["images"]) if run.checkpoint_path.exists() else 0


def _wait_for(run: Run, images: int, agents: Sequence[subprocess.Popen[str]]) -> None:
    while _images(run) < images:
        assert agents[0].poll() is None, agents[0].communicate()[0]
        time.sleep(0.1)


def test_a_host_that_is_killed_and_comes_back(
    tiny: RunConfig, tmp_path: Path, hosts: list[Host]
) -> None:
    size = tiny.batch_size
    endless = replace(tiny, total_images=10**9, checkpoint_seconds=0.0, log_every=100 * size)
    run = create(tmp_path / "run", endless)
    main = f"{hosts[0].address}:29{os.getpid() % 900 + 100}"
    agents = [host.join(main, run.path) for host in hosts]
    try:
        _wait_for(run, 50 * size, agents)
        _kill(agents[1])
        # The other one cannot get on alone, and reads how many images are to be seen when it is
        # joined again.
        config = replace(endless, total_images=_images(run) + 50 * size)
        run.write_config(config)
        agents[1] = hosts[1].join(main, run.path)
        outputs = [agent.communicate(timeout=HANGS)[0] for agent in agents]
    finally:
        for agent in agents:
            _kill(agent)
    assert [agent.returncode for agent in agents] == [0, 0], "\n\n".join(outputs)
    assert "".join(outputs).count(f"done: {config.total_images:,} images seen.") == 1
    assert _images(run) == config.total_images
