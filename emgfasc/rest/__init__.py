"""Which parts of a recording are rest, and why the others are not."""

from emgfasc.rest.finding import FAST, MACHINE, RestRules, find
from emgfasc.rest.lost import lost
from emgfasc.rest.repeats import Pace

__all__ = ["FAST", "MACHINE", "Pace", "RestRules", "find", "lost"]
