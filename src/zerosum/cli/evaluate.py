"""``zerosum evaluate RUN|SOURCE``: score pictures against real ones."""

from typing import Annotated

import tyro

from zerosum.cli.command import Command
from zerosum.cli.output import print_json
from zerosum.config import METRICS, EvaluateConfig

__all__ = ["complete", "run"]

_DEFAULTS = EvaluateConfig()


def _evaluate(
    subject: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="RUN|SOURCE")],
    options: Annotated[EvaluateConfig, tyro.conf.arg(name="")] = _DEFAULTS,
    *,
    json: bool = False,
) -> None:
    """Evaluate and report.

    Args:
        subject: A run folder, or a source of pictures.
        options: How.
        json: Print the scores with their protocol as JSON, and nothing else.
    """
    from zerosum.cli.scores import report_scores
    from zerosum.jobs.evaluation import evaluate

    evaluated = evaluate(subject, options, quiet=json)
    if json:
        print_json(evaluated.scores.to_json())
    else:
        report_scores(evaluated)


COMMAND = Command(
    name="zerosum evaluate",
    function=_evaluate,
    text="""\
Score the pictures of a run, or of any source, against real ones.

Every score comes with its standard error and its whole protocol, and is appended to the run's
scores.jsonl. Only scores of one protocol may be compared: `zerosum compare RUN RUN` sees to it.
FID, KID and IS are names of scores by the Inception network alone; by another network they are
called FD-digits, KD-digits, IS-digits.""",
    examples="""\
zerosum evaluate runs/dcgan-digits --metrics frechet,kid,prdc
zerosum evaluate runs/dcgan-digits --metrics memorisation --picture near.png
zerosum evaluate made/ --against photos/ --features pixels
zerosum evaluate mnist --split test --against mnist  # real pictures
zerosum evaluate runs/dann --baseline runs/source-only --picture seen.png""",
    lists={"metrics": dict(METRICS)},
    usual=(
        *("metrics", "against", "features", "count", "checkpoint", "split", "picture"),
        *("json", "device"),
    ),
)
run, complete = COMMAND.run, COMMAND.complete
