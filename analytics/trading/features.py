"""The desk's features, found by their folders: delete a folder and the desk is whole without it.

A feature brings what it has: `keys.py` (its metrics), `module.py` (what it computes), `views.py` (its face),
`tasks.py` (jobs), `urls.py` and `api.py` (further addresses and calls). The desk names none of them.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent
#: In this order: figures need their keys, faces their modules.
PARTS = ("keys", "module", "tasks", "views")


def names() -> tuple[str, ...]:
    """The folders of the desk that are packages, sorted."""
    return tuple(sorted(path.parent.name for path in HERE.glob("*/__init__.py") if path.parent.name != "tests"))


def parts(part: str) -> list[ModuleType]:
    """Every feature's module of that name, imported."""
    wanted = (f"analytics.trading.{name}.{part}" for name in names())
    return [import_module(path) for path in wanted if find_spec(path)]


def load() -> None:
    """Import what features register by importing. Cheap when done before."""
    for part in PARTS:
        parts(part)
