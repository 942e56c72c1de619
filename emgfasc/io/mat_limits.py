"""Whether a MATLAB file holds what it claims, before a library believes it.

Layout: The MathWorks, "MAT-File Format": version 5 has a header of 128 bytes and tagged elements,
version 4 has a header of five integers before each matrix.
"""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path

from emgfasc.io.packed_limits import largest_growth

__all__ = ["hold_mat_sizes"]

_HEADER = 128
_MATRIX, _COMPRESSED = 14, 15
_INT32 = 5
# scipy looks types and classes up in tables without asking whether they are in them.
_KINDS = {*range(1, 8), 9, *range(12, 19)}
_CLASSES = range(1, 19)
_DEEPEST = 32
_LARGEST_TYPE = 5000  # version 4: thousands tell the byte order, tens the type of number
_LARGEST_EMPTY = 1 << 16  # scipy makes room for the columns of a matrix without rows
_VERSION_4_BYTES = {0: 8, 1: 4, 2: 4, 3: 2, 4: 2, 5: 1}


def hold_mat_sizes(path: Path) -> None:
    """Raise unless every matrix and every element lies within what holds it.

    Raises
    ------
    ValueError
        When one claims more bytes or more values than there are. What is of neither version is
        left to the library.
    """
    stored = path.read_bytes()
    if 0 in stored[:4]:  # version 5 begins with text
        _hold_version_4(stored)
        return
    mark = stored[126:128]
    if mark not in (b"IM", b"MI"):
        return
    order = "<" if mark == b"IM" else ">"
    allowance = largest_growth(len(stored))
    at = _HEADER
    while at + 8 <= len(stored):
        kind, size = struct.unpack_from(f"{order}2I", stored, at)
        if size > len(stored) - at - 8:
            raise ValueError(f"it is cut short: an element of {size} bytes is not all there")
        body = memoryview(stored)[at + 8 : at + 8 + size]
        if kind == _COMPRESSED:
            inflated = _inflated(body, allowance)
            allowance -= len(inflated)
            _hold(memoryview(inflated), order, 0)
        elif kind == _MATRIX:
            _hold_matrix(body, order, 0)
        at += 8 + size


def _hold_version_4(stored: bytes) -> None:
    """Check the matrices of a version 4 file."""
    order = "<" if int.from_bytes(stored[:4], "little") < _LARGEST_TYPE else ">"
    at = 0
    while at + 20 <= len(stored):
        kind, rows, columns, imaginary, name = struct.unpack_from(f"{order}5i", stored, at)
        if not (0 <= kind < _LARGEST_TYPE and min(rows, columns, name) >= 0):
            raise ValueError("it is no MATLAB file, or a damaged one")
        item = _VERSION_4_BYTES.get(kind // 10 % 10, 8)
        size = name + rows * columns * item * (2 if imaginary else 1)
        at += 20
        empty = rows * columns == 0 and max(rows, columns) > _LARGEST_EMPTY
        if empty or size > len(stored) - at:
            raise ValueError(f"a matrix claims to be {rows} x {columns} and is not all there")
        at += size


def _inflated(body: memoryview, allowance: int) -> bytes:
    """Unpack an element, up to a limit."""
    packer = zlib.decompressobj()
    try:
        inflated = packer.decompress(body, max(allowance, 1))
    except zlib.error as error:
        raise ValueError(f"a packed element is damaged ({error})") from error
    if packer.unconsumed_tail:
        raise ValueError("its packed elements grow beyond all measure")
    return inflated


def _hold(body: memoryview, order: str, depth: int) -> None:
    """Check the elements in a stretch of bytes."""
    if depth > _DEEPEST:
        raise ValueError("its elements are nested too deeply")
    at = 0
    while at + 8 <= len(body):
        kind, size, first = _tag(body, at, order)
        if kind not in _KINDS:
            raise ValueError(f"an element is of type {kind}, which there is not")
        if size > len(body) - first:
            raise ValueError(f"an element claims {size} bytes where {len(body) - first} are left")
        if kind == _MATRIX:
            _hold_matrix(body[first : first + size], order, depth + 1)
        # Elements begin at multiples of 8, the short form being exactly 8 bytes long.
        at = at + 8 if first == at + 4 else first + -(-size // 8) * 8


def _hold_matrix(body: memoryview, order: str, depth: int) -> None:
    """Check one matrix: flags, then dimensions, then its parts."""
    if len(body) >= 24:
        (flags,) = struct.unpack_from(f"{order}I", body, 8)
        if flags & 0xFF not in _CLASSES:
            raise ValueError(f"a matrix is of class {flags & 0xFF}, which there is not")
        kind, size, first = _tag(body, 16, order)
        if kind == _INT32 and size <= len(body) - first:
            dims = struct.unpack_from(f"{order}{size // 4}i", body, first)
            if any(n < 0 for n in dims) or math.prod(dims) > len(body):
                raise ValueError(f"a matrix of {len(body)} bytes claims to be {dims}")
    _hold(body, order, depth)


def _tag(body: memoryview, at: int, order: str) -> tuple[int, int, int]:
    """Return type, size and first byte of an element."""
    kind, size = struct.unpack_from(f"{order}2I", body, at)
    if kind >> 16:  # the short form: size and type in one word, data in the other
        return kind & 0xFFFF, kind >> 16, at + 4
    return kind, size, at + 8
