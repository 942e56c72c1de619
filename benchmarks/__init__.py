"""Studies of how well and how fast emgfasc works; run from a checkout, not installed."""
