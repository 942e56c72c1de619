"""Which parts of a recording are rest, and why the others are not."""

from emgfasc.rest.finding import RestRules, find
from emgfasc.rest.lost import lost

__all__ = ["RestRules", "find", "lost"]
