"""Print the part of requirements.lock that a running Bellwether needs, hashes included.

The lock file covers the tests too and notes under each package which others asked for it. The image installs
only what is reachable from the project's own dependencies, so test tools never reach production.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

PROJECT = "bellwether (pyproject.toml)"
_NAME = re.compile(r"^([A-Za-z0-9._-]+)(\[[^]]*\])?==")


def read_packages(lock: str) -> dict[str, list[str]]:
    """The lines of each package, in file order. Lines before the first package are dropped."""
    packages: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in lock.splitlines():
        if match := _NAME.match(line):
            lines = packages.setdefault(match[1].lower(), [])
        if lines is not None:
            lines.append(line)
    return packages


def askers(lines: list[str]) -> set[str]:
    """Who needs the package, by its `# via` note."""
    notes = [line.strip().lstrip("# ").strip() for line in lines if line.lstrip().startswith("#")]
    return {note.removeprefix("via").strip() for note in notes} - {""}


def runtime_lock(lock: str) -> str:
    """The lock without what only the tests need.

    Errors: ValueError when a package says nobody asked for it, since then the selection cannot be trusted.
    """
    packages = read_packages(lock)
    needed_by = {name: askers(lines) for name, lines in packages.items()}
    if orphans := sorted(name for name, who in needed_by.items() if not who):
        raise ValueError(f"No `# via` note for {', '.join(orphans)}.")
    kept: set[str] = set()
    while fresh := {name for name, who in needed_by.items() if who & ({PROJECT} | kept)} - kept:
        kept |= fresh
    return "\n".join("\n".join(lines) for name, lines in packages.items() if name in kept) + "\n"


if __name__ == "__main__":
    sys.stdout.write(runtime_lock(Path(sys.argv[1]).read_text()))
