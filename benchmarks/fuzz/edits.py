"""Damage: small changes to bytes that headers are likely to trip over."""

from __future__ import annotations

import random
import re
import struct
from dataclasses import dataclass

__all__ = ["KINDS", "Edit", "edited", "random_edits"]

KINDS = ("set", "number", "digits", "cut", "drop", "double", "insert", "swap")
_EXTREMES = (0, 1, -1, 2**15 - 1, -(2**15), 2**31 - 1, -(2**31), 2**30, 10**9, 2**62, -(2**63))
_DIGITS = re.compile(rb"[0-9]+")
_NUMBERS = (b"0", b"-1", b"1e9", b"999999999", b"nan", b"inf", b"1000000000000", b"", b"0.5", b"x")
_TEXTS = (b"\x00", b"\xff" * 8, b"<script>", b"=1+1", b"../../x", b"\n", b"%s%n", b"\xe2\x80\xae")


@dataclass(frozen=True)
class Edit:
    """One change.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    where : float
        Place in the file, 0 to 1.
    value : int
        Which of the values of its kind.
    """

    kind: str
    where: float
    value: int


def edited(data: bytes, edits: list[Edit]) -> bytes:
    """Apply edits in order."""
    for edit in edits:
        if data:
            data = _one(data, edit)
    return data


def random_edits(rng: random.Random) -> list[Edit]:
    """Return one to four edits, most of them in the first part of the file."""

    def where() -> float:
        return rng.random() ** rng.choice((1, 3, 6))

    number = rng.choice((1, 1, 2, 4))
    return [Edit(rng.choice(KINDS), where(), rng.randrange(2**16)) for _ in range(number)]


def _one(data: bytes, edit: Edit) -> bytes:
    """Apply one edit to data that is not empty."""
    at = min(int(edit.where * len(data)), len(data) - 1)
    if edit.kind == "digits":
        return _renumbered(data, at, edit.value)
    head, part, rest = _parted(data, at, 1 + edit.value % 200)
    number = _packed(edit.value)
    return {
        "set": head + bytes([edit.value % 256]) + data[at + 1 :],
        "number": head + number + data[at + len(number) :],
        "insert": head + _TEXTS[edit.value % len(_TEXTS)] + data[at:],
        "cut": head,
        "drop": head + rest,
        "double": head + part + data[at:],
        "swap": head + part[::-1] + rest,
    }[edit.kind]


def _parted(data: bytes, at: int, length: int) -> tuple[bytes, bytes, bytes]:
    """Return what lies before a stretch, the stretch, and what lies behind it."""
    return data[:at], data[at : at + length], data[at + length :]


def _packed(value: int) -> bytes:
    """Return an extreme number as 2, 4 or 8 bytes, in either order, or as a float."""
    extreme = _EXTREMES[value % len(_EXTREMES)]
    order = "<>"[value // 16 % 2]
    form = "hiqfd"[value // 32 % 5]
    if form in "fd":
        odd = (float("nan"), float("inf"), -1.0, 0.0, 1e30, float(extreme))
        packed: bytes = struct.pack(order + form, odd[value // 256 % len(odd)])
        return packed
    size = struct.calcsize(form)
    whole = extreme & ((1 << 8 * size) - 1)
    return whole.to_bytes(size, "little" if order == "<" else "big")


def _renumbered(data: bytes, at: int, value: int) -> bytes:
    """Replace the next number written in digits, keeping the width where fields are fixed."""
    found = _DIGITS.search(data, at)
    if found is None:
        return data
    new = _NUMBERS[value % len(_NUMBERS)]
    if value // 16 % 2:
        new = new[: len(found[0])].ljust(len(found[0]))
    return data[: found.start()] + new + data[found.end() :]
