"""The sample recordings that come with the package."""

from __future__ import annotations

from pathlib import Path

from emgfasc._validate import one_of
from emgfasc.errors import RecordingError

__all__ = ["sample_path", "samples"]

# In an installed package, and in a checkout (pyproject.toml copies the second to the first).
_FOLDERS = (Path(__file__).parent / "samples", Path(__file__).parents[2] / "sample_data")
_RECORDINGS = (".edf", ".bdf", ".npz")


def _files() -> dict[str, Path]:
    """Return the recordings by stem."""
    folder = next((folder for folder in _FOLDERS if folder.is_dir()), None)
    if folder is None:
        raise RecordingError(
            "samples: this installation of emgfasc has no sample recordings; install it again."
        )
    return {
        path.stem: path for path in sorted(folder.iterdir()) if path.suffix.lower() in _RECORDINGS
    }


def samples() -> tuple[str, ...]:
    """Return the names of the sample recordings.

    Returns
    -------
    tuple of str
        In alphabetical order.

    Raises
    ------
    RecordingError
        When the samples were not installed.

    Examples
    --------
    >>> isinstance(samples(), tuple)
    True
    """
    return tuple(_files())


def sample_path(name: str) -> Path:
    """Return the file of a sample recording; what belongs to it (its truth) lies beside it.

    Parameters
    ----------
    name : str
        One of :func:`samples`.

    Raises
    ------
    ParameterError
        When there is no such sample.
    RecordingError
        When the samples were not installed.

    Examples
    --------
    >>> [sample_path(name).stem == name for name in samples()].count(False)
    0
    """
    files = _files()
    one_of("name", name, files)
    return files[name]
