"""Every kind of picture file comes out right, or is named with the reason."""

import re
import struct
import sys
import warnings
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

from zerosum.data.fitting import convert
from zerosum.data.sources import UnreadableError
from zerosum.data.sources.decoding import IMAGE_SUFFIXES, decode, is_image_name

SUFFIXES = {
    **{"PNG": "png", "JPEG": "jpg", "MPO": "mpo", "WEBP": "webp", "GIF": "gif", "TIFF": "tif"},
    **{"BMP": "bmp", "DIB": "dib", "PPM": "ppm", "TGA": "tga", "QOI": "qoi", "AVIF": "avif"},
    **{"JPEG2000": "jp2", "HEIF": "heic"},
}
TURNABLE = ("PNG", "JPEG", "MPO", "WEBP", "TIFF", "AVIF", "HEIF")
INVERSES = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def quarters(width: int = 64, height: int = 48) -> Image.Image:
    """Four colours, one in each corner."""
    picture = Image.new("RGB", (width, height), (230, 30, 30))
    picture.paste((30, 200, 30), (width // 2, 0, width, height // 2))
    picture.paste((30, 30, 230), (0, height // 2, width // 2, height))
    picture.paste((240, 240, 240), (width // 2, height // 2, width, height))
    return picture


def encode(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(picture).save(buffer, quality=90, **options)
    else:
        picture.save(buffer, format=kind, **options)
    return buffer.getvalue()


def apart(first: Image.Image, second: Image.Image) -> float:
    """The mean difference of two pictures, in levels of 255."""
    a, b = (np.asarray(each.convert("RGB"), dtype=float) for each in (first, second))
    return float(np.abs(a - b).mean()) if a.shape == b.shape else 255.0


# formats


@pytest.mark.parametrize("kind", SUFFIXES)
def test_every_format_is_read_by_its_suffix(kind: str) -> None:
    name = f"a.{SUFFIXES[kind]}"
    assert is_image_name(name)
    assert apart(decode(encode(quarters(), kind), name), quarters()) < 12


def test_the_suffixes_of_phones_and_cameras_are_known() -> None:
    wanted = ".heic .HEIF .hif .avif .jp2 .j2k .tga .qoi .jpe .dib .apng .JPG .webp"
    assert all(is_image_name(f"1{suffix}") for suffix in wanted.split())
    assert not {".eps", ".ps", ".pdf", ".svg", ".txt", ".gz"} & IMAGE_SUFFIXES


@pytest.mark.parametrize("kind", ["EPS", "PDF", "ICO", "PCX", "SGI", "DDS", "SPIDER"])
def test_formats_that_nobody_asked_for_are_never_tried(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def started(*arguments: object, **keywords: object) -> None:
        pytest.fail("Ghostscript was started")

    monkeypatch.setattr("PIL.EpsImagePlugin.Ghostscript", started)
    content = encode(quarters().convert("F" if kind == "SPIDER" else "RGB"), kind)
    for suffix in ("png", "jpg", "dib"):
        with pytest.raises(UnreadableError, match=r"not a picture in a known format|truncated"):
            decode(content, f"x.{suffix}")


def test_a_suffix_that_lies_is_no_matter_where_the_first_bytes_tell() -> None:
    for kind in ("PNG", "WEBP", "AVIF", "HEIF", "JPEG2000"):
        assert decode(encode(quarters(), kind), "a.jpg").size == (64, 48)


@pytest.mark.parametrize("frames", ["GIF", "TIFF", "PNG", "WEBP", "MPO", "AVIF"])
def test_of_many_frames_it_is_the_first(frames: str) -> None:
    others = [Image.new("RGB", (64, 48), colour) for colour in ("black", "white")]
    content = encode(quarters(), frames, save_all=True, append_images=others)
    assert apart(decode(content, f"a.{SUFFIXES[frames]}"), quarters()) < 12


def test_what_is_not_installed_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    heic, avif = encode(quarters(), "HEIF"), encode(quarters(), "AVIF")
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(UnreadableError, match=r"pip install 'pillow-heif>"):
        decode(heic, "a.heic")
    monkeypatch.delitem(Image.OPEN, "AVIF")
    with pytest.raises(UnreadableError, match="AVIF picture that cannot be read by Pillow"):
        decode(avif, "a.avif")


def test_heic_registers_nothing_with_pillow() -> None:
    decode(encode(quarters(), "HEIF"), "a.heic")
    assert "HEIF" not in Image.OPEN


# upright


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", [*TURNABLE, "TIFF lzw"])
def test_pictures_are_turned_upright_once(kind: str, orientation: int) -> None:
    turn = INVERSES.get(orientation)
    stored = quarters() if turn is None else quarters().transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, Any] = {"exif": exif.tobytes()}
    if kind == "TIFF lzw":
        options["compression"] = "tiff_lzw"
    upright = decode(encode(stored, kind.split()[0], **options), "a")
    assert apart(upright, quarters()) < 12
    assert upright.getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize("exif", [b"", b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"garbage"])
def test_metadata_that_cannot_be_read_say_nothing(exif: bytes) -> None:
    content = encode(quarters(), "JPEG", exif=exif)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert apart(decode(content, "a.jpg"), quarters()) < 12


def test_a_warning_that_was_made_an_error_names_the_picture() -> None:
    entry = struct.pack("<HHII", 0x010F, 2, 1000, 5000)
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 1) + entry + bytes(4)
    content = encode(quarters(), "JPEG", exif=exif)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert apart(decode(content, "a.jpg"), quarters()) < 12
    said = str(seen[0].message)
    with pytest.raises(UnreadableError, match=re.escape(f"a.jpg: broken or truncated ({said}")):
        decode(content, "a.jpg")


def test_only_colours_are_left_of_the_metadata() -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    picture = decode(encode(quarters(), "JPEG", exif=exif, comment=b"words"), "a.jpg")
    assert picture.info == {}


# large ones


@pytest.mark.parametrize("kind", sorted(SUFFIXES.keys() - {"WEBP"}))
def test_the_limit_is_ours_alone(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content = encode(quarters(), kind)
    name = f"a.{SUFFIXES[kind]}"
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)  # Pillow would refuse, and warn before
    assert decode(content, name, pixel_limit=64 * 48).size == (64, 48)
    with pytest.raises(UnreadableError, match=r"at most 3071 pixels .* 48x64 .*--pixel-limit"):
        decode(content, name, pixel_limit=64 * 48 - 1)


def test_what_pillow_refuses_itself_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise Image.DecompressionBombError("too large for Pillow")

    monkeypatch.setitem(Image.OPEN, "PNG", (refuse, Image.OPEN["PNG"][1]))
    with pytest.raises(UnreadableError, match=r"a decompression bomb \(too large for Pillow\)"):
        decode(encode(quarters(), "PNG"), "a.png")


# depths and modes, as files of them are made by others


def tiff(
    samples: NDArray[Any],
    *,
    photometric: int,
    bits: int | None = None,
    kind: int = 1,
    extra: int | None = None,
) -> bytes:
    """A TIFF of one strip, in the byte order of the samples: shape (h, w) or (h, w, c)."""
    order = ">" if samples.dtype.byteorder == ">" else "<"
    height, width = samples.shape[:2]
    channels = samples.shape[2] if samples.ndim == 3 else 1
    bits = bits or samples.dtype.itemsize * 8
    content = samples.tobytes()
    if bits == 12:  # two samples in three bytes
        pairs = samples.reshape(-1, 2).astype(np.uint32)
        packed = (pairs[:, 0] << 12) | pairs[:, 1]
        content = b"".join(int(each).to_bytes(3, "big") for each in packed)
    tags = {256: width, 257: height, 258: bits, 259: 1, 262: photometric, 273: 0}
    tags |= {277: channels, 278: height, 279: len(content), 339: kind}
    if extra is not None:
        tags[338] = extra
    repeated = {258: channels, 339: channels}
    behind, start = b"", 8 + 2 + 12 * len(tags) + 4
    entries = b""
    for tag in sorted(tags):
        count = repeated.get(tag, 1)
        if tag == 273:
            tags[tag] = start + 2 * 2 * channels * (channels > 2)
        values = struct.pack(
            f"{order}{count}{'I' if tag in (273, 279) else 'H'}", *count * [tags[tag]]
        )
        if len(values) > 4:
            place, behind = start + len(behind), behind + values
            values = struct.pack(f"{order}I", place)
        kind_of_tag = 4 if tag in (273, 279) else 3
        entries += struct.pack(f"{order}HHI", tag, kind_of_tag, count) + values.ljust(4, b"\0")
    head = b"MM\0*\0\0\0\x08" if order == ">" else b"II*\0\x08\0\0\0"
    return head + struct.pack(f"{order}H", len(tags)) + entries + bytes(4) + behind + content


def png(samples: NDArray[Any], *, depth: int, key: tuple[int, ...] | None = None) -> bytes:
    """A PNG of grey (h, w) or colour (h, w, 3), perhaps with a colour that is transparent."""
    height, width = samples.shape[:2]
    colour = 2 if samples.ndim == 3 else 0
    rows = samples.reshape(height, -1)
    if depth == 16:
        packed = rows.astype(">u2").view(np.uint8)
    elif depth == 8:
        packed = rows.astype(np.uint8)
    else:
        places = np.arange(depth - 1, -1, -1)
        packed = np.packbits((rows[..., None] >> places & 1).reshape(height, -1), axis=1)
    lines = b"".join(b"\0" + row.tobytes() for row in packed)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))]
    if key is not None:
        chunks.append((b"tRNS", struct.pack(f">{len(key)}H", *key)))
    chunks += [(b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
    written = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


def grey(picture: Image.Image) -> NDArray[np.uint8]:
    return np.asarray(convert(picture, channels=1, background=(0, 0, 0)))


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 12, 16])
@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_grey_of_every_depth_keeps_its_shades(depth: int, inverted: bool, order: str) -> None:
    """From black to white, whatever the bits, the byte order, and which end is black."""
    white = (1 << depth) - 1
    values = np.linspace(0, white, 64).round().astype(f"{order}u2").reshape(4, 16)
    shades = (values.astype(float) * 255 / white).round()
    files = {"png": png(values, depth=depth)} if depth != 12 and not inverted else {}
    if depth == 8:
        files["tif"] = tiff(values.astype(np.uint8), photometric=1 - inverted)
    elif depth > 8:
        files["tif"] = tiff(values, photometric=1 - inverted, bits=depth)
    if depth == 16 and not inverted:
        files["pgm"] = b"P5 16 4 65535\n" + values.astype(">u2").tobytes()
    for suffix, content in files.items():
        try:
            found = grey(decode(content, f"a.{suffix}")).astype(float)
        except UnreadableError:  # Pillow reads neither 12 bits nor big-endian 16 in all orders
            assert depth == 12 or (inverted and order == ">")
            continue
        expected = 255 - shades if inverted and suffix == "tif" else shades
        assert np.abs(found - expected).max() <= 1, suffix


def test_twelve_bits_are_read() -> None:
    values = np.array([[0, 4095], [2048, 16]], np.uint16)
    found = grey(decode(tiff(values, photometric=1, bits=12), "a.tif"))
    assert found.tolist() == [[0, 255], [128, 1]]


@pytest.mark.parametrize("order", ["<", ">"])
def test_colours_of_sixteen_bits_keep_their_shades(order: str) -> None:
    values = np.random.default_rng(0).integers(0, 65536, (6, 5, 3)).astype(f"{order}u2")
    for content in (tiff(values, photometric=2), png(values, depth=16)):
        found = np.asarray(decode(content, "a"), dtype=float)
        assert np.abs(found - values.astype(float) / 257).max() <= 1


@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<u4", "<i4", ">i4", "<i2", ">i2"])
@pytest.mark.parametrize("photometric", [0, 1])
def test_numbers_without_a_range_are_named(dtype: str, photometric: int) -> None:
    samples = np.ones((4, 4), dtype)
    kind = {"f": 3, "u": 1, "i": 2}[dtype[1]]
    with pytest.raises(UnreadableError, match=r"have no range|not a picture"):
        decode(tiff(samples, photometric=photometric, kind=kind), "a.tif")


def test_a_float_picture_of_pfm_is_named() -> None:
    with pytest.raises(UnreadableError, match="have no range"):
        decode(encode(Image.new("F", (4, 4)), "PPM"), "a.ppm")


@settings(max_examples=60, deadline=None)
@given(depth=st.sampled_from([1, 2, 4, 8, 16]), data=st.data())
def test_the_transparent_shade_is_that_of_the_key_and_no_other(
    depth: int, data: st.DataObject
) -> None:
    white = (1 << depth) - 1
    values = np.linspace(0, white, min(white + 1, 64)).round().astype(int)[np.newaxis]
    key = data.draw(st.sampled_from(values[0].tolist()))
    unused = 65535 >> depth if depth > 1 else 0  # bits that do not count
    ignored = data.draw(st.integers(0, unused)) << depth
    picture = decode(png(values, depth=depth, key=(key | ignored,)), "a.png")
    shown = np.asarray(convert(picture, channels=4, background=(0, 0, 0)))
    assert np.array_equal(shown[..., 3] == 0, values == key)


@pytest.mark.parametrize("depth", [8, 16])
def test_the_transparent_colour_is_that_of_the_key(depth: int) -> None:
    values = np.random.default_rng(0).integers(0, 1 << depth, (4, 4, 3))
    picture = decode(png(values, depth=depth, key=tuple(values[1, 2].tolist())), "a.png")
    alpha = np.asarray(convert(picture, channels=4, background=(0, 0, 0)))[..., 3]
    assert np.argwhere(alpha == 0).tolist() == [[1, 2]]


@pytest.mark.parametrize(("extra", "premultiplied"), [(0, False), (1, True), (2, False)])
def test_a_fourth_channel_of_tiff_is_what_it_says(extra: int, premultiplied: bool) -> None:
    pixel = np.array([100, 50, 20, 200], np.uint8)
    shown = decode(tiff(np.tile(pixel, (4, 4, 1)), photometric=2, extra=extra), "a.tif")
    assert shown.has_transparency_data == (extra > 0)
    found = np.asarray(convert(shown, channels=4 if extra else 3, background=(0, 0, 0)))[0, 0]
    factor = 255 / 200 if premultiplied else 1
    assert np.abs(found[:3] - pixel[:3] * factor).max() <= 1


def test_lab_is_what_it_was_before() -> None:
    spaces = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    lab = ImageCms.buildTransform(*spaces, "RGB", "LAB").apply(quarters())
    lab.info.clear()
    found = decode(encode(lab, "TIFF"), "a.tif")
    assert found.mode == "LAB"
    for channels in (1, 3):
        picture = convert(found, channels=channels, background=(0, 0, 0))
        assert apart(picture, quarters().convert(picture.mode)) < 4


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_ink_is_not_taken_for_light(kind: str) -> None:
    """Files of Adobe's programs keep CMYK the other way round."""
    ink = quarters().convert("CMYK")
    assert apart(decode(encode(ink, kind), "a"), ink) < 8


# whatever comes


@pytest.fixture(scope="module")
def whole() -> list[tuple[str, bytes]]:
    """A small file of every format."""
    picture = quarters(24, 16)
    files = [(f"a.{suffix}", encode(picture, kind)) for kind, suffix in SUFFIXES.items()]
    values = np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000
    return [
        *files,
        ("b.tif", tiff(values, photometric=1)),
        ("b.png", png(values, depth=16, key=(7,))),
        ("c.tif", encode(picture, "TIFF", compression="tiff_lzw")),
        ("c.png", encode(picture.convert("P"), "PNG", transparency=3)),
        ("c.jpg", encode(picture.convert("CMYK"), "JPEG", progressive=True)),
    ]


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_damaged_files_are_named_or_come_out_in_a_mode_that_converts(
    whole: list[tuple[str, bytes]], data: st.DataObject
) -> None:
    name, content = data.draw(st.sampled_from(whole))
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.just(len(damaged)), st.integers(1, len(damaged))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            picture = decode(bytes(damaged[:cut]), name, pixel_limit=1 << 16)
        except UnreadableError:
            return
        assert picture.width * picture.height <= 1 << 16
        assert convert(picture, channels=3, background=(0, 0, 0)).mode == "RGB"


def test_two_bytes_or_fewer_are_named() -> None:
    for content in (b"", b"P", b"\xff", b"BM", b"\x89P", b"ft"):
        for suffix in IMAGE_SUFFIXES:
            with pytest.raises(UnreadableError):
                decode(content, f"a{suffix}")
