"""A guess at the kind of a recording whose file does not state it."""

from __future__ import annotations

import re

from emgfasc.containers import Kind

__all__ = ["guess_kind"]

_NEEDLE = re.compile(r"needle|concentric|fine[- ]?wire|intramuscular", re.IGNORECASE)
_GRID = re.compile(r"hd-?s?emg|high[- ]density|electrode grid", re.IGNORECASE)
_SURFACE = re.compile(r"\bsurface\b|\bsemg\b|\btrigno\b", re.IGNORECASE)

# Conventions, not measurements: grids have 16 electrodes and more; rates of 10 kHz and above
# are needed for the needle band only (surface 2 kHz, needle 10 kHz and more; unverified).
_GRID_CHANNELS = 16
_NEEDLE_CHANNELS = 2
_NEEDLE_FS_HZ = 10_000.0


def guess_kind(text: str, n_channels: int, fs_hz: float) -> tuple[Kind, str]:
    """Guess the kind, and say by what.

    Words in the file's own comments come first, then the number of channels, then the rate.

    Parameters
    ----------
    text : str
        Free text of the file.
    n_channels : int
        Number of EMG channels.
    fs_hz : float
        Sampling rate.

    Returns
    -------
    kind : {'needle', 'surface', 'hdsemg'}
        The guess.
    why : str
        What it rests on.

    Examples
    --------
    >>> guess_kind("EMG from 25mm concentric needle electrode", 1, 4000.0)
    ('needle', "the file says 'concentric'")
    >>> guess_kind("", 64, 2048.0)
    ('hdsemg', '64 EMG channels')
    """
    words: tuple[tuple[re.Pattern[str], Kind], ...] = (
        (_NEEDLE, "needle"),
        (_GRID, "hdsemg"),
        (_SURFACE, "surface"),
    )
    for pattern, kind in words:
        if match := pattern.search(text):
            return kind, f"the file says '{match[0].lower()}'"
    if n_channels >= _GRID_CHANNELS:
        return "hdsemg", f"{n_channels} EMG channels"
    if n_channels <= _NEEDLE_CHANNELS and fs_hz >= _NEEDLE_FS_HZ:
        return "needle", f"{n_channels} channel(s) at {fs_hz:g} Hz"
    return "surface", f"{n_channels} channel(s) at {fs_hz:g} Hz"
