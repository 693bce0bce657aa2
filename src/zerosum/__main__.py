"""``python -m zerosum`` is the command line: ``torchrun -m zerosum train ...``."""

from zerosum.cli import main

main()
