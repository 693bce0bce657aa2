"""Whole jobs: train, go on, evaluate, compare. The command line and `zerosum.api` call them."""

from zerosum.jobs.comparison import compare_runs
from zerosum.jobs.evaluation import Evaluated, evaluate
from zerosum.jobs.preparation import absolute, cache_folder, prepare_store, report_unreadable
from zerosum.jobs.training import Outcome, resume_run, train_run

__all__ = [
    "Evaluated",
    "Outcome",
    "absolute",
    "cache_folder",
    "compare_runs",
    "evaluate",
    "prepare_store",
    "report_unreadable",
    "resume_run",
    "train_run",
]
