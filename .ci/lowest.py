"""Print the oldest allowed version of every dependency, as pip constraints."""

import re
import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
for requirement in project["dependencies"]:
    match = re.fullmatch(r"([A-Za-z0-9-]+)>=([0-9.]+)", requirement)
    if match is None:
        raise SystemExit(f"{requirement}: a lower bound is needed")
    sys.stdout.write("==".join(match.groups()) + "\n")
