"""What the order page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from accounts.errors import NotYours
from billing.autopsy.extras import Shown, shown
from billing.autopsy.page_links import item_id_of
from billing.models import WorkFile, WorkItem

State = WorkItem.State
WORDS: Final = {
    "ordered": ("Ordered and paid", "good"),
    "file": ("File received", "good"),
    State.OPEN: ("Work goes on", "accent"),
    State.WAITING: ("We wait for your trades", "warn"),
    State.DELIVERED: ("Report delivered", "good"),
    State.CANCELLED: ("Cancelled", "none"),
}
TONES: Final = {State.OPEN: "accent", State.WAITING: "warn", State.DELIVERED: "good", State.CANCELLED: "none"}


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One report as its buyer sees it. `is_late` is said as it is."""

    item: WorkItem
    tone: str
    steps: list[dict[str, Any]]
    files: list[WorkFile]
    extras: list[Shown]
    is_late: bool
    takes_files: bool


def order_page(token: str, *, as_of: datetime) -> OrderPage:
    """The page a link opens. Four queries. Errors: NotYours for a link that is forged, ended, or of a deleted order."""
    number = item_id_of(token, now=as_of)
    item = WorkItem.objects.select_related("order", "plan").prefetch_related("files", "steps").filter(pk=number).first()
    if item is None:
        raise NotYours("This order is not here any more.")
    late = item.state == State.OPEN and item.due_at is not None and item.due_at <= as_of
    return OrderPage(
        item, TONES[State(item.state)], _steps(item), list(item.files.all()), shown(item, as_of=as_of), late,
        not item.is_over,
    )  # fmt: skip


def _steps(item: WorkItem) -> list[dict[str, Any]]:
    """Newest first, in words for the buyer."""
    found = []
    for step in reversed(list(item.steps.all())):
        title, tone = WORDS[step.kind]
        found.append({"at": step.at, "title": title, "tone": tone})
    return found
