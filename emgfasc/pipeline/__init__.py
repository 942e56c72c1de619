"""The whole way from a recording to an answer."""

from emgfasc.pipeline.analysis import Analysis
from emgfasc.pipeline.run import analyze
from emgfasc.pipeline.settings import Settings

__all__ = ["Analysis", "Settings", "analyze"]
