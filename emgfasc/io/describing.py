"""The facts of a recording as plain values."""

from __future__ import annotations

from emgfasc.containers import Recording

__all__ = ["describe"]


def describe(rec: Recording) -> dict[str, object]:
    """Return what ``emgfasc info FILE --json`` prints.

    Parameters
    ----------
    rec : Recording
        Any recording.

    Returns
    -------
    dict
        ``file, fs_hz, n_channels, channels, bad_channels, kind, duration_s, n_samples, unit,
        flags, notes, muscle, side, start, highpass_hz, lowpass_hz, sha256``; only str, int,
        float, list and ``None``, so that :func:`json.dumps` takes it as it is.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> facts = ef.io.describe(ef.read(np.zeros(4096), fs=2048, kind="surface"))
    >>> facts["duration_s"], facts["unit"], facts["channels"]
    (2.0, 'uV', ['EMG1'])
    """
    return {
        "file": rec.path or rec.name,
        "fs_hz": float(rec.fs_hz),
        "n_channels": rec.n_channels,
        "channels": list(rec.channels),
        "bad_channels": list(rec.bad_channels),
        "kind": rec.kind,
        "duration_s": float(rec.duration_s),
        "n_samples": rec.n_samples,
        "unit": "uV",
        "flags": list(rec.flags),
        "notes": list(rec.notes),
        "muscle": rec.muscle,
        "side": rec.side,
        "start": None if rec.start is None else rec.start.isoformat(),
        "highpass_hz": None if rec.highpass_hz is None else float(rec.highpass_hz),
        "lowpass_hz": None if rec.lowpass_hz is None else float(rec.lowpass_hz),
        "sha256": rec.sha256,
    }
