"""How the shapes were measured, and which of their features may be compared with anything."""

from __future__ import annotations

from collections.abc import Mapping

from emgfasc.measure import Rules, validity
from emgfasc.preprocess.filters import band_for
from emgfasc.report.page_table import Table
from emgfasc.report.protocol import Analysed
from emgfasc.report.words import feature_words, number, unit_words

__all__ = ["shape_rules_table", "validity_table"]


def shape_rules_table(analysed: Analysed) -> Table:
    """List every threshold of the shape measurements as it was used, with its source."""
    given = analysed.settings_dict().get("measure")
    kind = analysed.recording.kind
    rules = Rules(**given) if isinstance(given, Mapping) else Rules.for_kind(kind)
    rows = tuple(
        (
            str(row.Index),
            f"{number(row.value)} {unit_words(row.unit)}".strip(),
            str(row.sentence),
            str(row.source),
        )
        for row in rules.to_frame().itertuples()
    )
    return Table(
        "Rules of the shape measurements: durations and counts depend on these thresholds",
        ("Rule", "Value", "In words", "Source"),
        rows,
        (False, False, False, False),
    )


def validity_table(analysed: Analysed) -> Table | None:
    """List the features that are not valid here or cannot be set beside published values."""
    raw = analysed.raw
    band = analysed.settings_dict().get("band_hz")
    low = float(band[0]) if isinstance(band, tuple | list) else band_for(raw.kind, raw.fs_hz).low_hz
    corner = None if raw.highpass_hz is None else max(raw.highpass_hz, low)
    frame = validity(raw.kind, raw.fs_hz, corner)
    doubtful = frame[frame["status"] != "valid"]
    if doubtful.empty:
        return None
    rows = tuple(
        (feature_words(str(row.Index)), str(row.status), str(row.reason))
        for row in doubtful.itertuples()
    )
    return Table(
        "Features of shape that are not valid or not comparable here",
        ("Feature", "Status", "Reason"),
        rows,
        (False, False, False),
    )
