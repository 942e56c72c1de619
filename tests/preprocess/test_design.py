import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from emgfasc.preprocess.design import band_pass


@given(
    fs_hz=st.floats(100.0, 200_000.0),
    low=st.floats(0.0005, 0.3),
    wider=st.floats(1.05, 300.0),
)
def test_the_design_is_scipys(fs_hz: float, low: float, wider: float) -> None:
    corners = (low * fs_hz, min(low * wider, 0.499) * fs_hz)
    theirs = signal.butter(2, corners, "bandpass", fs=fs_hz, output="sos")
    ours = band_pass(*corners, fs_hz)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
