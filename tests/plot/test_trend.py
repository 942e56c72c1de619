from __future__ import annotations

from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from matplotlib.container import ErrorbarContainer
from matplotlib.dates import date2num, num2date

from emgfasc.errors import ParameterError
from emgfasc.evidence import Trend, trend
from emgfasc.plot.trend import rate_trend


@pytest.fixture
def found() -> Trend:
    dates = pd.Timestamp("2024-01-01") + pd.to_timedelta(30 * np.arange(5), unit="D")
    one = pd.DataFrame(
        {
            "subject": "S$1$",
            "muscle": "biceps",
            "date": dates,
            "n_fp": [900, 600, 400, 280, 200],
            "rest_s": [1800.0, 1800.0, 1800.0, 1800.0, 0.0],
        }
    )
    two = one.iloc[:2].assign(muscle="FDI", rest_s=60.0)
    return trend(pd.concat([one, two], ignore_index=True))


def test_points_limits_and_course_are_where_the_table_says(found: Trend) -> None:
    ax = rate_trend(found.points, found.series)
    biceps = found.points.query("muscle == 'biceps' and used")
    (bars,) = [item for item in ax.containers if "biceps" in str(item.get_label())]
    line, _, (limits,) = cast("ErrorbarContainer", bars).lines
    assert line is not None
    assert np.asarray(line.get_ydata()) == pytest.approx(biceps["rate_per_min"].to_numpy())
    ends = np.array([segment[:, 1] for segment in cast("Any", limits).get_segments()])
    names = ["rate_per_min_lo95", "rate_per_min_hi95"]
    assert ends == pytest.approx(biceps[names].to_numpy())
    (course,) = [line for line in ax.lines if line.get_linestyle() == "--"]
    fit = found.series.set_index("muscle").loc["biceps"]
    y, x = np.asarray(course.get_ydata()), date2num(course.get_xdata())
    assert y[0] == pytest.approx(fit["rate_at_start_per_min"])
    assert y[-1] / y[0] == pytest.approx(fit["ratio_per_month"] ** fit["span_months"])
    assert [num2date(x[k]).date().isoformat() for k in (0, -1)] == ["2024-01-01", "2024-03-31"]


def test_each_series_is_named_with_its_direction(found: Trend) -> None:
    ax = rate_trend(found.points, found.series)
    legend = ax.get_legend()
    assert legend is not None
    texts = [text.get_text() for text in legend.get_texts()]
    assert r"S\$1\$, biceps: fall" in texts
    assert r"S\$1\$, FDI: insufficient" in texts
    assert ax.get_ylim()[0] == 0
    ax.figure.canvas.draw()


def test_without_rest_there_is_no_rate(found: Trend) -> None:
    nothing = found.points.assign(rate_per_min=np.nan)
    ax = rate_trend(nothing, found.series)
    assert [text.get_text() for text in ax.texts] == ["no rest: no rate"]
    assert not ax.lines


def test_missing_columns_are_named(found: Trend) -> None:
    with pytest.raises(ParameterError, match=r"missing column\(s\) months"):
        rate_trend(found.points.drop(columns="months"), found.series)
