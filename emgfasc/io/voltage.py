"""How units of voltage are spelled, and how many uV each is."""

from __future__ import annotations

__all__ = ["uv_per"]

_UV = {
    "v": 1e6, "volt": 1e6, "volts": 1e6,
    "mv": 1e3, "mvolt": 1e3, "mvolts": 1e3, "millivolt": 1e3, "millivolts": 1e3, "millivol": 1e3,
    "uv": 1.0, "uvolt": 1.0, "uvolts": 1.0, "microvolt": 1.0, "microvolts": 1.0, "microvol": 1.0,
    "microv": 1.0, "nv": 1e-3, "nanovolt": 1e-3, "nanovolts": 1e-3,
}  # fmt: skip

# The micro sign, the Greek letter, its Shift-JIS bytes read as latin-1 (met in EDF headers).
_MICRO = ("\u00b5", "\u03bc", "\x83\xca")


def uv_per(unit: str) -> float | None:
    """Return the microvolts in one `unit`, or ``None`` when it is not a known voltage.

    Case is ignored: public headers spell millivolts ``mv``. EDF cuts a unit at 8 characters:
    ``microvol``.

    Parameters
    ----------
    unit : str
        As the file spells it.

    Examples
    --------
    >>> uv_per("mv"), uv_per("µV"), uv_per("N")
    (1000.0, 1.0, None)
    """
    text = unit.strip()
    for sign in _MICRO:
        text = text.replace(sign, "u")
    return _UV.get(text.lower())
