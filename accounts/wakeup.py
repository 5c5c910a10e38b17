"""Waking a worker: the only place that speaks to the broker when work is enqueued."""

from __future__ import annotations

import uuid

import structlog
from celery import current_app

logger = structlog.get_logger(__name__)
TASK = "accounts.work"


def send(queue: str, job_id: uuid.UUID) -> None:
    """Send the wake-up for one job. A broker that is away is no failure: the sweep finds the job."""
    try:
        current_app.send_task(TASK, args=[str(job_id)], queue=queue, retry=False, ignore_result=True)
    except Exception as error:  # every transport raises its own kind
        logger.warning("broker away; the sweep will send the job", error=type(error).__name__)
