#!/bin/bash
# A run of any length on a SLURM cluster, on two nodes of four GPUs:
#
#     sbatch examples/clusters/slurm.sh
#
# Five minutes before the time is up SLURM signals this script, the run is saved, and the job goes
# back into the queue; there the same command goes on with it (--continue). The folders of data and
# run must be on a disk that all nodes share.

#SBATCH --job-name=faces
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=4
#SBATCH --time=12:00:00
#SBATCH --signal=B:USR1@300
#SBATCH --requeue
#SBATCH --open-mode=append

# To the steps of the job; SLURM has told this script alone (B:), and torchrun passes TERM on.
trap 'scancel --signal=TERM "$SLURM_JOB_ID"; wait; scontrol requeue "$SLURM_JOB_ID"' USR1

# Without this a node that comes back is told no address by torchrun (seen in PyTorch 2.14).
export TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1
main=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)

srun torchrun --nnodes "$SLURM_NNODES" --nproc-per-node "$SLURM_GPUS_ON_NODE" --max-restarts 3 \
    --rdzv-backend c10d --rdzv-id "$SLURM_JOB_ID" --rdzv-endpoint "$main:29500" \
    -m zerosum train stylegan2-256 --data faces --out runs/faces --continue --quiet &
wait
