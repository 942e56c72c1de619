"""How an amplitude spreads over a grid of electrodes."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from emgfasc.containers import Units
from emgfasc.errors import ParameterError
from emgfasc.plot.style import INK, axes_or_new

__all__ = ["channel_lags_ms", "grid_map", "lag_map"]


_SEEN = 0.2  # of the largest amplitude, for a lag to mean anything


def grid_map(
    values_uv: ArrayLike,
    positions_mm: ArrayLike,
    *,
    label: str = "Peak to peak (µV)",
    signed: bool = False,
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
    signed : bool
        Values lie on both sides of 0: two colours, and no ring.
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
    colored = PatchCollection(squares, cmap="cividis", edgecolor="#b5b5b5", linewidth=0.5)
    if signed:
        colored.set_cmap("PuOr")
    colored.set_array(values[known])
    largest = float(np.abs(values[known]).max()) if known.any() else 1.0
    colored.set_clim(-largest if signed else 0.0, largest or 1.0)
    ax.add_collection(colored)
    if (~known).any():
        ax.plot(*positions[~known].T, "x", color=INK, ms=5, label="no value")
    if known.any() and not signed:
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


def lag_map(units: Units, unit: int, positions_mm: ArrayLike, *, ax: Axes | None = None) -> Axes:
    """Draw how much later or earlier a unit's average peaks under each electrode.

    A potential that travels along the fibres shows as lags that grow away from the end-plate; for
    how a lag is measured see :func:`emgfasc.plot.grids.channel_lags_ms`.

    Parameters
    ----------
    units : Units
        Units with their average potentials.
    unit : int
        Number of the unit to draw.
    positions_mm : array of float, shape (n_channels, 2)
        Electrode positions.
    ax : Axes, optional
        Where to draw; a new figure without it.

    Returns
    -------
    Axes
        As of :func:`grid_map`; the colours run from earlier to later.

    Raises
    ------
    ParameterError
        When there is no such unit, or as for :func:`grid_map`.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from emgfasc import plot
    >>> from emgfasc.containers import UNITS, Units
    >>> row = pd.DataFrame([[1, "fasciculation", 3, "a", 1.0, 1.0, 1.0]], columns=UNITS.names)
    >>> shapes = np.zeros((1, 2, 9), np.float32)
    >>> shapes[0, 0, 4], shapes[0, 1, 6] = 9.0, 5.0
    >>> ax = plot.lag_map(Units(row, shapes, 1000.0, 4), 1, [[0.0, 0.0], [8.0, 0.0]])
    >>> ax.collections[0].get_array().tolist()
    [0.0, 2.0]
    """
    rows = units.frame.index[units.frame["unit"] == unit]
    if not len(rows) or units.templates_uv.shape[2] == 0:
        raise ParameterError(
            f"Invalid value for the 'unit' parameter: there is no average of a unit {unit}; "
            f"allowed are {', '.join(str(number) for number in units.frame['unit']) or 'none'}."
        )
    lags_ms = channel_lags_ms(units.templates_uv[rows[0]], units.fs_hz)
    return grid_map(
        lags_ms, positions_mm, label="Lag (ms)", signed=True,
        ax=ax,
    )  # fmt: skip


def channel_lags_ms(average_uv: ArrayLike, fs_hz: float) -> NDArray[np.float64]:
    """Return when an average peaks on each channel, against its largest channel.

    It is the time of the largest deflection to the same side as on the largest channel: past the
    end of the fibres a potential arrives everywhere at once and to the other side. Channels on
    which that deflection is below a fifth of the largest see too little and get ``nan``.

    Examples
    --------
    >>> from emgfasc.plot.grids import channel_lags_ms
    >>> channel_lags_ms([[0, 9, 0, 0], [0, -6, 5, 0], [0, 1, 0, 0]], 1000.0).tolist()
    [0.0, 1.0, nan]
    """
    average = np.asarray(average_uv, np.float64)
    average = average * np.sign(average.flat[np.abs(average).argmax()])
    size, at = average.max(axis=1), average.argmax(axis=1)
    lags_ms = np.asarray((at - at[size.argmax()]) * 1e3 / fs_hz, np.float64)
    lags_ms[size < _SEEN * size.max()] = np.nan
    return lags_ms


def _pitch(positions: np.ndarray) -> float:
    """Return the smallest distance between two electrodes, 1 mm for a single one."""
    gaps = np.hypot(*(positions[:, None] - positions[None]).transpose(2, 0, 1))
    apart = gaps[gaps > 0]
    return float(apart.min()) if apart.size else 1.0
