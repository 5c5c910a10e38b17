"""Renders packets in the background."""

from __future__ import annotations

from typing import Any

from accounts.errors import Problem
from accounts.jobs import JobRun, job
from analytics.trading.packet.queries import packet_of
from analytics.trading.packet.services import fail, make


@job("trading.packet.render", queue="analytics")
def render_packet(run: JobRun, *, packet_id: int) -> dict[str, Any]:
    """A packet that cannot be made says why, on itself."""
    if run.business is None:
        raise ValueError("A packet belongs to a business.")
    packet = packet_of(run.business, packet_id)
    try:
        made = make(run.business, packet, now=run.as_of)
    except Problem as problem:
        fail(run.business, packet, why=problem.message)
        return {"failed": problem.code}
    return {"bytes": made.size, "sha256": made.sha256}
