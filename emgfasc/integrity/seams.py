"""Stretches quieter than any amplifier inside activity: pieces were joined there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.integrity.finding import Finding
from emgfasc.integrity.scanning import Scan

__all__ = ["find_seams"]

# Under 2 uV and 1/50 of the usual: the seam of emgdb's neuropathy record is 1.5 uV between 220 and
# 680 uV; amplifiers alone give more than 2 uV in needle bands.
_SEAM_S, _SEAM_UV, _SEAM_SHARE = 0.02, 2.0, 0.02
_SEAM_FEWEST = 2


def find_seams(rec: Recording, scan: Scan) -> Finding | None:
    """Find short quiet stretches, below any amplifier's noise, inside needle activity.

    Parameters
    ----------
    rec : Recording
        The recording.
    scan : Scan
        Its extremes.
    """
    width = max(round(_SEAM_S * rec.fs_hz), 8)
    if rec.kind != "needle" or rec.n_samples < 50 * width:
        return None
    rms, mean = _windows(rec, width)
    usual = np.nanmedian(rms, axis=1, keepdims=True)
    edge = 0.02 * (scan.high_uv - scan.low_uv)[:, None]
    inside = (mean < scan.high_uv[:, None] - edge) & (mean > scan.low_uv[:, None] + edge)
    quiet = (rms > 0) & (rms < _SEAM_UV) & (rms < _SEAM_SHARE * usual) & inside
    found = [
        (channel, int(start), int(stop))
        for channel in range(len(rms))
        for start, stop in np.flatnonzero(
            np.diff(np.concatenate([[False], quiet[channel], [False]]).astype(np.int8))
        ).reshape(-1, 2)
        if stop - start >= _SEAM_FEWEST
    ]
    if not found:
        return None
    seconds = sum(stop - start for _, start, stop in found) * width / rec.fs_hz
    return Finding(
        "seam",
        "with_care",
        seconds,
        "s",
        f"{len(found)} stretch(es), {seconds:.3g} s together, quieter than any amplifier amid "
        "activity: pieces were joined there.",
        tuple((a * width / rec.fs_hz, b * width / rec.fs_hz) for _, a, b in found[:20]),
        tuple(dict.fromkeys(rec.channels[channel] for channel, _, _ in found)),
    )


def _windows(rec: Recording, width: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return SD and mean of every whole window; NaN where it has a gap."""
    n_windows = rec.n_samples // width
    rms = np.empty((rec.n_channels, n_windows))
    mean = np.empty((rec.n_channels, n_windows))
    for at in range(0, n_windows, 4096):
        stop = min(at + 4096, n_windows)
        block = rec.read(at * width, stop * width).astype(np.float64)
        cut = block.reshape(rec.n_channels, stop - at, width)
        rms[:, at:stop], mean[:, at:stop] = cut.std(axis=2), cut.mean(axis=2)
    return rms, mean
