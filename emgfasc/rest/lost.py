"""Stretches in which nothing was recorded: the signal stands still."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Recording
from emgfasc.containers.gaps import filled
from emgfasc.rest.cells import runs

__all__ = ["lost"]

_CELL_S = 0.025
_BLOCK_S = 30.0
_LEAST_S = 0.1
_MARGIN_S = 0.1
_CHANNELS = 0.5
_RAIL = 0.98  # of the largest value


def lost(raw: Recording) -> list[tuple[float, float, str, str]]:
    """Find stretches of at least 0.1 s in which half of the channels or more stand still.

    An amplifier at its rail (``clipping``) and a failed transmission that repeats one value
    (``flat signal``) show nothing of the muscle, and their edges, once filtered, look like
    potentials; hence 0.1 s more on both sides. All limits are this library's own.

    Parameters
    ----------
    raw : Recording
        As read: filters hide what stands still.

    Returns
    -------
    list of (start_s, stop_s, 'artifact', reason)
        For :meth:`emgfasc.containers.Rest.excluding`.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> x = np.random.default_rng(0).normal(0, 5, (1, 10240))
    >>> x[0, 4096:6144] = x[0, 4096]
    >>> spans = ef.rest.lost(ef.read(x, fs=2048, kind="surface"))
    >>> [(round(start, 1), round(stop, 1), reason) for start, stop, _, reason in spans]
    [(1.9, 3.1, 'flat signal')]
    """
    size = max(2, round(_CELL_S * raw.fs_hz))
    good = raw.good
    n_cells = raw.n_samples // size
    if not n_cells:
        return []
    still = np.zeros((len(good), n_cells), bool)
    level = np.zeros((len(good), n_cells), np.float32)
    top = np.zeros(len(good), np.float32)
    for start, block in raw.blocks(size * round(_BLOCK_S / _CELL_S)):
        n, first = block.shape[1] // size, start // size
        cells = block[good, : n * size].reshape(len(good), n, size)
        still[:, first : first + n] = _still(cells)
        level[:, first : first + n] = np.abs(cells[:, :, 0])
        top = np.fmax(top, _largest(block[good]))
    # A channel that never moves is a bad channel, not a lost stretch.
    moving = still.mean(axis=1) < _CHANNELS
    if not moving.any():
        return []
    still, level, top = still[moving], level[moving], top[moving]
    railed = level >= _RAIL * top[:, None]
    cell_s = size / raw.fs_hz
    spans = []
    for first, stop in runs(still.mean(axis=0) >= _CHANNELS):
        if (stop - first) * cell_s >= _LEAST_S:
            at_rail = bool(railed[:, first:stop][still[:, first:stop]].mean() > _CHANNELS)
            reason = "clipping" if at_rail else "flat signal"
            start_s, stop_s = first * cell_s - _MARGIN_S, stop * cell_s + _MARGIN_S
            spans.append((max(0.0, start_s), min(raw.duration_s, stop_s), "artifact", reason))
    return spans


def _still(cells: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which cells hold one value; most are told by three of their samples."""
    first, middle, last = (cells[:, :, k] for k in (0, cells.shape[2] // 2, -1))
    still = (first == middle) & (first == last)
    doubtful = cells[still]
    still[still] = (doubtful == doubtful[:, :1]).all(axis=1)
    return np.asarray(still)


def _largest(block: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the largest absolute value of each row; what is missing counts as 0."""
    top = np.maximum(block.max(axis=1), -block.min(axis=1))
    return np.asarray(top if np.isfinite(top).all() else filled(np.abs(block)).max(axis=1))
