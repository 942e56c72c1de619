"""Whether the parameters of a C3D file hold together, before a library in C++ believes them.

Layout: "The C3D File Format User Guide" (2008), sections on the header and the parameters.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path

__all__ = ["hold_c3d_sizes"]

_BLOCK = 512
_ORDERS = {84: "<", 85: "<", 86: ">"}  # Intel, DEC, MIPS
_ITEM_BYTES = {-1: 1, 1: 1, 2: 2, 4: 4}  # text, byte, 16-bit integer, float
_TEXT = -1
_MOST_DIMENSIONS = 7
# Parameter -> its types, and whether it has a value for each analogue channel.
_NEEDED = {
    ("POINT", "USED"): ((2,), False),
    ("POINT", "SCALE"): ((4,), False),
    ("POINT", "RATE"): ((4,), False),
    ("ANALOG", "USED"): ((2,), False),
    ("ANALOG", "GEN_SCALE"): ((4,), False),
    ("ANALOG", "RATE"): ((4,), False),
    ("ANALOG", "SCALE"): ((4,), True),
    ("ANALOG", "OFFSET"): ((2, 4), True),
}


@dataclass(frozen=True)
class _Record:
    """A group (negative number) or a parameter of one."""

    name: str
    group: int
    kind: int
    n_items: int
    first: int


@dataclass(frozen=True)
class _Body:
    """What stands behind a record's name."""

    kind: int
    n_items: int
    first: int
    n_bytes: int


def hold_c3d_sizes(path: Path) -> None:
    """Raise unless parameters lie within their section and samples within the file.

    Raises
    ------
    ValueError
        When a record or the samples claim more than there is.
    """
    stored = path.read_bytes()
    first = (stored[0] - 1) * _BLOCK
    if first < _BLOCK or first + 4 > len(stored):
        raise ValueError("its parameters lie outside the file")
    order = _ORDERS.get(stored[first + 3])
    if order is None:
        raise ValueError(f"its processor type {stored[first + 3]} is not known")
    section = stored[: first + max(stored[first + 2], 1) * _BLOCK]
    n_analogue = _hold_samples(stored, order)
    records: list[_Record] = []
    at: int | None = first + 4
    while at is not None:
        at = _record(section, at, order, records)
    _hold_needed(records, section, order, n_analogue)


def _hold_samples(stored: bytes, order: str) -> int:
    """Hold that the file is as long as its frames, which ezc3d would fill up with zeros.

    Return the analogue samples per frame.

    Words of the header: 2 markers, 3 analogue samples per frame, 4 and 5 first and last frame,
    7-8 scale (negative: floats), 9 first block of data.
    """
    points, analogue, first, last, scale, block = struct.unpack_from(
        f"{order}2x4H2xfH", stored.ljust(18, b"\0")
    )
    if last < first or block < 1:
        raise ValueError("its header counts no frame")
    needed = (last - first + 1) * (4 * points + analogue) * (4 if scale < 0 else 2)
    held = len(stored) - (block - 1) * _BLOCK
    if held < needed:
        raise ValueError(f"it is cut short: it holds {held} of {needed} bytes of data")
    return int(analogue)


def _record(section: bytes, at: int, order: str, records: list[_Record]) -> int | None:
    """Note a group or parameter; return where the next one is, ``None`` after the last."""
    if at + 2 > len(section):
        raise ValueError("its parameters do not end")
    length, group = struct.unpack_from("2b", section, at)
    if length == 0 or group == 0:
        return None
    pointer = at + 2 + abs(length)
    if pointer + 2 > len(section):
        raise ValueError("a parameter's name does not end")
    (offset,) = struct.unpack_from(f"{order}H", section, pointer)
    name = section[at + 2 : pointer].decode("latin-1").upper()
    body = _body(section, pointer + 2, group > 0)
    needed = 2 + body.n_bytes
    if pointer + max(needed, offset) > len(section) or 0 < offset < needed:
        raise ValueError(f"its parameter {name} is longer than its place")
    records.append(_Record(name, group, body.kind, body.n_items, body.first))
    return pointer + offset if offset else None


def _body(section: bytes, at: int, is_parameter: bool) -> _Body:
    """Return what is behind a record's pointer: type, dimensions, values, description."""
    if not is_parameter:
        return _Body(0, 0, at, 1 + (section[at] if at < len(section) else 0))
    head = section[at : at + 2]
    if len(head) < 2:
        raise ValueError("a parameter has no type")
    kind, n_dimensions = struct.unpack("bB", head)
    if kind not in _ITEM_BYTES or n_dimensions > _MOST_DIMENSIONS:
        raise ValueError(f"a parameter is of type {kind} with {n_dimensions} dimensions")
    if kind == _TEXT and not n_dimensions:
        raise ValueError("a text has no length")  # ezc3d reads it as if it had one
    n_items = math.prod(section[at + 2 : at + 2 + n_dimensions])
    first = at + 2 + n_dimensions
    described = first + n_items * _ITEM_BYTES[kind]
    told = section[described] if described < len(section) else 0
    return _Body(kind, n_items, first, described - at + 1 + told)


def _hold_needed(records: list[_Record], section: bytes, order: str, n_analogue: int) -> None:
    """Hold that what ezc3d looks up is there, of its type, and as often as there are channels."""
    groups = {-record.group: record.name for record in records if record.group < 0}
    known = {(groups.get(record.group), record.name): record for record in records}
    used = known.get(("ANALOG", "USED"))
    n_used = 0
    if used is not None and used.kind == 2 and used.n_items:
        (n_used,) = struct.unpack_from(f"{order}H", section, used.first)
    if n_analogue % n_used if n_used else n_analogue:
        raise ValueError(f"its {n_analogue} samples per frame do not fit {n_used} channels")
    for (group, name), (kinds, per_channel) in _NEEDED.items():
        record = known.get((group, name))
        if record is None or record.kind not in kinds:
            raise ValueError(f"its parameter {group}:{name} is missing or of another type")
        if record.n_items < (n_used if per_channel else 1):
            raise ValueError(f"its parameter {group}:{name} has no value for every channel")
