"""Whole jobs, for command line and API: train, evaluate, compare, translate, classify..."""

from zerosum.jobs.classification import Classified, classify
from zerosum.jobs.comparison import compare_runs
from zerosum.jobs.evaluation import Evaluated, evaluate
from zerosum.jobs.projection import Projected, ProjectOptions, project
from zerosum.jobs.training import Outcome, resume_run, train_run
from zerosum.jobs.translation import Translated, TranslateOptions, translate

__all__ = [
    "Classified",
    "Evaluated",
    "Outcome",
    "ProjectOptions",
    "Projected",
    "TranslateOptions",
    "Translated",
    "classify",
    "compare_runs",
    "evaluate",
    "project",
    "resume_run",
    "train_run",
    "translate",
]
