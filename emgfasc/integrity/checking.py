"""All checks of one recording, in one call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain

from emgfasc._kernels.jit import run
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
    if rec.n_channels * rec.n_samples <= _HELD_VALUES:
        return Report(_findings(rec.load(), n_jobs=None))
    return Report(_findings(rec, n_jobs=1))  # a file is read by one thread


def _findings(rec: Recording, *, n_jobs: int | None) -> tuple[Finding, ...]:
    """Return every finding, in the order of how bad it is to miss."""
    look = look_at(rec)
    scanned = scan(rec, look)
    checks: tuple[Callable[[], Finding | Iterable[Finding] | None], ...] = (
        partial(find_wrap, rec, scanned),
        partial(find_repeats, rec, scanned),
        partial(find_held, rec, scanned, look),
        partial(find_doubled, rec, scanned),
        partial(find_phase_breaks, rec, look),
        partial(amplitude_findings, rec, scanned, look),
        partial(relation_findings, rec, scanned, look),
        partial(spectrum_findings, rec, look),
        partial(find_heart, rec),
        partial(_missing, rec),
    )
    return tuple(chain.from_iterable(run(_made, checks, n_jobs=n_jobs)))


def _made(check: Callable[[], Finding | Iterable[Finding] | None]) -> tuple[Finding, ...]:
    """Return what one check finds."""
    found = check()
    if found is None:
        return ()
    return (found,) if isinstance(found, Finding) else tuple(found)


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
