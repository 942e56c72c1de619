"""Where potentials are lost and false ones come from: every error by its stage and its neighbour.

``python -m benchmarks.accuracy.losses`` analyses recordings of :mod:`everything` stage by stage and
prints, for each kind and SNR, how many true potentials were lost and how many false ones came up
in which stage, and beside what. With ``--rows`` every single error is printed.
"""

from __future__ import annotations

import argparse
import sys
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import emgfasc as ef
from benchmarks.accuracy.design import DEVELOPMENT_SEEDS
from benchmarks.accuracy.everything import SNRS, TOLERANCE_S, scenario
from emgfasc import detect, evaluate, firing, measure, preprocess, sort
from emgfasc import rest as resting
from emgfasc.containers import KINDS, Events, Kind, Recording
from emgfasc.simulate import recording

__all__ = ["errors", "stages"]

_COVERED_S = 0.005  # an event's span may end so far from the peak it covers
_BESIDE_S = 0.06  # farther away than this nothing is called a neighbour
_PEAK_S = 0.02
_STRETCHES = ("mains", "cable motion", "clipping", "dropout", "contraction")


def stages(rec: Recording) -> dict[str, Events]:
    """Return the events after every stage of :func:`emgfasc.analyze`, in its order."""
    use = ef.Settings().resolved(rec.kind)
    plain = preprocess.mains_free(rec, mains_hz=use.mains_hz).load()
    clean = preprocess.clean(plain, band_hz=use.band_hz, mains_hz=None).load()
    beats = detect.find_beats(clean)
    clean = detect.without_beats(clean, beats).load()
    rest = resting.find(clean, rules=use.rest, lost=resting.lost(rec))
    calm = detect.without_beats(plain, detect.beats_in(plain, beats))
    out = {}
    out["detect"] = detect.detect(clean, max_false_per_min=use.max_false_per_min, rules=use.detect)
    out["reject"] = detect.reject(clean, out["detect"], raw=calm, rest=rest)
    out["heart"] = detect.with_beats(out["reject"], clean, beats)
    out["sort"], units = sort.units(clean, out["heart"], rest=rest, rules=use.sort)
    out["rediscover"], units = sort.rediscover(clean, out["sort"], units, rest=rest, rules=use.sort)
    out["whole"], units = sort.whole(out["rediscover"], units, rest=rest, kind=rec.kind)
    out["retime"] = sort.retime(plain, out["whole"], rest=rest, rules=use.sort)
    shaped = measure.morphology(clean, out["retime"], rules=use.measure)
    judged = firing.kinds(shaped, units, kind=rec.kind, duration_s=rec.duration_s, rest=rest)
    out["kinds"] = judged.events
    out["final"] = ef.analyze(rec).events
    return out


def errors(truth: Events, after: dict[str, Events]) -> pd.DataFrame:
    """Return a row for each missed and each false fasciculation of the last stage.

    Parameters
    ----------
    truth : Events
        What is in the recording.
    after : dict of str to Events
        From :func:`stages`.

    Returns
    -------
    DataFrame
        ``outcome``; ``time_s``; ``stage``, the one from which on a missed potential is missed, or
        in which a false one came up; ``why``: what is there instead; ``beside`` and ``away_ms``:
        the nearest thing in the recording; ``snr``.
    """
    scores = {
        name: evaluate.events(truth, events, tolerance_s=TOLERANCE_S).matches
        for name, events in after.items()
    }
    last = scores["final"]
    rows = [
        _missed(truth, after, scores, row)
        for row in last.loc[last["outcome"] == "missed", "truth_row"]
    ]
    rows += [_false(truth, after, row) for row in last.loc[last["outcome"] == "false", "found_row"]]
    columns = ["outcome", "time_s", "stage", "why", "beside", "away_ms", "snr"]
    return pd.DataFrame(rows, columns=columns).sort_values("time_s", ignore_index=True)


def _missed(
    truth: Events, after: dict[str, Events], scores: dict[str, pd.DataFrame], row: int
) -> tuple[object, ...]:
    """Describe a true potential that was not found."""
    true = truth.frame.iloc[row]
    stage = "detect"
    for name in after:
        matched = scores[name].loc[scores[name]["outcome"] == "matched", "truth_row"]
        here = row in matched.to_numpy()
        stage = "" if here else stage or name
    found = after[stage].frame
    gap = np.abs(found["peak_s"].to_numpy(float) - true["peak_s"])
    why = "nothing"
    if len(found) and gap.min() <= TOLERANCE_S:
        there = found.iloc[int(gap.argmin())]
        why = f"{there['category']}: {there.get('reason', '')}".rstrip(": ")
    elif _covers(found, float(true["peak_s"])).any():
        there = found[_covers(found, float(true["peak_s"]))].iloc[0]
        why = f"peak {1e3 * (there['peak_s'] - true['peak_s']):+.0f} ms away"
    beside, away = _neighbour(truth, float(true["peak_s"]), but=row)
    return "missed", true["peak_s"], stage, why, beside, away, true["snr"]


def _covers(found: pd.DataFrame, time_s: float) -> NDArray[np.bool_]:
    """Tell which events cover a moment."""
    first = found["onset"].to_numpy(float) - _COVERED_S
    last = first + found["duration"].to_numpy(float) + 2 * _COVERED_S
    return np.asarray((first <= time_s) & (time_s <= last))


def _false(truth: Events, after: dict[str, Events], row: int) -> tuple[object, ...]:
    """Describe an event that is no true potential."""
    event = after["final"].frame.iloc[row]
    time_s, stage = float(event["peak_s"]), "final"
    for name in reversed(after):
        frame = after[name].frame
        same = np.abs(frame["peak_s"].to_numpy(float) - time_s) <= 1e-3
        if not (same & (frame["category"] == "fasciculation").to_numpy()).any():
            break
        stage = name
    beside, away = _neighbour(truth, time_s)
    why = f"unit {event['unit']}" if event["unit"] else "no unit"
    return "false", time_s, stage, why, beside, away, event["snr"]


def _neighbour(truth: Events, time_s: float, *, but: int = -1) -> tuple[str, float]:
    """Return the nearest thing in the truth and how far away it peaks, or a stretch around it."""
    frame = truth.frame
    name = frame["reason"].where(frame["reason"] != "", frame["category"])
    moment = ~name.isin(_STRETCHES).to_numpy() & (np.arange(len(frame)) != but)
    first = frame["onset"].to_numpy(float)
    last = first + frame["duration"].to_numpy(float)
    away = np.maximum(first - time_s, 0) + np.maximum(time_s - last, 0)
    peak = np.abs(frame["peak_s"].to_numpy(float) - time_s)
    # A beat's waves last half a second: what peaks nearby comes first.
    away = np.where(moment, np.where(peak <= _PEAK_S, peak - _PEAK_S, away), np.inf)
    if len(frame) and away.min() <= _BESIDE_S:
        near = int(away.argmin())
        return str(name.iloc[near]), 1e3 * (time_s - float(frame["peak_s"].iloc[near]))
    inside = ~moment & (first - _BESIDE_S <= time_s) & (time_s <= last + _BESIDE_S)
    inside &= (name != "mains").to_numpy() & (np.arange(len(frame)) != but)
    return (str(name[inside].iloc[0]), 0.0) if inside.any() else ("", np.nan)


def main() -> int:
    """Print the errors of the chosen recordings."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy.losses")
    parser.add_argument("--seeds", nargs="+", type=int, default=list(DEVELOPMENT_SEEDS[:2]))
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--snrs", nargs="+", type=float, default=list(SNRS))
    parser.add_argument("--rows", action="store_true", help="print every error")
    args = parser.parse_args()
    for kind, snr in product(args.kinds, args.snrs):
        parts = [_one(kind, snr, seed) for seed in args.seeds]
        table = pd.concat(parts, ignore_index=True)
        if args.rows:
            print(table.round(3).to_string())
        table["why"] = table["why"].str.replace(r"(unit|peak) .*", r"\1", regex=True)
        counts = table.groupby(["outcome", "stage", "why", "beside"]).size().rename("n")
        print(counts.sort_values(ascending=False).to_string(), flush=True)
    return 0


def _one(kind: Kind, snr: float, seed: int) -> pd.DataFrame:
    """Return the errors in one recording, and say how many there are."""
    rec, truth = recording(scenario(kind, snr, seed))
    after = stages(rec)
    scores = evaluate.events(truth, after["final"], tolerance_s=TOLERANCE_S)
    print(
        f"{kind} SNR {snr:g}, seed {seed}: {scores.n_truth} true, {scores.n_found} found, "
        f"{scores.n_matched} of them true, F1 {scores.f1:.3f}",
        flush=True,
    )
    return errors(truth, after).assign(seed=seed)


if __name__ == "__main__":
    sys.exit(main())
