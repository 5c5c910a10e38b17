"""The order of records that happened in one and the same instant."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime

from ingestion.trading.reading.model import Line, Parsed, ParsedTrade


def in_sequence(lines: list[Line]) -> list[Line]:
    """The lines, with `sequence` counting records of one account, symbol and instant.

    Native numbers give the order where all have one; else the file does, read backwards if it runs backwards in time.
    So shuffling the lines of a file with native numbers changes nothing.
    """
    groups: dict[tuple[object, ...], list[tuple[int, int]]] = {}
    for place, line in enumerate(lines):
        for index, record in enumerate(line.records):
            groups.setdefault(_instant(record), []).append((place, index))
    backwards = _runs_backwards(lines)
    wanted: dict[tuple[int, int], int] = {}
    for spots in groups.values():
        if len(spots) > 1:
            for number, spot in enumerate(_ordered(lines, spots, backwards)):
                wanted[spot] = number
    if not any(wanted.values()):
        return lines
    by_line: dict[int, dict[int, int]] = {}
    for (place, index), number in wanted.items():
        by_line.setdefault(place, {})[index] = number
    for place, numbers in by_line.items():
        records = tuple(
            replace(record, sequence=numbers.get(index, record.sequence))
            for index, record in enumerate(lines[place].records)
        )
        lines[place] = replace(lines[place], records=records)
    return lines


def _at(record: Parsed) -> datetime:
    return record.closed_at if isinstance(record, ParsedTrade) else record.at


def _instant(record: Parsed) -> tuple[object, ...]:
    return type(record), record.account, getattr(record, "symbol", ""), _at(record)


def _ordered(lines: list[Line], spots: list[tuple[int, int]], backwards: bool) -> list[tuple[int, int]]:
    ids = {spot: lines[spot[0]].records[spot[1]].native_id for spot in spots}
    if all(text.isdigit() and len(text) < 40 for text in ids.values()):
        return sorted(spots, key=lambda spot: (int(ids[spot]), spot))
    return sorted(spots, reverse=backwards)


def _runs_backwards(lines: list[Line]) -> bool:
    moments = [_at(record) for line in lines for record in line.records]
    falls = sum(1 for before, after in itertools.pairwise(moments) if after < before)
    rises = sum(1 for before, after in itertools.pairwise(moments) if after > before)
    return falls > rises
