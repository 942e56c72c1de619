"""Find potentials: noise, response, threshold, consolidation."""

from emgfasc.detect.engine import detect
from emgfasc.detect.rules import DetectRules

__all__ = ["DetectRules", "detect"]
