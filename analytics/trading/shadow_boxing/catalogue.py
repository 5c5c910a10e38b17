"""The catalogue of rule sets: the entries it begins with, and reading and writing its rows."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from django.db.models import Max

from accounts.errors import InvalidInput
from accounts.models import Business
from analytics.models import RuleSet as Row
from analytics.trading.loading import beside
from analytics.trading.shadow_boxing.rule_set import RuleSet
from analytics.trading.snapshots.codec import from_json, to_json
from ingestion.models import Source

PROGRAMMES = Path(__file__).with_name("programmes.toml")
#: Columns of the table; everything else of a rule set is kept in its JSON.
COLUMNS = (
    "firm", "program", "size", "currency", "phase", "version", "effective_from", "effective_to", "verified_on",
    "sources", "evidence", "disputed", "note",
)  # fmt: skip
#: What a size may say in the place of its programme.
AMOUNTS = ("target", "daily_loss", "max_loss")
RULES = tuple(one.name for one in fields(RuleSet) if one.name not in (*COLUMNS, "id"))


def first_entries() -> Iterator[RuleSet]:
    """Every rule set of `programmes.toml`, as version 1."""
    for entry in tomllib.loads(PROGRAMMES.read_text(encoding="utf-8"))["programme"]:
        common = {name: entry[name] for name in (*COLUMNS, "reset") if name in entry}
        for account in entry["sizes"]:
            for number, phase in enumerate(entry["phases"], start=1):
                body = {"currency": "usd", **common, **_at_size(phase, account), "size": account["size"]}
                yield from_json(RuleSet, body | {"phase": number, "version": 1, "effective_from": common.get(
                    "effective_from")})  # fmt: skip


def _at_size(phase: dict[str, Any], account: dict[str, Any]) -> dict[str, Any]:
    said = {name: phase[name] | {"value": account[name]} for name in AMOUNTS if name in account}
    return phase | said


def write_first(rows: Any) -> int:
    """Write the first entries through a manager of the table; returns how many. For an empty table only."""
    made = [rows.model(**columns_of(entry)) for entry in first_entries()]
    rows.bulk_create(made)
    return len(made)


def columns_of(entry: RuleSet) -> dict[str, Any]:
    """The row of a rule set, by column."""
    body = to_json(entry)
    known = {name: getattr(entry, name) for name in COLUMNS}
    return known | {
        "sources": list(entry.sources),
        "evidence": entry.evidence.value,
        "rules": {name: body[name] for name in RULES},
    }


def read(row: Row) -> RuleSet:
    """The rule set of a row. Errors: InvalidInput for rules that no engine can read."""
    body = {name: getattr(row, name) for name in COLUMNS} | dict(row.rules)
    unknown = sorted(set(row.rules) - set(RULES))
    if unknown:
        raise InvalidInput(f"No rule is called {', '.join(unknown)}.")
    try:
        made = from_json(RuleSet, body)
    except ValueError as error:
        raise InvalidInput(f"These rules cannot be read: {error}") from error
    return replace(made, id=row.pk or 0)


def in_force() -> tuple[RuleSet, ...]:
    """The newest version of every phase, by firm, programme, size and phase. One query."""
    return tuple(read(row) for row in Row.objects.in_force())


def by_id(ids: set[int]) -> dict[int, RuleSet]:
    """Rule sets of any version by id. One query."""
    return {row.pk: read(row) for row in Row.objects.filter(pk__in=ids)}


def next_version(row: Row) -> int:
    """The version that a changed rule set gets."""
    same = Row.objects.filter(firm=row.firm, program=row.program, size=row.size, phase=row.phase)
    newest: int | None = same.aggregate(newest=Max("version"))["newest"]
    return (newest or 0) + 1


@beside("rule_sets")
def beside_the_record(business: Business, account: Source) -> tuple[RuleSet, ...]:
    """What the desk knows beside every record."""
    return in_force()
