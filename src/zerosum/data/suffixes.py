"""By the ends of their names: which files are taken for pictures, archives and arrays."""

__all__ = ["ARRAY_SUFFIXES", "IMAGE_SUFFIXES", "TAR_SUFFIXES", "is_image_name"]

IMAGE_SUFFIXES = frozenset(
    f".{suffix}"
    for suffix in (
        *("apng", "avif", "bmp", "dib", "gif", "heic", "heif", "hif", "j2k", "jfif", "jp2"),
        *("jpe", "jpeg", "jpg", "jpx", "mpo", "pbm", "pgm", "png", "pnm", "ppm", "qoi", "tga"),
        *("tif", "tiff", "webp"),
    )
)
"""Files that are taken for images; what is inside them shows when they are read."""

TAR_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
"""How tar files end; whether and how one is compressed, its first bytes say."""
ARRAY_SUFFIXES = (".npy", ".npz")


def is_image_name(path: str) -> bool:
    """Whether a file's suffix is that of an image.

    Example:
        >>> is_image_name("cats/1.JPG"), is_image_name("notes.txt")
        (True, False)
    """
    # Not by way of pathlib, which interns the names: a million of them would stay in a table.
    return f".{path.rpartition('.')[2].lower()}" in IMAGE_SUFFIXES
