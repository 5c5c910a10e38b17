"""A record of files that belong to no account: what the buyer of a report sent. Nothing of it is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from operator import attrgetter

from django.core.files.storage import default_storage

from accounts.errors import InvalidInput
from analytics.trading.loading import COLUMNS, MOVED, Terms, record_from
from analytics.trading.record import Record
from ingestion.pipeline.rows import BrokerTradeRow, CashFlowRow, ExecutionRow
from ingestion.trading.accounts.recognise import accounts_in, currency_of
from ingestion.trading.matching.calc import match
from ingestion.trading.matching.service import OF_FILL, OF_PART, fill_of, part_of
from ingestion.trading.reading.model import Hints, Reading
from ingestion.trading.reading.read import read_statement
from ingestion.trading.reading.rows import Unreadable
from ingestion.trading.reading.zones import ROLLS, Roll
from ingestion.trading.statements.facts import FactRow, fact_row
from ingestion.trading.statements.keys import keyed

MIDNIGHT = Roll(time(0), "UTC")
ZONE = "UTC"
FILL, PART = attrgetter(*OF_FILL), attrgetter(*OF_PART)


def record_of_files(paths: Sequence[str], *, as_of: datetime) -> Record:
    """The closed decisions in the stored files, of the one account they name; a record in two files counts once.

    Where a file leaves its zone or decimals open, what it suggests is taken, and UTC where it suggests no zone.
    Errors: InvalidInput for a file that is no statement, for one that needs a person's answer, and for several
    accounts.
    """
    readings = [_reading(path) for path in paths]
    numbers = {number for reading in readings for number in accounts_in(reading)}
    if len(numbers) > 1:
        raise InvalidInput("Your files hold several accounts. Send one file an account, so that they are not mixed.")
    currency = next((found for reading in readings if (found := currency_of(reading))), "usd")
    rows = {row.external_id: row for reading in readings for row in _rows(reading, currency, as_of)}
    return _matched(list(rows.values()), readings, currency)


def _reading(path: str) -> Reading:
    with default_storage.open(path) as stored:
        data = stored.read()
    try:
        reading = read_statement(data, filename=path)
        if reading.questions:
            answers = {one.key: one.suggested or (ZONE if one.key == "zone" else "") for one in reading.questions}
            known = {key: value for key, value in answers.items() if value}
            reading = read_statement(data, filename=path, hints=Hints(answers=known))
    except Unreadable as problem:
        raise InvalidInput(f"A file could not be read as a statement: {problem}") from problem
    if reading.questions:
        raise InvalidInput(f"We have to ask you about a file before this can be shown: {reading.questions[0].text}")
    return reading


def _rows(reading: Reading, currency: str, as_of: datetime) -> Iterable[FactRow]:
    for one in keyed(reading):
        yield fact_row(one.record, one.key, version_at=as_of, currency=currency, grade="")


def _matched(rows: list[FactRow], readings: Sequence[Reading], currency: str) -> Record:
    fills = [fill_of(*FILL(row)) for row in rows if isinstance(row, ExecutionRow)]
    parts = [part_of(*PART(row)) for row in rows if isinstance(row, BrokerTradeRow)]
    kinds = Counter([fill.asset_class for fill in fills] + [part.asset_class for part in parts])
    kind = kinds.most_common(1)[0][0] if kinds else ""
    roll = ROLLS.get(kind, MIDNIGHT)
    hedging = any(reading.account.mode == "hedging" for reading in readings)
    made = match(fills, parts, hedging=hedging, roll=roll).trades
    closed = [one for one in made if one.closed_at is not None and one.supported]
    cash = sorted((row for row in rows if isinstance(row, CashFlowRow) and row.kind in MOVED), key=lambda row: row.at)
    balance = next((reading.account.starting_balance for reading in readings if reading.account.starting_balance), None)
    values = attrgetter(*COLUMNS)
    moved = [(row.at.timestamp(), row.amount) for row in cash]
    return record_from(Terms(currency, roll.zone, balance, kind), [values(one) for one in closed], moved)
