"""What zerosum does on a GPU: whether it is right there, and how fast it is.

    python benchmarks/gpu.py [--device cuda] [--minutes 8] [--out gpu-report] [--data SOURCE]

Nothing is downloaded, and the pictures are noise. First every kind of game is played for three
rounds in fp32 and bf16 with the same random numbers on the device and on the CPU, runs are resumed
bit for bit, networks exported and compiled. Then a few games are measured at full size: images per
second, the share of the peak that a product of matrices in bf16 reaches here, kernels launched and
times that the host waited for the device per round, memory, and the three most costly kernels.

What was found is in ``gpu.json`` and, as a table, in ``gpu.md``. Whatever there is no time for is
left out, and said so; an error in one part does not end the others, but the exit code is then 1.
On a CPU (``--device cpu``) a toy size is measured, which shows that all of this works.
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from on_gpu.checks import checks
from on_gpu.speed import CASES, TOY, Speed, measure, peak

PRECISIONS = ("bf16", "tf32", "fp32")
_CHECKED = 0.45
"""Share of the time that the checks may take."""


def facts(device: torch.device) -> dict[str, Any]:
    """What was measured on."""
    name = platform.processor() or platform.machine()
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
    return {
        "device": name,
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "cudnn": _cudnn() if device.type == "cuda" else None,
        "python": platform.python_version(),
    }


def _cudnn() -> int | None:
    version: int | None = torch.backends.cudnn.version()  # type: ignore[no-untyped-call]
    return version


def check(device: str, until: float) -> list[dict[str, str]]:
    """All checks that there is time for."""
    found = []
    for name, look in checks(device):
        result = {"check": name, "result": "left out: no time", "seconds": "0"}
        start = time.perf_counter()
        if start < until:
            try:
                result["result"] = look()
            except Exception as error:
                result["result"] = f"FAILED: {type(error).__name__}: {error}".partition("\n")[0]
            result["seconds"] = f"{time.perf_counter() - start:.1f}"
        print(f"{result['seconds']:>6} s  {name}: {result['result']}", flush=True)
        found.append(result)
    return found


def speeds(
    device: str, until: float, most: float, data: str | None = None
) -> list[dict[str, Any]]:
    """All cases that there is time for."""
    found: list[dict[str, Any]] = []
    toy = device == "cpu"
    for precision in PRECISIONS:
        for case in TOY if toy else CASES:
            if time.perf_counter() >= until:
                found.append({"case": case.name, "precision": precision, "error": "no time"})
                continue
            try:
                speed = measure(
                    case,
                    device=device,
                    precision=precision,
                    seconds=0.1 if toy else 4.0,
                    most=most,
                    data=data,
                )
            except Exception as error:
                text = f"FAILED: {type(error).__name__}: {error}".partition("\n")[0]
                found.append({"case": case.name, "precision": precision, "error": text})
                print(f"{case.name}, {precision}: {text}", flush=True)
                continue
            found.append(speed.to_json())
            print(_row(speed), flush=True)
    return found


def _row(speed: Speed) -> str:
    def number(value: float | None, form: str) -> str:
        return "" if value is None else format(value, form)

    kernels = ", ".join(f"{name} {share:.0%}" for name, share in speed.costliest)
    cells = (
        speed.case,
        speed.precision,
        f"{speed.images_per_second:,.0f}",
        f"{speed.share_of_peak:.1%}",
        number(speed.launches, ",.0f"),
        number(speed.waits, ".2f"),
        number(speed.gigabytes, ".1f"),
        kernels.replace("|", "/"),
    )
    return f"| {' | '.join(cells)} |"


def as_markdown(report: dict[str, Any]) -> str:
    """The report as tables."""
    about = report["about"]
    lines = [
        f"{about['device']}, PyTorch {about['torch']}, CUDA {about['cuda']}; a product of "
        f"matrices in bf16 reaches {report['peak'] / 1e12:.3g} Tflop/s.",
        "",
        "| game | precision | images/s | of peak | launches/round | waits/round | GB | kernels |",
        "|---|---|---:|---:|---:|---:|---:|---|",
    ]
    for each in report["speeds"]:
        if "error" in each:
            lines.append(f"| {each['case']} | {each['precision']} | {each['error']} | | | | | |")
        else:
            lines.append(_row(Speed(**each)))
    lines += ["", "| check | result | seconds |", "|---|---|---:|"]
    lines += [
        f"| {each['check']} | {each['result']} | {each['seconds']} |" for each in report["checks"]
    ]
    return "\n".join(lines) + "\n"


def run(device: str, *, minutes: float, out: Path, data: str | None = None) -> int:
    """Check and measure; write both files; how many parts failed."""
    # For runs that are repeated bit for bit; PyTorch reads it at its first product of matrices.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    start = time.perf_counter()
    end = start + 60 * minutes
    out.mkdir(parents=True, exist_ok=True)
    place = torch.device(device)
    report: dict[str, Any] = {"about": facts(place)}
    report["peak"] = peak(place, side=512 if device == "cpu" else 8192)
    report["checks"] = check(device, start + _CHECKED * 60 * minutes)
    # The last case must end in time, too.
    report["speeds"] = speeds(device, end - min(30.0, 6 * minutes), report["peak"], data)
    (out / "gpu.json").write_text(json.dumps(report, indent=2) + "\n")
    (out / "gpu.md").write_text(as_markdown(report))
    print(f"{out / 'gpu.json'} and {out / 'gpu.md'}: {time.perf_counter() - start:.0f} s")
    failed = [each for each in report["checks"] if each["result"].startswith("FAILED")]
    failed += [each for each in report["speeds"] if each.get("error", "").startswith("FAILED")]
    return len(failed)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    usual = "cuda" if torch.cuda.is_available() else "cpu"
    parser.add_argument("--device", default=usual, choices=("cuda", "cpu"))
    parser.add_argument("--minutes", type=float, default=8.0, help="at most; by default 8")
    parser.add_argument("--out", type=Path, default=Path("gpu-report"))
    parser.add_argument("--data", help="source of pictures for what is measured; else noise")
    given = parser.parse_args(arguments)
    sys.exit(bool(run(given.device, minutes=given.minutes, out=given.out, data=given.data)))


if __name__ == "__main__":
    main()
