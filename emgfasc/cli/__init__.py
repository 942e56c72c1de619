"""The command line: each command a few lines over the library."""

import gc

__all__ = ["main"]

_OBJECTS = 500_000  # twice what a short run makes


def main() -> None:
    """Run a command; no traceback reaches a user."""
    # Imports and pictures make objects by the hundred thousand, and hardly any garbage: looking
    # for it after every 700, as Python does, is a tenth of a short run.
    gc.set_threshold(_OBJECTS, 20, 20)
    try:
        from emgfasc.cli.app import main as run

        run()
    finally:
        # As it ends, Python would look through all that is left, several times over, for another
        # tenth of a short run; the system takes the memory back as it is.
        gc.freeze()
