"""Reference rates of the European Central Bank: read from the files it publishes, stored, nothing fetched."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple
from xml.etree import ElementTree

from django.db import connection

from accounts.errors import InvalidInput

CODE = re.compile(r"[A-Z]{3}")
LARGEST_FILE = 64 * 1024 * 1024
SATURDAY = 5

_STORE = """
with given as (
  select distinct on (currency, day) * from unnest(%s::date[], %s::text[], %s::numeric[]) as g (day, currency, per_eur)
  order by currency, day
), written as (
  insert into ingestion_fxrate (day, currency, per_eur) select day, currency, per_eur from given
  on conflict (currency, day) do update set per_eur = excluded.per_eur
  where ingestion_fxrate.per_eur <> excluded.per_eur
  returning (xmax = 0) as is_new
)
select (select count(*) from given), count(*) filter (where is_new), count(*) filter (where not is_new) from written
"""


class Rate(NamedTuple):
    """Units of `currency` (lower case) that one euro bought on `day`."""

    day: date
    currency: str
    per_eur: Decimal


@dataclass(frozen=True, slots=True)
class Loaded:
    """What storing rates did: given = new + corrected + known."""

    given: int
    new: int
    corrected: int

    @property
    def known(self) -> int:
        return self.given - self.new - self.corrected


def read_ecb(data: bytes) -> list[Rate]:
    """The rates in a file as the ECB publishes it: CSV or XML, daily or historical, zipped or not.

    Empty:  a currency without a rate on a day ("N/A") is left out.
    Errors: InvalidInput for anything else; a file is read wholly or not at all.
    """
    text = _unzipped(data)
    try:
        rates = list(_from_xml(text) if text.lstrip().startswith("<") else _from_csv(text))
    except (InvalidOperation, ValueError, ElementTree.ParseError, csv.Error) as problem:
        raise InvalidInput(f"This is no ECB rates file: {problem}.", code="bad_rates_file") from None
    if not rates:
        raise InvalidInput("The file holds no rates.", code="bad_rates_file")
    return rates


def store_rates(rates: Iterable[Rate]) -> Loaded:
    """Write rates; those known already are left alone. Works as the owner only: tenants may not write rates."""
    given = list(rates)
    columns: list[Any] = [list(column) for column in zip(*given, strict=True)] or [[], [], []]
    with connection.cursor() as cursor:
        cursor.execute(_STORE, columns)
        return Loaded(*cursor.fetchone())


def seed_rates(*, first: date, last: date, per_eur: Mapping[str, Decimal]) -> Loaded:
    """Store the same rates for every weekday from `first` to `last`, both included, for simulated companies."""
    days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    weekdays = [day for day in days if day.weekday() < SATURDAY]
    return store_rates(Rate(day, currency, rate) for day in weekdays for currency, rate in per_eur.items())


def _unzipped(data: bytes) -> str:
    if data.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                member = archive.infolist()[0]
                if member.file_size > LARGEST_FILE:
                    raise InvalidInput("The file in the archive is too large.", code="bad_rates_file")
                data = archive.read(member)
        except zipfile.BadZipFile as problem:
            raise InvalidInput(f"The archive is damaged: {problem}.", code="bad_rates_file") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("The file is not UTF-8 text.", code="bad_rates_file") from None


def _from_csv(text: str) -> Iterator[Rate]:
    """`Date, USD, JPY, …` and one line a day; the daily file writes the day as `12 June 2026`."""
    reader = csv.reader(io.StringIO(text), skipinitialspace=True)
    header = [cell.strip() for cell in next(reader, [])]
    if header[:1] != ["Date"]:
        raise ValueError("its first column is not Date")
    currencies = [_currency(cell) for cell in header[1:] if cell]
    for line in reader:
        if line:
            day = _day(line[0].strip())
            values = [cell.strip() for cell in line[1 : len(currencies) + 1]]
            yield from (_rate(day, c, v) for c, v in zip(currencies, values, strict=True) if v != "N/A")


def _from_xml(text: str) -> Iterator[Rate]:
    """Nested `Cube` elements: one with `time` a day, in it one with `currency` and `rate` each."""
    root = ElementTree.fromstring(text)  # noqa: S314 - an operator's file; expat refuses entity bombs by itself
    for of_day in root.iterfind(".//{*}Cube[@time]"):
        day = _day(of_day.attrib["time"])
        for cube in of_day.iterfind("{*}Cube[@currency]"):
            yield _rate(day, _currency(cube.attrib["currency"]), cube.attrib.get("rate", ""))


def _rate(day: date, currency: str, text: str) -> Rate:
    rate = Decimal(text)
    if not rate.is_finite() or rate <= 0:
        raise ValueError(f"the rate of {currency} on {day} is {text}")
    return Rate(day, currency, rate)


def _currency(text: str) -> str:
    if not CODE.fullmatch(text):
        raise ValueError(f"{text[:20]!r} is no currency code")
    return text.lower()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return datetime.strptime(text, "%d %B %Y").date()  # noqa: DTZ007 - a calendar day has no zone
