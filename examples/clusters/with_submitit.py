"""A run of any length on a SLURM cluster, on one GPU, submitted from Python by submitit.

    pip install submitit
    python examples/clusters/with_submitit.py

Before the time is up submitit signals the job; zerosum saves the run first and passes the signal
on, submitit asks for a checkpoint, which is the same call again, and requeues it.
"""

from submitit import AutoExecutor
from submitit.helpers import Checkpointable

import zerosum


class Train(Checkpointable):
    """Begins a run, or goes on with it."""

    def __call__(self, out: str) -> int:
        """Train to the end; gives the number of real images seen."""
        fields = {"game.objective": "hinge"}
        return zerosum.train("dcgan-digits", fields=fields, out=out, go_on=True, quiet=True).images


if __name__ == "__main__":
    executor = AutoExecutor(folder="runs/jobs")
    executor.update_parameters(timeout_min=60, gpus_per_node=1, cpus_per_task=4)
    job = executor.submit(Train(), "runs/digits")
    print(f"job {job.job_id}: {job.result():,} images seen")
