"""What the events say of each potential: its sample, its channel and the noise there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emgfasc.errors import ParameterError

if TYPE_CHECKING:
    from emgfasc.containers import Events, Recording

__all__ = ["channel_numbers", "noise_uv", "peak_samples"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def noise_uv(events: Events) -> Floats:
    """Return the noise SD at each potential, in uV; 0 where it is unknown."""
    amplitude = events.frame["amplitude_uv"].to_numpy(float)
    snr = events.frame["snr"].to_numpy(float)
    known = np.isfinite(amplitude) & np.isfinite(snr) & (snr > 0)
    out = np.zeros(len(snr))
    out[known] = amplitude[known] / snr[known]
    return out


def peak_samples(rec: Recording, events: Events) -> Ints:
    """Return the sample of each peak.

    Raises
    ------
    ParameterError
        When a peak lies outside the recording.
    """
    samples = np.rint(events.peak_s * rec.fs_hz).astype(np.int64)
    if len(samples) and (samples.min() < 0 or samples.max() > rec.n_samples):
        raise ParameterError(
            f"events: 'peak_s' from {events.peak_s.min():g} to {events.peak_s.max():g} s does not "
            f"fit {rec.name} ({rec.duration_s:g} s long); measure them in their own recording."
        )
    return np.minimum(samples, rec.n_samples - 1)


def channel_numbers(rec: Recording, events: Events) -> Ints:
    """Return the index of each potential's channel.

    Raises
    ------
    ParameterError
        When a channel is not in the recording.
    """
    number = {name: index for index, name in enumerate(rec.channels)}
    names = events.frame["channel"].tolist()
    unknown = sorted(set(names) - set(number))
    if unknown:
        raise ParameterError(f"events: channel(s) {', '.join(unknown)} are not in {rec.name}.")
    return np.array([number[name] for name in names], np.int64)
