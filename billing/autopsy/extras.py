"""Extras on the order page: what a desk above can say about a buyer's files, read through this registry.

A desk registers in `AppConfig.ready`; as long as nobody has, the page says that it is not available yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from accounts.errors import Problem
from billing.models import WorkItem

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ask:
    """What an extra gets: the stored paths of the buyer's files, oldest first, and the moment of asking."""

    item_id: int
    paths: tuple[str, ...]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Extra:
    """What an extra shows: a sentence, and rows of label and value that are ready to print."""

    text: str
    rows: tuple[tuple[str, str], ...] = ()
    as_of: datetime | None = None


Source = Callable[[Ask], Extra | None]


@dataclass(frozen=True, slots=True)
class Shown:
    """One extra on the page; `extra` is None where there is nothing to show, and `gap` says why."""

    key: str
    title: str
    extra: Extra | None
    gap: str = ""


#: The extras that the report promises, in the order of the page.
PROMISED: dict[str, str] = {"shadow_boxing": "Shadow Boxing snapshot", "cohort": "Cohort teaser"}
_SOURCES: dict[str, Source] = {}


def register_extra(key: str, source: Source) -> None:
    """Let `source` answer for a promised extra. Errors: KeyError for one that is not promised."""
    if key not in PROMISED:
        raise KeyError(key)
    _SOURCES[key] = source


def shown(item: WorkItem, *, as_of: datetime) -> list[Shown]:
    """Every promised extra for the page of one item, with an honest sentence where there is none. One query."""
    paths = tuple(str(file.file.name) for file in item.files.all())
    return [_shown(key, title, Ask(item.pk, paths, as_of)) for key, title in PROMISED.items()]


def _shown(key: str, title: str, ask: Ask) -> Shown:
    source = _SOURCES.get(key)
    if source is None:
        return Shown(key, title, None, "Not available yet.")
    if not ask.paths:
        return Shown(key, title, None, "It appears once your trades are here.")
    try:
        found = source(ask)
    except Problem as problem:
        return Shown(key, title, None, problem.message)
    except Exception:  # an extra never takes the page down with it
        logger.exception("extra failed", extra=key, item=ask.item_id)
        return Shown(key, title, None, "This could not be made. We are looking at it.")
    return Shown(key, title, found, "" if found else "Your file does not hold enough for this.")
