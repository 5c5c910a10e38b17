"""The SQL of the merge, composed once a stream.

Which of two versions of a record holds is decided by one total order:

    (band of the rank, version_at, version_rank, content_hash)

The greatest holds. A maximum does not care in which order, how often or in which batches its candidates arrive, so the
facts converge whatever way the rows came. The band (see `rows`) keeps ends from being reopened, the hash settles what
claims to be the same version and differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import LiteralString

from psycopg import sql

from ingestion.pipeline.rows import ENDED, ENDED_FOR_GOOD
from ingestion.pipeline.streams import HEAD, FactStream

STAGE = sql.Identifier("stage")
HEADS_NAME = "stage_heads"
HEADS = sql.Identifier(HEADS_NAME)
STAGE_HEADS = """
create temporary table stage_heads
  (external_id varchar(255) collate "C", version_at timestamptz, version_rank smallint, content_hash bigint)
"""

#: Taken by every merge, so that two merges into one source follow each other: none of them can miss what the other
#: writes, and none can wait for the other in a circle. The source's row is locked against deletion; no row comes back
#: when the business has no such source. JIT compilation costs more than it saves on these statements.
PREPARE = """
select pg_advisory_xact_lock(hashtextextended('ingestion.merge', id)),
       set_config('jit', 'off', true), set_config('work_mem', '64MB', true)
from ingestion_source where id = %s and business_id = %s for key share
"""


DROP_HEADS = "drop table stage_heads"


class Fate(IntEnum):
    """What is new in a staged row: nothing, only its version, its content, its key."""

    KNOWN = 0
    TOUCHED = 1
    CHANGED = 2
    NEW = 3


@dataclass(frozen=True, slots=True)
class Statements:
    """The steps of one merge, in their order; see `merge`.

    `copy_heads`, `probe`: stage the heads alone, tell whether any of them would win.
    `stage`, `copy`, `thin`: make the staging table, fill it, leave one version a key.
    `decide`: what becomes of the staged rows, as (fate, rows, one day for each dirtying column as it is and as it was).
    `keep_winners`, `write`, `drop`: drop what is known already, write the rest, drop the table.
    """

    copy_heads: sql.Composed
    probe: sql.Composed
    stage: sql.Composed
    copy: sql.Composed
    thin: sql.Composed
    decide: sql.Composed
    keep_winners: sql.Composed
    write: sql.Composed
    drop: sql.Composed


@cache
def statements_of(stream: FactStream) -> Statements:
    heads = _names((*HEAD, "content_hash"))
    staged = _names((*HEAD, "content_hash", *stream.content))
    table = sql.Identifier(stream.table)
    beside_held, is_known = _beside_held(STAGE, table), _is_known()
    return Statements(
        copy_heads=_sql("copy {heads_table} ({heads}) from stdin").format(heads_table=HEADS, heads=heads),
        probe=_sql(_PROBE).format(beside_held=_beside_held(HEADS, table), is_known=is_known),
        stage=_sql(_STAGE).format(stage=STAGE, table=table),
        copy=_sql("copy {stage} ({staged}) from stdin").format(stage=STAGE, staged=staged),
        thin=_sql(_THIN).format(stage=STAGE, band=_band("stage")),
        decide=_decide(stream, beside_held),
        keep_winners=_sql(_KEEP_WINNERS).format(stage=STAGE, beside_held=beside_held, is_known=is_known),
        write=_write(stream, table, staged),
        drop=_sql("drop table {stage}").format(stage=STAGE),
    )


# Carries the facts' own checks, so that a row they would refuse is found while it is staged, one by one.
_STAGE = """
create temporary table {stage} (like {table} including constraints);
alter table {stage} alter id drop not null, alter business_id drop not null, alter source_id drop not null,
  alter observed_at drop not null
"""

# Of several versions of one key in a batch the greatest stays, by the same order as in the merge.
_THIN = """
delete from {stage} using (
  select ctid as place, row_number() over (
    partition by external_id order by {band} desc, version_at desc, version_rank desc, content_hash desc
  ) as n from {stage}
) ranked
where {stage}.ctid = ranked.place and ranked.n > 1
"""

# The staged row `s` beside the held one `f`. The limit makes this a lookup row by row; a join would read all that the
# source holds. Only the unique key can serve it, see `Fact`.
_BESIDE_HELD = """
  {staged} s left join lateral (
    select f.* from {table} f
    where f.business_id = %(business)s and f.source_id = %(source)s and f.external_id = s.external_id
    limit 1
  ) f on true"""
_IS_KNOWN = "(f.content_hash is not null and {staged_order} <= {held_order})"
_PROBE = "select exists (select 1 from {beside_held} where not {is_known})"

# `offset 0` keeps the planner from working out the fate once more for every day.
_DECIDE = """
select fate, count(*), {days} from (
  select case when f.content_hash is null then {new}
              when {is_known} then {known}
              when s.content_hash = f.content_hash then {touched}
              else {changed} end as fate, {columns}
  from {beside_held} offset 0
) decided group by fate, {day_numbers}
"""

_KEEP_WINNERS = """
delete from {stage} where ctid = any(array(select s.ctid from {beside_held} where {is_known}))
"""

# Only winners are given to it: a conflict that ends in nothing would still lock, and so write, the row it met. The
# condition is the last word nevertheless. Rows are written in the order they came, mostly that of time, so that a
# window of days lies together on disk.
_WRITE = """
insert into {table} (business_id, source_id, run_id, observed_at, {staged})
select %(business)s, %(source)s, %(run)s, %(observed_at)s, {staged} from {stage}
on conflict (business_id, source_id, external_id) do update
set run_id = excluded.run_id, observed_at = excluded.observed_at, {assignments}
where {excluded_order} > {table_order}
"""


def _beside_held(staged: sql.Identifier, table: sql.Identifier) -> sql.Composed:
    return _sql(_BESIDE_HELD).format(staged=staged, table=table)


def _is_known() -> sql.Composed:
    return _sql(_IS_KNOWN).format(staged_order=_order("s"), held_order=_order("f"))


def _decide(stream: FactStream, beside_held: sql.Composed) -> sql.Composed:
    columns = [
        _sql("{0}.{1} as {2}").format(sql.Identifier(alias), sql.Identifier(column), sql.Identifier(prefix + column))
        for column in stream.dirties
        for alias, prefix in (("s", ""), ("f", "held_"))
    ]
    days = [_day(stream, column, prefix) for column in stream.dirties for prefix in ("", "held_")]
    return _sql(_DECIDE).format(
        new=sql.Literal(Fate.NEW),
        changed=sql.Literal(Fate.CHANGED),
        touched=sql.Literal(Fate.TOUCHED),
        known=sql.Literal(Fate.KNOWN),
        is_known=_is_known(),
        beside_held=beside_held,
        columns=sql.SQL(", ").join(columns),
        days=sql.SQL(", ").join(days),
        day_numbers=sql.SQL(", ").join(sql.Literal(number) for number in range(3, 3 + len(days))),
    )


def _write(stream: FactStream, table: sql.Identifier, staged: sql.Composed) -> sql.Composed:
    assignments = [
        _sql("{0} = excluded.{0}").format(sql.Identifier(column))
        for column in (*HEAD[1:], "content_hash", *stream.content)
    ]
    return _sql(_WRITE).format(
        table=table,
        staged=staged,
        stage=STAGE,
        assignments=sql.SQL(", ").join(assignments),
        excluded_order=_order("excluded"),
        table_order=_order(stream.table),
    )


def _order(alias: str) -> sql.Composed:
    return _sql("({band}, {row}.version_at, {row}.version_rank, {row}.content_hash)").format(
        band=_band(alias), row=sql.Identifier(alias)
    )


def _band(alias: str) -> sql.Composed:
    return _sql("(({row}.version_rank >= {ended})::int + ({row}.version_rank >= {for_good})::int)").format(
        row=sql.Identifier(alias), ended=sql.Literal(ENDED), for_good=sql.Literal(ENDED_FOR_GOOD)
    )


def _day(stream: FactStream, column: str, prefix: str) -> sql.Composed:
    """The business's own day of a column, for rows whose content is new or changed; null for the others."""
    value = sql.Identifier(prefix + column)
    day = value if stream.is_date(column) else _sql("({0} at time zone %(zone)s)::date").format(value)
    return _sql("case when fate >= {1} then {0} end").format(day, sql.Literal(Fate.CHANGED))


def _names(columns: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _sql(text: LiteralString) -> sql.SQL:
    return sql.SQL(text)
