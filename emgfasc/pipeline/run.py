"""One function that runs every stage in order."""

from __future__ import annotations

from collections.abc import Callable

from emgfasc import detect, evidence, integrity, measure, preprocess, sort
from emgfasc import rest as resting
from emgfasc.containers import Recording
from emgfasc.errors import ParameterError
from emgfasc.pipeline.analysis import Analysis
from emgfasc.pipeline.downstream import downstream
from emgfasc.pipeline.gate import gated, named
from emgfasc.pipeline.settings import Settings

__all__ = ["STAGES", "analyze"]

STAGES = ("check", "clean", "rest", "detect", "sort", "measure", "firing", "evidence")

_IN_MEMORY_BYTES = 2**30  # a cleaned recording up to this size is kept; a larger one is streamed


def analyze(
    rec: Recording,
    *,
    settings: Settings | None = None,
    context: evidence.Context | None = None,
    n_jobs: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Analysis:
    """Find, measure, sort and weigh the fasciculation potentials of one recording.

    Parameters
    ----------
    rec : Recording
        From :func:`emgfasc.read` or :func:`emgfasc.simulate.recording`.
    settings : Settings, optional
        Default: the usual ones for the recording's kind.
    context : Context, optional
        What was asked beside the recording; reported beside the evidence, never changes it.
    n_jobs : int, optional
        Threads; default EMGFASC_NUM_THREADS or every core. Results do not depend on it.
    progress : callable, optional
        Called with the name of each stage as it begins.

    Returns
    -------
    Analysis
        Nothing found gives empty tables.

    Raises
    ------
    RecordingError
        When no channel can be used.
    ParameterError
        When `rec` is no Recording, or a setting does not fit it.

    Examples
    --------
    >>> import emgfasc as ef
    >>> rec, truth = ef.simulate.recording(kind="needle", seed=7)
    >>> res = ef.analyze(rec)
    >>> res.rest.status
    'rest'
    """
    if not isinstance(rec, Recording):
        raise ParameterError(
            f"analyze needs a Recording, but got {type(rec).__name__} instead; "
            "make one with emgfasc.read(...)."
        )
    tell = progress or (lambda _stage: None)
    use = (settings or Settings()).resolved(rec.kind)
    seen = _held(rec)  # read once, where each check would read it again
    tell("check")
    doubts = integrity.check(seen).flags
    lost = resting.lost(seen)
    tell("clean")
    plain = _held(preprocess.mains_free(seen, mains_hz=use.mains_hz))
    plain = plain.replace(flags=tuple(dict.fromkeys((*rec.flags, *doubts))))
    del seen  # of what is held, only `plain` and `clean` are looked at again
    clean = _held(preprocess.clean(plain, band_hz=use.band_hz, mains_hz=None, n_jobs=n_jobs))
    beats = detect.find_beats(clean)
    clean = _held(detect.without_beats(clean, beats))
    tell("rest")
    first_rest = resting.find(clean, rules=use.rest, lost=lost)
    tell("detect")
    found = detect.detect(
        clean, max_false_per_min=use.max_false_per_min, rules=use.detect, n_jobs=n_jobs
    )
    calm = detect.without_beats(plain, detect.beats_in(plain, beats))
    found = detect.reject(clean, found, raw=calm, rest=first_rest)
    found = detect.with_beats(found, clean, beats)
    tell("sort")
    sorted_events, units = sort.units(clean, found, rest=first_rest, rules=use.sort)
    single, units = sort.rediscover(clean, sorted_events, units, rest=first_rest, rules=use.sort)
    single, units = sort.whole(single, units, rest=first_rest, kind=rec.kind)
    timed = sort.retime(plain, single, rest=first_rest, rules=use.sort)
    tell("measure")
    shaped = measure.morphology(clean, timed, rules=use.measure)
    tell("firing")
    judged, rest = named(clean, shaped, units, rest=first_rest, rules=use.rest, lost=lost)
    events = gated(judged.events, rest)
    found_units = judged.units or units
    done = downstream(
        clean, rest, events, found_units, rules=use.measure, context=context, tell=tell
    )
    return Analysis(
        recording=clean,
        rest=rest,
        events=events,
        units=done.units,
        firing=done.firing,
        evidence=done.evidence,
        settings=use,
        raw=rec,
        rules_fired=judged.fired,
    )


def _held(rec: Recording) -> Recording:
    """Return `rec` in memory where it is small enough."""
    return rec.load() if 4 * rec.n_channels * rec.n_samples <= _IN_MEMORY_BYTES else rec
