"""``python -m benchmarks.integrity thresholds``: where the real recordings lie beside each limit.

Needs ``EMGFASC_TEST_DATA``. Every limit is opened and the figure it would judge is printed for
every recording at hand, largest first, so that one sees what lies on either side. Files that are
no EMG (made-up signals, EEG) are left out.
"""
# ruff: noqa: SLF001 - limits are opened on purpose

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

import emgfasc as ef
from emgfasc.integrity import holding, repeats, seams, spectrum
from emgfasc.integrity.excerpts import Look, look_at
from emgfasc.integrity.finding import Finding
from emgfasc.integrity.loops import runs
from emgfasc.integrity.scanning import Scan, scan

Figure = Callable[[ef.Recording, Scan, Look], float]


def main() -> int:
    opened = {
        name: (rec, scan(rec, look), look) for name, rec in recordings() for look in [look_at(rec)]
    }
    for title, limit, figure in FIGURES:
        found = {name: figure(*parts) for name, parts in opened.items()}
        told = sorted(found.items(), key=lambda item: -np.nan_to_num(item[1], nan=-np.inf))
        print(f"{title} (limit {limit})")
        print("   " + ", ".join(f"{name} {value:.3g}" for name, value in told), flush=True)
    return 0


def recordings() -> Iterator[tuple[str, ef.Recording]]:
    """Yield the real EMG recordings at hand, in memory."""
    root = Path(os.environ["EMGFASC_TEST_DATA"])
    for path in sorted((root / "emglab_n2001").glob("*.bin")):
        yield path.stem.removeprefix("N2001"), ef.read(path).load()
    for path in sorted((root / "physionet_emgdb").glob("*.hea")):
        yield path.stem.removeprefix("emg_"), ef.read(path).load()
    for name in ("emglab_spike2/Ramp_Piece.smr", "spike2/tremor_postural.smr"):
        yield Path(name).stem, ef.read(root / name).load()
    yield "physiology FDI", ef.read(root / "spike2/physiology.smr", channels=["FDI"]).load()
    yield "openhdemg", ef.read(root / "openhdemg/otb_testfile.mat").load()
    yield "c3d", ef.read(root / "c3d/pyomeca_markers_analogs.c3d").load()
    yield "trigno", ef.read(root / "delsys/truncated_trigno_sample.csv").load()
    for name in ("emg", "emg_1"):
        yield f"biosppy {name}", ef.read(root / f"biosppy/{name}.txt", scale=1).load()


def amount(found: Finding | None) -> float:
    return float("nan") if found is None else found.amount


def live(look: Look) -> np.ndarray:
    return np.flatnonzero(look.power.sum(1) > 0)


def of_spectrum(name: str) -> Figure:
    """Return the figure of a finding whose limits are opened."""

    def figure(rec: ef.Recording, _: Scan, look: Look) -> float:
        opened = {"_MAINS_SHARE": -1.0, "_LINE_OVER": 0.0, "_TONE_SHARE": 0.0, "_STEEP": np.inf,
                  "_TONE_OVER": 0.0, "_UP_SHARE": 2.0}  # fmt: skip
        kept = {limit: getattr(spectrum, limit) for limit in opened}
        try:
            for limit, value in opened.items():
                setattr(spectrum, limit, value)
            bare = rec.replace(highpass_hz=None, lowpass_hz=None)
            rows = live(look)
            found: list[Finding | None]
            if name in ("highpass", "band_limited"):  # both are found, in this order
                found = [*spectrum._bandwidth(bare, look, rows)]
            else:
                one = {"mains": spectrum._mains, "line": spectrum._weak_line}
                found = [one.get(name, spectrum._tone)(bare, look, rows)]
        finally:
            for limit, value in kept.items():
                setattr(spectrum, limit, value)
        fits = (
            f for f in found if f and (name not in ("highpass", "band_limited") or f.name == name)
        )
        value = amount(next(fits, None))
        return value / (rec.fs_hz / 2) if name == "band_limited" else value

    return figure


def reach(_: ef.Recording, scanned: Scan, __: Look) -> float:
    return float((scanned.high_uv - scanned.low_uv).max())


def smallest(_: ef.Recording, scanned: Scan, __: Look) -> float:
    return float((scanned.high_uv - scanned.low_uv).min())


def leap(_: ef.Recording, scanned: Scan, __: Look) -> float:
    moving = scanned.high_uv > scanned.low_uv
    return float((scanned.leap_uv[moving] / (scanned.high_uv - scanned.low_uv)[moving]).max())


def least_step(rec: ef.Recording, _: Scan, look: Look) -> float:
    usual = float(np.median(look.step_sd_uv))
    return float(look.step_sd_uv.min() / usual) if rec.n_channels > 3 and usual else float("nan")


def coarse(_: ef.Recording, scanned: Scan, look: Look) -> float:
    return float(np.nanmin(look.step_sd_uv / scanned.quantum_uv))


def quiet(rec: ef.Recording, _: Scan, __: Look) -> float:
    if rec.kind != "needle":
        return float("nan")
    rms, _mean = seams._windows(rec, max(round(0.02 * rec.fs_hz), 8))
    return float(rms[rms > 0].min())


def lone(rec: ef.Recording, _: Scan, look: Look) -> float:
    """How many samples stand out by 12 usual steps and 6 times."""
    count = 0.0
    for row, step in zip(rec.read(), look.step_sd_uv, strict=True):
        limits = np.array([1e9, 1e9, 1e9, 1e9, np.inf, -np.inf, 12 * step or np.inf, 6.0])
        state, totals = np.full(8, -1.0), np.zeros((5, 2))
        state[4:] = np.nan
        runs(np.ascontiguousarray(row), 0, limits, state, np.zeros((5, 2)), totals)
        count += totals[4, 0]
    return count


def railed(_: ef.Recording, scanned: Scan, __: Look) -> float:
    return float(scanned.samples[:, 1:3].max())


def flat(rec: ef.Recording, scanned: Scan, __: Look) -> float:
    return 1000 * float(scanned.samples[:, 0].max()) / rec.fs_hz


def held(rec: ef.Recording, scanned: Scan, look: Look) -> float:
    kept = holding._BY_CHANCE
    try:
        holding._BY_CHANCE = 1e-1
        return amount(holding.find_held(rec, scanned, look))
    finally:
        holding._BY_CHANCE = kept


def again(rec: ef.Recording, scanned: Scan, _: Look) -> float:
    kept = repeats._FEWEST, repeats._SHARE
    try:
        repeats._FEWEST, repeats._SHARE = 1, 0.0
        return amount(repeats.find_repeats(rec, scanned))
    finally:
        repeats._FEWEST, repeats._SHARE = kept


def packets(rec: ef.Recording, scanned: Scan, _: Look) -> float:
    return amount(holding.find_doubled(rec, scanned))


FIGURES: tuple[tuple[str, str, Figure], ...] = (
    ("largest step over the range", "0.75 for wrap_around", leap),
    ("samples at the ends of the range, in runs", "20 steps out for clipping", railed),
    ("ms of one value, in stretches of 10 ms", "the usual step above the converter's", flat),
    ("quietest 20 ms, uV RMS, needles", "2 for seam", quiet),
    ("lone samples by the needle's rule", "30 times on the skin, none for slow needles", lone),
    ("usual step over the converter's", "1 for coarse_steps", coarse),
    ("largest range, uV", "50000 for scale", reach),
    ("smallest range of a channel, uV", "2 for scale", smallest),
    ("least usual step over the median channel's", "0.05 for dead_channels", least_step),
    ("mains, % of the power of 10-500 Hz", "30 for mains", of_spectrum("mains")),
    ("mains line over its surroundings, dB", "7.8 for mains_line", of_spectrum("line")),
    ("largest other line, % of the power", "10, and 20 dB, for tone", of_spectrum("tone")),
    ("power at 10-15 Hz over that at 60-90 Hz, dB", "-20 for highpass", of_spectrum("highpass")),
    (
        "last frequency with power over half the rate",
        "0.7 for band_limited",
        of_spectrum("band_limited"),
    ),
    ("seconds that come again at any lag", "4 windows of 50 ms and 5 % for repeated", again),
    ("held samples by a thousandfold laxer rule", "1e-4 by chance for held_samples", held),
    ("samples in doubled packets", "none", packets),
)
