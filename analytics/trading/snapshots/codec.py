"""Results ⇄ JSON. Decimals are text, moments and days ISO text, figures what `analytics.figures.to_json` writes."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")
_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def to_json(result: Any) -> Any:
    """A result as JSON values.

    Errors: ValueError for an infinite or undefined number, which JSON has not: a module says None and why instead.
    """
    body = _adapter(type(result)).dump_python(result, mode="json")
    json.dumps(body, allow_nan=False)
    return body


def from_json(kind: type[T], body: Any) -> T:
    """The result that `to_json` wrote. Errors: pydantic's ValidationError for a body of another version."""
    read: T = _adapter(kind).validate_python(body)
    return read


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]
