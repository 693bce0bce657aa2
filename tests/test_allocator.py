"""A second block of memory takes the pages that the first has left."""

import platform
import subprocess
import sys

import pytest

PAGES = 10_000

# The C library's own calls: between two tensors PyTorch may take a small block that lives on and
# lies where the large one was.
FAULTS = f"""
import ctypes, resource, sys
from zerosum.allocator import keep_freed_memory

if sys.argv[1] == "keep":
    assert keep_freed_memory()

library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.free.argtypes = [ctypes.c_void_p]
library.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
SIZE = {PAGES} * resource.getpagesize()

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    block = library.malloc(SIZE)
    library.memset(block, 1, SIZE)
    library.free(block)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

faults()
print(faults())
"""


def page_faults(how: str) -> int:
    command = [sys.executable, "-c", FAULTS, how]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a setting of glibc")
def test_the_second_block_faults_hardly_a_page() -> None:
    assert page_faults("keep") < 0.1 * page_faults("as it is")
