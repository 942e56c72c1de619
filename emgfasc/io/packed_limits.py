"""What a packed file may grow to: one made to fill memory is refused before it is unpacked."""

from __future__ import annotations

__all__ = ["hold_growth", "largest_growth"]

# Recorded signals shrink by 2 to 20; silence may shrink by anything, so some bytes are free.
_LARGEST_RATIO = 100
_FREE_BYTES = 1 << 24


def largest_growth(stored: int) -> int:
    """Return the bytes that so many stored ones may unpack to."""
    return _FREE_BYTES + _LARGEST_RATIO * stored


def hold_growth(what: str, claimed: int, stored: int) -> None:
    """Raise when something claims far more bytes than packing could hide.

    Parameters
    ----------
    what : str
        How the message names it.
    claimed, stored : int
        Bytes unpacked, and in the file.

    Raises
    ------
    ValueError
        When `claimed` is beyond 16 MiB and a hundred times `stored`.

    Examples
    --------
    >>> hold_growth("rec.sig", 10**6, 10**5)
    >>> hold_growth("rec.sig", 10**9, 10**5)
    Traceback (most recent call last):
    ...
    ValueError: rec.sig claims to hold 1000000000 bytes in 100000
    """
    if claimed > largest_growth(stored):
        raise ValueError(f"{what} claims to hold {claimed} bytes in {stored}")
