"""The overview page: where one account stands, and whether that can be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import desk_view
from accounts.errors import NotYours
from accounts.requests import BusinessRequest
from analytics.registry import metric_of
from analytics.trading.accounts import asked_account
from analytics.trading.bql.level import Level
from analytics.trading.bql.views import TONES as LEVEL_TONES
from analytics.trading.bql.views import stale
from analytics.trading.faces import DESK, Table, table_file
from analytics.trading.kpis.views import TONES
from analytics.trading.overview.queries import Overview, overview, shown_keys, strip_keys

LAST_POINTS = 60
NAV = (("Overview", "trading:overview", "desk-trading", 10),)


@desk_view(DESK, permission="read:analytics")
def overview_page(request: BusinessRequest) -> HttpResponse:
    found = overview(request.business, account=asked_account(request), as_of=request.now)
    context = {
        "overview": found,
        "state": found.state,
        "shown": found.kpis,
        "result": found.kpis.result,
        "health": found.health,
        "loyalty": found.loyalty,
        "may_export": request.member.may("export:data"),
        "file_url_name": "trading:overview-file" if found.kpis.result else "",
        **_parts(found),
    }
    return render(request, "trading/overview/page.html", context)


@desk_view(DESK, permission="export:data")
def overview_file(request: BusinessRequest) -> HttpResponse:
    """The figures of the overview: money in minor units, rates as fractions."""
    found = overview(request.business, account=asked_account(request), as_of=request.now)
    if found.state.account is None or found.kpis.result is None:
        raise NotYours("Nothing is computed yet for this account.")
    header = ("figure", "label", "value", "low", "high", "n", "unit", "currency", "gap")
    return table_file(Table(header, _rows(found)), name=f"overview-{found.state.account.source.pk}")


def _parts(found: Overview) -> dict[str, Any]:
    kpis, bql, form = found.kpis.result, found.bql.result, found.form.result
    made: dict[str, Any] = {"strip": found.kpis.cells(*strip_keys(found))}
    if kpis is not None:
        made |= {
            "tone": TONES[kpis.verdict],
            "points": [{"day": p.day, "total": p.total, "drawdown": p.drawdown} for p in kpis.points],
        }
    if bql is not None:
        made |= {
            "bql": bql,
            "bql_cell": found.bql.cell("trading.bql"),
            "bql_tone": LEVEL_TONES[bql.level],
            "bql_stale": stale(found.bql),
            "bql_kept": Level(bql.kept).word,
        }
    if form is not None:
        made |= {
            "form": form,
            "form_cell": found.form.cell("trading.afma"),
            "form_values": [point.value for point in form.points[-LAST_POINTS:]],
        }
    return made


def _rows(found: Overview) -> Iterator[list[Any]]:
    for shown, key in shown_keys(found):
        figure = shown.figure(key)
        if figure is not None:
            about = metric_of(key)
            ends = (figure.value, figure.low, figure.high, figure.n)
            yield [key, about.label, *ends, about.unit.value, figure.currency, figure.gap]
