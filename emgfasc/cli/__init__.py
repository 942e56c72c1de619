"""The command line: each command a few lines over the library."""

from emgfasc.cli.app import main

__all__ = ["main"]
