"""Cases as they stand in the files."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "cases"
BEGINNING, AFTER_ALL = date(2000, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True, slots=True)
class Expected:
    """A figure that must be cited: its metric, and the query that says what it is over [start, end)."""

    metric: str
    truth: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """One question. `after` are questions asked before it; `hostile` ones try to turn the agent.

    `args` are arguments of tools that cannot be read off the figures; only the scripted model uses them.
    """

    id: str
    desk: str
    question: str
    tools: frozenset[str] = frozenset()
    figures: tuple[Expected, ...] = ()
    cites: frozenset[str] = frozenset()
    after: tuple[str, ...] = ()
    abstain: bool = False
    hostile: bool = False
    args: dict[str, dict[str, Any]] = field(default_factory=dict)


def cases() -> tuple[Case, ...]:
    """All cases of all files, in order. Errors: ValueError for two of one id."""
    found = [case_of(body, path.stem) for path in sorted(FOLDER.glob("*.toml")) for body in _bodies(path)]
    ids = [case.id for case in found]
    if len(set(ids)) < len(ids):
        raise ValueError(f"Two cases have one id: {sorted({one for one in ids if ids.count(one) > 1})}")
    return tuple(found)


def _bodies(path: Path) -> Iterable[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(path.read_text())["case"]
    return found


def case_of(body: dict[str, Any], desk: str) -> Case:
    """A case as it stands in a file. Errors: TypeError for a field that no case has, KeyError for a bad figure."""
    known = {**body, "desk": desk}
    for name in ("tools", "cites"):
        known[name] = frozenset(body.get(name, ()))
    known["after"] = tuple(body.get("after", ()))
    known["figures"] = tuple(_expected(figure) for figure in body.get("figures", ()))
    return Case(**known)


def _expected(body: dict[str, str]) -> Expected:
    start, end = (
        date.fromisoformat(body[name]) if name in body else default
        for name, default in (("start", BEGINNING), ("end", AFTER_ALL))
    )
    moments = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (start, end))
    return Expected(body["metric"], body["truth"], *moments)
