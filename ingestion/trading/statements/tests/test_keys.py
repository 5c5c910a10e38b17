"""What holds for any file: repeated, split, shuffled, or said to follow another clock, it gives the same records."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ingestion.testing.statements import bad_line, parsed_trade, reading_of
from ingestion.trading.matching.calc import match
from ingestion.trading.matching.model import Part
from ingestion.trading.reading.model import Decision, Reading
from ingestion.trading.reading.zones import FUTURES, parse_zone
from ingestion.trading.statements.diff import Fate, Judged, Twins, judge
from ingestion.trading.statements.facts import fact_row
from ingestion.trading.statements.importing import _by_line
from ingestion.trading.statements.keys import keyed
from ingestion.trading.statements.lines import BUCKETS, counts_of, settle_line

NOW = parsed_trade().closed_at
rows = st.lists(
    st.tuples(st.integers(0, 6), st.integers(-3, 3), st.integers(1, 2), st.sampled_from(("", "id"))), max_size=14
)


def file_of(drawn: list[tuple[int, int, int, str]]) -> Reading:
    trades = [
        parsed_trade(slot * 10, str(gross), quantity=Decimal(size), native_id=f"{kind}{number}" if kind else "")
        for number, (slot, gross, size, kind) in enumerate(drawn)
    ]
    return reading_of(*trades)


def import_into(store: dict[str, Any], reading: Reading) -> list[Judged]:
    records = keyed(reading)
    facts = [fact_row(one.record, one.key, version_at=NOW, currency="usd", grade="file") for one in records]
    held = {"broker_trades": {key: row._asdict() for key, row in store.items()}}
    judged = judge(facts, held, Twins([]))
    store |= {one.row.external_id: one.row for one in judged if one.fate in (Fate.NEW, Fate.CHANGED)}
    return judged


def trades_of(store: dict[str, Any]) -> Any:
    parts = []
    for key, row in store.items():
        known = {name: getattr(row, name) for name in Part.__slots__ if hasattr(row, name)}
        parts.append(Part(key=key, contract=row.instrument, **known))
    made = match([], parts, hedging=False, roll=FUTURES).trades
    return [(one.key, one.net, one.quantity, one.closed_at, one.session_date, one.members) for one in made]


def imported(*readings: Reading) -> Any:
    store: dict[str, Any] = {}
    for reading in readings:
        import_into(store, reading)
    return trades_of(store)


@given(rows)
def test_a_second_upload_changes_nothing(drawn):
    reading = file_of(drawn)
    store: dict[str, Any] = {}
    import_into(store, reading)
    assert {one.fate for one in import_into(store, reading)} <= {Fate.KNOWN}
    assert len(store) == len(drawn)


@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(drawn, random):
    reading = file_of(drawn)
    lines = list(reading.lines)
    random.shuffle(lines)
    assert imported(replace(reading, lines=tuple(lines))) == imported(reading)


@given(rows, st.integers(0, 7))
def test_a_file_split_between_two_moments_is_the_same_file(drawn, at):
    """A cut between equal moments cannot be told from an overlap; brokers cut by day."""
    whole = file_of(drawn)
    limit = NOW + timedelta(minutes=at * 10 - 5)
    first, second = (
        replace(whole, lines=tuple(line for line in whole.lines if not line.records or _closed(line) is side))
        for side in (True, False)
        for _closed in [lambda line: line.records[0].closed_at < limit]
    )
    assert imported(first, second) == imported(second, first) == imported(whole)


@given(rows, rows)
def test_overlapping_files_hold_each_row_as_often_as_the_one_that_has_it_most(one, other):
    left, right = ([row for row in drawn if not row[3]] for drawn in (one, other))
    store: dict[str, Any] = {}
    import_into(store, file_of(left))
    import_into(store, file_of(right))
    assert len(store) == sum((Counter(left) | Counter(right)).values())


@given(rows, st.sampled_from(("UTC", "+02:00", "America/New_York", "America/New_York+07:00")))
def test_keys_do_not_depend_on_the_clock_that_was_assumed(drawn, zone):
    reading = file_of(drawn)
    known = parse_zone(zone)

    def moved(trade: Any) -> Any:
        at = {name: known.to_utc(getattr(trade, name).replace(tzinfo=None))[0] for name in ("opened_at", "closed_at")}
        return replace(trade, **at)

    lines = tuple(replace(line, records=tuple(moved(one) for one in line.records)) for line in reading.lines)
    said = (Decision("zone", zone, "person", ""),)
    utc = replace(reading, decisions=(Decision("zone", "UTC", "person", ""),))
    assert [one.key for one in keyed(replace(reading, lines=lines, decisions=said))] == [one.key for one in keyed(utc)]


@given(rows)
def test_keys_do_not_depend_on_how_numbers_were_written(drawn):
    reading = file_of(drawn)
    lines = tuple(
        replace(
            line, records=tuple(replace(one, quantity=one.quantity.quantize(Decimal("0.0000"))) for one in line.records)
        )
        for line in reading.lines
    )
    assert [one.key for one in keyed(replace(reading, lines=lines))] == [one.key for one in keyed(reading)]


@given(rows, rows, st.integers(0, 3), st.sets(st.integers(0, 20)))
def test_every_line_is_in_one_bucket_and_the_counters_add_up(before, drawn, bad, refused):
    store: dict[str, Any] = {}
    import_into(store, file_of(before))
    trades = file_of(drawn).records
    reading = reading_of(*trades, *[bad_line()] * bad)
    judged = import_into(store, reading)
    by_line = _by_line(keyed(reading), judged)
    said_no = {one.row.external_id: ("bad", "No.") for place, one in enumerate(judged) if place in refused}
    settled = [settle_line(line, by_line.get(line.number, ()), refused=said_no, own={}) for line in reading.lines]
    counts = counts_of(settled)
    assert counts["lines"] == sum(counts[bucket] for bucket in BUCKETS) == len(reading.lines)


def test_parts_of_one_position_are_rows_of_their_own():
    first, second = parsed_trade(0, native_id="7"), parsed_trade(0, native_id="7", closed_at=NOW + timedelta(hours=1))
    keys = [one.key for one in keyed(reading_of(first, second, form="mt5"))]
    assert len(set(keys)) == 2


def test_a_pair_of_fills_is_one_key():
    pair = parsed_trade(pair=("11", "12"))
    assert [one.key for one in keyed(reading_of(pair, form="tradovate"))] == ["tradovate:11/12"]
