"""Amplitude, duration, area, phases and turns of every potential at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from emgfasc._kernels import shape
from emgfasc.measure.denoise import denoised
from emgfasc.measure.features import bands_of, features, smoothing, spans_of
from emgfasc.measure.given import channel_numbers, noise_uv, peak_samples
from emgfasc.measure.rules import Rules

if TYPE_CHECKING:
    from emgfasc.containers import Events, Recording

__all__ = ["morphology"]

_BLOCK_VALUES = 4_000_000  # samples x channels read at once: 16 MB
_PLACES = np.array([shape.ONSET, shape.OFFSET, shape.PEAK])

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def morphology(rec: Recording, events: Events, *, rules: Rules | None = None) -> Events:
    """Measure the shape of every potential on its own channel.

    Onset, offset and everything between follow `rules`. The noise SD at a potential is its
    `amplitude_uv` over its `snr` as detection gave them; where that ratio is unknown only the
    microvolt thresholds hold. A potential's window ends midway to the neighbouring potentials,
    so the two halves of a doublet stay two; a potential cut by that, or by an end of the
    recording, is marked `truncated`, and its duration and area are lower bounds.

    Of a potential whose unit has at least ``rules.denoise_discharges`` discharges that stand
    alone, the waveform is measured that is left when the unit tells what in it is noise (see
    :func:`emgfasc.measure.denoise.denoised`); thresholds stay those of the recording's noise. The
    column `waveform` says which was measured. How much a unit changes
    (:func:`emgfasc.measure.instability`) is always taken from the signal as it is.

    Signs are as stored: `negative_peak_uv` is the depth of the largest deflection below the
    baseline, whichever electrode the amplifier called active.

    Parameters
    ----------
    rec : Recording
        The cleaned recording the events were found in.
    events : Events
        Potentials with `peak_s` and `channel`.
    rules : Rules, optional
        Thresholds; by default those of the recording's kind.

    Returns
    -------
    Events
        The same potentials. Refreshed: `onset`, `duration`, `amplitude_uv`, `snr`, and `peak_s`
        of unsorted potentials (between samples, by a parabola). Added: `waveform` (``single`` or
        ``denoised``), `negative_peak_uv`,
        `rise_time_ms`, `duration_ms`, `spike_duration_ms`, `area_uvms`, `thickness_ms`,
        `size_index`, `phases`, `turns`, `polyphasic`, `serrated`, `first_phase`, `truncated`; on
        grids also `active_channels`, `centroid_x_mm` and `centroid_y_mm`. A potential that never
        leaves the noise band on its channel keeps detection's numbers and has ``nan`` in the new
        columns. Features the kind of electrode does not support are ``nan``
        (see :func:`emgfasc.measure.validity`).

    Raises
    ------
    ParameterError
        When a potential names an unknown channel or lies outside the recording.

    Notes
    -----
    Definitions: Stalberg et al. 1986 and 1996, Sonoo and Stalberg 1993 (unverified). Size
    index: ``2 log10(amplitude in mV) + area / amplitude in ms``.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> from emgfasc.containers import Events
    >>> t = np.arange(-100, 100) / 25.0
    >>> trace = np.zeros((1, 25_000), np.float32)
    >>> trace[0, 10_000:10_200] = 1000 * t * np.exp(0.5 - t**2 / 2)
    >>> rec = ef.read(trace, fs=25_000, kind="needle")
    >>> row = dict(onset=0.4, duration=0.008, peak_s=0.40504, channel=rec.channels[0])
    >>> row |= dict(n_channels=1, amplitude_uv=2000.0, snr=500.0, unit=0)
    >>> found = Events.empty().replace(
    ...     frame=Events.empty().to_frame().assign(**{k: [v] for k, v in row.items()},
    ...                                            category=["fasciculation"]))
    >>> shape = ef.measure.morphology(rec, found).to_frame()
    >>> shape[["amplitude_uv", "phases", "turns", "first_phase"]].round(0).values.tolist()
    [[1999.0, 2.0, 2.0, -1.0]]
    """
    rules = Rules.for_kind(rec.kind) if rules is None else rules
    frame = events.to_frame()
    noise = noise_uv(events)
    drawn = _measure_denoised(rec, events, noise, rules)
    by_unit = np.isfinite(drawn[:, shape.ONSET])
    measured, active, centre = _measure(rec, events, noise, rules, known=drawn)
    ok = np.isfinite(measured[:, shape.ONSET])

    def kept(new: Floats, name: str) -> Floats:
        return np.where(ok, new, frame[name].to_numpy(float))

    found = features(measured, rec.kind, rec.fs_hz, rules)
    amplitude = kept(found["amplitude_uv"], "amplitude_uv")
    columns: dict[str, Any] = {
        "onset": kept(measured[:, shape.ONSET] / rec.fs_hz, "onset"),
        "duration": kept(found["duration_ms"] / 1e3, "duration"),
        # A sorted potential's peak is its unit's: see emgfasc.sort.retime.
        "peak_s": np.where(
            frame["unit"] > 0,
            events.peak_s,
            kept(measured[:, shape.PEAK] / rec.fs_hz, "peak_s"),
        ),
        "waveform": np.where(by_unit, "denoised", "single").astype(object),
        **found,
        "amplitude_uv": amplitude,
        "snr": np.divide(
            amplitude, noise, out=frame["snr"].to_numpy(float).copy(), where=noise > 0
        ),
        "truncated": measured[:, shape.CUT] == 1.0,
    }
    if rec.kind == "hdsemg":
        columns |= {"active_channels": active, "centroid_x_mm": centre[:, 0]}
        columns["centroid_y_mm"] = centre[:, 1]
    return events.assign(**columns)


def _windows(peak: Ints, before: int, after: int, n_samples: int) -> tuple[Ints, Ints]:
    """Return where each potential's window starts and stops: midway to its neighbours at most."""
    middle = (peak[:-1] + peak[1:] + 1) // 2
    start = np.maximum(peak - before, np.append(0, middle))
    stop = np.minimum(peak + after + 1, np.append(middle, n_samples))
    # peaks on one sample share it: a window always holds its peak
    return np.minimum(start, peak), np.maximum(stop, peak + 1)


def _measure(
    rec: Recording, events: Events, noise: Floats, rules: Rules, *, known: Floats
) -> tuple[Floats, Floats, Floats]:
    """Run the kernels over the recording block by block; samples count from its start.

    Rows of `known` that are not ``nan`` are taken as they are.
    """
    peak, channel = peak_samples(rec, events), channel_numbers(rec, events)

    def samples(ms: float) -> int:
        return round(ms * rec.fs_hz / 1e3)

    start, stop = _windows(peak, samples(rules.before_ms), samples(rules.after_ms), rec.n_samples)
    bands, rule = bands_of(noise, rules), _Rule.of(rec.fs_hz, rules)
    out = known.copy()
    active, centre = np.full(len(peak), np.nan), np.full((len(peak), 2), np.nan)
    size = max(_BLOCK_VALUES // rec.n_channels, 1)
    lead = rules.baseline_ms + rules.baseline_gap_ms
    pad = max(samples(lead), samples(rules.before_ms), samples(rules.after_ms)) + 2
    for first in np.unique(peak // size) * size:
        here = np.arange(*np.searchsorted(peak, [first, first + size]))
        left = here[np.isnan(known[here, shape.ONSET])]
        origin = max(0, int(first) - pad)
        block = np.ascontiguousarray(rec.read(origin, int(first) + size + pad))
        windows = peak[left] - origin, start[left] - origin, stop[left] - origin
        out[left] = rule.measured(block, channel[left], *windows, bands[left])
        out[left[:, None], _PLACES] += origin
        if rec.kind == "hdsemg":
            bounds = out[here][:, [shape.ONSET, shape.OFFSET]] - origin
            active[here], centre[here] = _spread(rec, block, channel[here], bounds, rules)
    return out, active, centre


def _measure_denoised(rec: Recording, events: Events, noise: Floats, rules: Rules) -> Floats:
    """Run the kernel over what the units leave of their discharges; ``nan`` elsewhere."""
    unit = events.frame["unit"].to_numpy(np.int64)
    peak, channel = peak_samples(rec, events), channel_numbers(rec, events)
    bands, rule = bands_of(noise, rules), _Rule.of(rec.fs_hz, rules)
    bands[:, 3] = rules.denoise_sharp_sigma * noise
    before, after = (round(ms * rec.fs_hz / 1e3) for ms in (rules.before_ms, rules.after_ms))
    out = np.full((len(peak), shape.N_MEASURES), np.nan)
    for rows, waves, center in denoised(rec, unit, peak, channel, noise, rules):
        count = len(rows)
        out[rows] = rule.measured(
            np.ascontiguousarray(waves, np.float32),
            np.arange(count),
            np.full(count, center),
            np.full(count, center - before),
            np.full(count, min(center + after + 1, waves.shape[1])),
            bands[rows],
        )
        out[rows[:, None], _PLACES] += (peak[rows] - center)[:, None]
    return out


@dataclass(frozen=True, eq=False)
class _Rule:
    """The rules as the kernel takes them: lengths in samples, weights of smoothing, a share."""

    spans: Ints
    weights: Floats
    share: float

    @classmethod
    def of(cls, fs_hz: float, rules: Rules) -> _Rule:
        """Spell the rules out for a sampling rate."""
        weights = smoothing(round(rules.smooth_ms * fs_hz / 1e3))
        return cls(spans_of(fs_hz, rules), weights, rules.onset_share)

    def measured(
        self,
        block: NDArray[np.float32],
        channel: Ints,
        peak: Ints,
        start: Ints,
        stop: Ints,
        bands: Floats,
    ) -> Floats:
        """Run the kernel; samples count from the start of the block."""
        return np.asarray(
            shape.shapes(
                block, channel, peak, start, stop, bands, self.spans, self.weights, self.share
            )
        )


def _spread(
    rec: Recording, block: NDArray[np.float32], channel: Ints, bounds: Floats, rules: Rules
) -> tuple[Floats, Floats]:
    """Return how many channels each potential fills, and its centre in mm."""
    active, centre = np.full(len(channel), np.nan), np.full((len(channel), 2), np.nan)
    ok = np.isfinite(bounds[:, 0])
    first, last = bounds[ok].astype(np.int64).T
    placed = rec.good
    if rec.positions_mm is not None:
        placed = placed[np.isfinite(rec.positions_mm[placed]).all(axis=1)]
    weights, active[ok] = shape.spreads(
        block,
        channel[ok],
        np.ascontiguousarray(first),
        np.ascontiguousarray(last),
        rec.good.astype(np.int64),
        rules.spread_share,
    )
    if rec.positions_mm is not None:
        inside = weights[:, placed]
        total = inside.sum(axis=1, keepdims=True)
        mean = inside @ rec.positions_mm[placed]
        centre[ok] = np.divide(mean, total, out=np.full_like(mean, np.nan), where=total > 0)
    return active, centre
