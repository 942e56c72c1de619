"""Other libraries' detectors, with their defaults, on the same recordings.

Each find is moved to the largest deflection near by, and the finds of all channels are joined as in
``benchmarks.accuracy``: nobody loses by naming another moment of a potential than its peak, or by
reporting each channel for itself.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module, metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.baselines import JOIN_MS, band_passed, joined, mad_5
from benchmarks.accuracy.detectors import analysis
from emgfasc.containers import Recording

__all__ = ["Peer", "peers"]

Times = NDArray[np.float64]
_BEFORE_S, _AFTER_S = 0.015, 0.025  # where the peak of a find is looked for


@dataclass(frozen=True)
class Peer:
    """A column of the table.

    Attributes
    ----------
    name : str
        Heading.
    module : str
        What is imported; empty for the plain loop.
    find : callable or None
        A recording in, the times of its potentials out. None for what looks for contractions: with
        its defaults it does not see single potentials, and a score would say nothing of it.
    made_for, rest, channels, units, answer : str
        What it does, from its documentation.
    """

    name: str
    module: str
    find: Callable[[Recording], Times] | None
    made_for: str
    rest: str
    channels: str
    units: str
    answer: str

    @property
    def installed(self) -> bool:
        """Whether it can be run here."""
        return not self.module or importlib.util.find_spec(self.module) is not None

    @property
    def heading(self) -> str:
        """Name and version."""
        return f"{self.name} {metadata.version(self.module)}" if self.module else self.name


def peers() -> tuple[Peer, ...]:
    """Return every column, those that are not installed here too."""
    return (
        Peer("emgfasc", "emgfasc", _emgfasc, "fasciculation potentials", "told apart, with reasons",
             "one event", "yes", "rate with limits, shapes, evidence, report, review"),
        Peer("plain loop", "", _plain, "(band-pass, 5 x MAD, `find_peaks`)", "no",
             "one by one", "no", "times"),
        Peer("SpikeInterface", "spikeinterface", _spikeinterface, "extracellular spikes", "no",
             "one event within a radius", "with a sorter", "spike trains, waveforms, quality"),
        Peer("NeuroKit2", "neurokit2", None, "contractions", "contractions only",
             "one channel", "no", "activation, amplitude"),
        Peer("BioSPPy", "biosppy", None, "contractions", "contractions only",
             "one channel", "no", "onsets"),
    )  # fmt: skip


def _emgfasc(rec: Recording) -> Times:
    """Run the whole analysis, rest and kinds and all."""
    return np.asarray(analysis(rec).fasciculations.peak_s, float)


def _plain(rec: Recording) -> Times:
    return np.asarray(mad_5(rec)["peak_s"], float)


def _spikeinterface(rec: Recording) -> Times:
    core = import_module("spikeinterface.core")
    passing = import_module("spikeinterface.preprocessing")
    peaks = import_module("spikeinterface.sortingcomponents.peak_detection")
    made = core.NumpyRecording([rec.read().T], rec.fs_hz)
    high = min(0.45 * rec.fs_hz, 10_000.0 if rec.kind == "needle" else 450.0)
    plain = passing.bandpass_filter(made, freq_min=20, freq_max=high, ignore_low_freq_error=True)
    method, options = "by_channel", dict[str, Any](peak_sign="both")
    if rec.positions_mm is not None:
        plain.set_dummy_probe_from_locations(1e3 * rec.positions_mm)
        method, options = "locally_exclusive", dict[str, Any](peak_sign="both", radius_um=20_000.0)
    # By itself it takes other chunks of noise, and with them finds other peaks, in every run.
    options["noise_levels"] = core.get_noise_levels(
        plain, return_in_uV=False, random_slices_kwargs={"seed": 0}
    )
    jobs = {"n_jobs": 1, "progress_bar": False}
    found = peaks.detect_peaks(plain, method=method, method_kwargs=options, job_kwargs=jobs)
    by_channel = [found["sample_index"][found["channel_index"] == k] for k in range(rec.n_channels)]
    return _at_peaks(rec, by_channel)


def _at_peaks(rec: Recording, found: Sequence[Any]) -> Times:
    """Move every find to the largest deflection near by, and join those of all channels."""
    signal, fs_hz = np.abs(band_passed(rec)), rec.fs_hz
    before, after = round(_BEFORE_S * fs_hz), round(_AFTER_S * fs_hz)
    samples, sizes, channels = [], [], []
    for k, hits in enumerate(found):
        for hit in np.asarray(hits, np.float64)[np.isfinite(hits)].astype(int):
            start = max(hit - before, 0)
            near = signal[k, start : hit + after]
            samples.append(start + int(near.argmax()))
            sizes.append(float(near.max()))
            channels.append(k)
    gap = round(JOIN_MS[rec.kind] * fs_hz / 1e3)
    peaks, _, _ = joined(
        np.asarray(samples, np.intp), np.asarray(sizes), np.asarray(channels, np.intp), gap=gap
    )
    return np.asarray(peaks / fs_hz, float)
