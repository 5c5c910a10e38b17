"""Payloads → facts: keep them as they came, map them by their provider, merge what they became.

Every way in ends here: first import, update, sweep, webhook and file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from ingestion.models import Source, SyncRun
from ingestion.pipeline.ahead import Start, ahead, batched, not_yet
from ingestion.pipeline.encode import Encoded, encode
from ingestion.pipeline.merge import merge_encoded
from ingestion.pipeline.quarantine import quarantine
from ingestion.pipeline.raw_pages import Packed, keep, pack
from ingestion.pipeline.report import MergeReport
from ingestion.pipeline.rows import Rejected
from ingestion.pipeline.runs import count
from ingestion.pipeline.streams import STREAMS
from ingestion.providers.registry import provider_of

JSON = dict[str, Any]
Line = tuple[int, bytes]
BATCH = 25_000

#: A webhook's payload lies in the inbox already; everything else is kept as raw pages.
KEPT_ELSEWHERE = frozenset({"webhook", "replay"})


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


#: NaN and Infinity, which Python would read, are no JSON.
DECODER = json.JSONDecoder(parse_constant=_no_constant)


@dataclass(slots=True)
class Prepared:
    """One batch of payloads, mapped, checked and written, ready for the database. `unread` are no JSON objects."""

    encoded: list[Encoded]
    unread: list[Rejected] = field(default_factory=list)
    packed: Packed | None = None

    @property
    def seen(self) -> int:
        return len(self.unread) + sum(encoded.seen for encoded in self.encoded)


def ingest(
    source: Source,
    objects: Iterable[JSON],
    *,
    origin: str,
    observed_at: datetime,
    event_created: datetime | None = None,
    run: SyncRun | None = None,
) -> list[MergeReport]:
    """Map `objects` through the source's provider and merge them, in the caller's transaction.

    `origin` is backfill, incremental, sweep, refresh, webhook, replay or file. The version of the rows is
    `event_created` where an event told of them, else `observed_at`, the moment they were fetched.
    Shape:   one report a stream that received rows, in the order of `STREAMS`.
    Empty:   payloads of kinds that no stream keeps, and no payloads, give no report.
    """
    version_at = event_created or observed_at
    prepare = partial(prepare_objects, source.provider, version_at=version_at, packs=origin not in KEPT_ELSEWHERE)
    totals: dict[str, MergeReport] = {}
    for prepared, start_next in ahead(prepare, batched(objects, BATCH)):
        for report in store(source, prepared, observed_at=observed_at, run=run, meanwhile=start_next):
            totals[report.stream] = totals[report.stream] + report if report.stream in totals else report
    return [totals[key] for key in ("", *STREAMS) if key in totals]


def prepare_objects(provider: str, objects: Sequence[JSON], *, version_at: datetime, packs: bool = False) -> Prepared:
    """The pure part of ingesting parsed payloads."""
    packed = pack([json.dumps(obj, separators=(",", ":")).encode() for obj in objects]) if packs else None
    return Prepared(_mapped(provider, objects, version_at), packed=packed)


def prepare_lines(provider: str, lines: Sequence[Line], *, version_at: datetime, packs: bool = True) -> Prepared:
    """The pure part of ingesting numbered JSON lines; a line that is no JSON object is set aside with its number."""
    unread: list[Rejected] = []
    encoded = _mapped(provider, _objects(lines, unread), version_at)
    packed = pack([line for _, line in lines]) if packs else None
    return Prepared(encoded, unread, packed)


def store(
    source: Source,
    prepared: Prepared,
    *,
    observed_at: datetime,
    run: SyncRun | None = None,
    meanwhile: Start = not_yet,
) -> Iterator[MergeReport]:
    """Write a prepared batch in the caller's transaction: raw page, quarantine, facts. One report a stream."""
    if prepared.packed is not None:
        keep(source, prepared.packed, fetched_at=observed_at, run=run)
    if prepared.unread:
        quarantine(source, prepared.unread, stream="", observed_at=observed_at, run=run)
        unread = MergeReport("", seen=len(prepared.unread), quarantined=len(prepared.unread))
        if run is not None:
            count(run, unread)
        yield unread
    for encoded in prepared.encoded:
        yield merge_encoded(source, encoded, observed_at=observed_at, run=run, meanwhile=meanwhile)


def _mapped(provider: str, objects: Iterable[JSON], version_at: datetime) -> list[Encoded]:
    map_object = provider_of(provider).map_object
    rows: dict[str, list[Any]] = {}
    for obj in objects:
        for mapped in map_object(obj, version_at=version_at):
            rows.setdefault(mapped.stream, []).append(mapped.row)
    return [encode(stream, rows[key]) for key, stream in STREAMS.items() if key in rows]


def _objects(lines: Sequence[Line], unread: list[Rejected]) -> Iterator[JSON]:
    """The objects on the lines, one at a time, so that none lives longer than its mapping."""
    for number, line in lines:
        found = _parsed(number, line)
        if isinstance(found, Rejected):
            unread.append(found)
        else:
            yield found


def _parsed(number: int, line: bytes) -> JSON | Rejected:
    """The object on a line, or why there is none."""
    try:
        found = DECODER.decode(line.decode())
    except ValueError as problem:
        return _unread(number, line, "malformed_json", f"no JSON: {problem}")
    except RecursionError:
        return _unread(number, line, "malformed_json", "nested too deeply.")
    if not isinstance(found, dict):
        return _unread(number, line, "not_an_object", f"holds a JSON {type(found).__name__}, not an object.")
    return found


def _unread(number: int, line: bytes, code: str, why: str) -> Rejected:
    return Rejected(f"line {number}", code, f"Line {number}: {why}", line.decode("utf-8", "backslashreplace"))
