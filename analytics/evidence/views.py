"""The evidence page of a figure, and its rows as a file."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import business_view
from accounts.errors import InvalidInput, NotYours
from accounts.requests import BusinessRequest
from analytics.evidence.csv_file import csv_response
from analytics.evidence.links import evidence_url
from analytics.evidence.queries import evidence, figure_of, kept_figures
from analytics.evidence.rows import exported

LAST_PAGE = 1000


@business_view(permission="read:analytics")
def figure_page(request: BusinessRequest, kind: str, key: str, metric: str) -> HttpResponse:
    """Formula, inputs and rows of one figure; `?again=1` computes it afresh and compares."""
    number = page_number(request)
    found = evidence(
        request.business,
        kind=kind,
        key=key,
        metric=metric,
        as_of=request.now,
        page=number,
        again=request.GET.get("again") == "1",
    )
    inputs = [
        {"figure": part, "url": evidence_url(request.business, kind, key, part.metric)}
        if part.metric in found.kept.figures
        else {"figure": part, "url": ""}
        for part in found.figure.inputs
    ]
    context = {
        "evidence": found,
        "inputs": inputs,
        "kind": kind,
        "key": key,
        "metric_key": metric,
        "may_export": request.member.may("export:data"),
        "page_before": number - 1,
        "page_after": number + 1 if found.rows and found.rows.more and number < LAST_PAGE else 0,
    }
    return render(request, "evidence/page.html", context)


@business_view(permission="export:data")
def rows_file(request: BusinessRequest, kind: str, key: str, metric: str) -> HttpResponse:
    """The rows behind the figure as CSV, at most 50,000."""
    figure = figure_of(kept_figures(request.business, kind=kind, key=key, as_of=request.now), metric)
    if figure.rows is None:
        raise NotYours("This figure stands on other figures, not on rows.")
    return csv_response(exported(request.business, figure.rows), name=metric.replace(":", "-"))


def page_number(request: BusinessRequest) -> int:
    """The page asked for. Errors: InvalidInput unless it is 1 to 1,000."""
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= LAST_PAGE):
        raise InvalidInput(f"A page is a number from 1 to {LAST_PAGE}.", field="page")
    return int(text)
