"""Whole jobs, for command line and API: train, evaluate, compare, translate, classify..."""

from zerosum.jobs.classification import Classified, classify
from zerosum.jobs.comparison import compare_runs
from zerosum.jobs.evaluation import Evaluated, evaluate
from zerosum.jobs.preparation import (
    cache_folder,
    load_run,
    prepare_pictures,
    with_classes,
)
from zerosum.jobs.projection import Projected, project
from zerosum.jobs.training import Outcome, resume_run, train_run
from zerosum.jobs.translation import Translated, translate

__all__ = [
    "Classified",
    "Evaluated",
    "Outcome",
    "Projected",
    "Translated",
    "cache_folder",
    "classify",
    "compare_runs",
    "evaluate",
    "load_run",
    "prepare_pictures",
    "project",
    "resume_run",
    "train_run",
    "translate",
    "with_classes",
]
