"""How an amplitude spreads over a grid of electrodes."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from emgfasc.errors import ParameterError
from emgfasc.plot.style import INK, axes_or_new

__all__ = ["grid_map"]


def grid_map(
    values_uv: ArrayLike,
    positions_mm: ArrayLike,
    *,
    label: str = "Peak to peak (µV)",
    ax: Axes | None = None,
) -> Axes:
    """Draw one value per electrode at its place on the grid.

    Parameters
    ----------
    values_uv : array of float, shape (n_channels,)
        Value of each channel, as a rule the peak-to-peak amplitude of a unit's average potential.
        ``nan`` (a bad channel) is drawn as an empty square with a cross.
    positions_mm : array of float, shape (n_channels, 2)
        Electrode positions; channels whose position is ``nan`` are left out.
    label : str
        Name of the colour scale, with its unit.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes
        Millimetres on both axes, in equal steps; the largest value carries a ring.

    Raises
    ------
    ParameterError
        When values and positions do not fit together, or no position is known.

    Examples
    --------
    >>> from emgfasc import plot
    >>> ax = plot.grid_map([10.0, 40.0], [[0.0, 0.0], [8.0, 0.0]])
    >>> ax.get_xlabel(), len(ax.collections[0].get_paths())
    ('x (mm)', 2)
    """
    values, positions = np.asarray(values_uv, float), np.asarray(positions_mm, float)
    if values.ndim != 1 or positions.shape != (values.size, 2):
        raise ParameterError(
            "Invalid value for the 'positions_mm' parameter: one (x, y) per value is needed, "
            f"but got shapes {positions.shape} and {values.shape} instead."
        )
    placed = np.isfinite(positions).all(axis=1)
    if not placed.any():
        raise ParameterError(
            "Invalid value for the 'positions_mm' parameter: no electrode has a known position."
        )
    values, positions = values[placed], positions[placed]
    pitch = _pitch(positions)
    ax = axes_or_new(ax, (3.4, 3.0))
    known = np.isfinite(values)
    squares = [Rectangle((x - pitch / 2, y - pitch / 2), pitch, pitch) for x, y in positions[known]]
    colored = PatchCollection(squares, cmap="cividis", edgecolor="white", linewidth=0.5)
    colored.set_array(values[known])
    colored.set_clim(0, float(values[known].max()) if known.any() else 1.0)
    ax.add_collection(colored)
    if (~known).any():
        ax.plot(*positions[~known].T, "x", color=INK, ms=5, label="no value")
    if known.any():
        top = positions[known][int(np.argmax(values[known]))]
        ax.plot(*top, "o", mfc="none", mec="white", ms=9, mew=3.0)
        ax.plot(*top, "o", mfc="none", mec=INK, ms=9, mew=1.2, label="largest")
    ax.set_aspect("equal")
    (left, low), (right, high) = positions.min(axis=0), positions.max(axis=0)
    ax.set_xlim(left - pitch, right + pitch)
    ax.set_ylim(low - pitch, high + pitch)
    ax.set_xlabel("x (mm)")
    ax.set_ylabel("y (mm)")
    ax.figure.colorbar(colored, ax=ax, label=label, shrink=0.9)
    return ax


def _pitch(positions: np.ndarray) -> float:
    """Return the smallest distance between two electrodes, 1 mm for a single one."""
    gaps = np.hypot(*(positions[:, None] - positions[None]).transpose(2, 0, 1))
    apart = gaps[gaps > 0]
    return float(apart.min()) if apart.size else 1.0
