from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from emgfasc import plot
from emgfasc.plot.style import plain


def saved(figure: Figure) -> bytes:
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=40)
    return buffer.getvalue()


def test_overview_holds_everything_and_is_the_same_each_time(scene: Any) -> None:
    rows = pd.DataFrame({"feature": ["t"], "direction": ["leans_benign"], "weight": [1.0]})
    figure = plot.overview(scene.findings, evidence=rows)
    labels = [ax.get_xlabel() for ax in figure.axes]
    assert labels[:4] == ["Time within the line (s)", "Time (s)", "Time (s)", "Time (s)"]
    assert labels.count("Time from the peak (ms)") == 2
    assert "leans neurogenic" in labels[-1]
    assert saved(figure) == saved(plot.overview(scene.findings, evidence=rows))


def test_overview_without_potentials(silence: Any) -> None:
    figure = plot.overview(silence.findings)
    assert len(saved(figure)) > 5000
    assert any(ax.get_title(loc="left") == "no unit" for ax in figure.axes)


def test_the_users_settings_neither_change_the_sheet_nor_are_changed(scene: Any) -> None:
    def settings() -> dict[str, object]:
        # Reading `backend` would choose one.
        return {name: mpl.rcParams[name] for name in mpl.rcParams if name != "backend"}

    with mpl.rc_context({"font.size": 22, "axes.facecolor": "black", "lines.linewidth": 9}):
        before = settings()
        figure = plot.overview(scene.findings)
        assert settings() == before
    assert {ax.get_facecolor() for ax in figure.axes} == {(1.0, 1.0, 1.0, 1.0)}
    assert {ax.xaxis.label.get_fontsize() for ax in figure.axes} == {9.0}


def test_pyplot_is_never_loaded() -> None:
    code = (
        "import sys; from emgfasc import plot; "
        "assert 'matplotlib' not in sys.modules; "
        "from emgfasc.containers import Events, Rest; "
        "plot.raster(Events.empty(), Rest.all_rest(5.0)); "
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_text_from_files_is_drawn_as_it_stands() -> None:
    assert plain("a$b$") == r"a\$b\$"
    assert plain("\u4e2d\x07") == "□□"
    assert len(plain("x" * 500)) == 48
