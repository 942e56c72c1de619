"""The one logger; silent unless the application configures logging."""

from __future__ import annotations

import logging

__all__ = ["logger"]

logger = logging.getLogger("emgfasc")
logger.addHandler(logging.NullHandler())
