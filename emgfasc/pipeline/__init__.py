"""The whole way from a recording to an answer."""

from emgfasc.pipeline.agreement import Review
from emgfasc.pipeline.analysis import Analysis
from emgfasc.pipeline.reviewing import review
from emgfasc.pipeline.run import analyze
from emgfasc.pipeline.settings import Settings

__all__ = ["Analysis", "Review", "Settings", "analyze", "review"]
