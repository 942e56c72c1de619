"""Events that are no potentials: each keeps its row and is told why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgfasc.containers import Events, Kind, Recording, Rest
from emgfasc.containers.gaps import filled
from emgfasc.detect.machine import machine_regular
from emgfasc.detect.neighbours import MIN_GRID, beside
from emgfasc.detect.portrait import Portrait, View
from emgfasc.detect.swing import bare_amplitude, roughness, swing_around

__all__ = ["FAINT", "reject"]

FAINT = "smaller than the noise's own swings"

_BLOCK_S = 60.0
_ECHO_S, _ECHO = 0.03, 0.35  # so near and so much smaller than an artifact is a part of it
_OWN_S, _OWN_SNR = 0.01, 8.0  # but not what is farther away, so strong, and no swing
_SWING_S, _WEAK_SNR = 0.05, 8.0  # so near a slow swing, so weak an event is a part of it
_AMID_S, _AMID_SNR = 0.15, 12.0  # so near swings on both sides, so weak,
_AROUND_S, _AMID = 0.3, 1.2  # and at most so much larger than those around
_MOVEMENT = "movement: a slow swing"


@dataclass(frozen=True, eq=False)
class _Case:
    """An event as the rules see it; `near` tells which channels lie beside which."""

    look: Portrait
    view: View
    kind: Kind
    snr: float
    near: NDArray[np.bool_] | None


def _pop(case: _Case) -> bool:
    # A potential upon a slow swing decays as well, but does not step: of 297 simulated pops at
    # needles and 115 on the skin none had a step below 0.86 or 0.56 high, of 11 potentials that
    # decay so none had both 0.75 and 0.5 (seeds 100-149).
    look = case.look
    return look.decay >= 0.85 and look.step >= 0.75 and look.step_size >= 0.5


def _step(case: _Case) -> bool:
    # Of 525 simulated potentials of needles none apart from a pop had a step above 0.56 or 0.34
    # high (seeds 150-154), of 1502 in five real contractions none had one above 0.91 and 0.6 high.
    # Seen through the skin a potential is slow, and looks more like one: of 2280 none had a step
    # above 0.93 and 0.45 high (seeds 150-157).
    step, size = (0.92, 0.6) if case.kind == "needle" else (0.95, 0.8)
    return case.look.step >= step and case.look.step_size >= size


def _one_electrode(case: _Case) -> bool:
    if case.snr < 8 or case.near is None or not case.near[case.view.best].any():
        return False
    return float(np.abs(case.look.gains[case.near[case.view.best]]).max()) < 0.25


def _faint(case: _Case) -> bool:
    # The widest answer can be large beside a potential, or upon a swing, where nothing stands out.
    return case.kind != "hdsemg" and case.snr < 3


def _common(case: _Case) -> bool:
    # Of 692 simulated potentials none away from a spike had more than 0.16
    # (seeds 150-155).
    gains = case.look.gains
    return len(gains) >= MIN_GRID and float(np.quantile(gains, 0.1)) >= 0.33


def _motion(case: _Case) -> bool:
    look = case.look
    slow = look.slow > 2 or (look.slow > 0.9 and look.middle_hz < 30)
    return slow and look.fast_snr < 7.5


def _kink(case: _Case) -> bool:
    # Where a cable begins to move the band-pass makes a spike of its swing. On a grid it differs
    # from one electrode to the next as no potential does.
    look, view = case.look, case.view
    if case.kind == "needle" or not (look.slow > 4 and look.middle_hz < 85):
        return False
    if case.near is not None:
        bare = bare_amplitude(view.clean, view.fs_hz).max()
        return roughness(look.gains, case.near) > 0.28 and bool(bare < 7.6 * view.noise_uv)
    return bool(bare_amplitude(view.raw[None], view.fs_hz)[0] < 6.0 * view.noise_uv)


def _mere_swing(case: _Case) -> bool:
    # Seen by a needle potentials are fast: of 968 simulated ones as weak as noise's own swings one
    # was as slow and no larger than those once the swing was taken off (SNR 6.5, seeds 100-115).
    look, view = case.look, case.view
    slow = (look.slow > 4 and look.middle_hz < 85) or (look.slow > 0.9 and look.middle_hz < 40)
    if case.kind != "needle" or not slow:
        return False
    clean = bare_amplitude(view.clean[[view.best]], view.fs_hz)[0]
    raw = bare_amplitude(view.raw[None], view.fs_hz)[0]
    return bool(min(clean, raw) < 8 * view.noise_uv)


def _others_swing(case: _Case) -> bool:
    # The common average carries swings to electrodes that do not move. Of 63 simulated potentials
    # as weak none had 0.9 around it (seeds 150-155).
    view = case.view
    if len(view.clean) < MIN_GRID or case.snr >= 7:
        return False
    return swing_around(view.clean, view.fs_hz) >= 1.2 * view.noise_uv


def _too_fast(case: _Case) -> bool:
    # Of 485 simulated potentials of seeds 150-155 none away from a spike that took less than
    # 3.5 ms had its middle above 100 Hz.
    fast = case.look.duration_ms <= 3 and case.look.middle_hz >= 145
    others = np.delete(case.look.gains, case.view.best)
    return case.kind == "surface" and fast and bool((others >= 0.4).all())


def _odd(case: _Case) -> bool:
    # Noise is taken off: simulated interference lies from 0.98 to 1.02 with up to 0.03 beyond, of
    # 3039 simulated potentials none from 0.97 to 1.03 (seeds 100-149). Far above 1 or below 0
    # beyond, too much was, for a contraction is no noise. Wider limits would take more of a real
    # contraction.
    look = case.look
    alike = abs(look.odd - 1) <= 0.025 and abs(look.beyond) <= 0.05
    return case.kind == "needle" and case.snr >= 12 and alike


# The first that holds gives the reason. All limits are this library's own: they lie between
# simulated potentials and simulated disturbances.
_RULES: tuple[tuple[str, Callable[[_Case], bool]], ...] = (
    ("electrode pop: a step that decays", _pop),
    ("on one electrode only", _one_electrode),
    ("the same on all channels at the same moment", _common),
    (_MOVEMENT, _motion),
    (_MOVEMENT, _kink),
    (_MOVEMENT, _mere_swing),
    ("movement: slow swings on other electrodes", _others_swing),
    ("electrode pop: a step, then something else", _step),
    ("spike: faster than potentials seen through the skin", _too_fast),
    ("spike: its own mirror image upside down", _odd),
    (FAINT, _faint),
)


def reject(rec: Recording, events: Events, *, raw: Recording, rest: Rest | None = None) -> Events:
    """Give events that are no potentials the category ``artifact`` and the reason.

    Looked for, in this order: events in stretches that are artifact; steps on one electrode that
    decay (pops); on grids, events on one electrode alone, or the same on all of them; slow swings,
    and what is but a kink in one; on grids, weak events while other electrodes swing; other steps;
    spikes too fast for the electrode; on needles, spikes that are their own mirror image upside
    down, as interference is and a potential with its initial, main and terminal phase is not; off
    grids, what is smaller than noise itself swings; stimuli, which come back like a machine; what
    lies between swings and is no larger; weak events beside any of these. What remains unsaid
    stays as it was.

    Parameters
    ----------
    rec : Recording
        Cleaned, as given to :func:`detect`.
    events : Events
        From :func:`detect`; only those of category ``fasciculation`` are looked at.
    raw : Recording
        Before the band-pass, see :func:`emgfasc.preprocess.mains_free`: the filter hides steps and
        slow swings. Without heart beats, see :func:`beats_in`, which hide steps too.
    rest : Rest, optional
        Its ``artifact`` stretches hold no potentials.

    Returns
    -------
    Events
        The same rows with `reason`.

    Examples
    --------
    >>> import numpy as np, emgfasc as ef
    >>> x = np.random.default_rng(0).normal(0, 5, (1, 20480))
    >>> x[0, 10000:10400] += 200 * np.exp(-np.arange(400) / 60)  # an electrode pop
    >>> raw = ef.read(x, fs=2048, kind="surface")
    >>> rec = ef.preprocess.clean(raw)
    >>> found = ef.detect.reject(rec, ef.detect.detect(rec), raw=raw)
    >>> found.to_frame()["reason"].iloc[0]
    'electrode pop: a step that decays'
    """
    frame = events.to_frame()
    category = frame["category"].to_numpy(object).copy()
    reason = np.array(frame.get("reason", [""] * len(frame)), object)
    if not len(frame):
        return events.assign(reason=reason)
    if rest is not None:
        inside = (category == "fasciculation") & (rest.state_at(events.peak_s) == "artifact")
        starts = rest.segments["start_s"].to_numpy(float)
        segment = np.searchsorted(starts, events.peak_s[inside], side="right") - 1
        category[inside] = "artifact"
        reason[inside] = rest.segments["reason"].to_numpy(object)[np.maximum(segment, 0)]
    # In a contraction no potential is counted, and what is left of a stimulus is not told from one.
    own = np.ones(len(frame), bool) if rest is None else rest.state_at(events.peak_s) == "rest"
    for row, case in _cases(rec, raw, events, category == "fasciculation"):
        own[row] &= _stands_alone(case)
        why = next((name for name, holds in _RULES if holds(case)), None)
        if why is not None:
            category[row], reason[row] = "artifact", why
    # A train whose other stimuli were rejected by their shape is still a train.
    machine = machine_regular(frame, np.isin(category.astype(str), ["fasciculation", "artifact"]))
    machine &= category == "fasciculation"
    category[machine], reason[machine] = "artifact", "stimulus: as regular as a machine"
    peak_s = frame["peak_s"].to_numpy()
    _add_swings(peak_s, frame["snr"].to_numpy(), category, reason)
    _add_echoes(peak_s, frame["amplitude_uv"].to_numpy(), own, category, reason)
    return events.assign(category=category, reason=reason)


def _cases(
    rec: Recording, raw: Recording, events: Events, wanted: NDArray[np.bool_]
) -> Iterator[tuple[int, _Case]]:
    """Yield each wanted event with what is seen of it; the recordings are read once, in blocks."""
    fs, good = rec.fs_hz, rec.good
    row_of = {rec.channels[channel]: row for row, channel in enumerate(good)}
    peak = np.rint(events.peak_s * fs).astype(np.int64)
    half, far = round(0.05 * fs), round(0.25 * fs)
    near = beside(rec)
    block = round(_BLOCK_S * fs)
    names, snr = events.frame["channel"].tolist(), events.frame["snr"].to_numpy(float)
    amplitude = events.frame["amplitude_uv"].to_numpy(float)
    for begin in range(0, rec.n_samples, block):
        rows = np.flatnonzero(wanted & (peak >= begin) & (peak < begin + block))
        if not len(rows):
            continue
        low, high = int(peak[rows[0]]) - far, int(peak[rows[-1]]) + far + 1
        clean, before = _read(rec, low, high)[good], _read(raw, low, high)[good]
        for row in rows:
            best, at = row_of[names[row]], int(peak[row]) - low
            view = View(
                clean=clean[:, at - half : at + half + 1],
                raw=before[best, at - far : at + far + 1].astype(np.float64),
                best=best,
                noise_uv=amplitude[row] / snr[row] if snr[row] > 0 else 0.0,
                fs_hz=fs,
            )
            yield int(row), _Case(Portrait.of(view), view, rec.kind, snr[row], near)


def _read(rec: Recording, start: int, stop: int) -> NDArray[np.float32]:
    """Read a stretch; zeros in gaps, the edge value beyond the ends."""
    data = filled(rec.read(start, stop))
    return np.pad(data, ((0, 0), (max(0, -start), max(0, stop - rec.n_samples))), mode="edge")


def _stands_alone(case: _Case) -> bool:
    """Tell what has nothing slow about it and is too strong to be left over from an artifact."""
    look = case.look
    fast = 0.5 * case.snr <= look.own_snr <= 1.25 * case.snr
    return case.snr >= _OWN_SNR and fast and look.slow < 1


def _add_swings(
    peak_s: NDArray[np.float64],
    snr: NDArray[np.float64],
    category: NDArray[np.object_],
    reason: NDArray[np.object_],
) -> None:
    """Give events that belong to a slow swing its category and reason, in place.

    A cable swings for a while: between two swings, what is not strong and no larger than those
    around it is one of them, and so is what is weak and close to one.
    """
    swings = np.flatnonzero(reason == _MOVEMENT)
    time, size = peak_s[swings], snr[swings]
    for row in np.flatnonzero(category == "fasciculation"):
        gap = time - peak_s[row]
        near = size[np.abs(gap) <= _AROUND_S]
        beside = bool((np.abs(gap) <= _SWING_S).any()) and snr[row] < _WEAK_SNR
        close = np.abs(gap) <= _AMID_S
        amid = bool((close & (gap < 0)).any() and (close & (gap > 0)).any())
        amid &= snr[row] < _AMID_SNR
        if beside or (amid and snr[row] <= _AMID * near.max()):
            category[row], reason[row] = "artifact", f"beside another: {_MOVEMENT}"


def _add_echoes(
    peak_s: NDArray[np.float64],
    amplitude: NDArray[np.float64],
    own: NDArray[np.bool_],
    category: NDArray[np.object_],
    reason: NDArray[np.object_],
) -> None:
    """Give what lies beside a far larger artifact its category and reason, in place.

    What is left of an artifact after a while is weak or slow: others stay what they are.
    """
    for row in np.flatnonzero(category == "artifact"):
        low, high = np.searchsorted(peak_s, [peak_s[row] - _ECHO_S, peak_s[row] + _ECHO_S])
        for other in range(int(low), int(high)):
            apart = own[other] and abs(peak_s[other] - peak_s[row]) > _OWN_S
            smaller = amplitude[other] < _ECHO * amplitude[row]
            if category[other] == "fasciculation" and smaller and not apart:
                category[other], reason[other] = (
                    "artifact",
                    f"beside another: {reason[row]}",
                )
