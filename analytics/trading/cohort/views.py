"""The cohort page: how does this record stand among traders alike?"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import desk_view
from accounts.requests import BusinessRequest
from analytics.registry import metric_of
from analytics.trading.accounts import chosen_account
from analytics.trading.cohort.module import COHORT, Cohort
from analytics.trading.cohort.services import take_part
from analytics.trading.faces import Shown, Table, face
from analytics.trading.tasks import recompute_later

STRIP = ("win_rate", "expectancy", "profit_factor", "deepest_fall")


def context(shown: Shown[Cohort]) -> dict[str, Any]:
    result = shown.result
    assert result is not None
    rows: list[dict[str, Any]] = [
        {"label": metric_of(one.own).label, "own": shown.cell(one.own), "rank": shown.cell(one.ranked)}
        for one in result.standings
    ]
    chart = [
        {"measure": row["label"], "rank": row["rank"]["figure"].value}
        for row in rows
        if row["rank"]["figure"].value is not None
    ]
    return {"strip": shown.cells(*(f"trading.cohort_rank_{name}" for name in STRIP)), "rows": rows, "chart": chart}


def table(result: Cohort) -> Table:
    """Each measure with its own value and its rank in steps of 5 %."""
    pairs = [(one.name, result.figures[one.own], result.figures[one.ranked]) for one in result.standings]
    return Table(
        ("measure", "own", "rank", "businesses"), [[n, own.value, rank.value, rank.n] for n, own, rank in pairs]
    )


@require_POST
@desk_view("trading", permission="write:business")
def share(request: BusinessRequest) -> HttpResponse:
    """Take part, or leave: `share=1` or `share=0`."""
    wanted = request.POST.get("share") == "1"
    account = chosen_account(request.business, request.POST.get("account", ""))
    if take_part(request.business, account, share=wanted, actor=request.user):
        account.business = request.business
        recompute_later(account, now=request.now)
        text = "This account takes part from the next night on." if wanted else "This account no longer takes part."
        messages.success(request, text)
    address = reverse("trading:cohort", kwargs={"business": request.business.slug})
    return redirect(f"{address}?account={account.pk}")


FACE = face(COHORT, "cohort", icon="team", order=160, context=context, table=table)
