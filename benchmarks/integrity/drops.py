"""``python -m benchmarks.integrity drops``: which lost or doubled samples the report finds.

Clean simulated recordings (report seeds 9400 and on) lose stretches of n samples in five places:
held over by the last value, replaced by the packet before, or cut out while 50 Hz hum as large as
the signal runs on. Printed is the share of places found, and places named wrongly.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

import emgfasc as ef

FIRST_SEED, RECORDINGS, PLACES = 9400, 6, 5
KINDS: tuple[Literal["needle", "surface", "hdsemg"], ...] = ("needle", "surface", "hdsemg")
SECONDS, SECONDS_OF_HUM = 10.0, 40.0
SAMPLES = {"held_samples": (2, 3, 4, 6, 8, 12, 18), "doubled_packets": (6, 8, 12, 18, 32)}
CUT_MS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 14.0)  # 0: nothing is lost; 50 Hz turns once in 20 ms


def main(share: float) -> int:
    seeds = range(FIRST_SEED, FIRST_SEED + max(1, round(RECORDINGS * share)))
    for kind in KINDS:
        clean = [ef.simulate.recording(kind=kind, seed=s, seconds=SECONDS)[0] for s in seeds]
        for name, sizes in SAMPLES.items():
            for size in sizes:
                tell(clean, name, size, f"{size} samples")
        if kind == "hdsemg":  # one channel is followed: a grid tells no more than a pair
            continue
        long = [ef.simulate.recording(kind=kind, seed=s, seconds=SECONDS_OF_HUM)[0] for s in seeds]
        for cut_ms in CUT_MS:
            size = round(cut_ms * 1e-3 * long[0].fs_hz)
            tell(long, "phase_breaks", size, f"{cut_ms:g} ms")
    return 0


def tell(clean: list[ef.Recording], name: str, size: int, words: str) -> None:
    """Print what is found of losses of one kind and size."""
    found = wrong = 0
    for place, rec in enumerate(clean):
        told, missing = spoiled(rec, name, size, np.random.default_rng(place))
        spans = named(told, name)
        hits = [[a < stop and b > start for start, stop in missing] for a, b in spans]
        found += int(np.any(hits, axis=0).sum()) if hits else 0
        wrong += sum(not any(row) for row in hits)
    of = PLACES * len(clean)
    print(f"{clean[0].kind} {name}, {words}: {found} of {of} found, {wrong} wrong", flush=True)


def spoiled(
    rec: ef.Recording, name: str, size: int, rng: np.random.Generator
) -> tuple[ef.Recording, list[tuple[float, float]]]:
    """Return the recording with losses, and where they are in it, in seconds."""
    x, fs_hz = rec.read().astype(np.float64), rec.fs_hz
    at = np.linspace(2.2, rec.duration_s - 2.2, PLACES) * fs_hz + rng.integers(0, 100, PLACES)
    starts = at.astype(int)
    if name == "phase_breaks":
        t = np.arange(x.shape[1]) / fs_hz
        x += x.std(axis=1, keepdims=True) * np.sqrt(2) * np.sin(2 * np.pi * 50.02 * t)
        keep = np.ones(x.shape[1], bool)
        for start in starts:
            keep[start : start + size] = False
        x = x[:, keep]
        starts = starts - size * np.arange(PLACES)
    for start in starts if name != "phase_breaks" else ():
        held = name == "held_samples"
        x[:, start : start + size] = x[:, start - 1 : start] if held else x[:, start - size : start]
    stops = starts + (1 if name == "phase_breaks" else size)
    missing = [(a / fs_hz, b / fs_hz) for a, b in zip(starts, stops, strict=True)]
    return ef.read(x, fs=fs_hz, kind=rec.kind), missing


def named(rec: Any, name: str) -> tuple[tuple[float, float], ...]:
    """Return where the report sees losses of one kind."""
    found = [item for item in ef.integrity.check(rec).findings if item.name == name]
    return found[0].spans if found else ()
