"""Look again with the units now known: overlapping discharges come apart, lost ones come home."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgfasc.containers import EVENTS, Events, Recording, Rest, Units
from emgfasc.containers.gaps import filled
from emgfasc.sort.hum import Hum
from emgfasc.sort.noise import ORDER, Whitening, quiet_stretches, whitening
from emgfasc.sort.peel import BY_CHANCE, Bank, Part, bank_of, peel
from emgfasc.sort.rules import SortRules
from emgfasc.sort.sorting import NOT_SORTED, unit_rows
from emgfasc.sort.unsorted import unexplained

__all__ = ["rediscover"]

_MOST_CHANNELS = 16
_RAMP = 0.1  # of a template, at either end


def rediscover(
    rec: Recording,
    events: Events,
    units: Units,
    *,
    rest: Rest,
    rules: SortRules | None = None,
) -> tuple[Events, Units]:
    """Explain every event by the units' average potentials.

    Two discharges that overlap, of one unit or of two, are detected as one event and look like no
    unit. Here each event becomes as many discharges as it takes; an event that no sum of known
    potentials explains stays as it was, and so does what was rejected, with its reason. Shape
    columns are dropped: measure again afterwards.

    Parameters
    ----------
    rec : Recording
        Cleaned, as given to :func:`units`.
    events : Events
        With `unit`, from :func:`units`.
    units : Units
        With their templates.
    rest : Rest
        Gives the time over which rates are taken.
    rules : SortRules, optional
        Default: those for the recording's kind.

    Returns
    -------
    events : Events
        With `unit`, `confidence`, the share of the unit's average that was really there, and
        `unsorted`: where units explain a part of a potential, but not enough, it says so.
    units : Units
        The same units with their new counts, without those of which fewer potentials are left
        than a unit has.
    """
    if not len(units):
        return events, units
    rules = rules or SortRules.for_kind(rec.kind)
    said = ["reason"] if "reason" in events.frame else []
    plain = events.frame[[*EVENTS.names, "confidence", "unsorted", *said]]
    search = _Search.of(rec, events, units, rules=rules, rest=rest)
    rows = list(plain.itertuples(index=False, name="Event"))
    pieces = [search.explained(row) if row.category not in NOT_SORTED else [row] for row in rows]
    frame = pd.DataFrame([row for piece in pieces for row in piece], columns=plain.columns)
    frame["peak_s"] = _onto_detected(rows, pieces, last_s=(rec.n_samples - 1) / rec.fs_hz)
    once = _once_each(frame, apart_s=rules.apart_ms / 1e3)
    n = int((~once["category"].isin(NOT_SORTED)).sum())
    found = Events(_claimed(once, least=rules.least(n)), events.sensitivity)
    return found, units_with(units, unit_rows(found, rest))


def _onto_detected(
    rows: Sequence[Any], pieces: Sequence[Sequence[Any]], *, last_s: float
) -> NDArray[np.float64]:
    """Return the peaks of all pieces, each unit moved as a whole to where it was detected.

    Templates lie over one another as the units were compared, not with their peaks.
    """
    away: dict[int, list[float]] = defaultdict(list)
    for row, piece in zip(rows, pieces, strict=True):
        if len(piece) == 1 and piece[0] is not row and piece[0].unit == row.unit:
            away[row.unit].append(row.peak_s - piece[0].peak_s)
    shift = {unit: float(np.median(lags)) for unit, lags in away.items()}
    peaks = [
        part.peak_s if part is row else part.peak_s + shift.get(part.unit, 0.0)
        for row, piece in zip(rows, pieces, strict=True)
        for part in piece
    ]
    return np.clip(np.array(peaks, np.float64), 0.0, last_s)


def units_with(units: Units, rows: pd.DataFrame) -> Units:
    """Return units with a new table; a unit that lost all its potentials goes."""
    kept = units.frame["unit"].isin(rows["unit"]).to_numpy()
    return replace(
        units, frame=rows, templates_uv=units.templates_uv[kept], spread_uv=units.spread_uv[kept]
    )


def _once_each(frame: pd.DataFrame, *, apart_s: float) -> pd.DataFrame:
    """Drop a discharge that two neighbouring events both claimed."""
    ordered = frame.sort_values(["unit", "peak_s"], kind="stable")
    gap = ordered.groupby("unit")["peak_s"].diff()
    double = (gap < apart_s) & (ordered["unit"] > 0)
    return ordered[~double].sort_values("peak_s", kind="stable", ignore_index=True)


def _claimed(frame: pd.DataFrame, *, least: int) -> pd.DataFrame:
    """Give up units of which too few potentials are left; most were overlaps alike by chance."""
    few = frame.groupby("unit")["unit"].transform("size") < least
    few &= frame["unit"] > 0
    given_up = {"unit": 0, "confidence": 0.0, "unsorted": "too_few_alike"}
    return frame.assign(**{name: frame[name].mask(few, to) for name, to in given_up.items()})


def _faded(templates: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lead both ends to zero, lest the edge rings in the filter, and give it a past of zeros.

    No more of a template than that may fade: at 1 kHz the filter is as long as half of it.
    """
    n = max(1, round(_RAMP * templates.shape[2]))
    ramp = (0.5 - 0.5 * np.cos(np.pi * (np.arange(n) + 0.5) / n)).astype(np.float32)
    out = np.pad(templates, ((0, 0), (0, 0), (ORDER, 0)))
    out[:, :, ORDER : ORDER + n] *= ramp
    out[:, :, -n:] *= ramp[::-1]
    return out


@dataclass(frozen=True, eq=False)
class _Search:
    """What explaining an event takes."""

    rec: Recording
    white: Whitening
    bank: Bank
    templates_uv: NDArray[np.float32]
    noise_uv: NDArray[np.float64]
    center: int
    apart: int
    near: int
    hum: Hum

    @classmethod
    def of(
        cls, rec: Recording, events: Events, units: Units, *, rules: SortRules, rest: Rest
    ) -> _Search:
        """Prepare the bank, in units of the noise, on the few mixtures that show the units."""
        per_ms = rec.fs_hz / 1e3
        peaks = np.rint(np.sort(events.peak_s) * rec.fs_hz).astype(np.int64)
        size = units.templates_uv.shape[2]
        white = whitening(quiet_stretches(rec, peaks, size=size + ORDER))
        padded = _faded(units.templates_uv[:, rec.good])
        every = white.apply(padded)
        flat = every.transpose(1, 0, 2).reshape(every.shape[1], -1).astype(np.float64)
        rows = np.linalg.svd(flat, full_matrices=False)[0][:, :_MOST_CHANNELS].T
        noise = events.sensitivity.noise_uv if events.sensitivity else np.ones(rec.n_channels)
        return cls(
            rec,
            white.onto(rows),
            bank_of(np.ascontiguousarray(white.onto(rows).apply(padded))),
            units.templates_uv[:, rec.good],
            np.asarray(noise, dtype=np.float64),
            units.center,
            apart=max(1, round(rules.apart_ms * per_ms)),
            near=max(1, round(rules.near_ms * per_ms)),
            hum=Hum(rec, white.onto(rows), rest),
        )

    def explained(self, row: Any) -> list[Any]:
        """Return the discharges an event consists of."""
        fs = self.rec.fs_hz
        first, last = round(row.onset * fs), round((row.onset + row.duration) * fs)
        size = self.bank.templates.shape[2]
        start = first - self.center - self.near
        stretch = self._read(start - ORDER, last + size - self.center + self.near)
        white = self.white.apply(stretch)
        core = white[:, first - start : last - start + 1]
        correlation = self.bank.correlate(white)
        lags = slice(self.near, correlation.shape[1] - self.near)
        energy = float((core.astype(np.float64) ** 2).sum())
        bank = replace(self.bank, by_chance=BY_CHANCE * self.hum.at(row.peak_s))
        parts = peel(bank, correlation, energy, lags=lags, apart=self.apart, near=self.near)
        if not parts:
            return [row if row.unit else row._replace(unsorted=self._why(row, correlation, lags))]
        rest = stretch[:, ORDER:].astype(np.float64)
        for part in parts:
            rest[:, part.lag : part.lag + size] -= self.templates_uv[part.unit]
        return [self._row(row, part, rest, start, alone=len(parts) == 1) for part in parts]

    def _why(self, row: Any, correlation: NDArray[np.float64], lags: slice) -> str:
        """Say why no sum of units explains a potential that has none."""
        taken = self.bank.taken(correlation, lags)
        before = str(row.unsorted)
        return unexplained(taken, self.bank.energy, by_chance=BY_CHANCE, before=before)

    def _read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Read a stretch with zeros beyond the ends and in gaps."""
        data = filled(self.rec.read(start, stop)[self.rec.good])
        before, after = max(0, -start), max(0, stop - self.rec.n_samples)
        return np.pad(data, ((0, 0), (before, after))) if before or after else data

    def _row(
        self, row: Any, part: Part, rest: NDArray[np.float64], start: int, *, alone: bool
    ) -> Any:
        """Return one discharge; it takes over what its event was, unless it shares it."""
        template = self.templates_uv[part.unit].astype(np.float64)
        wave = rest[:, part.lag : part.lag + template.shape[1]] + template
        share = float((wave * template).sum() / (template**2).sum())
        common = {
            "peak_s": (start + part.lag + self.center) / self.rec.fs_hz,
            "unit": part.unit + 1,
            "unsorted": "",
            "confidence": float(np.clip(1 - abs(1 - share), 0, 1)),
        }
        if alone:
            return row._replace(**common)
        swing = np.ptp(wave, axis=1)
        best = int(swing.argmax())
        channel = self.rec.good[best]
        loud = np.abs(template[best]) > 0.1 * np.abs(template[best]).max()
        edge = np.flatnonzero(loud)
        onset = max(0.0, (start + part.lag + edge[0]) / self.rec.fs_hz)
        noise = self.noise_uv[channel]
        return row._replace(
            **common,
            onset=onset,
            duration=float(edge[-1] - edge[0]) / self.rec.fs_hz,
            channel=self.rec.channels[channel],
            amplitude_uv=float(swing[best]),
            snr=float(swing[best] / noise) if noise > 0 else 0.0,
        )
