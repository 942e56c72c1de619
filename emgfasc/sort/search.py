"""Look at an event with the units known: what of it each explains, and which sum of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Events, Kind, Recording, Rest, Units
from emgfasc.containers.gaps import filled
from emgfasc.sort.hum import Hum
from emgfasc.sort.noise import ORDER, Whitening, quiet_stretches, whitening
from emgfasc.sort.peel import BY_CHANCE, Bank, Part, bank_of, doublet, gain_of, peel
from emgfasc.sort.rules import SortRules
from emgfasc.sort.unsorted import unexplained

__all__ = ["Look", "Search"]

_MOST_CHANNELS = 16
_RAMP = 0.1  # of a template, at either end
# Of what stands out from noise, that a doublet explains where it lies, when what it leaves has so
# many times the power of noise; with a needle shapes change by more.
_DOUBLET: dict[Kind, float] = {"needle": 0.0, "surface": 0.6, "hdsemg": 0.6}
_LOUD = 3.0


class Look(NamedTuple):
    """What is seen of an event.

    Attributes
    ----------
    start : int
        Sample at which it begins.
    stretch : array of float32, shape (n_good_channels, n)
        In uV.
    correlation : array, shape (n_units, n_lags)
        Product of every template with it, in units of the noise.
    lags : slice
        Lags of potentials that peak within the event.
    all_lags : slice
        Lags of potentials of which any part lies within it.
    energy : float
        Of the event alone, in units of the noise.
    power : array, shape (n,)
        Of every sample of the stretch, in units of the noise: that of noise alone is 1.
    by_chance : float
        Energy that a further potential must take away at least.
    """

    start: int
    stretch: NDArray[np.float32]
    correlation: NDArray[np.float64]
    lags: slice
    all_lags: slice
    energy: float
    power: NDArray[np.float64]
    by_chance: float


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


def _explains(bank: Bank, seen: Look, parts: list[Part], *, least: float) -> bool:
    """Tell whether a doublet, if that is what they are, is most of what lies where they do.

    Where far more is there, an artifact or a beat, some of it can always be taken away so.
    """
    if len(parts) != 2 or parts[0].unit != parts[1].unit:
        return True
    _, n_rows, size = bank.templates.shape
    there = n_rows * seen.power[parts[0].lag : parts[1].lag + size]
    gain, noise = gain_of(bank, seen.correlation, parts), float(n_rows * len(there))
    left = float(there.sum()) - gain
    return left <= _LOUD * noise or gain >= least * (left + gain - noise)


@dataclass(frozen=True, eq=False)
class Search:
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
    ) -> Search:
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

    def look(self, row: Any) -> Look:
        """Return what is seen of an event, in units of the noise."""
        fs = self.rec.fs_hz
        first, last = round(row.onset * fs), round((row.onset + row.duration) * fs)
        size = self.bank.templates.shape[2]
        # A potential that ends in the event begins before it, and the other way round.
        before, after = self.near + size - self.center, self.near + self.center
        start = first - self.center - before
        stretch = self._read(start - ORDER, last + size - self.center + after)
        white = self.white.apply(stretch)
        core = white[:, first - start : last - start + 1]
        correlation = self.bank.correlate(white)
        return Look(
            start,
            stretch[:, ORDER:],
            correlation,
            slice(before, correlation.shape[1] - after),
            slice(self.near, correlation.shape[1] - self.near),
            float((core.astype(np.float64) ** 2).sum()),
            np.square(white, dtype=np.float64).mean(axis=0),
            BY_CHANCE * self.hum.at(row.peak_s),
        )

    def parts(self, seen: Look, bank: Bank | None = None) -> list[Part]:
        """Return the sum of units that explains an event.

        Of two discharges that cancel in the middle only an outer lobe may be in the event: the
        two are looked for around it, too, where no others fire.
        """
        bank = replace(bank or self.bank, by_chance=seen.by_chance)
        common = {"apart": self.apart, "near": self.near}
        parts = peel(bank, seen.correlation, seen.energy, lags=seen.lags, **common)
        if seen.by_chance > BY_CHANCE:
            return parts
        if len(parts) < 2:
            return self.pair(seen, bank) or parts
        return parts if _explains(bank, seen, parts, least=_DOUBLET[self.rec.kind]) else []

    def pair(self, seen: Look, bank: Bank | None = None) -> list[Part]:
        """Return two discharges of one unit that explain what lies around an event, or none."""
        bank = bank or self.bank
        common = {"apart": self.apart, "near": self.near}
        parts = doublet(bank, seen.correlation, seen.energy, lags=seen.all_lags, **common)
        return parts if _explains(bank, seen, parts, least=_DOUBLET[self.rec.kind]) else []

    def explained(self, row: Any) -> list[Any]:
        """Return the discharges an event consists of."""
        seen = self.look(row)
        parts = self.parts(seen)
        if not parts:
            why = self._why(row, seen.correlation, seen.lags)
            return [row if row.unit else row._replace(unsorted=why)]
        return self._rows(row, seen, parts)

    def cancelled(self, row: Any) -> list[Any]:
        """Return the two discharges that an event is what is left of, or the event as it was.

        Not with a needle: there, a doublet is not asked to explain what it lies upon.
        """
        seen = self.look(row)
        asked = self.rec.kind != "needle" and seen.by_chance <= BY_CHANCE
        pair = self.pair(seen) if asked else []
        found = row._replace(category="fasciculation", reason="")
        return self._rows(found, seen, pair) if pair else [row]

    def _rows(self, row: Any, seen: Look, parts: list[Part]) -> list[Any]:
        """Return the discharges of which an event is the sum."""
        rest, size = seen.stretch.astype(np.float64), self.bank.templates.shape[2]
        for part in parts:
            rest[:, part.lag : part.lag + size] -= self.templates_uv[part.unit]
        return [self._row(row, part, rest, seen.start, alone=len(parts) == 1) for part in parts]

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
