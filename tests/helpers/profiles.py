"""Colour profiles (ICC) made up for tests: what they say is known."""

import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

RED, GREEN, BLUE = (0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7139)
"""The colourants of sRGB, adapted to the connection space's white."""

_WHITE = (0.9642, 1.0, 0.8249)


def rgb_profile(
    red: tuple[float, ...], green: tuple[float, ...], blue: tuple[float, ...]
) -> bytes:
    """A profile of three colourants, with the tone curve of sRGB."""
    curve = _curve(_srgb_curve())
    tags = {
        b"wtpt": _xyz(_WHITE),
        b"rXYZ": _xyz(red),
        b"gXYZ": _xyz(green),
        b"bXYZ": _xyz(blue),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    return _profile(b"RGB ", tags)


def grey_profile(gamma: float) -> bytes:
    """Grey whose light is the number to the power of gamma."""
    curve = np.linspace(0, 1, 1024) ** gamma
    return _profile(b"GRAY", {b"wtpt": _xyz(_WHITE), b"kTRC": _curve(curve)})


def cmyk_profile() -> bytes:
    """Inks that are ideal: each takes its own part of the light away, in the numbers of sRGB."""
    corners = np.stack(np.meshgrid(*4 * [[0.0, 1.0]], indexing="ij"), axis=-1).reshape(-1, 4)
    rgb = (1 - corners[:, :3]) * (1 - corners[:, 3:])
    picture = Image.fromarray((rgb[np.newaxis] * 255).astype(np.uint8))
    spaces = (ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"))
    lab = np.asarray(ImageCms.buildTransform(*spaces, "RGB", "LAB").apply(picture))
    lab = lab ^ np.array([0, 128, 128], np.uint8)  # Pillow hands a and b over with signs
    identity = bytes(range(256))
    numbers = struct.pack(">9i", *(65536 * (place % 4 == 0) for place in range(9)))
    table = (
        b"mft1\0\0\0\0"
        + bytes([4, 3, 2, 0])
        + numbers
        + 4 * identity
        + lab.tobytes()
        + 3 * identity
    )
    return _profile(b"CMYK", {b"wtpt": _xyz(_WHITE), b"A2B0": table}, space=b"Lab ")


def _srgb_curve() -> NDArray[np.float64]:
    value = np.linspace(0, 1, 1024)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def _curve(values: NDArray[np.float64]) -> bytes:
    numbers = (values * 65535).round().astype(">u2").tobytes()
    return b"curv\0\0\0\0" + struct.pack(">I", len(values)) + numbers


def _profile(colours: bytes, tags: dict[bytes, bytes], *, space: bytes = b"XYZ ") -> bytes:
    place = 132 + 12 * len(tags)
    table, content = struct.pack(">I", len(tags)), b""
    for name, tag in tags.items():
        table += name + struct.pack(">II", place + len(content), len(tag))
        content += tag + bytes(-len(tag) % 4)
    kind = b"prtr" if colours == b"CMYK" else b"mntr"
    header = struct.pack(
        ">I4sI4s4s4s", place + len(content), b"none", 0x02100000, kind, colours, space
    )
    header += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28) + _xyz(_WHITE)[8:]
    return header.ljust(128, b"\0") + table + content


SRGB = rgb_profile(RED, GREEN, BLUE)
SWAPPED = rgb_profile(GREEN, BLUE, RED)
"""Numbers mean (blue, red, green): the first is how much green there is, and so on."""
