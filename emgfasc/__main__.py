"""Run ``python -m emgfasc`` as ``emgfasc``."""

from emgfasc.cli import main

main()
