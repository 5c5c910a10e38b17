"""Reports that are late, and the call that says that one was delivered."""

from __future__ import annotations

from datetime import timedelta

from accounts.events import record
from accounts.jobs import JobRun, periodic
from billing.autopsy.items import late_items
from billing.staff_alerts import alert_staff


@periodic("billing.autopsy.watch_late", queue="notifications", every=timedelta(minutes=15))
def watch_late(run: JobRun) -> dict[str, int]:
    """Tell staff once of every report whose promise passed; a promise that was renewed may be broken anew."""
    late = [item for item in late_items(now=run.as_of).select_for_update(of=("self",)) if item.late_at is None]
    if not late:
        return {"late": 0}
    for item in late:
        item.late_at = run.as_of
        item.save(update_fields=["late_at"])
        record("billing.autopsy.late", subject=item, order=item.order_id)
    lines = "\n".join(f"- {item}, promised {item.due_at:%d %b %H:%M} UTC" for item in late)
    alert_staff(
        f"{len(late)} report{'s' if len(late) > 1 else ''} late",
        f"The promise of these reports has passed:\n{lines}", page="admin:billing_workitem_changelist",
    )  # fmt: skip
    return {"late": len(late)}
