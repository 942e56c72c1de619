"""From a recording as it was made to one that detection can work on."""

from __future__ import annotations

from typing import Literal

from emgfasc._log import logger
from emgfasc._validate import positive
from emgfasc.containers import Recording
from emgfasc.errors import ParameterError, RecordingError
from emgfasc.preprocess.channels import judge_channels
from emgfasc.preprocess.filters import Band, band_for, filtered
from emgfasc.preprocess.mains import Mains, find_mains
from emgfasc.preprocess.mains_fit import without_mains

__all__ = ["clean", "mains_free"]

# Surface motor unit potentials hold most of their power between 50 and 150 Hz (unverified): below
# this rate a potential is a few samples, and neither its shape nor rest can be judged.
_LEAST_FS_HZ = 400.0


def clean(
    rec: Recording,
    *,
    band_hz: tuple[float, float] | None = None,
    mains_hz: float | Literal["auto"] | None = "auto",
    n_jobs: int | None = None,
) -> Recording:
    """Remove mains, band-pass without shifting phase, and mark bad channels.

    Nothing is computed until samples are read; what is read does not depend on how it is cut.
    Zero phase matters: a causal filter makes artifacts look like fasciculation potentials
    (Jahanmiri-Nezhad 2015, https://doi.org/10.1186/1743-0003-12-5).

    Parameters
    ----------
    rec : Recording
        As read.
    band_hz : (low, high), optional
        Corners of the band-pass. Default: 20-450 Hz for surface and hdsemg, 20-10000 Hz for
        needle, the upper one at most 0.45 of the sampling rate.
    mains_hz : float, 'auto' or None
        ``'auto'`` looks for 50 or 60 Hz and removes what stands out; a number removes that
        frequency and its harmonics; ``None`` removes nothing.
    n_jobs : int, optional
        Threads; default EMGFASC_NUM_THREADS or every core.

    Returns
    -------
    Recording
        Lazy, with `steps` and `bad_channels` filled in.

    Raises
    ------
    RecordingError
        When the sampling rate is below 400 Hz, or no channel can be used.
    ParameterError
        When the band does not fit the sampling rate.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> noise = np.random.default_rng(0).normal(0, 5, (2, 4096))
    >>> rec = ef.preprocess.clean(ef.read(noise, fs=2048, kind="surface"))
    >>> rec.steps
    ('zero-phase Butterworth band-pass 20-450 Hz, order 2 twice',)
    """
    if rec.fs_hz < _LEAST_FS_HZ:
        raise RecordingError(
            f"{rec.path or rec.name}: a sampling rate of {rec.fs_hz:g} Hz is too low for EMG; "
            f"at least {_LEAST_FS_HZ:g} Hz is needed."
        )
    band = band_for(rec.kind, rec.fs_hz) if band_hz is None else Band(*band_hz, rec.fs_hz)
    passed = filtered(mains_free(rec, mains_hz=mains_hz), band, n_jobs=n_jobs)
    return _without_bad_channels(rec, passed)


def mains_free(rec: Recording, *, mains_hz: float | Literal["auto"] | None = "auto") -> Recording:
    """Remove mains and nothing else, so that shapes stay as they were recorded.

    Parameters
    ----------
    rec : Recording
        As read.
    mains_hz : float, 'auto' or None
        As for :func:`clean`.

    Returns
    -------
    Recording
        Lazy.

    Raises
    ------
    ParameterError
        When `mains_hz` is no frequency within the recording's band.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> rec = ef.read(np.zeros((1, 4096)), fs=2048, kind="surface")
    >>> ef.preprocess.mains_free(rec, mains_hz=None) is rec
    True
    """
    return without_mains(rec, _mains(rec, mains_hz))


def _mains(rec: Recording, mains_hz: float | str | None) -> Mains | None:
    """Return the mains lines to remove."""
    if mains_hz is None:
        return None
    if mains_hz == "auto":
        return find_mains(rec)
    if isinstance(mains_hz, str):
        raise ParameterError(
            "Invalid value for the 'mains_hz' parameter: a frequency, 'auto' or None is needed, "
            f"but got {mains_hz!r} instead."
        )
    frequency = positive("mains_hz", mains_hz)
    top = int(0.45 * rec.fs_hz // frequency)
    if top < 1:
        raise ParameterError(
            f"Invalid value for the 'mains_hz' parameter: {frequency:g} Hz lies above the band "
            f"of a recording sampled at {rec.fs_hz:g} Hz."
        )
    return Mains(frequency, tuple(range(1, top + 1)))


def _without_bad_channels(raw: Recording, rec: Recording) -> Recording:
    """Mark channels that cannot be used; refuse a recording without any other."""
    reasons = judge_channels(raw, rec)
    known = set(rec.bad_channels)
    bad = tuple(name for name in rec.channels if name in known or name in reasons)
    if len(bad) == rec.n_channels:
        why = sorted(set(reasons.values()) or {"marked bad"})
        raise RecordingError(
            f"{rec.path or rec.name}: no channel can be used ({', '.join(why)}); "
            "check the electrode, the scale and the channel choice."
        )
    notes = tuple(f"Channel {name} is left out: {why}." for name, why in reasons.items())
    for note in notes:
        logger.info(note)
    flags = ("bad_channels",) if bad else ()
    return rec.replace(bad_channels=bad, notes=(*rec.notes, *notes), flags=(*rec.flags, *flags))
