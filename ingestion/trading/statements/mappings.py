"""How members said unknown headers are to be read, remembered by the header's fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.events import record
from accounts.models import Business, User
from ingestion.models import HeaderMapping
from ingestion.trading.reading.headers import normalise
from ingestion.trading.reading.model import Question

COLUMN = "column:"
#: Answers that hold for every file of a header, not only for the one they were given for.
LASTING = ("rows", "decimals:", "dates:", "order:", COLUMN)


def fingerprint(header: Sequence[str]) -> str:
    """The same for the same columns in one order, however spaced or capitalised. Empty without columns."""
    names = [normalise(cell) for cell in header]
    while names and not names[-1]:
        names.pop()
    return hashlib.sha256("\x1f".join(names).encode("utf-8", "replace")).hexdigest() if any(names) else ""


def remembered(business: Business, header: Sequence[str]) -> HeaderMapping | None:
    print_ = fingerprint(header)
    return HeaderMapping.objects.of(business).filter(fingerprint=print_).first() if print_ else None


def remember(
    business: Business, header: Sequence[str], answers: dict[str, str], *, actor: User | None, now: datetime
) -> HeaderMapping | None:
    """Keep the columns and the lasting answers for the next file of this header; None where no column was named."""
    mapping = {column: key.removeprefix(COLUMN) for key, column in answers.items() if key.startswith(COLUMN) and column}
    if not mapping or not fingerprint(header):
        return None
    lasting = {key: value for key, value in answers.items() if key.startswith(LASTING)}
    kept, _ = HeaderMapping.objects.update_or_create(
        business=business,
        fingerprint=fingerprint(header),
        defaults={
            "header": [cell[:120] for cell in header],
            "mapping": mapping,
            "answers": lasting,
            "created_at": now,
        },
    )
    record("trading.mappings.kept", business=business, actor=actor, subject=kept, columns=len(mapping))
    return kept


def confirmation(kept: HeaderMapping) -> Question:
    """A remembered mapping is shown before it is used again."""
    columns = ", ".join(f"{column} is the {name.replace('_', ' ')}" for column, name in kept.mapping.items())
    return Question(
        "mapping",
        "Read the columns as before?",
        (("yes", "Yes, as before"), ("no", "No, map them anew")),
        f"{columns}.",
        "yes",
    )


def answers_of(kept: HeaderMapping) -> dict[str, Any]:
    return dict(kept.answers)
