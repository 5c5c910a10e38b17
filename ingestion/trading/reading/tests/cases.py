"""Statements in the layouts that brokers write, made up in every value, and how the tests read them."""

from __future__ import annotations

from pathlib import Path

from ingestion.trading.reading.model import Hints, Kind, ParsedCash, ParsedExecution, ParsedTrade, Reading
from ingestion.trading.reading.read import read_statement

FOLDER = Path(__file__).parent / "cases"
UTC = Hints(zone="UTC")


def case_bytes(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def read_case(name: str, hints: Hints = UTC) -> Reading:
    return read_statement(case_bytes(name), filename=name, hints=hints)


def trades(reading: Reading) -> list[ParsedTrade]:
    return [record for record in reading.records if isinstance(record, ParsedTrade)]


def fills(reading: Reading) -> list[ParsedExecution]:
    return [record for record in reading.records if isinstance(record, ParsedExecution)]


def cash(reading: Reading) -> list[ParsedCash]:
    return [record for record in reading.records if isinstance(record, ParsedCash)]


def reasons(reading: Reading) -> list[str]:
    return [line.reason_code for line in reading.lines if line.kind is Kind.BAD]
