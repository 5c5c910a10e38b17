"""The cells, every night before the accounts are computed anew."""

from __future__ import annotations

from datetime import time
from typing import Any

from accounts.jobs import JobRun, periodic
from analytics.trading.cohort.services import aggregate


@periodic("trading.cohort.aggregate", queue="analytics", daily_at=time(2, 10))
def aggregate_cells(run: JobRun) -> dict[str, Any]:
    """Names no business, so it works across all of them; what it keeps holds none of their rows."""
    return {"cells": aggregate(now=run.as_of)}
