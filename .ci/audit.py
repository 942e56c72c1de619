"""Hold what is installed against what pyproject.toml allows: versions, and licences of the core.

Everything that the core brings with it must say a licence that BSD-3 code may import; the GPL and
the AGPL do not. Needs no network. Known vulnerabilities are not looked up: that takes a service.
"""

import re
import subprocess
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

FREE = re.compile(
    r"BSD|MIT\b|Apache|ISC\b|MPL|Mozilla|PSF|Python Software|HPND|Zlib|Unlicense|CNRI", re.I
)
NOT_FREE = re.compile(r"(?<!L)(?<!Lesser )\bA?GPL|Affero|(?<!Lesser )General Public License", re.I)


def licence(package: Distribution) -> str:
    """Return what a package says of its licence, the shortest form first."""
    about = package.metadata
    classified = [
        word for word in about.get_all("Classifier") or [] if word.startswith("License ::")
    ]
    texts = [about.get("License-Expression"), *classified, about.get("License")]
    return next(
        (text for text in texts if text and FREE.search(text)), " ".join(filter(None, texts))
    )


def brought(name: str, seen: dict[str, Distribution]) -> None:
    """Collect a package and what it requires here, without its extras."""
    if name.lower() in seen:
        return
    seen[name.lower()] = package = distribution(name)
    for text in package.requires or []:
        wanted = Requirement(text)
        if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
            if package.version and not wanted.specifier.contains(
                distribution(wanted.name).version, prereleases=True
            ):
                raise SystemExit(
                    f"{name} needs {text}, but {distribution(wanted.name).version} is here"
                )
            brought(wanted.name, seen)


def main() -> int:
    """Print what is wrong; 1 when something is."""
    packages: dict[str, Distribution] = {}
    try:
        brought("emgfasc", packages)
    except PackageNotFoundError as error:
        raise SystemExit(f"{error.name} is required, but not installed") from error
    wrong = 0
    for name, package in sorted(packages.items()):
        said = licence(package)
        if not FREE.search(said) or NOT_FREE.search(said):
            wrong += 1
            sys.stdout.write(f"{name} {package.version}: licence {said[:100]!r}\n")
    sys.stdout.write(f"{len(packages)} packages: bounds hold, {wrong} licence(s) in doubt\n")
    return (
        int(bool(wrong))
        or subprocess.run([sys.executable, "-m", "pip", "check"], check=False).returncode
    )


if __name__ == "__main__":
    sys.exit(main())
