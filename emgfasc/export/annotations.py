"""Potentials as annotations of an MNE Raw, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from emgfasc.containers import Events, Rest
from emgfasc.errors import ParameterError
from emgfasc.export.labels import excluded, labels, table

if TYPE_CHECKING:
    import mne

__all__ = ["from_annotations", "to_annotations"]


def to_annotations(events: Events, raw: Any = None, *, rest: Rest | None = None) -> mne.Annotations:
    """Return one annotation per potential, with its channel, from onset to offset.

    The description is ``category/unit N``, so that MNE selects by either part; an unsorted
    potential has its category alone. A potential without a known end gets duration 0.

    Parameters
    ----------
    events : Events
        Potentials of any category.
    raw : mne.io.BaseRaw, optional
        The Raw they were found in. With it, times are those of `raw`, cropped or dated, so that
        ``raw.set_annotations(raw.annotations + to_annotations(events, raw))`` adds them (where
        the Raw is both cropped and undated, MNE moves the earlier ones when they are set again:
        set these alone). Without it, times count from the first sample.
    rest : Rest, optional
        With it, every stretch that is not rest is annotated too, on all channels, as
        ``BAD_voluntary``, ``BAD_spontaneous`` or ``BAD_artifact``. MNE then leaves it, with the
        potentials in it, out of epochs and averages (``reject_by_annotation=True``).

    Returns
    -------
    mne.Annotations
        In order of onset. Onset and duration are exact to the microsecond, which is MNE's own
        resolution on a dated Raw.

    Raises
    ------
    ParameterError
        When `raw` lacks a channel that a potential names.

    Examples
    --------
    >>> import emgfasc as ef
    >>> rec, truth = ef.simulate.recording(kind="needle", seed=7, seconds=10)
    >>> print(ef.export.to_annotations(truth).description[0])
    fasciculation/unit ...
    """
    import mne  # noqa: PLC0415 - slow; emgfasc imports without it

    frame, away = events.frame, excluded(rest)
    onset = np.append(frame["onset"].to_numpy(float), [start for start, _, _ in away])
    origin = None
    if raw is not None:
        missing = sorted(set(frame["channel"]) - set(raw.ch_names))
        if missing:
            raise ParameterError(
                f"Invalid value for the 'raw' parameter: it has no channel {', '.join(missing)}; "
                "give the Raw the events were found in, or none."
            )
        origin = raw.annotations.orig_time
        if origin is not None:
            onset = onset + raw.first_time
    return mne.Annotations(
        onset=onset,
        duration=[*frame["duration"].fillna(0.0).astype(float), *(s for _, s, _ in away)],
        description=[*labels(events), *(text for _, _, text in away)],
        orig_time=origin,
        ch_names=[*((name,) for name in frame["channel"]), *(() for _ in away)],
    )


def from_annotations(annotations: mne.Annotations, raw: Any = None) -> pd.DataFrame:
    """Return the potentials among `annotations` as a table.

    Parameters
    ----------
    annotations : mne.Annotations
        As :func:`to_annotations` makes them, perhaps corrected by hand. Annotations whose
        description is no category of emgfasc's are left out: they are someone else's.
    raw : mne.io.BaseRaw, optional
        The Raw they belong to, when they were taken from one.

    Returns
    -------
    DataFrame
        Columns `onset` (s from the first sample), `duration`, `category`, `unit` (0 when
        unsorted) and `channel` (empty when the annotation names none).

    Examples
    --------
    >>> import emgfasc as ef
    >>> rec, truth = ef.simulate.recording(kind="needle", seed=7, seconds=10)
    >>> back = ef.export.from_annotations(ef.export.to_annotations(truth))
    >>> bool((back["unit"] == truth.to_frame().sort_values("onset")["unit"].to_numpy()).all())
    True
    """
    # MNE counts from the date, and without a date from where the Raw began before it was cropped
    shift = 0.0 if raw is None else -float(raw.first_time)
    if raw is not None and annotations.orig_time is not None:
        shift += (annotations.orig_time - raw.info["meas_date"]).total_seconds()
    return table(
        (float(onset) + shift, float(duration), str(text), names[0] if names else "")
        for onset, duration, text, names in zip(
            annotations.onset,
            annotations.duration,
            annotations.description,
            annotations.ch_names,
            strict=True,
        )
    )
