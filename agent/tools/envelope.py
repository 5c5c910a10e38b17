"""What a tool returns: figures with references, labelled rows, passages, and what to be careful about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from accounts.periods import Period
from agent.knowledge.search import Passage
from analytics.figures import Figure, to_json
from analytics.registry import metric_of
from recommendations.wording import clean, printed

OK, EMPTY, INSUFFICIENT, STALE, ERROR = "ok", "empty", "insufficient_data", "stale", "error"
MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class Cited:
    """A figure under the reference by which an answer cites it, and the address of what it stands on."""

    id: str
    figure: Figure
    label: str
    url: str = ""

    def as_json(self) -> dict[str, Any]:
        unit = metric_of(self.figure.metric).unit
        shown = {"id": self.id, "label": self.label, "unit": unit, "printed": printed(self.figure), "url": self.url}
        return to_json(self.figure) | shown


@dataclass(frozen=True, slots=True)
class Row:
    """One thing of a list: a component, a recommendation, a source. `text` and `label` may come from outside.

    `at` is the moment that belongs to it: a deadline, a last update.
    """

    ref: str
    label: str
    figures: tuple[Cited, ...] = ()
    text: str = ""
    at: datetime | None = None
    url: str = ""

    def get(self, metric: str) -> Figure | None:
        """The row's figure of a metric, if it has one."""
        return next((cited.figure for cited in self.figures if cited.figure.metric == metric), None)

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "ref": self.ref,
            "label": self.label,
            "untrusted": True,
            "figures": [cited.as_json() for cited in self.figures],
        }
        optional = {"text": self.text, "at": self.at.isoformat() if self.at else "", "url": self.url}
        return body | {name: value for name, value in optional.items() if value}


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The envelope. `status` says whether to believe it: ok, empty, insufficient_data, stale or error.

    A list that was cut says so: `total_rows` is its full length.
    """

    call: str
    tool: str
    as_of: datetime
    status: str = OK
    message: str = ""
    period: Period | None = None
    figures: tuple[Cited, ...] = ()
    rows: tuple[Row, ...] = ()
    total_rows: int = 0
    passages: tuple[Passage, ...] = ()
    warnings: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()

    def get(self, metric: str) -> Figure | None:
        """The first figure of a metric, if there is one."""
        return next((cited.figure for cited in self.figures if cited.figure.metric == metric), None)

    def labelled(self, label: str) -> Figure | None:
        return next((cited.figure for cited in self.figures if cited.label == label), None)

    def fact(self, name: str) -> str:
        return dict(self.facts).get(name, "")

    @property
    def all_figures(self) -> tuple[Cited, ...]:
        return (*self.figures, *(cited for row in self.rows for cited in row.figures))

    @property
    def days(self) -> tuple[date, ...]:
        """The days that an answer may name: of the period, the deadlines and the as-of."""
        found = [row.at.date() for row in self.rows if row.at]
        if self.period is not None:
            found += [self.period.start, self.period.end, *_last_day(self.period)]
        return (self.as_of.date(), *found)

    def as_json(self) -> dict[str, Any]:
        """The result envelope of agent.md § 6."""
        period = self.period
        body: dict[str, Any] = {
            "ok": self.status != ERROR,
            "status": self.status,
            "call": self.call,
            "as_of": self.as_of.isoformat(),
            "figures": [cited.as_json() for cited in self.figures],
            "rows": [row.as_json() for row in self.rows],
            "total_rows": self.total_rows,
            "truncated": self.total_rows > len(self.rows),
            "citations": [passage.chunk.doc_id for passage in self.passages],
            "warnings": list(self.warnings),
        }
        optional: dict[str, Any] = {
            "message": self.message,
            "facts": dict(self.facts),
            "period": {"start": period.start.isoformat(), "end": _last_day(period)[0].isoformat()} if period else None,
            "passages": [_passage(found) for found in self.passages],
        }
        return body | {name: value for name, value in optional.items() if value}


@dataclass(slots=True)
class Collector:
    """Gives references to figures while a tool puts its result together."""

    call: str
    figures: list[Cited] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    _count: int = 0

    def cite(self, figure: Figure, *, label: str = "", url: str = "") -> Cited:
        self._count += 1
        name = label or metric_of(figure.metric).label
        return Cited(f"{self.call}.f{self._count}", figure, name, url)

    def add(self, figure: Figure, *, label: str = "", url: str = "") -> Figure:
        self.figures.append(self.cite(figure, label=label, url=url))
        return figure

    def row(
        self, ref: str, label: str, figures: Iterable[Figure | tuple[Figure, str]] = (), *, text: str = "",
        at: datetime | None = None, url: str = "",
    ) -> None:  # fmt: skip
        """Add a row; its label and text are cleaned, because they may come from outside."""
        cited = tuple(
            self.cite(*pair[:1], url=pair[1]) if isinstance(pair, tuple) else self.cite(pair, url=url)
            for pair in figures
        )
        self.rows.append(Row(ref, clean(label), cited, clean(text, limit=300), at, url))


def _passage(found: Passage) -> dict[str, Any]:
    """A page is ours; a note is somebody's words, and says so."""
    chunk = found.chunk
    body: dict[str, Any] = {"doc_id": chunk.doc_id, "heading": chunk.heading, "text": chunk.text}
    return body | ({"untrusted": True} if chunk.is_note else {})


def _last_day(period: Period) -> tuple[date]:
    return (date.fromordinal(period.end.toordinal() - 1),)
