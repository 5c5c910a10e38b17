"""Stripe's form encoding as nested values, to any depth."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from ingestion.sandbox.timeline import JSON


def unfolded(encoded: str) -> JSON:
    """`a[0][b][c]=x` as `{"a": [{"b": {"c": "x"}}]}`; every value stays text."""
    tree: JSON = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        head, *rest = name.replace("]", "").split("[")
        _put(tree, [head, *rest], value)
    return {key: _listed(value) for key, value in tree.items()}


def truth(value: Any) -> bool:
    return str(value).lower() == "true"


def whole(value: Any, otherwise: int = 0) -> int:
    return int(value) if value not in (None, "") else otherwise


def _put(tree: JSON, path: list[str], value: str) -> None:
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
    last = path[-1] or str(len(tree))
    tree[last] = value


def _listed(value: Any) -> Any:
    """A mapping whose keys are all numbers was a list."""
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(item) for key, item in value.items()}
    return [inner[key] for key in sorted(inner, key=int)] if inner and all(key.isdigit() for key in inner) else inner
