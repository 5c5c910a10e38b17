"""The perks that exist from the start. Written once; whoever edits them in the staff console keeps their edits."""

from __future__ import annotations

from typing import Any, Final

#: (key, name, sentence, after how many paid months). Staff keeps these promises; the console lists who is due.
PERKS: Final = (
    ("review_call", "Review call", "Half an hour with us on what your figures say, once.", 3),
    ("edge_autopsy", "Edge Autopsy on us", "One written Edge Autopsy of your last quarter.", 6),
    ("deep_review", "Yearly deep review", "Your year in writing, with what to change in the next one.", 12),
)


def write_perks(perks: Any) -> int:
    """Write the perks that are missing; returns how many. Takes the manager, so that a migration can give its own."""
    written = 0
    for key, name, text, after in PERKS:
        _, is_new = perks.get_or_create(key=key, defaults={"name": name, "text": text, "after_months": after})
        written += is_new
    return written
