"""All checks of one recording, in one call."""

from __future__ import annotations

from collections.abc import Iterator

from emgfasc.containers import Recording
from emgfasc.integrity.amplitude import amplitude_findings
from emgfasc.integrity.excerpts import look_at
from emgfasc.integrity.finding import Finding, Report
from emgfasc.integrity.heart import find_heart
from emgfasc.integrity.holding import find_doubled, find_held
from emgfasc.integrity.mains_phase import find_phase_breaks
from emgfasc.integrity.relations import relation_findings
from emgfasc.integrity.repeats import find_repeats
from emgfasc.integrity.scanning import scan
from emgfasc.integrity.spectrum import spectrum_findings
from emgfasc.integrity.wrapping import find_wrap

__all__ = ["check"]

_HELD_VALUES = 1 << 24  # 64 MB: a minute of a grid, read from its file once and not 30 times


def check(rec: Recording) -> Report:
    """Look for what makes a recording doubtful. It is never changed.

    A long recording is walked through in blocks, a short one read once.

    Parameters
    ----------
    rec : Recording
        As read, before any cleaning: filters hide what is looked for.

    Returns
    -------
    Report
        Findings with where, how much and whether results can be trusted; ``report.flags`` are
        their names, ``report.to_frame()`` a table. ``missing_metadata`` is told but is no flag.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> x = np.random.default_rng(0).normal(0, 5, (2, 8000))
    >>> ef.integrity.check(ef.read(x, fs=2000, kind="surface")).trust
    'yes'
    >>> ef.integrity.check(ef.read(x * 1e6, fs=2000, kind="surface")).flags
    ('scale',)
    """
    short = rec.n_channels * rec.n_samples <= _HELD_VALUES
    return Report(tuple(_findings(rec.load() if short else rec)))


def _findings(rec: Recording) -> Iterator[Finding]:
    """Yield every finding, in the order of how bad it is to miss."""
    look = look_at(rec)
    scanned = scan(rec, look)
    for finding in (
        find_wrap(rec, scanned),
        find_repeats(rec, scanned),
        find_held(rec, scanned, look),
        find_doubled(rec, scanned),
        find_phase_breaks(rec, look),
    ):
        if finding is not None:
            yield finding
    yield from amplitude_findings(rec, scanned, look)
    yield from relation_findings(rec, scanned, look)
    yield from spectrum_findings(rec, look)
    heart = find_heart(rec)
    if heart is not None:
        yield heart
    missing = _missing(rec)
    if missing is not None:
        yield missing


def _missing(rec: Recording) -> Finding | None:
    """Tell what the file does not say about itself."""
    lacking = [
        words
        for words, value in (
            ("muscle", rec.muscle),
            ("start", rec.start),
            ("high-pass", rec.highpass_hz),
            ("low-pass", rec.lowpass_hz),
            ("electrode positions", rec.positions_mm if rec.kind == "hdsemg" else "none needed"),
        )
        if value is None
    ]
    if not lacking:
        return None
    return Finding(
        "missing_metadata",
        "yes",
        float(len(lacking)),
        "items",
        f"Not stated: {', '.join(lacking)}.",
    )
