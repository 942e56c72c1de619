"""TMSi Poly5 (version 2.03): a header, signal descriptions, then blocks of samples.

Layout: TMSi, "Poly5 file format" (217-byte header, 136 bytes per signal, 86 bytes before each
block). A name in two halves, ``(Lo) X`` and ``(Hi) X``, is one 32-bit float.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Source
from emgfasc.io.channels import named_once
from emgfasc.io.contents import BlockSource, Channel, Contents, Facts
from emgfasc.io.refusal import refusing

__all__ = ["open_poly5"]

_MAGIC = b"POLY SAMPLE FILE"
_VERSION = 203
_HEADER, _SIGNAL, _BLOCK = 217, 136, 86  # bytes


@dataclass(frozen=True)
class _Layout:
    """Where the samples lie."""

    path: Path
    first: int
    n_signals: int
    wide: bool
    per_block: int
    block_bytes: int
    n_samples: int
    gains: tuple[float, ...]
    offsets: tuple[float, ...]


def open_poly5(path: Path, label: str) -> Contents:
    """Open a Poly5 file.

    Parameters
    ----------
    path : Path
        The file.
    label : str
        How messages name it.

    Raises
    ------
    RecordingError
        When it is no Poly5 2.03 file, or is cut short.
    """
    with refusing(label, "TMSi Poly5"):
        with path.open("rb") as file:
            header = file.read(_HEADER)
            if not header.startswith(_MAGIC) or len(header) < _HEADER:
                raise ValueError("it does not begin with POLY SAMPLE FILE")
            (version,) = struct.unpack_from("<h", header, 31)
            if version != _VERSION:
                raise ValueError(f"its version is {version / 100:g}; 2.03 is known")
            fs_hz, _, _, n_stored = struct.unpack_from("<hhBh", header, 114)
            (n_samples,) = struct.unpack_from("<i", header, 121)
            date = struct.unpack_from("<7h", header, 129)
            n_blocks, per_block, block_bytes, delta = struct.unpack_from("<iHHh", header, 143)
            rows = [file.read(_SIGNAL) for _ in range(n_stored)]
        if delta:
            raise ValueError("its samples are compressed")
        signals, wide = _described(rows)
        layout = _Layout(
            path=path,
            first=_HEADER + n_stored * _SIGNAL,
            n_signals=len(signals),
            wide=wide,
            per_block=per_block,
            block_bytes=block_bytes,
            n_samples=n_samples,
            gains=tuple(signal[2] for signal in signals),
            offsets=tuple(signal[3] for signal in signals),
        )
        _hold_size(layout, n_blocks)
    names, notes = named_once([name for name, *_ in signals])
    return Contents(
        label=label,
        channels=tuple(
            Channel(name, float(fs_hz), unit)
            for name, (_, unit, _, _) in zip(names, signals, strict=True)
        ),
        open=partial(_source, layout, label),
        files=(path,),
        facts=Facts(start=_start(date)),
        notes=tuple(notes),
    )


def _described(rows: list[bytes]) -> tuple[list[tuple[str, str, float, float]], bool]:
    """Return name, unit, gain and offset of each signal, and whether samples are floats."""
    read = [(_pascal(row, 0), _pascal(row, 45)) for row in rows]
    wide = bool(read) and all(name.startswith(("(Lo) ", "(Hi) ")) for name, _ in read)
    if wide:
        return [(name[5:], unit, 1.0, 0.0) for name, unit in read[::2]], True
    signals = []
    for (name, unit), row in zip(read, rows, strict=True):
        low, high, adc_low, adc_high = struct.unpack_from("<4f", row, 56)
        if adc_high == adc_low:
            raise ValueError(f"{name} has no range")
        gain = (high - low) / (adc_high - adc_low)
        signals.append((name, unit, gain, low - adc_low * gain))
    return signals, False


def _pascal(row: bytes, at: int) -> str:
    """Read a string that begins with its length."""
    return row[at + 1 : at + 1 + row[at]].decode("latin-1").strip()


def _start(date: tuple[int, ...]) -> datetime | None:
    """Return the start (year, month, day, weekday, hour, minute, second)."""
    try:
        return datetime(date[0], date[1], date[2], date[4], date[5], date[6])
    except ValueError:
        return None


def _hold_size(layout: _Layout, n_blocks: int) -> None:
    """Raise when blocks do not fit the header, or the file is shorter than they are."""
    width = layout.n_signals * (4 if layout.wide else 2)
    if layout.n_signals < 1 or layout.per_block * width != layout.block_bytes:
        raise ValueError("its blocks do not hold whole samples")
    if n_blocks * layout.per_block < layout.n_samples:
        raise ValueError("it states more samples than its blocks hold")
    whole, rest = divmod(layout.n_samples, layout.per_block)
    needed = layout.first + whole * (_BLOCK + layout.block_bytes)
    needed += (_BLOCK + rest * width) if rest else 0
    held_bytes = layout.path.stat().st_size
    if held_bytes < needed:
        raise ValueError(f"it is cut short: it holds {held_bytes} of {needed} bytes")


def _source(layout: _Layout, label: str, picks: list[int], factors: NDArray[np.float64]) -> Source:
    return BlockSource(partial(_fetch, layout, picks), layout.n_samples, factors, label)


def _fetch(layout: _Layout, picks: list[int], start: int, stop: int) -> NDArray[np.float64]:
    """Map the blocks that a stretch touches and cut it out."""
    dtype = np.dtype("<f4" if layout.wide else "<i2")
    first, last = start // layout.per_block, -(-stop // layout.per_block)
    parts = []
    for block in range(first, last):
        held_samples = min(layout.per_block, layout.n_samples - block * layout.per_block)
        at = layout.first + block * (_BLOCK + layout.block_bytes) + _BLOCK
        shape = (held_samples, layout.n_signals)
        parts.append(np.array(np.memmap(layout.path, dtype, "r", offset=at, shape=shape)[:, picks]))
    values = np.concatenate(parts)[start - first * layout.per_block :][: stop - start]
    gains = np.array([layout.gains[place] for place in picks])
    offsets = np.array([layout.offsets[place] for place in picks])
    scaled: NDArray[np.float64] = values * gains + offsets
    return scaled.T
