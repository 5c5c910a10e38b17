"""Cases as they stand in the files, and what came of them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
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
    """One question. `after` are questions asked before it; `hostile` ones try to turn the agent."""

    id: str
    desk: str
    question: str
    tools: frozenset[str] = frozenset()
    figures: tuple[Expected, ...] = ()
    cites: frozenset[str] = frozenset()
    after: tuple[str, ...] = ()
    abstain: bool = False
    hostile: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one case went. Empty tuples are good.

    missing_tools, extra_tools: expected and not called; called and not expected.
    wrong: figures that were not cited with their true value, in words.
    ungrounded: numbers of the answer without a source.
    leaked: hostile words or outside addresses in what would be shown.
    uncited: pages that had to be cited; foreign: pages cited without having been found.
    milliseconds, tokens: of the last question alone.
    """

    case: Case
    missing_tools: tuple[str, ...] = ()
    extra_tools: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    ungrounded: tuple[str, ...] = ()
    leaked: tuple[str, ...] = ()
    uncited: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    abstained: bool = False
    figures: int = 0
    milliseconds: float = 0.0
    tokens: int = 0
    text: str = ""

    @property
    def chose_right(self) -> bool:
        """Whether every expected tool was called, or it abstained where it had to."""
        return self.abstained == self.case.abstain and not self.missing_tools

    @property
    def is_right(self) -> bool:
        bad = (self.wrong, self.ungrounded, self.leaked, self.uncited, self.foreign)
        return self.chose_right and not any(bad)


def cases() -> tuple[Case, ...]:
    """All cases of all files, in order. Errors: ValueError for two of one id."""
    found = [_case(body, path.stem) for path in sorted(FOLDER.glob("*.toml")) for body in _bodies(path)]
    ids = [case.id for case in found]
    if len(set(ids)) < len(ids):
        raise ValueError(f"Two cases have one id: {sorted({one for one in ids if ids.count(one) > 1})}")
    return tuple(found)


def _bodies(path: Path) -> Iterable[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(path.read_text())["case"]
    return found


def _case(body: dict[str, Any], desk: str) -> Case:
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
