"""Lies in the headers of arrays, and arrays of other things than pictures."""

import gzip
import pickle
import struct
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import BytesIO

import numpy as np

from damaged.attack import Attack, Made, Random, bare
from damaged.inputs import READERS, Files, idx_bytes, npy_bytes
from damaged.rawzip import member, write_zip

__all__ = ["LIES"]


def _header(text: str, version: int = 1, *, length: int | None = None) -> bytes:
    """The beginning of a .npy file with any text for a header."""
    width = 2 if version == 1 else 4
    encoded = text.encode("utf-8")
    number = (len(encoded) if length is None else length) % (1 << 8 * width)
    return b"\x93NUMPY" + bytes((version, 0)) + number.to_bytes(width, "little") + encoded


def _described(shape: str, kind: str = "'|u1'", fortran: str = "False") -> str:
    return f"{{'descr': {kind}, 'fortran_order': {fortran}, 'shape': {shape}, }}\n"


_HEADERS: dict[str, bytes] = {
    **{
        f"shape {shape}": _header(_described(shape))
        for shape in (
            *("()", "(5,)", "(5, 8)", "(1, 1, 5, 8, 8)", "(0, 8, 8)", "(5, 0, 8)", "(5, 8, 8, 2)"),
            *(
                "(-1, 8, 8)",
                "(5, -8, -8)",
                "(True, 8, 8)",
                "(5.0, 8, 8)",
                "('5', 8, 8)",
                "5",
                "None",
            ),
            *("(1 << 3, 8, 8)", "(9223372036854775807, 8, 8)", "(4294967296, 4294967296, 1)"),
            *("(4294967296, 8, 8)", "(1000000000, 1000, 1000)", f"({'9' * 400}, 8, 8)"),
            *(f"({'1,' * 40} 8)", "(5, 8, 8)" * 2, "[5, 8, 8]", "(5, 8, 8, 3, 1)"),
        )
    },
    **{
        f"type {kind}": _header(_described("(5, 8, 8)", kind))
        for kind in (
            *("'|O'", "'>u2'", "'<f4'", "'>f8'", "'|S10'", "'<U3'", "'|b1'", "'<M8[ns]'", "'|V4'"),
            *("[('a', '|u1'), ('b', '<f4')]", "('|u1', (8, 8))", "'|u1,|O'", "'u1;x'", "'|u999'"),
            *("None", "5", "''", "[]", "[('a', [('b', '|O')])]", "{'names': ['a']}", "'<i1'"),
        )
    },
    "order 'yes'": _header(_described("(5, 8, 8)", fortran="'yes'")),
    "order of Fortran": _header(_described("(5, 8, 8)", fortran="True")),
    "keys missing": _header("{'descr': '|u1'}\n"),
    "keys twice": _header("{'descr': '|u1', 'descr': '|O', 'fortran_order': 0, 'shape': (1,)}\n"),
    "no dictionary": _header("[1, 2, 3]\n"),
    "code for a header": _header("__import__('os').system('true')\n"),
    "9,000 brackets": _header("(" * 9_000 + ")" * 900 + "\n"),
    "200,000 brackets": _header("(" * 200_000 + "\n", 2),
    "5,000 minus signs": _header("-" * 5_000 + "1\n"),
    "a long string": _header(f"'{'x' * 60_000}'\n"),
    "a NUL in the header": _header("{'descr': '|u1\0'}\n"),
    "control characters in the header": _header("{'\x1b[31mdescr': '|u1', 'shape': '\x07'}\n"),
    "a header of 4 GB": _header(_described("(5, 8, 8)"), 2, length=0xFFFFFFF0),
    "a header of no bytes": _header("", 1),
    "version 9.9": b"\x93NUMPY\x09\x09" + bytes(100),
    "half a magic": b"\x93NUM",
    "a pickle": pickle.dumps({"pictures": [1, 2, 3]}),
    "a zip file": write_zip([member("x.npy", npy_bytes(np.zeros((2, 8, 8), np.uint8)))]),
    "text": b"these are no pictures\n" * 30,
}


def _payload(content: bytes) -> bytes:
    return content + bytes(range(256)) * 20


def _npy_lie(random: Random, *, header: bytes) -> Made:
    return bare("npy", "{}/x.npy", [("x.npy", _payload(header))])


def _npz_lie(random: Random, *, header: bytes) -> Made:
    """The same as pictures, or as labels, in a .npz file whose checksums are right."""
    good = npy_bytes(random.integers(0, 256, (5, 8, 8), np.uint8))
    arrays = {"images": good, "labels": npy_bytes(np.arange(5) % 2)}
    arrays[str(random.choice(list(arrays)))] = _payload(header)
    members = [member(f"{name}.npy", content, deflate=True) for name, content in arrays.items()]
    return bare("npz", "{}/x.npz", [("x.npz", write_zip(members))])


def _objects(random: Random) -> Made:
    """An array of Python objects: a pickle that would run code if it were loaded."""
    buffer = BytesIO()
    np.save(buffer, np.array([_Trap(), 1, None], object), allow_pickle=True)
    content = buffer.getvalue()
    if random.random() < 0.5:
        return bare("npy", "{}/x.npy", [("x.npy", content)])
    return bare("npz", "{}/x.npz", [("x.npz", write_zip([member("images.npy", content)]))])


class _Trap:
    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, ...]]:
        return eval, ("(_ for _ in ()).throw(SystemError('a pickle ran code'))",)


def _labels_lie(random: Random) -> Made:
    """Labels that are none, too many, too few, or out of all bounds."""
    stack = random.integers(0, 256, (5, 8, 8), np.uint8)
    options = [
        *(
            np.array([0, 1, 0, 1]),
            np.arange(6) % 2,
            np.zeros((5, 2), int),
            np.zeros((5, 5, 5), int),
        ),
        *(np.array([0, 1, 0, 1, -1]), np.array([0, 1, 2, 3, 1 << 62]), np.array([0.5] * 5)),
        *(np.array([0, 1, 0, 1, np.nan]), np.array(["cat", "dog"] * 2 + ["\x1b[2J"]), np.array(3)),
        *(
            np.array([], int),
            np.full(5, (1 << 64) - 1, np.uint64),
            np.array([True, False] * 2 + [True]),
        ),
        *(np.full(5, 999_999), np.array([7, 9, 7, 9, 7]), np.full(5, 3), np.arange(5.0) + 0j),
    ]
    index = int(random.integers(len(options)))
    labels = options[index]
    arrays = {"images": stack, "labels": labels}
    members = [member(f"{name}.npy", npy_bytes(array)) for name, array in arrays.items()]
    what = f"{labels.dtype} {labels.tolist()!a}"[:80]
    return bare("npz", "{}/x.npz", [("x.npz", write_zip(members))], what)


_SIDES = (0, 1, 2, 255, 65_535, 65_536, (1 << 31) - 1, 1 << 31, (1 << 32) - 1)


def _idx_lie(random: Random, *, packed: bool = False) -> Made:
    """Other types and ranks, and sizes whose product overflows 64 bits."""
    rank = int(random.choice([0, 1, 2, 3, 3, 3, 4, 4, 5, 8, 255]))
    kind = int(random.choice([8, 8, 8, 8, 9, 0x0B, 0x0C, 0x0D, 0x0E, 0, 255]))
    sizes = [int(random.choice(_SIDES)) for _ in range(rank)]
    if random.random() < 0.2:
        rank, sizes = 4, [65_536] * 4  # their product is 2 ** 64, which is 0 in 64 bits
    head = bytes((0, 0, kind, rank)) + b"".join(struct.pack(">I", size) for size in sizes)
    content = head + random.bytes(int(random.choice([0, 1, 100, 4000])))
    name = "train-images-idx3-ubyte" + (".gz" if packed else "")
    data = gzip.compress(content, mtime=0) if packed else content
    return bare("idx", f"{{}}/{name}", [(name, data)], f"type {kind}, sizes {sizes[:5]}")


def _idx_labels_lie(random: Random) -> Made:
    """A file of labels beside the pictures that is of another rank or length, or a folder."""
    good = READERS["idx"](random)
    options: list[Files] = [
        [("train-labels-idx1-ubyte/x", b"")],
        [("train-labels-idx1-ubyte", b"")],
        [("train-labels-idx1-ubyte", idx_bytes(np.zeros((2, 2, 2), np.uint8)))],
        [("train-labels-idx1-ubyte", idx_bytes(np.zeros(3000, np.uint8)))],
        [("train-labels-idx1-ubyte", b"\0\0\x08\x01\xff\xff\xff\xff")],
    ]
    chosen = options[int(random.integers(len(options)))]
    return bare("idx", good.spec, [good.members[0], *chosen], str(chosen[0][0]))


def _usps_lie(random: Random) -> Made:
    """Numbers that are none, or beyond all bounds, in text whose checksum is right."""
    good = READERS["usps"](random)
    name, text = good.members[0]
    word = random.choice([b"nan", b"inf", b"1e400", b"-7", b"", b"x", b"\xff", b"0x1p3", b"1_0"])
    lines = text.split(b"\n")
    parts = lines[0].split(b" ")
    place = int(random.integers(len(parts)))
    parts[place] = word if place == 0 else b"%d:%s" % (place, word)
    lines[0] = b" ".join(parts)
    members = [(name, b"\n".join(lines)), *good.members[1:]]
    return Made(replace(good, members=members), f"{word!r} as word {place}")


LIES: dict[str, Attack] = {
    **{f"npy: {n}": Attack("npy", partial(_npy_lie, header=h)) for n, h in _HEADERS.items()},
    **{f"npz: {n}": Attack("npz", partial(_npz_lie, header=h)) for n, h in _HEADERS.items()},
    **{f"objects {i}": Attack("npy" if i % 2 else "npz", _objects) for i in range(2)},
    **{f"labels {i}": Attack("npz", _labels_lie) for i in range(12)},
    **{f"idx sizes {i}": Attack("idx", _idx_lie) for i in range(16)},
    **{f"idx.gz sizes {i}": Attack("idx.gz", partial(_idx_lie, packed=True)) for i in range(4)},
    **{f"idx labels {i}": Attack("idx", _idx_labels_lie) for i in range(5)},
    **{f"usps words {i}": Attack("usps", _usps_lie) for i in range(8)},
}
"""By name."""
