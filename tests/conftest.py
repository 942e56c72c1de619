from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The real recordings, which are not part of the repository."""
    folder = os.environ.get("EMGFASC_TEST_DATA")
    if not folder:
        pytest.skip("EMGFASC_TEST_DATA is not set: the real recordings are not in the repository")
    return Path(folder).resolve()
