"""The score follows the metrics."""

from __future__ import annotations

from typing import Any

from accounts.jobs import JobRun, job
from analytics.payments.readiness.services import recompute_readiness


@job("analytics.payments.readiness.recompute", queue="analytics")
def recompute(run: JobRun) -> dict[str, Any]:
    """Score every metric snapshot that has no score yet."""
    if run.business is None:
        raise ValueError("Readiness is scored for one business.")
    return {"written": recompute_readiness(run.business, as_of=run.as_of)}
