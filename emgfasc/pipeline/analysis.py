"""The result of an analysis: what was measured, how it compares, and ways to look at it."""

from __future__ import annotations

import os
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from emgfasc import export, plot, report
from emgfasc.containers import Findings, Recording
from emgfasc.evidence import Evidence
from emgfasc.io.atomic import whole
from emgfasc.pipeline.agreement import Review
from emgfasc.pipeline.settings import Settings
from emgfasc.pipeline.summary import summary_row
from emgfasc.report.drawing import Draw
from emgfasc.report.words import feature_words

if TYPE_CHECKING:
    import mne
    from matplotlib.figure import Figure

__all__ = ["Analysis"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Analysis(Findings):
    """All that :func:`emgfasc.analyze` found in one recording.

    Attributes
    ----------
    recording : Recording
        As cleaned for detection.
    rest : Rest
        Rest, and what is excluded and why.
    events : Events
        Every potential with its category and shape.
    units : Units
        Classes of potentials alike; their number is an estimate, see :func:`emgfasc.sort.units`.
    firing : DataFrame
        Rates and intervals: first row ``all``, then one per unit.
    evidence : Evidence
        Comparison with published findings, with reasons.
    settings : Settings
        Every rule, spelled out.
    raw : Recording
        As read.
    rules_fired : DataFrame
        Which rule gave which discharges a category other than fasciculation.
    review : Review or None
        Automatic against corrected, once a person has corrected the events (:func:`review`).
    """

    evidence: Evidence
    settings: Settings
    raw: Recording
    rules_fired: pd.DataFrame
    review: Review | None = None

    def summary_row(self) -> dict[str, object]:
        """Return the batch row as plain values, ``None`` where a figure cannot be given."""
        return deepcopy(self._row)

    @cached_property
    def _row(self) -> dict[str, object]:
        """Work the batch row out once; a report asks for it several times."""
        reviewed = None if self.review is None else self.review.to_dict()
        return summary_row(self, self.evidence, self.settings, self.raw, reviewed)

    def settings_dict(self) -> dict[str, object]:
        """Return every setting by name."""
        return self.settings.to_dict()

    def summary(self) -> pd.DataFrame:
        """Return the batch row as a frame of one row."""
        return pd.DataFrame([self.summary_row()])

    def plot_overview(self) -> Figure:
        """Draw trace, raster, rate and intervals on one sheet."""
        frame = self.evidence.to_frame()
        names = [feature_words(name) for name in frame["feature"]]
        return plot.overview(self, evidence=frame.assign(feature=names))

    def to_annotations(self, raw: Any = None) -> mne.Annotations:
        """Return potentials and what is not rest: see :func:`emgfasc.export.to_annotations`.

        Parameters
        ----------
        raw : mne.io.BaseRaw, optional
            The Raw that was analysed, when it is cropped or dated.
        """
        return export.to_annotations(self.events, raw, rest=self.rest)

    def to_html(self, path: str | os.PathLike[str]) -> Path:
        """Write the report as one self-contained page and return where it is.

        Raises
        ------
        ParameterError
            When the file cannot be written.
        """
        return _written(report.render(self), path)

    def to_review_html(self, path: str | os.PathLike[str]) -> Path:
        """Write the page on which a person corrects the events, and return where it is.

        The page works in any browser without a network; see :func:`emgfasc.report.render_review`.

        Raises
        ------
        MissingExtraError
            When Bokeh is not installed (``pip install 'emgfasc[review]'``).
        ParameterError
            When the file cannot be written.
        """
        return _written(report.render_review(self), path)

    def save(
        self,
        out_dir: str | os.PathLike[str],
        *,
        stem: str | None = None,
        draw: Draw | None = None,
    ) -> tuple[Path, ...]:
        """Write events, units, summary and report, all or none; return where they are.

        Parameters
        ----------
        out_dir : path
            Folder; made when missing.
        stem : str, optional
            First part of the file names; default the recording's name.
        draw : callable, optional
            What draws the report's pictures beside this process, see :func:`emgfasc.report.render`.
        """
        name = self.raw.name if stem is None else stem
        return report.write(self, out_dir, name, draw=draw)

    def __repr__(self) -> str:
        """Show the answer in one line."""
        row = self.summary_row()
        rate = row["fp_per_min"]
        told = "no rate" if rate is None else f"{rate:.3g} FP/min of rest"
        return f"<Analysis {self.raw.name!r}: {row['rest_status']}, {told}, {row['pattern']}>"


def _written(page: str, path: str | os.PathLike[str]) -> Path:
    """Write a page whole or not at all."""
    with whole(Path(path)) as part:
        part.write_text(page, encoding="utf-8", errors="xmlcharrefreplace", newline="\n")
    return Path(path)
