"""Find potentials: noise, response, threshold, consolidation; and what is no potential."""

from emgfasc.detect.artifacts import FAINT, reject
from emgfasc.detect.engine import detect
from emgfasc.detect.heart import Beats, beats_in, find_beats, with_beats, without_beats
from emgfasc.detect.rules import DetectRules

__all__ = [
    "FAINT",
    "Beats",
    "DetectRules",
    "beats_in",
    "detect",
    "find_beats",
    "reject",
    "with_beats",
    "without_beats",
]
