"""When the desk speaks: after each recomputation, every hour for what waits, and on Sunday evenings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.jobs import JobRun, after, job, periodic
from accounts.models import Business
from recommendations.generation.tasks import generate
from recommendations.trading.moments import moments
from recommendations.trading.queries import trading_desk
from recommendations.trading.services import coach, coach_is_due, is_quiet, tell

DESK = "trading"


@job("trading.moments", queue="notifications", max_attempts=3)
def watch(run: JobRun) -> dict[str, int]:
    """Tell one business of its crucial moments."""
    if run.business is None:
        raise TypeError("trading.moments belongs to a business")
    desk = trading_desk(run.business, as_of=run.as_of)
    return {"raised": tell(run.business, moments(desk), as_of=run.as_of)}


@job("trading.coach", queue="notifications", max_attempts=5)
def write_letters(run: JobRun) -> dict[str, int]:
    """The week's letters of one business."""
    if run.business is None:
        raise TypeError("trading.coach belongs to a business")
    return {"written": coach(run.business, trading_desk(run.business, as_of=run.as_of), as_of=run.as_of)}


@after("trading.recompute")
def follow_figures(run: JobRun, result: Any) -> None:
    """New figures, new advice, and what must be heard now."""
    if run.business is not None and result and result.get("written"):
        generate.enqueue(run.business, dedupe=DESK, desks=[DESK])
        watch.enqueue(run.business, dedupe=DESK)


@periodic("trading.moments.hourly", queue="notifications", every=timedelta(hours=1))
def hourly(run: JobRun) -> dict[str, int]:
    """One job for each business with the desk where it is day, and the letters where Sunday evening has come."""
    watched = written = 0
    for business in Business.objects.filter(desks__contains=[DESK]).order_by("pk").iterator():
        if not is_quiet(business, as_of=run.as_of):
            watch.enqueue(business, dedupe=DESK)
            watched += 1
        if coach_is_due(business, as_of=run.as_of):
            write_letters.enqueue(business, dedupe=DESK)
            written += 1
    return {"watched": watched, "letters": written}
