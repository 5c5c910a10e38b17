"""The faces of a module, made from one description: its page, its API call, its CSV file, its place in the menu.

A feature's `views.py` is what its page needs beyond the stored result, the table it exports, and one `face(…)`:

    def context(shown: Shown[Fatigue]) -> dict[str, Any]:
        return {"strip": shown.cells("trading.fatigue_slope"), "days": [...]}

    def table(result: Fatigue) -> Table:
        return Table(("order", "form"), [[row.order, row.form] for row in result.rows])

    FACE = face(FATIGUE, "fatigue", icon="clock", order=110, context=context, table=table)

Page:     `/b/<business>/trading/fatigue/`, URL name `trading:fatigue`, template `trading/fatigue/page.html`, which
          extends `trading/_frame.html` and fills its block `module`.
API:      `GET /api/v1/trader/fatigue`.
CSV:      `/b/<business>/trading/fatigue.csv`, URL name `trading:fatigue-file`, for members who may export.
Evidence: each figure of `result.figures` has an address under kind `trading`; `shown.cell(key)` gives both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from accounts.access import desk_view
from accounts.errors import NotYours
from accounts.models import Business
from accounts.requests import BusinessRequest
from analytics.evidence.csv_file import csv_response
from analytics.evidence.links import evidence_url
from analytics.figures import Figure
from analytics.templatetags.figures import interval
from analytics.templatetags.figures import said as said_figure
from analytics.trading.accounts import asked_account
from analytics.trading.evidence import KIND
from analytics.trading.modules import Module, R
from analytics.trading.snapshots.queries import Stored, stored
from analytics.trading.state import DeskState, desk_state

DESK = "trading"
#: Intervals are of 90 % but for those whose method is always told at another level.
LEVELS = {"trading.win_rate": 95, "trading.win_rate_platform": 95}
#: In minor units.
SMALL_MONEY = 100_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Table:
    """A module's rows as they are exported. Cells: text, numbers, days, moments, or None for nothing."""

    header: Sequence[str]
    rows: Iterable[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Shown(Generic[R]):
    """One module of one account as its faces show it: where the account stands, and what is stored of the module.

    `stored` is None before the first computation. `newest_failed` says that the newest one broke off. `asked` are the
    address's own parameters, for choices of a page such as which convention to count by; `now` the moment of asking.
    """

    business: Business
    module: Module[R]
    state: DeskState
    stored: Stored[R] | None
    asked: Mapping[str, str] = field(default_factory=dict)
    now: datetime | None = None

    @property
    def result(self) -> R | None:
        return None if self.stored is None else self.stored.result

    @property
    def newest_failed(self) -> bool:
        return self.module.key in self.state.failed

    @property
    def account_query(self) -> str:
        """`?account=…` for links to other pages of the same account."""
        return f"?account={self.state.account.source.pk}" if self.state.account else ""

    def figure(self, key: str) -> Figure | None:
        return None if self.result is None else self.result.figures.get(key)

    def url(self, key: str) -> str:
        """Where the figure `key` of the result is explained; empty when nothing is stored."""
        return evidence_url(self.business, KIND, self.stored.snapshot_id if self.stored else "", key)

    def cell(self, key: str) -> dict[str, Any]:
        """A figure with its evidence, its interval and value in words, for `trading/_strip.html` and `{% figure %}`.

        Errors: KeyError for a figure that the result has not, which is a mistake in the view.
        """
        figure = self.figure(key)
        if figure is None:
            raise KeyError(key)
        return {"figure": figure, "url": self.url(key), "note": interval_note(figure), "value": strip_value(figure)}

    def cells(self, *keys: str) -> list[dict[str, Any]]:
        """Cells of those figures that the result has."""
        return [self.cell(key) for key in keys if self.figure(key) is not None]


def interval_note(figure: Figure) -> str:
    """`90 %: −$12.00 to $31.00` and the figure's own note; empty where there is neither."""
    said = interval(figure)
    level = LEVELS.get(figure.metric, 90)
    return " · ".join(part for part in (f"{level} %: {said}" if said else "", figure.note) if part)


def strip_value(figure: Figure) -> str:
    """The value as a KPI shows it; small money keeps its cents, since a mean decision is often a few units."""
    small = bool(figure.currency) and figure.value is not None and abs(Decimal(figure.value)) < SMALL_MONEY
    return said_figure(figure, short=not small)


Context = Callable[[Shown[R]], dict[str, Any]]


@dataclass(frozen=True)
class Face(Generic[R]):
    """How a module is shown. `path` is its word in addresses, with hyphens; `template` its page."""

    module: Module[R]
    path: str
    label: str
    icon: str
    order: int
    template: str
    context: Context[R]
    table: Callable[[R], Table] | None
    also: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def url_name(self) -> str:
        return f"{DESK}:{self.path}"

    def shown(
        self,
        business: Business,
        account: str = "",
        asked: Mapping[str, str] | None = None,
        now: datetime | None = None,
    ) -> Shown[R]:
        """The stored result of the account asked for. Four queries, two without an account."""
        state = desk_state(business, account)
        kept = stored(business, state.account.source, self.module) if state.account else None
        return Shown(business, self.module, state, kept, asked or {}, now)


FACES: dict[str, Face[Any]] = {}


def face(
    module: Module[R],
    path: str,
    *,
    icon: str,
    order: int,
    context: Context[R],
    table: Callable[[R], Table] | None = None,
    label: str = "",
    template: str = "",
    also: tuple[str, ...] = (),
) -> Face[R]:
    """Register the face of a module. Errors: ValueError when the path is taken by another module."""
    if path in FACES and FACES[path].module is not module:
        raise ValueError(f"two modules are shown at {path}")
    folder = path.replace("-", "_")
    made = Face(
        module, path, label or module.label, icon, order, template or f"{DESK}/{folder}/page.html", context, table, also
    )
    FACES[path] = made
    return made


def addresses(one: Face[Any]) -> list[URLPattern]:
    """The page and the file of a face."""
    page, file = views(one)
    made = [path(f"{one.path}/", page, name=one.path)]
    return [*made, path(f"{one.path}.csv", file, name=f"{one.path}-file")] if one.table else made


def views(one: Face[Any]) -> tuple[Callable[..., HttpResponse], Callable[..., HttpResponse]]:
    @desk_view(DESK, permission="read:analytics")
    def page(request: BusinessRequest) -> HttpResponse:
        return render_face(request, one)

    @desk_view(DESK, permission="export:data")
    def file(request: BusinessRequest) -> HttpResponse:
        shown = one.shown(request.business, asked_account(request))
        if shown.result is None or one.table is None:
            raise NotYours("Nothing is computed yet for this account.")
        return table_file(one.table(shown.result), name=f"{one.path}-{shown.state.account.source.pk}")  # type: ignore[union-attr]

    return page, file


def render_face(request: BusinessRequest, one: Face[R], **more: Any) -> HttpResponse:
    """The page of a face; `more` is for views of their own that show a form beside it."""
    shown = one.shown(request.business, asked_account(request), request.GET.dict(), request.now)
    context = {
        "shown": shown,
        "state": shown.state,
        "result": shown.result,
        "file_url_name": f"{one.url_name}-file" if one.table and shown.result is not None else "",
        "may_export": request.member.may("export:data"),
        "may_write": request.member.may("write:recommendations"),
        "may_manage": request.member.may("write:business"),
        **(one.context(shown) if shown.result is not None else {}),
        **more,
    }
    return render(request, one.template, context)


def table_file(table: Table, *, name: str) -> HttpResponse:
    """A table as CSV. Texts that a spreadsheet would run as formulas are defused; numbers stay numbers."""
    return csv_response(
        [[str(cell) for cell in table.header], *([said(c) for c in row] for row in table.rows)], name=name
    )


def said(cell: Any) -> str:
    """One cell as text: moments and days in ISO form, decimals without exponent, nothing for None."""
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, int | float):
        return repr(cell)
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
