from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A test says nothing in seconds: on a busy machine any example may take long.
settings.register_profile("no_seconds", settings(), deadline=None)
settings.load_profile("no_seconds")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The real recordings, which are not part of the repository."""
    folder = os.environ.get("EMGFASC_TEST_DATA")
    if not folder:
        pytest.skip("EMGFASC_TEST_DATA is not set: the real recordings are not in the repository")
    return Path(folder).resolve()
